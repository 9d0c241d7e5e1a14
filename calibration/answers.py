"""Scores as they are kept: a table of bytes, or where little was answered only what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from placement.arrays import Integers

Bytes = NDArray[np.int8]
MISSING = -1
# Persons whose patterns are numbered at a time.
SOME = 16_384


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
        """Return a number for each person's pattern, (N,): the sum of `numbers` (J, width)."""
        keys = np.zeros(self.n_persons, dtype=np.uint64)
        for j in range(self.n_items):
            keys += np.append(numbers[j], np.uint64(0))[self.scores[:, j]]
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
        mine = np.flatnonzero(np.isin(self.items, items))
        person = np.searchsorted(self.starts, mine, side="right") - 1
        keys = np.zeros(self.n_items, dtype=np.uint64)
        scores = self.scores[mine].astype(np.uint64) + np.uint64(1)
        np.add.at(keys, self.items[mine], numbers[person] * scores)
        return [int(keys[j]) for j in items]

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
