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

import numpy as np

from calibration.blocks import Block
from calibration.complete import observed
from calibration.expectation import Expectation, posterior_in
from calibration.population import weight_slopes
from calibration.structure import Structure
from placement.arrays import Floats

TOLERANCE = 1e-6
MAX_TERMS = 40
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
    tolerance: float = TOLERANCE,
) -> Information:
    """Return the observed information at `raw`, whose expectation is `expected`."""
    persons = _Persons(structure, raw, tolerance)
    size = structure.n_free
    missing, cross = np.zeros((size, size)), np.zeros((size, size))
    for block in _pieces(blocks, persons.rows):
        for k, scores in enumerate(persons.terms(block)):
            free = structure.reduce_columns(scores)
            target = missing if k else cross
            target += free.T @ free
    complete = observed(structure, raw, expected)
    complete = structure.reduce_columns(structure.reduce_columns(complete).T)
    return Information(complete - missing, cross)


class _Persons:
    """Terms of the expansion at one point, for one block of persons after the other."""

    def __init__(self, structure: Structure, raw: Floats, tolerance: float) -> None:
        self._structure = structure
        self._tolerance = tolerance
        self._table, self._weights = structure.log_chances(raw), structure.log_weights(raw)
        self._slopes = [b.family.slopes(b.of(raw), structure.nodes) for b in structure.batches]
        self._flat = [
            s.transpose(3, 0, 2, 1).reshape(structure.nodes.size, -1) for s in self._slopes
        ]
        self._group_slopes = weight_slopes(structure.groups(raw), structure.nodes)
        self.rows = max(16, BUDGET // max(flat.shape[1] for flat in self._flat))

    def terms(self, block: Block) -> Iterator[Floats]:
        """Yield √w E(φ_k s) of the block's persons, (n, R), for k = 0, 1 … as far as needed."""
        posterior, _ = posterior_in(block, self._table, self._weights)
        posterior *= np.sqrt(block.weights)[:, None]
        total = self._squares(block, posterior * np.sqrt(block.weights)[:, None])
        rest = total.copy()
        shapes = _polynomials(posterior, self._structure.nodes)
        for _, shape in zip(range(MAX_TERMS), shapes, strict=False):
            scores = self._scores(block, posterior * shape)
            rest -= np.einsum("nr,nr->r", scores, scores)
            yield scores
            if (rest <= self._tolerance * total).all():
                return

    def _scores(self, block: Block, weights: Floats) -> Floats:
        """Return Σ_q weights × score, (n, R), from weights (n, Q)."""
        scores = np.empty((len(weights), self._structure.start.size))
        for batch, flat in zip(self._structure.batches, self._flat, strict=True):
            shape = (len(weights), len(batch.items), batch.n_categories, batch.n_parameters)
            chosen = block.choose(batch, (weights @ flat).reshape(shape))
            scores[:, batch.place] = chosen.reshape(len(weights), -1)
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


def _polynomials(posterior: Floats, nodes: Floats) -> Iterator[Floats]:
    """Yield polynomials orthonormal under each row of `posterior`, (n, Q), from degree 0 on.

    Lanczos' three-term recurrence (Gautschi 2004, "Orthogonal polynomials", 2.2.3). `posterior`
    rows may have any sum; the polynomials are normal under the row divided by its sum.
    """
    mass = posterior / posterior.sum(axis=1, keepdims=True)
    older, shape = np.zeros_like(mass), np.ones_like(mass)
    norm = np.zeros((len(mass), 1))
    while True:
        yield shape
        centre = np.einsum("nq,nq,nq,q->n", mass, shape, shape, nodes)[:, None]
        following = (nodes - centre) * shape - norm * older
        norm = np.sqrt(np.einsum("nq,nq,nq->n", mass, following, following))[:, None]
        older = shape
        # A posterior on few nodes has few polynomials; the ones beyond are nought.
        shape = np.where(norm > 1e-9, following / np.maximum(norm, 1e-9), 0.0)


def _pieces(blocks: Sequence[Block], rows: int) -> Iterator[Block]:
    """Yield the blocks in pieces of at most `rows` persons."""
    for block in blocks:
        for begin in range(0, block.weights.size, rows):
            yield block.part(begin, begin + rows)
