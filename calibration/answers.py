"""Scores as they are kept: a table of bytes, or where little was answered only what was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Floats, Integers

Bytes = NDArray[np.int8]
MISSING = -1
# Persons whose patterns are numbered at a time.
SOME = 2_048
# Whole numbers that a float holds exactly; and a factor for the first of two sums.
EXACT = 2**53
FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Answers(Protocol):
    """N persons' scores on J items. Sizes follow the answers given, or a byte a cell."""

    @property
    def n_persons(self) -> int: ...
    @property
    def n_items(self) -> int: ...
    def tally(self, width: int) -> Integers: ...
    def highest(self) -> int: ...
    def answered(self) -> Integers: ...
    def keys(self, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]: ...
    def item_keys(self, numbers: NDArray[np.uint64], items: Sequence[int]) -> list[int]: ...
    def recoded(self, codes: Bytes) -> Self: ...
    def chosen(self, persons: Integers) -> Self: ...
    def pieces(self, size: int) -> Iterator[Self]: ...
    def totals(self, values: Floats) -> Floats: ...
    def to(self, items: Sequence[int]) -> tuple[Integers, Integers, Bytes]: ...
    def triplets(self) -> tuple[NDArray[np.int64], NDArray[np.int32], Bytes]: ...


@dataclass(frozen=True, slots=True, eq=False)
class DenseAnswers:
    """`scores` (N, J); -1 is no answer."""

    scores: Bytes

    @property
    def n_persons(self) -> int:
        return len(self.scores)

    @property
    def n_items(self) -> int:
        return int(self.scores.shape[1])

    @property
    def complete(self) -> bool:
        return self.scores.size > 0 and int(self.scores.min()) > MISSING

    def highest(self) -> int:
        return int(self.scores.max(initial=MISSING))

    def tally(self, width: int) -> Integers:
        """Return how often each score 0 … width - 1 was given to each item, (J, width)."""
        counts = [np.count_nonzero(self.scores == score, axis=0) for score in range(width)]
        return np.stack(counts, axis=1).astype(np.int64)

    def answered(self) -> Integers:
        """Return the number of answers of each person, (N,)."""
        return np.asarray((self.scores != MISSING).sum(axis=1), dtype=np.int64)

    def keys(self, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return a number for each person's pattern, (N,), from `numbers` (J, width).

        They are made of two sums of scores times numbers so small that floats hold them exactly.
        """
        limit = np.uint64(EXACT // ((self.highest() + 2) * self.n_items))
        factors = (numbers[:, [0, -1]] % limit).astype(np.float64)
        keys = np.empty(self.n_persons, dtype=np.uint64)
        for begin in range(0, self.n_persons, SOME):
            some = slice(begin, begin + SOME)
            sums = ((self.scores[some] + 1.0) @ factors).astype(np.uint64)
            keys[some] = sums[:, 0] * FACTOR + sums[:, 1]
        return keys

    def item_keys(self, numbers: NDArray[np.uint64], items: Sequence[int]) -> list[int]:
        """Return a number for each of `items`' columns from one for each person, (N,)."""
        columns = (self.scores[:, j].astype(np.int64).astype(np.uint64) for j in items)
        return [int(numbers @ (column + np.uint64(1))) for column in columns]

    def recoded(self, codes: Bytes) -> "DenseAnswers":
        """Return items and scores changed by `codes` (J, width): a new score, or -1 for none.

        Items whose codes are all -1 are left out.
        """
        kept = np.flatnonzero((codes != MISSING).any(axis=1))
        straight = np.arange(codes.shape[1], dtype=np.int8)
        if kept.size == self.n_items and ((codes == straight) | (codes == MISSING)).all():
            return self
        ladder = np.concatenate((codes[kept], np.full((kept.size, 1), MISSING, np.int8)), axis=1)
        return DenseAnswers(ladder[np.arange(kept.size), self.scores[:, kept]])

    def chosen(self, persons: Integers) -> "DenseAnswers":
        return DenseAnswers(self.scores[persons])

    def pieces(self, size: int) -> Iterator["DenseAnswers"]:
        """Yield the persons, at most `size` at a time."""
        for begin in range(0, self.n_persons, size):
            yield DenseAnswers(self.scores[begin : begin + size])

    def totals(self, values: Floats) -> Floats:
        """Return Σ score × the item's value of `values` (J,) over each person's answers, (N,)."""
        return np.asarray(np.maximum(self.scores, 0) @ values)

    def to(self, items: Sequence[int]) -> tuple[Integers, Integers, Bytes]:
        """Return the answers to `items`: persons, places among these, and scores, (answers,)."""
        own = self.scores[:, items]
        person, place = np.nonzero(own != MISSING)
        return person, place, own[person, place]

    def triplets(self) -> tuple[NDArray[np.int64], NDArray[np.int32], Bytes]:
        """Return where each person begins (N + 1,), the items and the scores, (answers,)."""
        given = self.scores != MISSING
        starts = np.concatenate(([0], np.cumsum(given.sum(axis=1, dtype=np.int64))))
        items = np.nonzero(given)[1].astype(np.int32)
        return starts, items, self.scores[given]


@dataclass(frozen=True, slots=True, eq=False)
class SparseAnswers:
    """Person n answered `items[starts[n]:starts[n + 1]]`, ascending, with `scores` there."""

    starts: NDArray[np.int64]
    items: NDArray[np.int32]
    scores: Bytes
    n_items: int

    @property
    def n_persons(self) -> int:
        return self.starts.size - 1

    def highest(self) -> int:
        return int(self.scores.max(initial=MISSING))

    def tally(self, width: int) -> Integers:
        cells = self.items * np.int64(width) + self.scores
        counts = np.bincount(cells, minlength=self.n_items * width)
        return counts.reshape(self.n_items, width).astype(np.int64)

    def answered(self) -> Integers:
        return np.diff(self.starts)

    def keys(self, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
        keys = np.zeros(self.n_persons, dtype=np.uint64)
        for begin in range(0, self.n_persons, SOME):
            ends = self.starts[begin : begin + SOME + 1]
            part = slice(ends[0], ends[-1])
            sums = np.cumsum(numbers[self.items[part], self.scores[part]])
            # Whole numbers wrap around, so that differences of running sums are exact.
            keys[begin : begin + SOME] = np.diff(np.append(np.uint64(0), sums)[ends - ends[0]])
        return keys

    def item_keys(self, numbers: NDArray[np.uint64], items: Sequence[int]) -> list[int]:
        person, place, scores = self.to(items)
        keys = np.zeros(len(items), dtype=np.uint64)
        np.add.at(keys, place, numbers[person] * (scores.astype(np.uint64) + np.uint64(1)))
        return [int(key) for key in keys]

    def recoded(self, codes: Bytes) -> "SparseAnswers":
        kept = (codes != MISSING).any(axis=1)
        straight = np.arange(codes.shape[1], dtype=np.int8)
        if kept.all() and ((codes == straight) | (codes == MISSING)).all():
            return self
        scores = codes[self.items, self.scores]
        given = scores != MISSING
        sums = np.concatenate(([0], np.cumsum(given)))
        places = (np.cumsum(kept) - 1).astype(np.int32)
        starts = sums[self.starts].astype(np.int64)
        return SparseAnswers(starts, places[self.items[given]], scores[given], int(kept.sum()))

    def chosen(self, persons: Integers) -> "SparseAnswers":
        lengths = self.answered()[persons]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        places = np.repeat(self.starts[:-1][persons] - starts[:-1], lengths)
        places += np.arange(places.size)
        return SparseAnswers(starts, self.items[places], self.scores[places], self.n_items)

    def pieces(self, size: int) -> Iterator["SparseAnswers"]:
        for begin in range(0, self.n_persons, size):
            starts = self.starts[begin : begin + size + 1]
            own = slice(starts[0], starts[-1])
            yield SparseAnswers(starts - starts[0], self.items[own], self.scores[own], self.n_items)

    def totals(self, values: Floats) -> Floats:
        sums = np.cumsum(self.scores * values[self.items])
        return np.diff(np.append(0.0, sums)[self.starts])

    def to(self, items: Sequence[int]) -> tuple[Integers, Integers, Bytes]:
        place = np.full(self.n_items, -1)
        place[list(items)] = np.arange(len(items))
        mine = np.flatnonzero(place[self.items] >= 0)
        person = np.searchsorted(self.starts, mine, side="right") - 1
        return person, place[self.items[mine]], self.scores[mine]

    def triplets(self) -> tuple[NDArray[np.int64], NDArray[np.int32], Bytes]:
        return self.starts, self.items, self.scores


def first_of_each(keys: NDArray[np.uint64]) -> tuple[Integers, Integers]:
    """Return each different key's first place, in order, and every key's place among them."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return first[order], rank[inverse]


def repeated(names: Sequence[str]) -> list[str]:
    """Return the names that come more than once."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)
