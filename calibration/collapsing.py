"""Joining the sparse cells of a table of summed scores × categories.

The order of the steps is that of mirt 1.45, so that degrees of freedom agree: impossible cells at
either end, scores that nobody or one person has, categories within a score, rare categories, and
at last neighbouring scores.
"""

import numpy as np

from placement.arrays import Floats

RARE_ROWS = 0.1
RARE_CELLS = 0.05


def collapse(observed: Floats, expected: Floats, smallest: float) -> tuple[Floats, Floats]:
    """Return tables (R, C) of counts in which no expected count is below `smallest`.

    `expected` is nan where a category cannot go with a summed score; an expected count of 0 in the
    answer is a cell that was joined to another.
    """
    o, e = _possible(observed.copy(), expected.copy())
    seen = o.sum(axis=1) > 0
    o, e = o[seen], e[seen]
    sparse = (e < smallest).any(axis=1)
    o, e = _singles(o, e)
    if e.shape[1] > 2:
        _within_scores(o, e, sparse, smallest)
        o, e = _rare_categories(o, e, smallest)
    return _neighbours(o, e, smallest)


def _possible(o: Floats, e: Floats) -> tuple[Floats, Floats]:
    """Join the scores that some category cannot go with to the nearest that go with all."""
    impossible = np.isnan(e).any(axis=1)
    e[np.isnan(e)] = 0
    if not impossible.any():
        return o, e
    whole = np.flatnonzero(~impossible)
    if whole.size == 0:
        return o[:0], e[:0]
    first, last = int(whole[0]), int(whole[-1])
    for table in (o, e):
        table[first] += table[:first].sum(axis=0)
        table[last] += table[last + 1 :].sum(axis=0)
    return o[first : last + 1], e[first : last + 1]


def _singles(o: Floats, e: Floats) -> tuple[Floats, Floats]:
    """Join scores that one person has to the next; the last to the one before."""
    kept = list(range(len(o)))
    for row in range(len(o) - 1):
        if o[row].sum() == 1:
            kept.remove(row)
            for table in (o, e):
                table[row + 1] += table[row]
    o, e = o[kept], e[kept]
    if len(o) > 1 and o[-1].sum() == 1:
        for table in (o, e):
            table[-2] += table[-1]
        o, e = o[:-1], e[:-1]
    return o, e


def _within_scores(o: Floats, e: Floats, sparse: Floats, smallest: float) -> None:
    """Join categories of a score, the smallest to its smaller neighbour; blanks move right."""
    for row in range(len(e)):
        if not sparse[row]:
            continue
        own_e, own_o = e[row].tolist(), o[row].tolist()
        while len(own_e) > 2:
            _join_smallest(own_e, own_o)
            if min(own_e) >= smallest:
                break
        blanks = [0.0] * (e.shape[1] - len(own_e))
        e[row], o[row] = own_e + blanks, own_o + blanks


def _join_smallest(own_e: list[float], own_o: list[float]) -> None:
    least = min(own_e)
    place = max(k for k, value in enumerate(own_e) if value == least)
    if place in {0, len(own_e) - 1}:
        target = 1 if place == 0 else place - 1
    else:
        target = place - 1 if own_e[place - 1] <= own_e[place + 1] else place + 1
    for values in (own_e, own_o):
        values[target] += values[place]
        del values[place]


def _rare_categories(o: Floats, e: Floats, smallest: float) -> tuple[Floats, Floats]:
    """Join the columns at the right that hold too little to the ones beside them."""
    while e.shape[1] > 2 and e[:, -1].sum() < smallest * np.ceil(len(e) * RARE_ROWS):
        for table in (o, e):
            table[:, -2] += table[:, -1]
        o, e = o[:, :-1], e[:, :-1]
    kept = list(range(e.shape[1]))
    for column in range(e.shape[1] - 1, 0, -1):
        if (e[:, column] > 0).mean() < RARE_CELLS:
            kept.remove(column)
            for table in (o, e):
                table[:, column - 1] += table[:, column]
    return o[:, kept], e[:, kept]


def _neighbours(o: Floats, e: Floats, smallest: float) -> tuple[Floats, Floats]:
    """Join a score with a sparse cell to the neighbour that fewer persons have."""
    while len(e) > 1:
        sparse = ((e < smallest) & (e != 0)).any(axis=1)
        if not sparse.any():
            break
        row = int(np.flatnonzero(sparse)[0])
        if row in {0, len(e) - 1}:
            target = 1 if row == 0 else row - 1
        else:
            target = row - 1 if o[row - 1].sum() <= o[row + 1].sum() else row + 1
        for table in (o, e):
            table[target] += table[row]
        o, e = np.delete(o, row, axis=0), np.delete(e, row, axis=0)
    return o, e
