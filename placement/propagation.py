"""The posterior of correlated abilities by expectation propagation, where few factors do not do.

Abilities are jointly normal and every question measures one of them, so the posterior is the
normal prior times one function a module, its likelihood on the grid. Expectation propagation
(Minka 2001) puts a normal factor, the *site*, in the place of each of these functions: one a
module, not one a question, so that nothing is lost by how a likelihood was built up. A module's
*cavity* is what everything but its own answers says about it.

Normal sites make normal cavities, and with few answers these miss up to .03 of a track's chance.
What they miss is computed exactly for the nearest law of one or two common factors, whose cavities
are known with the likelihoods and with the same normal sites: the ratio of the two corrects the
cavity (after Cseke & Heskes 2011, who correct marginals by what the other sites miss).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.factors import FactorCavities, FactorGrid, FactorLaw
from placement.quadrature import cell_widths

TOLERANCE = 1e-5
"""A cavity that moves less in a sweep, in logits and in log variance, has settled."""
SWEEPS = 60
STEP = 0.15
"""Moments by the trapezoid rule need no finer grid: the error is exp(-2 (π SD / step)²)."""
LEAST_PRECISION = 1e-8
"""A guessed right answer may widen a posterior; a site never takes precision away."""
SMALLEST = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """A normal factor a module for each of N examinees: `precision` and `shift`, both (N, D).

    The factor is exp(shift θ - precision θ² / 2) with θ from the prior's mean; no answers, no
    factor: 0 and 0.
    """

    precision: Floats
    shift: Floats


@dataclass(frozen=True, slots=True, eq=False)
class NormalCavities:
    """Normal laws of each module by its others' sites: `mean` and `variance`, both (N, D)."""

    mean: Floats
    variance: Floats

    @classmethod
    def of(cls, sites: Sites, covariance: Floats) -> Self:
        """Return the cavities that `sites` make under a prior of this covariance (D, D)."""
        mean, spread = joint_moments(sites, covariance)
        pairs = [_cavity(sites, mean, spread, module) for module in range(len(covariance))]
        variance, middle = (np.stack(parts, axis=1) for parts in zip(*pairs, strict=True))
        return cls(middle, variance)

    def chosen(self, rows: Integers) -> Self:
        return type(self)(self.mean[rows], self.variance[rows])

    def squares(self, module: int, nodes: Floats) -> Floats:
        """Return (θ - mean)² / variance at the nodes, (N, Q)."""
        return (nodes - self.mean[:, module, None]) ** 2 / self.variance[:, module, None]


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedCavities:
    """Cavities by `normal` sites, each times `exact` / `same`: both of a factor law.

    `exact` are that law's cavities with the likelihoods, `same` those with the normal sites.
    `nodes` (Q,) are from the prior's mean.
    """

    nodes: Floats
    normal: NormalCavities
    same: NormalCavities
    exact: FactorCavities

    def chosen(self, rows: Integers) -> Self:
        normal, same = self.normal.chosen(rows), self.same.chosen(rows)
        return type(self)(self.nodes, normal, same, self.exact.chosen(rows))

    def masses(self, module: int) -> Floats:
        """Return the cavity of a module as mass in each node's cell, (N, Q); rows sum to 1."""
        missed = np.log(np.maximum(self.exact.masses(module), SMALLEST))
        missed += self.same.squares(module, self.nodes) / 2
        logs = missed - self.normal.squares(module, self.nodes) / 2
        mass = np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))
        mass /= mass.sum(axis=1, keepdims=True)
        return mass


@dataclass(frozen=True, slots=True, eq=False)
class PropagatedLaw:
    """D abilities of any `covariance` (D, D) on nodes (Q,) from the prior's mean.

    `nearest` is a factor law of correlations near to theirs, and `near` its covariance.
    """

    covariance: Floats
    nodes: Floats
    nearest: FactorLaw
    near: Floats

    @classmethod
    def of(
        cls, correlation: Floats, mean: float, sd: float, nodes: Floats, nearest: FactorGrid
    ) -> Self:
        """Prepare for abilities of one mean and SD, and a correlation matrix (D, D)."""
        near = nearest.loadings @ nearest.loadings.T + np.diag(nearest.residual**2)
        return cls(sd**2 * correlation, nodes - mean, FactorLaw.on(nearest), sd**2 * near)

    def cavities(self, likelihoods: Floats) -> CorrectedCavities:
        """Return the cavities of N examinees from log likelihoods (D, N, Q)."""
        sites, normal = propagate(likelihoods, self.covariance, self.nodes)
        same = NormalCavities.of(sites, self.near)
        return CorrectedCavities(self.nodes, normal, same, self.nearest.cavities(likelihoods))


def propagate(
    likelihoods: Floats, covariance: Floats, nodes: Floats
) -> tuple[Sites, NormalCavities]:
    """Return the sites and cavities of N examinees: expectation propagation until it settles.

    `likelihoods` (D, N, Q) are logarithms, all 0 where nothing is answered; `covariance` (D, D) is
    the prior's, and `nodes` (Q,) are from its mean. Every site begins at nothing, so that the
    result follows from the answers only.
    """
    answered = np.asarray(likelihoods.any(axis=2).T, dtype=np.bool_)
    size = answered.shape
    precision, shift = np.zeros(size), np.zeros(size)
    cavities = NormalCavities(np.full(size, np.inf), np.ones(size))
    moved = np.ones(size[0], dtype=np.bool_)
    work = _Work.on(nodes, likelihoods, answered, covariance)
    for _ in range(SWEEPS):
        rows = np.flatnonzero(moved)
        if not rows.size:
            break
        moved[rows] = work.sweep(rows, precision, shift, cavities)
    return Sites(precision, shift), cavities


def joint_moments(sites: Sites, covariance: Floats) -> tuple[Floats, Floats]:
    """Return mean (N, D), from the prior's mean, and covariance (N, D, D) of the normal joint.

    S = C - C T½ (I + T½ C T½)⁻¹ T½ C and mean S ν: no inverse of C, which may be singular.
    """
    root = np.sqrt(sites.precision)
    inner = root[:, :, None] * covariance * root[:, None, :] + np.eye(len(covariance))
    loaded = root[:, :, None] * covariance
    spread = covariance - np.swapaxes(loaded, 1, 2) @ np.linalg.solve(inner, loaded)
    return np.einsum("nde,ne->nd", spread, sites.shift), spread


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What does not change from sweep to sweep, on a coarser grid from the prior's mean.

    `logs` (D, N, q) are log likelihoods, cell widths included; `powers` (q, 3) are 1, θ and θ².
    """

    logs: Floats
    answered: Booleans
    nodes: Floats
    powers: Floats
    covariance: Floats

    @classmethod
    def on(
        cls, nodes: Floats, likelihoods: Floats, answered: Booleans, covariance: Floats
    ) -> "_Work":
        stride = max(1, int(STEP / (nodes[1] - nodes[0]) + 1e-9))
        few = nodes[::stride]
        logs = likelihoods[:, :, ::stride] + np.log(cell_widths(few))
        return cls(logs, answered, few, np.stack((few**0, few, few**2), axis=1), covariance)

    def sweep(
        self, rows: Integers, precision: Floats, shift: Floats, cavities: NormalCavities
    ) -> Booleans:
        """Renew each module's site once for some examinees; return who has not settled."""
        sites = Sites(precision[rows], shift[rows])
        mean, spread = joint_moments(sites, self.covariance)
        change = np.zeros(rows.size)
        for module in range(len(self.covariance)):
            variance, middle = _cavity(sites, mean, spread, module)
            before = cavities.mean[rows, module], cavities.variance[rows, module]
            cavities.mean[rows, module], cavities.variance[rows, module] = middle, variance
            drift = abs(middle - before[0]) + abs(np.log(variance / before[1]))
            np.maximum(change, drift, out=change)
            self._renew(rows, module, sites, (mean, spread), (middle, variance))
        precision[rows], shift[rows] = sites.precision, sites.shift
        return np.asarray(change > TOLERANCE)

    def _renew(
        self,
        rows: Integers,
        module: int,
        sites: Sites,
        joint: tuple[Floats, Floats],
        cavity: tuple[Floats, Floats],
    ) -> None:
        """Match one module's site to its tilted grid; update the joint law by rank one."""
        some = self.answered[rows, module]
        if not some.any():
            return
        middle, variance = cavity[0][some], cavity[1][some]
        found, width = self._tilted(rows[some], module, middle, variance)
        fresh = np.maximum(1 / width - 1 / variance, LEAST_PRECISION)
        # The site's mean is matched also where its precision was held up.
        pull = found * (fresh + 1 / variance) - middle / variance
        more = np.zeros(rows.size)
        more[some] = fresh - sites.precision[some, module]
        push = np.zeros(rows.size)
        push[some] = pull - sites.shift[some, module]
        sites.precision[some, module], sites.shift[some, module] = fresh, pull
        mean, spread = joint
        column = spread[:, :, module].copy()
        gain = 1 / (1 + more * column[:, module])
        mean += column * ((push - more * mean[:, module]) * gain)[:, None]
        spread -= column[:, :, None] * column[:, None, :] * (more * gain)[:, None, None]

    def _tilted(
        self, rows: Integers, module: int, middle: Floats, variance: Floats
    ) -> tuple[Floats, Floats]:
        """Return mean and variance (n,) of cavity times likelihood on the grid."""
        logs = self.logs[module, rows] - (self.nodes - middle[:, None]) ** 2 / (
            2 * variance[:, None]
        )
        mass = np.exp(logs - logs.max(axis=1, keepdims=True))
        sums = mass @ self.powers
        found = sums[:, 1] / sums[:, 0]
        return found, sums[:, 2] / sums[:, 0] - found**2


def _cavity(sites: Sites, mean: Floats, spread: Floats, module: int) -> tuple[Floats, Floats]:
    """Return variance and mean (N,) of the joint law with one module's site taken out."""
    own = spread[:, module, module]
    variance = 1 / (1 / own - sites.precision[:, module])
    middle = variance * (mean[:, module] / own - sites.shift[:, module])
    return variance, middle
