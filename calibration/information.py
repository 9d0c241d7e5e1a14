"""Observed information of the marginal likelihood, by Oakes' identity without differences.

Oakes (1999), JRSS B 61, 479–482: minus the Hessian is the complete-data information less
∂²Q(ξ'|ξ)/∂ξ'∂ξ. A posterior weight r changes by r (s - s̄) with the parameters, s being the
complete-data score at a node and s̄ its posterior mean, so that second term is Σ_n Cov_n(s): the
information that is missing because ability is not seen (Louis 1982, JRSS B 44, 226–233).

The covariance within a person is expanded in polynomials orthonormal under the person's own
posterior: Cov_n(s) = Σ_{k≥1} E_n(φ_k s) E_n(φ_k s)ᵀ. Scores are smooth and posteriors narrow, so a
few terms give all digits that matter; terms are added until what remains is under `TOLERANCE` of
the complete-data information, which is known exactly from the counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from calibration.blocks import Block
from calibration.complete import observed
from calibration.expectation import Expectation, expect, posterior_in
from calibration.few_answers import FewAnswers, suits
from calibration.polynomials import Reals, orthonormal
from calibration.structure import Structure
from placement.arrays import Floats

# Of the complete-data information, what may be left out; a look on the way up needs less.
TOLERANCE = 1e-5
COARSE_TERMS = 2
# Multiplications above which single precision is used: its rounding is 1e-7 of the sums.
LARGE = 5e7
MAX_TERMS = 40
# Persons of a block who tell how many terms it needs.
SAMPLE = 16
# Numbers in the largest temporary table of a block.
BUDGET = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """By the free parameters, (F, F): `observed` information, and the scores' `cross` products.

    `observed` has the priors' curvature in it; `cross` sums the persons' s̄ s̄ᵀ, without priors.
    """

    observed: Floats
    cross: Floats


def information(
    structure: Structure,
    blocks: Sequence[Block],
    raw: Floats,
    expected: Expectation,
    *,
    cross: bool,
) -> Information:
    """Return the observed information at `raw`, whose expectation is `expected`.

    The cross products are left at nought unless `cross` asks for them.
    """
    patterns = sum(block.weights.size for block in blocks)
    large = patterns * float(structure.n_free) ** 2 > LARGE
    persons = _Persons(structure, raw, TOLERANCE * (10 if large else 1), single=large)
    if large and not cross and suits(structure, blocks):
        terms = max(persons.needed(block) for block in blocks)
        missing = FewAnswers(structure, raw).missing(blocks, terms)
        return Information(_complete(structure, raw, expected) - missing, np.zeros_like(missing))
    sums, meat = _Gram(structure.n_free), _Gram(structure.n_free)
    for scores, k in persons.all_terms(blocks):
        if k or cross:
            (sums if k else meat).add(structure.reduce_columns(scores))
    return Information(_complete(structure, raw, expected) - sums.total(), meat.total())


def coarse_information(
    structure: Structure, blocks: Sequence[Block], raw: Floats, few: int
) -> Floats:
    """Return the observed information, (F, F), of about `few` patterns spread over all, scaled up.

    Complete and missing information are of the same persons: from different ones their difference,
    small where a test is long, would drown in the sampling error of either.
    """
    patterns = sum(block.weights.size for block in blocks)
    step = max(1, patterns // few)
    thin = [block.part(slice(0, None, step)) for block in blocks]
    expected = expect(thin, structure.log_chances(raw), structure.log_weights(raw))
    persons = _Persons(structure, raw, 0.0, single=True)
    missing = _Gram(structure.n_free)
    for block in thin:
        for piece in _pieces(block, persons.rows):
            for scores in persons.first_terms(piece):
                missing.add(structure.reduce_columns(scores))
    blank = Expectation(0.0, np.zeros_like(expected.counts), np.zeros_like(expected.mass))
    priors = _complete(structure, raw, blank)
    total = sum(float(block.weights.sum()) for block in blocks)
    share = total / float(expected.mass.sum())
    return share * (_complete(structure, raw, expected) - priors - missing.total()) + priors


def _complete(structure: Structure, raw: Floats, expected: Expectation) -> Floats:
    complete = observed(structure, raw, expected)
    return structure.reduce_columns(structure.reduce_columns(complete).T)


class _Gram:
    """Σ SᵀS over tables S (n, F), gathered until a product is worth its overhead."""

    def __init__(self, size: int) -> None:
        self._sum = np.zeros((size, size))
        self._waiting: list[Floats] = []
        self._rows = 0

    def add(self, scores: Floats) -> None:
        self._waiting.append(scores)
        self._rows += len(scores)
        if self._rows >= max(512, 2 * len(self._sum)):
            self._flush()

    def total(self) -> Floats:
        self._flush()
        return self._sum

    def _flush(self) -> None:
        if self._waiting:
            scores = np.concatenate(self._waiting)
            self._sum += scores.T @ scores
            self._waiting, self._rows = [], 0


class _Persons:
    """Terms of the expansion at one point, for one block of persons after the other."""

    def __init__(
        self, structure: Structure, raw: Floats, tolerance: float, *, single: bool
    ) -> None:
        self._structure = structure
        self._tolerance = tolerance
        self._type = np.float32 if single else np.float64
        self._table, self._weights = structure.log_chances(raw), structure.log_weights(raw)
        self._slopes = [b.family.slopes(b.of(raw), structure.nodes) for b in structure.batches]
        self._factors = [_factors(slopes, self._type) for slopes in self._slopes]
        self._group_slopes = structure.weight_slopes(raw)
        self.rows = max(16, BUDGET // max(right.shape[1] for _, right in self._factors))

    def all_terms(self, blocks: Sequence[Block]) -> Iterator[tuple[Floats, int]]:
        """Yield the terms of all the persons, each with its k."""
        for block in blocks:
            for piece in _pieces(block, self.rows):
                yield from ((scores, k) for k, scores in enumerate(self.terms(piece)))

    def needed(self, block: Block) -> int:
        """Return how many terms beyond the mean the first persons of a block call for."""
        return sum(1 for _ in self.terms(block.part(slice(0, SAMPLE)))) - 1

    def first_terms(self, block: Block) -> Iterator[Floats]:
        """Yield √w E(φ_k s), (n, R), for the first k from 1 on."""
        roots, heavy = self._roots(block)
        for shape in islice(orthonormal(roots, self._structure.nodes), 1, 1 + COARSE_TERMS):
            yield self._scores(block, shape * heavy)

    def terms(self, block: Block) -> Iterator[Floats]:
        """Yield √w E(φ_k s) of the block's persons, (n, R), for k = 0, 1 … as far as needed."""
        roots, heavy = self._roots(block)
        total = self._squares(block, (heavy * heavy).astype(np.float64))
        rest = total.copy()
        for shape in islice(orthonormal(roots, self._structure.nodes), MAX_TERMS):
            scores = self._scores(block, shape * heavy)
            rest -= np.einsum("nr,nr->r", scores, scores)
            yield scores
            if (rest <= self._tolerance * total).all():
                return

    def _roots(self, block: Block) -> tuple[Reals, Reals]:
        """Return the roots of the persons' posteriors, and the same times √w, (n, Q)."""
        posterior, _ = posterior_in(block, self._table, self._weights)
        roots: Reals = np.sqrt(posterior, out=posterior).astype(self._type, copy=False)
        heavy: Reals = roots * np.sqrt(block.weights)[:, None].astype(self._type)
        return roots, heavy

    def _scores(self, block: Block, weights: Reals) -> Floats:
        """Return Σ_q weights × score, (n, R), from weights (n, Q)."""
        scores = np.empty((len(weights), self._structure.start.size), dtype=self._type)
        for batch, (left, right) in zip(self._structure.batches, self._factors, strict=True):
            shape = (len(weights), batch.n_categories, len(batch.items), batch.n_parameters)
            target = scores[:, batch.place].reshape(shape[0], *shape[2:])
            block.choose(batch, ((weights @ left) @ right).reshape(shape), target)
        place = self._structure.group_place
        scores[:, place] = 0
        mine = place.start + 2 * block.group
        scores[:, mine : mine + 2] = weights @ self._group_slopes[block.group].T
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


def _factors(slopes: Floats, kind: type[np.floating[Any]]) -> tuple[Floats, Floats]:
    """Return (Q, r) and (r, K J p) whose product is the slopes at every node, (Q, K J p).

    Scores are smooth functions of ability: some twenty shapes span them all to the last digits.
    """
    flat = slopes.transpose(3, 2, 0, 1).reshape(slopes.shape[3], -1)
    values, vectors = np.linalg.eigh(flat @ flat.T)
    left = vectors[:, values > 1e-15 * values[-1]]
    return left.astype(kind), (left.T @ flat).astype(kind)


def _pieces(block: Block, rows: int) -> Iterator[Block]:
    """Yield the block in pieces of at most `rows` persons."""
    for begin in range(0, block.weights.size, rows):
        yield block.part(slice(begin, begin + rows))
