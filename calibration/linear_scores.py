"""The missing information where everybody answered everything: exact, for exponential families.

Under Rasch's model, the 2PL, PCM, GPCM and NRM a person's score is s_n(θ) = f(θ) + g_n + h_n θ,
with f the same for all: answers enter through h_n, the slopes' sufficient statistic, alone. So

    Cov_n(s) = Cov_n(f) + Cov_n(f, θ) h_nᵀ + h_n Cov_n(θ, f) + Var_n(θ) h_n h_nᵀ,

and the sums over persons are three small products (cf. Louis 1982, JRSS B 44, 226–233).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from calibration.blocks import Block, Part
from calibration.expectation import posterior_in
from calibration.structure import Structure
from placement.arrays import Floats, Integers

# Of a slope: what may be rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LinearScores:
    """`shapes` (Q, r) span f; `common` (G, R, r) are its coefficients in each group.

    `rises` are a batch's multipliers of θ by category, (K, J, p'), of the parameters that have
    any; `columns` are their places in the raw vector.
    """

    structure: Structure
    table: Floats
    weights: Floats
    shapes: Floats
    common: Floats
    rises: tuple[Floats, ...]
    columns: Integers

    @classmethod
    def of(cls, structure: Structure, raw: Floats) -> Self | None:
        """Return None where an item's score is not linear in ability but for what all share."""
        rises, columns, common = [], [], []
        for batch in structure.batches:
            slopes = batch.family.slopes(batch.of(raw), structure.nodes)
            rise = _rise(slopes, structure.nodes)
            if rise is None:
                return None
            used = np.flatnonzero((rise != 0).any(axis=(0, 1)))
            rises.append(rise[:, :, used])
            places = batch.parameter + np.arange(len(batch.items))[:, None] * batch.n_parameters
            columns.append((places + used).ravel())
            common.append(slopes[:, :, 0].reshape(-1, structure.nodes.size))
        shared = np.concatenate((*common, np.zeros((2 * structure.n_groups, structure.nodes.size))))
        every = np.tile(shared, (structure.n_groups, 1, 1))
        for group, own in enumerate(structure.weight_slopes(raw)):
            begin = structure.group_place.start + 2 * group
            every[group, begin : begin + 2] = own
        flat = every.reshape(-1, structure.nodes.size)
        values, vectors = np.linalg.eigh(flat.T @ flat)
        shapes = vectors[:, values > 1e-15 * values[-1]]
        table, weights = structure.log_chances(raw), structure.log_weights(raw)
        places = np.concatenate(columns)
        return cls(structure, table, weights, shapes, every @ shapes, tuple(rises), places)

    def missing(self, part: Part) -> Floats:
        """Return Σ_n Cov_n(s) of the part's persons, (R, R)."""
        total = np.zeros((self.common.shape[1],) * 2)
        for group in sorted({block.group for block in part}):
            sums = [self._sums(block) for block in part if block.group == group]
            shared, mixed, own = (sum(s, start=np.zeros(())) for s in zip(*sums, strict=True))
            common = self.common[group]
            total += common @ shared @ common.T
            total[:, self.columns] += common @ mixed
            total[self.columns] += (common @ mixed).T
            total[np.ix_(self.columns, self.columns)] += own
        return total

    def _sums(self, block: Block) -> tuple[Floats, Floats, Floats]:
        """Return the sums of Cov_n(u), Cov_n(u, θ) h_nᵀ and Var_n(θ) h_n h_nᵀ: r + m square."""
        nodes, shapes = self.structure.nodes, self.shapes
        posterior, _ = posterior_in(block, self.table, self.weights)
        moved = shapes * nodes[:, None]
        features = np.concatenate((shapes, moved, nodes[:, None], nodes[:, None] ** 2), axis=1)
        means = posterior @ features
        r = shapes.shape[1]
        own, ability, square = means[:, :r], means[:, 2 * r], means[:, 2 * r + 1]
        weights = block.weights
        mass = weights @ posterior
        within = (shapes * mass[:, None]).T @ shapes - (own * weights[:, None]).T @ own
        mixed = (means[:, r : 2 * r] - own * ability[:, None]) * weights[:, None]
        statistic = self._statistic(block)
        spread = weights * (square - ability**2)
        return within, mixed.T @ statistic, (statistic * spread[:, None]).T @ statistic

    def _statistic(self, block: Block) -> Floats:
        """Return h_n at the columns that have any, (n, m)."""
        found = []
        for batch, rise in zip(self.structure.batches, self.rises, strict=True):
            given = block.categories(batch)
            chosen = rise[given, np.arange(len(batch.items))]
            found.append(chosen.reshape(len(given), -1))
        return found[0] if len(found) == 1 else np.concatenate(found, axis=1)


def _rise(slopes: Floats, nodes: Floats) -> Floats | None:
    """Return by how much each category's slopes rise with θ beside the lowest's, (K, J, p)."""
    beside = slopes - slopes[:, :, :1]
    rise = (beside[..., -1] - beside[..., 0]) / (nodes[-1] - nodes[0])
    line = beside[..., :1] + rise[..., None] * (nodes - nodes[0])
    if np.abs(beside - line).max() > ROUNDING * np.abs(nodes).max():
        return None
    return np.where(np.abs(rise) > ROUNDING, rise, 0.0).transpose(2, 0, 1)
