"""Correlated abilities through what they have in common: their joint posterior, exactly.

Where ability in module d is θ_d = μ + σ (λ_d · g + √(1 - |λ_d|²) e_d), with one or two standard
normal factors g and a residual e_d of its own, the modules are independent given g. A module's
likelihood becomes a function of g, and what the others say of it a sum over g: two small matrix
products a module, and nothing is forced to be normal (bifactor models are fitted like this:
Gibbons & Hedeker 1992). One factor gives equal correlations, every pair of modules and most
triples; two give every triple.
"""

from dataclasses import dataclass
from math import log, prod, sqrt
from typing import Self

import numpy as np
from scipy.optimize import least_squares

from placement.arrays import Floats, Integers
from placement.quadrature import cell_widths

NARROWEST = 0.15
"""SD, in logits, of a likelihood that holds more than a module's questions can tell (44)."""
FINENESS = 1.3
"""Step of a sum in SDs of what is summed: the error is exp(-2 (π / 1.3)²), below 1e-5."""
FINEST = 0.7
"""Steps of the nodes: a residual of a smaller SD is taken as one of this."""
REACH = (5.0, 8.0)
"""Factors are summed as far as the nodes reach, in SDs, and at least and at most so far."""
LEAST = 1e-100
"""What is smaller is no evidence; products of what remains stay clear of slow subnormal numbers."""


def loadings_of(correlation: Floats, factors: int, longest: float = 1.0) -> tuple[Floats, float]:
    """Return the loadings (D, k) nearest to a correlation matrix (D, D), and their largest error.

    Least squares over the correlations (minres: Harman & Jones 1966), no row above `longest`. The
    start leaves all residuals alike, which is exact for equal correlations and for any D = k + 1.
    """
    values, vectors = np.linalg.eigh(correlation)
    start = vectors[:, -factors:] * np.sqrt(values[-factors:] - values[0])
    above = np.triu_indices(len(correlation), 1)

    def rows_of(free: Floats) -> Floats:
        rows = free.reshape(start.shape)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(length / longest, 1))

    def errors(free: Floats) -> Floats:
        rows = rows_of(free)
        return np.asarray((rows @ rows.T - correlation)[above])

    free = start.ravel()
    if np.abs(errors(free)).max(initial=0) > 1e-12:
        free = least_squares(errors, free, xtol=1e-14, ftol=1e-14, gtol=1e-14).x
    return rows_of(free), float(np.abs(errors(free)).max(initial=0))


@dataclass(frozen=True, slots=True, eq=False)
class FactorCavities:
    """What all but a module's own answers say of it, as a sum over the factors' G points.

    `logs` (D, N, G) are each module's log likelihood of the factors, `total` (N, G) their sum;
    `mass` as in `FactorLaw`.
    """

    logs: Floats
    total: Floats
    mass: Floats

    def chosen(self, rows: Integers) -> "FactorCavities":
        return FactorCavities(self.logs[:, rows], self.total[rows], self.mass)

    def masses(self, module: int) -> Floats:
        """Return the cavity of a module as mass in each node's cell, (N, Q); rows sum to 1."""
        others = self.total - self.logs[module]
        mass = np.asarray(_relative(others) @ self.mass[module])
        mass /= mass.sum(axis=1, keepdims=True)
        return mass


@dataclass(frozen=True, slots=True, eq=False)
class FactorGrid:
    """Where the factors are looked at: `axes`, k of them.

    `loadings` (D, k) are turned to these axes; `residual` (D,) are SDs; `scale` (Q,) are the nodes
    in the prior's SDs from its mean.
    """

    loadings: Floats
    residual: Floats
    scale: Floats
    width: float
    axes: tuple[Floats, ...]

    @classmethod
    def of(cls, loadings: Floats, mean: float, sd: float, nodes: Floats) -> Self:
        """Lay out the factors of `loadings` (D, k) where every ability has this mean and SD.

        The factors are turned to the axes of the information that narrow likelihoods would give, so
        that each axis has the step that it needs; the last term is one module's residual.
        """
        scale, width = (nodes - mean) / sd, NARROWEST / sd
        least = FINEST * (scale[1] - scale[0])
        residual = np.sqrt(np.maximum(1 - (loadings**2).sum(axis=1), least**2))
        told = 1 / (residual**2 + width**2)
        turned = loadings @ np.linalg.svd(loadings * np.sqrt(told)[:, None])[2].T
        precision = 1 + told @ turned**2 + (turned**2 / residual[:, None] ** 2).max(axis=0)
        reach = float(np.clip(np.abs(scale).max(), *REACH))
        sizes = (2 * reach * np.sqrt(precision) / FINENESS).astype(np.int64) + 2
        return cls(
            turned, residual, scale, width, tuple(np.linspace(-reach, reach, n) for n in sizes)
        )

    @property
    def size(self) -> int:
        """The number of points before the far corners, which weigh nothing, are cut off."""
        return prod(axis.size for axis in self.axes)

    @property
    def stride(self) -> int:
        """How coarse a likelihood may be summed: every so many nodes."""
        narrow = 1 / sqrt(self.width**-2 + self.residual.min() ** -2.0)
        return max(1, int(FINENESS * narrow / (self.scale[1] - self.scale[0])))

    def points(self) -> tuple[Floats, Floats]:
        """Return where each ability stands at every factor point, (D, G), and weights (G,)."""
        points = np.stack(np.meshgrid(*self.axes, indexing="ij")).reshape(len(self.axes), -1)
        squares, reach = (points**2).sum(axis=0), self.axes[0][-1] ** 2
        kept = squares <= reach + 1e-9
        return self.loadings @ points[:, kept], np.exp(-squares[kept] / 2)


@dataclass(frozen=True, slots=True, eq=False)
class FactorLaw:
    """D abilities by their common factors, on Q nodes and G points of the factors.

    `mass` (D, G, Q) is the mass in each node's cell at a factor point, times that point's weight;
    `density` (D, q, G) the same without the weight, on every `stride`-th node: likelihoods times a
    residual are wide, and the trapezoid rule needs no finer grid.
    """

    density: Floats
    mass: Floats
    stride: int

    @classmethod
    def on(cls, grid: FactorGrid) -> Self:
        """Tabulate the law on the factors' points."""
        places, weights = grid.points()
        few, sd = grid.scale[:: grid.stride], grid.residual[:, None, None]
        coarse, fine = (
            np.exp(-(((scale - places[:, :, None]) / sd) ** 2) / 2) / sd * cell_widths(scale)
            for scale in (few, grid.scale)
        )
        mass = fine * weights[:, None]
        mass[mass < LEAST] = 0
        coarse[coarse < LEAST] = 0
        return cls(np.ascontiguousarray(np.swapaxes(coarse, 1, 2)), mass, grid.stride)

    def cavities(self, likelihoods: Floats) -> FactorCavities:
        """Return the cavities of N examinees from log likelihoods (D, N, Q)."""
        told = _relative(likelihoods[:, :, :: self.stride]) @ self.density
        logs = np.log(np.maximum(told, LEAST))
        return FactorCavities(logs, logs.sum(axis=0), self.mass)


def _relative(logs: Floats) -> Floats:
    """Return exp(logs), (…, Q), divided by the greatest in its row; at least `LEAST`."""
    return np.asarray(np.exp(np.maximum(logs - logs.max(axis=-1, keepdims=True), log(LEAST))))
