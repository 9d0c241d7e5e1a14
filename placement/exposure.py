"""Keeping single questions from being shown to everybody."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.errors import refuse


@dataclass(frozen=True, slots=True)
class Randomesque:
    """One of the few best items at random (Kingsbury & Zara 1989).

    Of the `early` best for a module's first `n_early` questions, of the `later` best after. Items
    of equal worth, as uncalibrated items of one level are, are ranked by lot: worth is compared to
    nine significant digits, so that a last bit of rounding decides nothing.
    """

    early: int = 5
    later: int = 3
    n_early: int = 5

    def __post_init__(self) -> None:
        usable = min(self.early, self.later) >= 1 and self.n_early >= 0
        refuse([] if usable else ["exposure: early and later start at 1, n_early at 0"])

    def __call__(self, values: Floats, n: Integers, draws: Floats) -> Integers:
        most = np.where(n < self.n_early, self.early, self.later)
        finite = np.isfinite(values)
        few = np.minimum(most, finite.sum(axis=1))
        rank = np.minimum((draws[:, -1] * few).astype(np.int64), few - 1)
        best, doubtful = _plainly_ranked(values, finite, rank)
        if doubtful.any():
            some = _rounded(values[doubtful]), draws[doubtful, :-1], rank[doubtful]
            best[doubtful] = _ranked(*some)
        return best


def _plainly_ranked(values: Floats, finite: Booleans, rank: Integers) -> tuple[Integers, Booleans]:
    """Return the column of each row's value of `rank`, and the rows where it is too close to call.

    Two billionths of the largest value apart, two values round to different ones for certain.
    """
    rows, last = np.arange(len(values)), int(rank.max(initial=0))
    best, doubtful = np.zeros_like(rows), np.zeros(rows.size, dtype=np.bool_)
    if not values.size:
        return best, doubtful
    known = np.where(finite, values, 0)
    margin = 2e-9 * np.maximum(known.max(axis=1), -known.min(axis=1))
    left = values.copy() if last else values
    for taken in range(last + 1):
        found, due = left.argmax(axis=1), rank >= taken
        near = left >= (left[rows, found] - margin)[:, None]
        doubtful |= due & (near.sum(axis=1) > 1)
        best = np.where(due, found, best)
        if taken < last:
            left[rows, found] = -np.inf
    return best, doubtful


def _ranked(values: Floats, draws: Floats, rank: Integers) -> Integers:
    """Return the column of each row's value of `rank` from the top, ties by the lower draw.

    The best is taken off `rank` times, which is less work than sorting many for the first few.
    """
    left, rows = values.copy(), np.arange(len(values))
    best = rows
    for taken in range(int(rank.max(initial=0)) + 1):
        tied = left == left.max(axis=1, keepdims=True)
        found = np.where(tied, draws, np.inf).argmin(axis=1)
        best = np.where(rank >= taken, found, best)
        left[rows, found] = -np.inf
    return best


def _rounded(values: Floats) -> Floats:
    """Return billionths of the largest finite value in each row, whole: nine digits."""
    finite = np.where(np.isfinite(values), np.abs(values), 0)
    scale = np.maximum(finite.max(axis=1, keepdims=True, initial=0), np.finfo(np.float64).tiny)
    scaled = np.divide(values, scale, out=finite)
    scaled *= 1e9
    return np.asarray(np.rint(scaled, out=scaled))
