"""The missing information of any answers to any model, from a few polynomials a person.

The covariance within a person is expanded in polynomials orthonormal under the person's own
posterior: Cov_n(s) = Σ_{k≥1} E_n(φ_k s) E_n(φ_k s)ᵀ. Scores are smooth and posteriors narrow, so a
few terms give all digits that matter: as many as some of the persons call for, whose complete-data
information is known exactly from their counts.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from calibration.blocks import Block, Part
from calibration.expectation import posterior_in
from calibration.polynomials import Reals, orthonormal
from calibration.structure import Structure
from placement.arrays import Floats, Integers

MAX_TERMS = 40
# Persons of a part who tell how many terms it needs.
SAMPLE = 64
# Numbers in the largest temporary table of a block.
BUDGET = 400_000


# Of one batch: cells of a table, or 1 and 0.
Places = Integers | Reals


class Expansion:
    """Terms of the expansion at one point, for one part after the other.

    Answers that are `complete` need no place for none. `table` (C, Q) and `weights` (G, Q) are the
    log chances and weights there.
    """

    def __init__(
        self,
        structure: Structure,
        raw: Floats,
        tolerance: float,
        *,
        single: bool,
        complete: bool = False,
    ) -> None:
        self._structure = structure
        self._tolerance = tolerance
        self._type = np.float32 if single else np.float64
        self.table, self.weights = structure.log_chances(raw), structure.log_weights(raw)
        slopes = [b.family.slopes(b.of(raw), structure.nodes) for b in structure.batches]
        self._factors = [_factors(own, self._type, blank=not complete) for own in slopes]
        self._slopes: list[Reals] = [own.astype(self._type) for own in slopes]
        self._group_slopes: Reals = structure.weight_slopes(raw).astype(self._type)
        self._rows = max(16, BUDGET // max(right.shape[1] for _, right in self._factors))

    def missing(self, part: Part, *, terms: int) -> Floats:
        """Return Σ_n Cov_n(s) of the part's persons, (R, R); `terms` 0: as many as needed."""
        kept = slice(1, 1 + (terms or self.needed(part)))
        return self._gram(part, kept)

    def cross(self, part: Part) -> Floats:
        """Return Σ_n s̄ s̄ᵀ of the part's persons, (R, R)."""
        return self._gram(part, slice(0, 1))

    def needed(self, part: Part) -> int:
        """Return how many terms beyond the mean some of the part's persons call for."""
        chosen = (part[0],) if len(part) == 1 else (part[0], part[-1])
        few = SAMPLE // len(chosen)
        return max(self._needed(b.part(slice(0, None, 1 + b.weights.size // few))) for b in chosen)

    def _needed(self, block: Block) -> int:
        roots, heavy = self._roots(block)
        places = self._places(block)
        total = self._squares(block, (heavy * heavy).astype(np.float64))
        rest = total.copy()
        for k, shape in enumerate(islice(orthonormal(roots, self._structure.nodes), MAX_TERMS)):
            scores = self._scores(block, places, shape * heavy)
            rest -= np.einsum("nr,nr->r", scores, scores)
            if (rest <= self._tolerance * total).all():
                return max(k, 1)
        return MAX_TERMS

    def _gram(self, part: Part, terms: slice) -> Floats:
        gram = _Gram(self._structure.start.size)
        for block in part:
            for piece in _pieces(block, self._rows):
                roots, heavy = self._roots(piece)
                places = self._places(piece)
                shapes = orthonormal(roots, self._structure.nodes)
                for shape in islice(shapes, terms.start, terms.stop):
                    gram.add(self._scores(piece, places, shape * heavy))
        return gram.total()

    def _roots(self, block: Block) -> tuple[Reals, Reals]:
        """Return the roots of the persons' posteriors, and the same times √w, (n, Q)."""
        posterior, _ = posterior_in(block, self.table, self.weights)
        roots: Reals = np.sqrt(posterior, out=posterior).astype(self._type, copy=False)
        heavy: Reals = roots * np.sqrt(block.weights)[:, None].astype(self._type)
        return roots, heavy

    def _places(self, block: Block) -> list[Places]:
        """Return for each batch where the answers' slopes stand among all categories', (n, J p).

        Where all were right or wrong, and none is missing, that is 1 and 0, in the slopes' type.
        """
        found: list[Places] = []
        for batch, (_, right) in zip(self._structure.batches, self._factors, strict=True):
            given = block.categories(batch)
            size = len(batch.items) * batch.n_parameters
            if right.shape[1] == 2 * size:
                found.append(np.repeat(given.astype(self._type), batch.n_parameters, axis=1))
                continue
            # A person's row has every category's slopes and, for no answer, noughts.
            starts = np.arange(len(given)) * right.shape[1]
            own = given * size + starts[:, None]
            own += np.arange(0, size, batch.n_parameters)
            cells = own[:, :, None] + np.arange(batch.n_parameters)
            found.append(cells.reshape(len(given), size))
        return found

    def _scores(self, block: Block, places: list[Places], weights: Reals) -> Reals:
        """Return Σ_q weights × score, (n, R), from weights (n, Q)."""
        scores = np.empty((len(weights), self._structure.start.size), dtype=self._type)
        pairs = zip(self._structure.batches, self._factors, places, strict=True)
        for batch, (left, right), cells in pairs:
            own = weights @ left
            if cells.dtype == self._type:
                # Slopes where wrong, and what they change by where right.
                wrong, rise = right[:, : cells.shape[1]], right[:, cells.shape[1] :]
                mine = np.matmul(own, rise, out=scores[:, batch.place])
                mine *= cells
                mine += own @ wrong
            else:
                places_in = cells.astype(np.intp, copy=False)
                scores[:, batch.place] = np.take(own @ right, places_in, mode="clip")
        place = self._structure.group_place
        scores[:, place] = 0
        group = place.start + 2 * block.group
        scores[:, group : group + 2] = weights @ self._group_slopes[block.group].T
        return scores

    def _squares(self, block: Block, weights: Floats) -> Floats:
        """Return Σ_n Σ_q weights × score², (R,): what the expansion's squares must add up to."""
        squares = np.zeros(self._structure.start.size)
        counts = block.counts(weights)
        for batch, slopes in zip(self._structure.batches, self._slopes, strict=True):
            mine = batch.counts(counts)
            squares[batch.place] = np.einsum("jpkq,jpkq,jkq->jp", slopes, slopes, mine).ravel()
        begin = self._structure.group_place.start + 2 * block.group
        own = self._group_slopes[block.group]
        squares[begin : begin + 2] = (own**2) @ weights.sum(axis=0)
        return squares


class _Gram:
    """Σ SᵀS over tables S (n, R), gathered until a product is worth its overhead."""

    def __init__(self, size: int) -> None:
        self._sum = np.zeros((size, size))
        self._waiting: list[Reals] = []
        self._rows = 0

    def add(self, scores: Reals) -> None:
        self._waiting.append(scores)
        self._rows += len(scores)
        if self._rows >= max(512, 2 * len(self._sum)):
            self._flush()

    def total(self) -> Floats:
        self._flush()
        return self._sum

    def _flush(self) -> None:
        if self._waiting:
            scores = self._waiting[0]
            if len(self._waiting) > 1:
                scores = np.concatenate(self._waiting)
            self._sum += scores.T @ scores
            self._waiting, self._rows = [], 0


def _factors(slopes: Floats, kind: type[np.floating[Any]], *, blank: bool) -> tuple[Floats, Floats]:
    """Return (Q, r) and (r, K J p) whose product is the slopes at every node.

    If `blank`, J p noughts follow; if not, and K = 2, the second half is the rise from the first.

    Scores are smooth functions of ability: some twenty shapes span them all to the last digits.
    """
    flat = slopes.transpose(3, 2, 0, 1).reshape(slopes.shape[3], -1)
    values, vectors = np.linalg.eigh(flat @ flat.T)
    left = vectors[:, values > 1e-14 * values[-1]]
    right, size = left.T @ flat, slopes.shape[0] * slopes.shape[1]
    if blank:
        right = np.concatenate((right, np.zeros((left.shape[1], size))), axis=1)
    elif slopes.shape[2] == 2:
        right[:, size:] -= right[:, :size]
    return left.astype(kind), right.astype(kind)


def _pieces(block: Block, rows: int) -> Iterator[Block]:
    """Yield the block in pieces of at most `rows` persons."""
    for begin in range(0, block.weights.size, rows):
        yield block.part(slice(begin, begin + rows))
