"""The missing information where a person answered few of many items: an answer at a time.

The scores of a person who gave m answers are nought for all other items, so that their covariance
is a small block. Blocks are worked out together and added at their places in the big matrix: work
follows persons × answers², not persons × items².
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Part, SparseBlock
from calibration.expansion import few_of
from calibration.expectation import posterior_in
from calibration.polynomials import orthonormal
from calibration.structure import Structure
from placement.arrays import Floats

Places = NDArray[np.int64]
Singles = NDArray[np.float32]
# Numbers in the small blocks that are worked out together.
TOGETHER = 25_000
# Persons whose moments are kept at a time.
PERSONS = 128


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where sums by row and parameter belong: `raw` (rows, width), -1 for none, of R = `size`."""

    raw: Places
    size: int

    @property
    def pairs(self) -> list[tuple[int, int]]:
        width = self.raw.shape[1]
        return [(p, q) for p in range(width) for q in range(p, width)]

    def blank(self) -> Singles:
        """Return a table of noughts for each of the pairs, (T, rows²)."""
        return np.zeros((len(self.pairs), len(self.raw) ** 2), dtype=np.float32)

    def spread(self, tables: Singles) -> Floats:
        """Return the matrix (R, R) of tables."""
        matrix = np.zeros((self.size, self.size))
        for table, (p, q) in zip(tables, self.pairs, strict=True):
            used = np.flatnonzero(self.raw[:, q] >= 0)
            columns = self.raw[used, q]
            for place, own in zip(self.raw[:, p], table.reshape(len(self.raw), -1), strict=True):
                if place >= 0:
                    matrix[place, columns] = matrix[columns, place] = own[used]
        return matrix


class FewAnswers:
    """Adds up persons' score covariances at one point, in single precision.

    Rows are items, then groups (questions that every member answered), then one of noughts that
    pads the persons with fewer answers; each has as many parameters as the widest item.
    """

    def __init__(self, structure: Structure, raw: Floats) -> None:
        self._structure = structure
        self._table, self._weights = structure.log_chances(raw), structure.log_weights(raw)
        self._width = max(2, *(batch.n_parameters for batch in structure.batches))
        n_items = sum(len(batch.items) for batch in structure.batches)
        self._n_rows = n_items + structure.n_groups + 1
        layout = np.full((self._n_rows, self._width), -1, dtype=np.int64)
        self.layout = Layout(layout, structure.start.size)
        # A column for every category, for every group, and for no answer.
        n_columns = structure.n_columns + structure.n_groups + 1
        slopes = np.zeros((n_columns, self._width, structure.nodes.size))
        self._row = np.full(n_columns, self._n_rows - 1, dtype=np.int64)
        first = 0
        for batch in structure.batches:
            size, count = batch.n_parameters, len(batch.items)
            own = batch.family.slopes(batch.of(raw), structure.nodes).transpose(0, 2, 1, 3)
            slopes[batch.columns, :size] = own.reshape(-1, size, structure.nodes.size)
            rows = np.arange(first, first + count)
            self._row[batch.columns] = np.repeat(rows, batch.n_categories)
            layout[rows, :size] = batch.parameter + np.arange(count * size).reshape(count, size)
            first += count
        slopes[structure.n_columns : -1, :2] = structure.weight_slopes(raw)
        self._row[structure.n_columns : -1] = np.arange(n_items, self._n_rows - 1)
        places = structure.group_place.start + np.arange(2 * structure.n_groups)
        layout[n_items:-1, :2] = places.reshape(-1, 2)
        flat = slopes.reshape(-1, structure.nodes.size)
        values, vectors = np.linalg.eigh(flat.T @ flat)
        basis = vectors[:, values > 1e-13 * values[-1]]
        self._basis, self._slopes = basis.astype(np.float32), (slopes @ basis).astype(np.float32)

    def missing(self, part: Part, *, needed: Callable[[Part], tuple[int, int]]) -> Singles:
        """Return Σ_n Cov_n(s) as tables (T, rows²), one for each pair of parameters p ≤ q.

        They come from as many terms of the expansion as are `needed` of all persons, and of some
        (`Expansion.needed`); `layout` makes a matrix.
        """
        first, last = needed(part)
        total = self.layout.blank()
        self._sum(part, slice(1, 1 + first), total)
        if last > first:
            self._sum(few_of(part), slice(1 + first, 1 + last), total)
        return total

    def _sum(self, part: Part, terms: slice, total: Singles) -> None:
        for block in part:
            for begin in range(0, block.weights.size, PERSONS):
                piece = block.part(slice(begin, begin + PERSONS))
                if isinstance(piece, SparseBlock):
                    self._add(piece, terms, total)

    def _add(self, block: SparseBlock, terms: slice, total: Singles) -> None:
        moments, columns = self._moments(block, terms), self._columns(block)
        some = max(8, TOGETHER // columns.shape[1] ** 2)
        for begin in range(0, len(columns), some):
            piece = columns[begin : begin + some]
            rows = self._row[piece]
            cells = (rows[:, :, None] * self._n_rows + rows[:, None, :]).ravel()
            turned = moments[begin : begin + some].transpose(0, 2, 1)
            scores = [self._slopes[piece, p] @ turned for p in range(self._width)]
            for table, (p, q) in zip(total, self.layout.pairs, strict=True):
                np.add.at(table, cells, (scores[p] @ scores[q].transpose(0, 2, 1)).ravel())

    def _moments(self, block: SparseBlock, terms: slice) -> NDArray[np.float32]:
        """Return √w E(φ_k u) for the basis' shapes u, (n, terms, r)."""
        posterior, _ = posterior_in(block, self._table, self._weights)
        roots = np.sqrt(posterior).astype(np.float32)
        heavy = roots * np.sqrt(block.weights)[:, None].astype(np.float32)
        every = orthonormal(roots, self._structure.nodes)
        shapes = islice(every, terms.start, terms.stop)
        return np.stack([(shape * heavy) @ self._basis for shape in shapes], axis=1)

    def _columns(self, block: SparseBlock) -> Places:
        """Return the columns of each person, (n, most + 1): the group's, the answers, padding."""
        n_columns, starts = self._structure.n_columns, block.answers.indptr
        lengths = np.diff(starts)
        shape = lengths.size, int(lengths.max()) + 1
        columns = np.full(shape, len(self._slopes) - 1, dtype=np.int64)
        columns[:, 0] = n_columns + block.group
        rows = np.repeat(np.arange(lengths.size), lengths)
        within = np.arange(block.answers.indices.size) - np.repeat(starts[:-1], lengths)
        columns[rows, 1 + within] = block.answers.indices
        return columns
