"""What ability in one module says about ability in another, before any answer."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from placement.arrays import Floats
from placement.errors import refuse

EXTRA = 5
SHRINKAGE = 0.7


@dataclass(frozen=True, slots=True)
class Independent:
    """Nothing: every module stands alone."""

    @property
    def extra(self) -> int:
        return 0

    def __call__(self, size: int) -> Floats:
        return np.eye(size)

    def fits(self, size: int) -> bool:
        return size >= 0


@dataclass(frozen=True, slots=True)
class Equal:
    """One correlation between any two modules.

    `extra` is how many further questions a module gets whose own answers and joint posterior
    propose different tracks.
    """

    rho: float = 0.4
    extra: int = EXTRA

    def __post_init__(self) -> None:
        faults = [] if -1 <= self.rho <= 1 else [f"dependence: rho {self.rho} is not in [-1, 1]"]
        refuse([*faults, *_extra_faults(self.extra)])

    def __call__(self, size: int) -> Floats:
        """Return the correlation matrix (D, D)."""
        return np.full((size, size), self.rho) + (1 - self.rho) * np.eye(size)

    def fits(self, size: int) -> bool:
        return size <= 1 or 1 + (size - 1) * self.rho >= 0


@dataclass(frozen=True, slots=True)
class Correlated:
    """A correlation for each pair of modules, in the design's order; `extra` as for `Equal`."""

    matrix: tuple[tuple[float, ...], ...]
    extra: int = EXTRA

    def __post_init__(self) -> None:
        refuse([*matrix_faults(self.matrix), *_extra_faults(self.extra)])

    def __call__(self, size: int) -> Floats:
        """Return the correlation matrix (D, D)."""
        return np.array(self.matrix).reshape(size, size)

    def fits(self, size: int) -> bool:
        return len(self.matrix) == size


def matrix_faults(matrix: tuple[tuple[float, ...], ...]) -> list[str]:
    """Return why these rows are no correlation matrix; nothing when they are one."""
    size = len(matrix)
    if any(len(row) != size for row in matrix):
        return [f"dependence: expected {size} rows of {size} correlations"]
    if not all(isfinite(value) for row in matrix for value in row):
        return ["dependence: a correlation is not a finite number"]
    table = np.array(matrix).reshape(size, size)
    claims = (
        (bool((table == table.T).all()), "dependence: the matrix is not symmetric"),
        (bool((np.diag(table) == 1).all()), "dependence: the diagonal is not 1"),
        (
            bool((np.linalg.eigvalsh(table) >= -1e-9).all()) if size else True,
            "dependence: no abilities can be correlated like this (not positive semidefinite)",
        ),
    )
    return [fault for holds, fault in claims if not holds]


def shrunken(estimated: Floats, *, factor: float = SHRINKAGE, extra: int = EXTRA) -> Correlated:
    """Return a careful prior from an estimated correlation matrix (D, D).

    Correlations are multiplied by `factor`, negative ones are 0: to believe too much costs more
    questions than to believe too little, and it is paid by people whose modules differ. What is
    then no correlation matrix is drawn towards independence until it is one.
    """
    table = np.maximum(factor * (estimated + estimated.T) / 2, 0)
    np.fill_diagonal(table, 1)
    least = float(np.linalg.eigvalsh(table)[0]) if len(table) else 1.0
    if least < 0:
        # Mixing with the identity by weight w moves each eigenvalue e to (1 - w) e + w.
        table = table / (1 - least) - least / (1 - least) * np.eye(len(table))
        np.fill_diagonal(table, 1)
    return Correlated(tuple(tuple(map(float, row)) for row in table), extra)


def _extra_faults(extra: int) -> list[str]:
    return [] if extra >= 0 else [f"dependence: extra {extra} is below 0"]
