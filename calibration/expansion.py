"""The missing information of any answers to any model, from a few polynomials a person.

The covariance within a person is expanded in polynomials orthonormal under the person's own
posterior: Cov_n(s) = Σ_{k≥1} E_n(φ_k s) E_n(φ_k s)ᵀ. Scores are smooth and posteriors narrow, so a
few terms give all digits that matter: as many as some of the persons call for, whose complete-data
information is known exactly from their counts.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from calibration.blocks import Block, Part
from calibration.expectation import posterior_in
from calibration.polynomials import Reals, orthonormal
from calibration.score_features import Chosen, Layout, RightOrWrong
from calibration.structure import Structure
from placement.arrays import Floats

MAX_TERMS = 40
# Persons of a part who tell how many terms it needs.
SAMPLE = 64
# Terms are summed over every so many persons where the error of that, at most twice what they
# add up to by the root of the persons, is three times what may be left out.
EVERY = 8
SAMPLED = 1.5
# Numbers in the largest temporary table of a block.
BUDGET = 400_000


class Expansion:
    """Terms of the expansion at one point, for one part after the other.

    `table` (C, Q) and `weights` (G, Q) are the log chances and weights there. Answers that are
    `complete` need no place for none, and sums over theirs are by feature: `whole` makes them by
    parameter. `cross` is for other answers only.
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
        self.table, self.weights = structure.log_chances(raw), structure.log_weights(raw)
        self._slopes = [b.family.slopes(b.of(raw), structure.nodes) for b in structure.batches]
        self._group_slopes = structure.weight_slopes(raw)
        basis = _basis([*self._slopes, self._group_slopes])
        groups = (self._group_slopes @ basis).transpose(0, 2, 1)
        features = tuple(
            RightOrWrong.of(batch, own, basis)
            if complete and batch.n_categories == 2
            else Chosen.of(batch, own, basis, blank=not complete)
            for batch, own in zip(structure.batches, self._slopes, strict=True)
        )
        # Small remainders of large sums are differences that single precision would not tell.
        self._exact = Layout(structure, basis, groups, features)
        self._layout = self._exact.cast(np.float32) if single else self._exact

    def missing(self, part: Part, *, terms: int) -> Floats:
        """Return Σ_n Cov_n of the features of the part's persons, (f, f); `terms` 0: all needed."""
        first, last = (terms, terms) if terms else self.needed(part)
        total = self._gram(part, slice(1, 1 + first))
        if last > first:
            total += self._gram(few_of(part), slice(1 + first, 1 + last))
        return total

    def cross(self, part: Part) -> Floats:
        """Return Σ_n s̄ s̄ᵀ of the part's persons, (R, R)."""
        return self._gram(part, slice(0, 1))

    def whole(self, gram: Reals) -> Floats:
        """Return sums over products of scores, (R, R), from those of features, (f, f)."""
        spread = self._layout.spread
        return spread(spread(gram).T) if self._layout.shared else np.asarray(gram, dtype=np.float64)

    def needed(self, part: Part) -> tuple[int, int]:
        """Return how many terms beyond the mean all persons call for, and how many some of them.

        What the later ones add up to is so little that a sample of the persons tells it.
        """
        chosen = (part[0],) if len(part) == 1 else (part[0], part[-1])
        few = SAMPLE // len(chosen)
        thin = [block.part(slice(0, None, 1 + block.weights.size // few)) for block in chosen]
        left = np.max([self._left(block) for block in thin], axis=0)
        persons = sum(block.weights.size for block in part)
        sampled = SAMPLED * self._tolerance * np.sqrt(persons / EVERY)
        limits = max(sampled, self._tolerance), self._tolerance
        first, last = (max(1, int(np.argmax(left <= limit))) for limit in limits)
        return first, last

    def _left(self, block: Block) -> Floats:
        """Return the largest share of a score's square that is left after each term, (T + 1,)."""
        layout = self._exact
        roots, heavy = self._roots(block, layout)
        places, squares = layout.places(block), heavy * heavy
        total = self._squares(block, squares, self._slopes)
        rest = self._squares(block, squares, [features.slopes for features in layout.features])
        found = np.zeros(MAX_TERMS + 1)
        polynomials = orthonormal(roots, self._structure.nodes)
        for k, shape in enumerate(islice(polynomials, MAX_TERMS)):
            scores = layout.spread(layout.filled(block, (shape * heavy)[None], places))
            rest -= np.einsum("nr,nr->r", scores, scores)
            found[k] = (rest / np.maximum(total, 1e-300)).max()
            if found[k] <= self._tolerance:
                break
        return found

    def _gram(self, part: Part, terms: slice) -> Floats:
        layout, count = self._layout, terms.stop - terms.start
        total = np.zeros((layout.width, layout.width))
        for block in part:
            for piece in _pieces(block, max(16, BUDGET // (count * layout.width))):
                roots, heavy = self._roots(piece, layout)
                shapes = np.empty((count, *roots.shape), dtype=roots.dtype)
                polynomials = orthonormal(roots, self._structure.nodes)
                chosen = islice(polynomials, terms.start, terms.stop)
                for own, shape in zip(shapes, chosen, strict=True):
                    np.multiply(shape, heavy, out=own)
                scores = layout.filled(piece, shapes, layout.places(piece))
                total += scores.T @ scores
        return total

    def _roots(self, block: Block, layout: Layout) -> tuple[Reals, Reals]:
        """Return the roots of the persons' posteriors, and the same times √w, (n, Q)."""
        posterior, _ = posterior_in(block, self.table, self.weights)
        kind = layout.basis.dtype
        roots: Reals = np.sqrt(posterior, out=posterior).astype(kind, copy=False)
        heavy: Reals = roots * np.sqrt(block.weights)[:, None].astype(kind)
        return roots, heavy

    def _squares(self, block: Block, weights: Floats, slopes: Sequence[Floats]) -> Floats:
        """Return Σ_n Σ_q weights × score², (R,): what the expansion's squares must add up to."""
        squares = np.zeros(self._structure.start.size)
        counts = block.counts(weights)
        for batch, own in zip(self._structure.batches, slopes, strict=True):
            mine = batch.counts(counts)
            squares[batch.place] = np.einsum("jpkq,jpkq,jkq->jp", own, own, mine).ravel()
        begin = self._structure.group_place.start + 2 * block.group
        squares[begin : begin + 2] = (self._group_slopes[block.group] ** 2) @ weights.sum(axis=0)
        return squares


def _basis(slopes: Sequence[Floats]) -> Floats:
    """Return orthonormal shapes (Q, r) that span all slopes (…, Q), and what does not change.

    Scores are smooth functions of ability: some twenty shapes span them all to the last digits.
    """
    flat = [own.reshape(-1, own.shape[-1]) for own in slopes]
    values, vectors = np.linalg.eigh(sum((own.T @ own for own in flat), start=1.0))
    return np.asarray(vectors[:, values > 1e-14 * values[-1]])


def few_of(part: Part) -> Part:
    """Return every eighth person of each block, who stand for the others too."""
    found = []
    for block in part:
        few = block.part(slice(0, None, EVERY))
        found.append(few.weighted(few.weights * (block.weights.sum() / few.weights.sum())))
    return tuple(found)


def _pieces(block: Block, rows: int) -> Iterator[Block]:
    """Yield the block in pieces of at most `rows` persons."""
    for begin in range(0, block.weights.size, rows):
        yield block.part(slice(begin, begin + rows))
