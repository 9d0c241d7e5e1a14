"""Answers as matrices, a block of persons at a time: the two products that a cycle consists of.

Columns are (item, category) pairs, C in all; a block holds n persons (or patterns of answers that
several persons share, with weights). Where everybody answered everything and all items are right
or wrong, a block is a dense matrix of bytes; else it is sparse, and holds only what was answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from calibration.structure import Batch
from placement.arrays import Floats, Integers


class Block(Protocol):
    """`weights` (n,) count persons; all of them are members of `group`."""

    @property
    def weights(self) -> Floats: ...
    @property
    def group(self) -> int: ...
    @property
    def n_answers(self) -> int: ...
    @property
    def most_answers(self) -> int: ...
    def log_likelihood(self, table: Floats, start: Floats) -> Floats: ...
    def counts(self, posterior: Floats) -> Floats: ...
    def categories(self, batch: Batch) -> NDArray[np.intp]: ...
    def part(self, rows: slice) -> "Block": ...
    def weighted(self, weights: Floats) -> "Block": ...


# Blocks that are worked on together, in order: what is sent to a thread or to another machine.
Part = tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompleteBlock:
    """0 and 1 for every person and item, (n, J) bytes; C = 2J."""

    scores: NDArray[np.int8]
    weights: Floats
    group: int

    @property
    def n_answers(self) -> int:
        return self.scores.size

    @property
    def most_answers(self) -> int:
        return int(self.scores.shape[1])

    def log_likelihood(self, table: Floats, start: Floats) -> Floats:
        """Return `start` (Q,) + what the answers add, (n, Q), from the log chances (C, Q)."""
        wrong = table[::2]
        logs = self.scores.astype(np.float64) @ (table[1::2] - wrong)
        logs += np.ones(len(wrong)) @ wrong + start
        return np.asarray(logs)

    def counts(self, posterior: Floats) -> Floats:
        """Return how many of each category at each node, (C, Q), from (n, Q) weights."""
        table = np.empty((2 * self.scores.shape[1], posterior.shape[1]))
        right = self.scores.astype(np.float64).T @ posterior
        table[1::2] = right
        # A product with ones is several times as fast as a sum over rows.
        np.subtract(np.ones(len(posterior)) @ posterior, right, out=table[::2])
        return table

    def categories(self, batch: Batch) -> NDArray[np.intp]:
        """Return each person's category of each of the batch's items, (n, J); K is no answer."""
        first = batch.column // 2
        return self.scores[:, first : first + len(batch.items)].astype(np.intp)

    def part(self, rows: slice) -> "CompleteBlock":
        return CompleteBlock(self.scores[rows], self.weights[rows], self.group)

    def weighted(self, weights: Floats) -> "CompleteBlock":
        return replace(self, weights=weights)


@dataclass(frozen=True, eq=False)
class SparseBlock:
    """A sparse (n, C) matrix of ones, one for each answer."""

    answers: sparse.csr_array
    weights: Floats
    group: int

    @property
    def n_answers(self) -> int:
        return int(self.answers.indices.size)

    @property
    def most_answers(self) -> int:
        return int(np.diff(self.answers.indptr).max())

    def log_likelihood(self, table: Floats, start: Floats) -> Floats:
        logs = self.answers @ table
        logs += start
        return np.asarray(logs)

    def counts(self, posterior: Floats) -> Floats:
        return np.asarray(self._turned @ posterior)

    def categories(self, batch: Batch) -> NDArray[np.intp]:
        columns = self.answers.indices
        mine = (columns >= batch.columns.start) & (columns < batch.columns.stop)
        rows = np.repeat(np.arange(self.weights.size), np.diff(self.answers.indptr))[mine]
        items, given = np.divmod(columns[mine] - batch.columns.start, batch.n_categories)
        found = np.full((self.weights.size, len(batch.items)), batch.n_categories, dtype=np.intp)
        found[rows, items] = given
        return found

    @cached_property
    def _turned(self) -> sparse.csc_array:
        # The same numbers seen the other way: made once, not in every cycle.
        return self.answers.T

    def part(self, rows: slice) -> "SparseBlock":
        answers = self.answers[rows]
        # The ones are shared, not copied.
        answers.data = self.answers.data[: answers.indices.size]
        return SparseBlock(answers, self.weights[rows], self.group)

    def weighted(self, weights: Floats) -> "SparseBlock":
        return replace(self, weights=weights)


def dense_blocks(
    scores: NDArray[np.int8], weights: Floats, groups: Integers, rows: int
) -> tuple[Block, ...]:
    """Cut persons, sorted by group, into blocks of at most `rows`."""
    return tuple(
        CompleteBlock(scores[begin:end], weights[begin:end], int(groups[begin]))
        for begin, end in cuts(groups, rows)
    )


def sparse_blocks(
    matrix: tuple[NDArray[np.int64], NDArray[np.int32]],
    n_columns: int,
    weights: Floats,
    groups: Integers,
    rows: int,
) -> tuple[Block, ...]:
    """Cut (starts, columns) of persons sorted by group; the columns are shared, not copied."""
    starts, columns = matrix
    pieces = cuts(groups, rows)
    longest = max(int(starts[end] - starts[begin]) for begin, end in pieces)
    ones = np.ones(longest)
    blocks = []
    for begin, end in pieces:
        local = (starts[begin : end + 1] - starts[begin]).astype(np.int32)
        part = columns[starts[begin] : starts[end]]
        answers = sparse.csr_array((ones[: part.size], part, local), (end - begin, n_columns))
        blocks.append(SparseBlock(answers, weights[begin:end], int(groups[begin])))
    return tuple(blocks)


def cuts(groups: Integers, rows: int) -> Sequence[tuple[int, int]]:
    """Return (begin, end) of pieces of at most `rows` persons, each within one group."""
    edges = [0, *(np.flatnonzero(np.diff(groups)) + 1).tolist(), groups.size]
    return [
        (begin, min(begin + rows, end))
        for start, end in pairwise(edges)
        for begin in range(start, end, rows)
    ]
