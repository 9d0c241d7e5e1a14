"""Points on the ability scale where everything is tabulated, and the cells around them.

Equally spaced points with the trapezoid rule: for the smooth, bell-shaped integrands of this
engine the rule converges faster than any power of the step, one grid serves every posterior, and
a cell has two edges, so that a cut score can split it (`docs/decisions/0001-quadrature.md`).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Floats, Integers, frozen
from placement.errors import PoolError

_Number = TypeVar("_Number", float, Floats)


@dataclass(frozen=True, slots=True)
class Quadrature:
    """`size` equally spaced points from `lower` to `upper` (logits)."""

    lower: float = -5.0
    upper: float = 5.0
    size: int = 201

    def __post_init__(self) -> None:
        if not self.lower < self.upper or self.size < 4:
            raise PoolError([f"quadrature: {self.size} points from {self.lower} to {self.upper}"])

    @property
    def nodes(self) -> Floats:
        """Points, shape (Q,), ascending."""
        return frozen(np.linspace(self.lower, self.upper, self.size))


STANDARD = Quadrature()


def cell_edges(nodes: Floats) -> Floats:
    """Return the Q + 1 edges of the cells: midpoints, and the end nodes themselves."""
    middles = (nodes[1:] + nodes[:-1]) / 2
    return np.concatenate((nodes[:1], middles, nodes[-1:]))


def cell_widths(nodes: Floats) -> Floats:
    """Return the trapezoid rule's weights, shape (Q,): the widths of the cells."""
    return np.diff(cell_edges(nodes))


def interpolation(nodes: Floats, points: Floats) -> Floats:
    """Return weights (N, Q) whose product with a table on the nodes is its value at N points.

    Cubic Lagrange interpolation through the four nearest of the equally spaced nodes (Abramowitz &
    Stegun 1964, 25.2.13); exact for cubics. Points outside the grid are moved to its end.
    """
    first, near = neighbours(nodes, points)
    weights = np.zeros((points.size, nodes.size))
    np.put_along_axis(weights, first[:, None] + np.arange(4), near, axis=1)
    return weights


def interpolated(nodes: Floats, points: Floats, table: Floats) -> Floats:
    """Return the values of a table (Q, M) at N points, (N, M): four rows are read for each."""
    if points.size == 1:
        begin, four = _neighbours_of_one(nodes, points.item(0))
        return np.asarray(four.dot(table[begin : begin + 4])[None])
    first, weights = neighbours(nodes, points)
    columns = (first[:, None] + np.arange(4)).ravel()
    starts = np.arange(0, 4 * points.size + 1, 4)
    shape = (points.size, nodes.size)
    return np.asarray(csr_array((weights.ravel(), columns, starts), shape) @ table)


def neighbours(nodes: Floats, points: Floats) -> tuple[Integers, Floats]:
    """Return the first of each point's four nodes, (…), and the weights of the four, (…, 4)."""
    step = nodes[1] - nodes[0]
    place = np.clip((points - nodes[0]) / step, 0, nodes.size - 1)
    first = np.clip(np.floor(place).astype(np.int64) - 1, 0, nodes.size - 4)
    return first, np.stack(_cubic(place - first), axis=-1)


def _neighbours_of_one(nodes: Floats, point: float) -> tuple[int, Floats]:
    """Return the same for one point: its first node, and the weights of the four, (4,)."""
    lowest = nodes.item(0)
    place = min(max((point - lowest) / (nodes.item(1) - lowest), 0.0), nodes.size - 1.0)
    first = min(max(int(place) - 1, 0), nodes.size - 4)
    return first, np.array(_cubic(place - first))


def _cubic(t: _Number) -> tuple[_Number, _Number, _Number, _Number]:
    """Return the weights of the values at 0, 1, 2, 3 for the cubic's value at t."""
    return (
        -(t - 1) * (t - 2) * (t - 3) / 6,
        t * (t - 2) * (t - 3) / 2,
        -t * (t - 1) * (t - 3) / 2,
        t * (t - 1) * (t - 2) / 6,
    )
