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
from calibration.structure import Batch, Structure
from placement.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class LinearScores:
    """`common` (G, R, Q) is f in each group.

    `rises` are a batch's multipliers of θ by category, (K, J, p'), of the parameters that have
    any; `columns` (m,) are their places in the raw vector.
    """

    structure: Structure
    table: Floats
    weights: Floats
    common: Floats
    rises: tuple[Floats, ...]
    columns: Integers

    @classmethod
    def of(cls, structure: Structure, raw: Floats) -> Self:
        """Take every item's scores at `raw`; all must be of exponential families."""
        nodes, n_groups = structure.nodes, structure.n_groups
        common = np.zeros((n_groups, structure.start.size, nodes.size))
        rises, columns = [], []
        for batch in structure.batches:
            slopes = batch.family.slopes(batch.of(raw), nodes)
            common[:, batch.place] = slopes[:, :, 0].reshape(-1, nodes.size)
            rise, used = _rise(slopes, nodes)
            rises.append(rise)
            columns.append((_places(batch) + used).ravel())
        for group, own in enumerate(structure.weight_slopes(raw)):
            begin = structure.group_place.start + 2 * group
            common[group, begin : begin + 2] = own
        table, weights = structure.log_chances(raw), structure.log_weights(raw)
        return cls(structure, table, weights, common, tuple(rises), np.concatenate(columns))

    def missing(self, part: Part) -> Floats:
        """Return Σ_n Cov_n(s) of the part's persons, (R, R)."""
        total = np.zeros((self.structure.start.size,) * 2)
        for group in sorted({block.group for block in part}):
            sums = [self._sums(block) for block in part if block.group == group]
            within, mixed, own = (sum(s, start=np.zeros(())) for s in zip(*sums, strict=True))
            common = self.common[group]
            total += common @ within @ common.T
            cross = common @ mixed
            total[:, self.columns] += cross
            total[self.columns] += cross.T
            total[np.ix_(self.columns, self.columns)] += own
        return total

    def _sums(self, block: Block) -> tuple[Floats, Floats, Floats]:
        """Return Σ Cov_n(v), (Q, Q), Σ Cov_n(v, θ) h_nᵀ, (Q, m), and Σ Var_n(θ) h_n h_nᵀ, (m, m).

        v holds a 1 at the person's node, so that f is its coefficients times v.
        """
        nodes, weights = self.structure.nodes, block.weights
        posterior, _ = posterior_in(block, self.table, self.weights)
        mean, square = (posterior @ np.stack((nodes, nodes**2), axis=1)).T
        statistic = self._statistic(block)
        scaled = posterior * np.sqrt(weights)[:, None]
        within = np.diag(weights @ posterior) - scaled.T @ scaled
        np.multiply(posterior, nodes - mean[:, None], out=scaled)
        mixed = scaled.T @ (statistic * weights[:, None])
        statistic *= np.sqrt(weights * np.maximum(square - mean**2, 0.0))[:, None]
        return within, mixed, statistic.T @ statistic

    def _statistic(self, block: Block) -> Floats:
        """Return h_n at the columns that have any, (n, m)."""
        found = []
        for batch, rise in zip(self.structure.batches, self.rises, strict=True):
            given = block.categories(batch)
            if batch.n_categories == 2:
                chosen = given[:, :, None] * rise[1]
            else:
                chosen = rise[given, np.arange(len(batch.items))]
            found.append(chosen.reshape(len(given), -1))
        return found[0] if len(found) == 1 else np.concatenate(found, axis=1)


def _places(batch: Batch) -> Integers:
    """Return where each item's parameters begin in the raw vector, (J, 1)."""
    return batch.parameter + np.arange(len(batch.items))[:, None] * batch.n_parameters


def _rise(slopes: Floats, nodes: Floats) -> tuple[Floats, Integers]:
    """Return by how much categories' slopes rise with θ beside the lowest's, and for which p."""
    ends = slopes[..., [0, -1]]
    beside = ends - ends[:, :, :1]
    rise = ((beside[..., 1] - beside[..., 0]) / (nodes[-1] - nodes[0])).transpose(2, 0, 1)
    # Multipliers are whole numbers; the rest is rounding.
    rise = np.round(rise)
    used = np.flatnonzero((rise != 0).any(axis=(0, 1)))
    return rise[:, :, used], used
