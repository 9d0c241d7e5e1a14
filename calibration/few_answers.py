"""The missing information where a person answered few of many items: an answer at a time.

The scores of a person who gave m answers are nought for all other items, so that their covariance
is a small block. Blocks are worked out together and added at their places in the big matrix: work
follows persons × answers², not persons × items².
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Part, SparseBlock
from calibration.expansion import Expansion
from calibration.expectation import posterior_in
from calibration.polynomials import orthonormal
from calibration.structure import Structure
from placement.arrays import Floats

Places = NDArray[np.int64]
# Numbers in the small blocks that are worked out together.
TOGETHER = 100_000


class FewAnswers:
    """Adds up persons' score covariances at one point, in single precision.

    Rows are items, then groups (questions that every member answered), then one of noughts that
    pads the persons with fewer answers; each has as many parameters as the widest item.
    """

    def __init__(self, structure: Structure, raw: Floats, expansion: Expansion) -> None:
        self._structure, self._expansion = structure, expansion
        self._table, self._weights = structure.log_chances(raw), structure.log_weights(raw)
        self._width = max(2, *(batch.n_parameters for batch in structure.batches))
        n_items = sum(len(batch.items) for batch in structure.batches)
        self._n_rows = n_items + structure.n_groups + 1
        self._raw = np.full((self._n_rows, self._width), -1, dtype=np.int64)
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
            self._raw[rows, :size] = batch.parameter + np.arange(count * size).reshape(count, size)
            first += count
        slopes[structure.n_columns : -1, :2] = structure.weight_slopes(raw)
        self._row[structure.n_columns : -1] = np.arange(n_items, self._n_rows - 1)
        places = structure.group_place.start + np.arange(2 * structure.n_groups)
        self._raw[n_items:-1, :2] = places.reshape(-1, 2)
        flat = slopes.reshape(-1, structure.nodes.size)
        values, vectors = np.linalg.eigh(flat.T @ flat)
        basis = vectors[:, values > 1e-13 * values[-1]]
        self._basis, self._slopes = basis.astype(np.float32), (slopes @ basis).astype(np.float32)

    def missing(self, part: Part, *, terms: int) -> Floats:
        """Return Σ_n Cov_n(s) as tables (T, rows²), one for each pair of parameters p ≤ q.

        They come from `terms` terms of the expansion (0: all needed); `spread` makes a matrix.
        """
        terms = terms or self._expansion.needed(part)
        total = np.zeros((len(self._pairs), self._n_rows**2))
        for block in part:
            if isinstance(block, SparseBlock):
                self._add(block, terms, total)
        return total

    def spread(self, tables: Floats) -> Floats:
        """Return the matrix (R, R) of sums of `missing`."""
        size = self._structure.start.size
        raw = np.zeros((size, size))
        for table, pair in zip(tables, self._pairs, strict=True):
            left, right = (np.flatnonzero(self._raw[:, p] >= 0) for p in pair)
            own = table.reshape(self._n_rows, self._n_rows)[np.ix_(left, right)]
            places = self._raw[left, pair[0]], self._raw[right, pair[1]]
            raw[np.ix_(*places)] = own
            if pair[0] != pair[1]:
                raw[np.ix_(*reversed(places))] = own.T
        return raw

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        return [(p, q) for p in range(self._width) for q in range(p, self._width)]

    def _add(self, block: SparseBlock, terms: int, total: Floats) -> None:
        moments, columns = self._moments(block, terms), self._columns(block)
        some = max(8, TOGETHER // columns.shape[1] ** 2)
        for begin in range(0, len(columns), some):
            piece = columns[begin : begin + some]
            rows = self._row[piece]
            cells = (rows[:, :, None] * self._n_rows + rows[:, None, :]).ravel()
            turned = moments[begin : begin + some].transpose(0, 2, 1)
            scores = [self._slopes[piece, p] @ turned for p in range(self._width)]
            for place, (p, q) in enumerate(self._pairs):
                products = (scores[p] @ scores[q].transpose(0, 2, 1)).ravel()
                total[place] += np.bincount(cells, products, total.shape[1])

    def _moments(self, block: SparseBlock, terms: int) -> NDArray[np.float32]:
        """Return √w E(φ_k u) for the basis' shapes u, (n, terms, r)."""
        posterior, _ = posterior_in(block, self._table, self._weights)
        roots = np.sqrt(posterior).astype(np.float32)
        heavy = roots * np.sqrt(block.weights)[:, None].astype(np.float32)
        shapes = islice(orthonormal(roots, self._structure.nodes), 1, 1 + terms)
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
