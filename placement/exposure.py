"""Keeping single questions from being shown to everybody."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.draws import Draws
from placement.errors import refuse

APART = 2e-9


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

    def __call__(self, values: Floats, n: Integers, draws: Draws) -> Integers:
        lots = draws.lots() if max(self.early, self.later) > 1 else np.zeros(len(values))
        if len(values) == 1:
            most = self.early if n.item(0) < self.n_early else self.later
            place = _plain_for_one(values[0], most, lots.item(0))
            if place is not None:
                return np.array([place])
        best, doubtful = _best(values)
        rank = np.zeros(best.size, dtype=np.int64)
        if max(self.early, self.later) > 1:
            few = np.where(n < self.n_early, self.early, self.later)
            few = np.minimum(few, np.isfinite(values).sum(axis=1))
            rank = np.minimum((lots * few).astype(np.int64), few - 1)
            if rank.any():
                best, doubtful = _plainly_ranked(values, rank)
        if np.count_nonzero(doubtful):
            some = _rounded(values[doubtful]), draws.of_items(doubtful), rank[doubtful]
            best[doubtful] = _ranked(*some)
        return best


def _plain_for_one(values: Floats, most: int, lot: float) -> int | None:
    """Return the column, by lot, of one of the best of (J,); None where it is too close to call.

    Of one examinee the few best are found faster one by one than by arrays with one row.
    """
    left, best = values.copy(), list[tuple[float, int]]()
    while len(best) <= most:
        place = int(left.argmax())
        worth = left.item(place)
        if worth == -inf:
            break
        best.append((worth, place))
        left[place] = -inf
    few = min(most, len(best))
    rank = min(int(lot * few), few - 1)
    for (high, _), (low, _) in pairwise(best[: rank + 2]):
        if low >= high - APART * best[0][0]:
            return None
    return best[rank][1] if best else None


def _best(values: Floats) -> tuple[Integers, Booleans]:
    """Return the column of each row's greatest value, and the rows where it is too close to call.

    Two billionths of it apart, two values round to different ones for certain.
    """
    best = values.argmax(axis=1)
    least = values[np.arange(best.size), best] * (1 - APART)
    near = values >= least[:, None]
    if np.count_nonzero(near) == best.size:
        return best, np.zeros(best.size, dtype=np.bool_)
    return best, near.sum(axis=1) > 1


def _plainly_ranked(values: Floats, rank: Integers) -> tuple[Integers, Booleans]:
    """Return the same for each row's value of `rank` from the top."""
    rows, last, left = np.arange(len(values)), int(rank.max()), values.copy()
    places, worths = [], []
    for taken in range(last + 2):
        places.append(left.argmax(axis=1))
        worths.append(left[rows, places[-1]])
        if taken <= last:
            left[rows, places[-1]] = -np.inf
    tops = np.array(worths)
    near = tops[1:] >= tops[:-1] - APART * tops[0]
    near &= np.arange(last + 1)[:, None] <= rank
    return np.array(places)[rank, rows], near.any(axis=0)


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
