"""The joint posterior of several correlated abilities, each measured by its own questions.

What a module's track is read from is its *cavity*, what everything but its own answers says about
it, times its own likelihood on the grid (`docs/decisions/0014-exact-by-factors.md`).
"""

from typing import Protocol, Self

from placement.arrays import Floats, Integers
from placement.factors import FactorGrid, FactorLaw, loadings_of
from placement.propagation import PropagatedLaw

FITS = ((1, 1.0), (2, 1.0), (2, 0.95))
"""Factors, and the longest loading: long ones leave little residual, which takes many points."""
TABLE = 15_000
"""Points of the factors times modules: more take much longer than propagation."""
ROUNDING = 1e-9
"""Correlations that loadings miss by no more than this are those of a factor law."""


class Cavities(Protocol):
    def masses(self, module: int) -> Floats:
        """Return the cavity of a module as mass in each node's cell, (N, Q); rows sum to 1."""

    def chosen(self, rows: Integers) -> Self:
        """Return some examinees' cavities."""


class JointLaw(Protocol):
    def cavities(self, likelihoods: Floats) -> Cavities:
        """Return the cavities of N examinees from log likelihoods (D, N, Q)."""


def joint_law(correlation: Floats, mean: float, sd: float, nodes: Floats) -> JointLaw:
    """Return the law of abilities of one mean and SD with these correlations, (D, D).

    Exact by common factors where one or two give the correlations; otherwise by expectation
    propagation, corrected by the nearest law of one or two.
    """
    nearest: tuple[float, FactorGrid] | None = None
    for factors, longest in FITS if len(correlation) > 2 else FITS[:1]:
        loadings, error = loadings_of(correlation, factors, longest)
        grid = FactorGrid.of(loadings, mean, sd, nodes)
        if nearest is None or (error < nearest[0] and grid.size * len(correlation) <= TABLE):
            nearest = error, grid
        if nearest[0] <= ROUNDING:
            return FactorLaw.on(nearest[1])
    assert nearest is not None
    return PropagatedLaw.of(correlation, mean, sd, nodes, nearest[1])
