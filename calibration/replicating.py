"""Abilities and item parameters drawn from their posterior, given a pool and answers to it.

Gibbs: abilities on the nodes given the parameters, exactly; each item's (log a, b) given the
abilities by random-walk Metropolis steps (Gelman et al. 2013, "Bayesian data analysis", ch. 11),
all items at once. The pool's standard errors are the prior.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from calibration.answers import Bytes
from calibration.fitted import Fitted
from calibration.scoring import normalised
from placement.arrays import Floats, Integers
from placement.curves import CurveSet
from placement.items import ItemParameters

WARM_UP = 20
STEPS = 3
# 2.38 / √2 posterior sds: the best stride of a random walk in two dimensions.
STRIDE = 1.68
DIFFERENCE = 1e-4
SMALLEST = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A answers of N persons to J items: `person`, `item`, `score`, each (A,), by person.

    `shape` is (N, J, K), `starts` (N + 1,) where each person begins.
    """

    person: Integers
    item: Integers
    score: Integers
    starts: Integers
    shape: tuple[int, int, int]

    @classmethod
    def of(cls, scores: Bytes, n_categories: int) -> Self:
        """Take a table of scores, (N, J), -1 where there is no answer."""
        person, item = np.nonzero(scores >= 0)
        starts = np.concatenate(([0], np.cumsum((scores >= 0).sum(axis=1))))
        score = scores[person, item].astype(np.int64)
        return cls(person, item, score, starts, (*scores.shape, n_categories))

    def tally(self, ability: Integers, n_nodes: int) -> Integers:
        """Return how often each score was given at each node, (J, K, Q)."""
        n_items, n_categories = self.shape[1:]
        cell = (self.item * n_categories + self.score) * n_nodes + ability[self.person]
        counts = np.bincount(cell, minlength=n_items * n_categories * n_nodes)
        return counts.reshape(n_items, n_categories, n_nodes).astype(np.int64)

    def posterior(self, chances: Floats, weights: Floats) -> Floats:
        """Return each person's posterior on the nodes, (N, Q), from the items' curves (J, K, Q)."""
        n_persons, n_items, n_categories = self.shape
        places = (np.ones(self.item.size), self.item * n_categories + self.score, self.starts)
        cells = csr_array(places, (n_persons, n_items * n_categories))
        likelihood = np.asarray(cells @ np.log(chances).reshape(-1, weights.size))
        return normalised(likelihood + np.log(np.maximum(weights, SMALLEST)))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One draw: the items' curves, (J, K, Q), and the same persons' answers drawn anew."""

    chances: Floats
    replicated: Given

    @property
    def expected(self) -> Floats:
        """The mean score of each item at each node, (J, Q)."""
        return np.asarray(np.einsum("k,jkq->jq", np.arange(self.chances.shape[1]), self.chances))


def drawn(
    fitted: Fitted,
    pool: Sequence[ItemParameters],
    given: Given,
    draws: int,
    rng: np.random.Generator,
) -> Iterator[Drawn]:
    """Yield draws from the posterior; `fitted` has the pool's items and the population."""
    walk = _Walk(pool, fitted.nodes, given.shape[2])
    for number in range(WARM_UP + draws):
        ladder = np.cumsum(given.posterior(walk.chances, fitted.weights), axis=1)
        height = rng.random((len(ladder), 1)) * ladder[:, -1:]
        ability = np.asarray((ladder < height).sum(axis=1), dtype=np.int64)
        walk.go_on(given.tally(ability, fitted.nodes.size), rng)
        if number >= WARM_UP:
            yield Drawn(walk.chances, _replicated(given, ability, walk.chances, rng))


def _replicated(
    given: Given, ability: Integers, chances: Floats, rng: np.random.Generator
) -> Given:
    """Return answers to the same questions by persons of these abilities."""
    ladder = np.cumsum(chances[:, :-1], axis=1)[given.item, :, ability[given.person]]
    score = (rng.random((ladder.shape[0], 1)) >= ladder).sum(axis=1)
    return replace(given, score=score.astype(np.int64))


class _Walk:
    """Where the items' (log a, b), (J, 2), stand on their walk."""

    def __init__(self, pool: Sequence[ItemParameters], nodes: Floats, n_categories: int) -> None:
        self._items, self._nodes, self._width = CurveSet.of(list(pool)), nodes, n_categories
        self._middle, self._prior = _prior(pool)
        self._precision = np.linalg.pinv(self._prior, hermitian=True)
        self._stride: Floats | None = None
        self._at = self._middle
        self.chances = self._curves(self._at)

    def go_on(self, tally: Integers, rng: np.random.Generator) -> None:
        """Make some steps, given how often each score was given at each node, (J, K, Q)."""
        if not self._prior.any():
            return
        if self._stride is None:
            self._stride = STRIDE * self._spread(tally)
        value = self._value(self._at, self.chances, tally)
        for _ in range(STEPS):
            steps = rng.normal(size=self._at.shape)
            at = self._at + np.einsum("jab,jb->ja", self._stride, steps)
            chances = self._curves(at)
            new = self._value(at, chances, tally)
            taken = np.log(rng.random(value.size)) < new - value
            value = np.where(taken, new, value)
            self._at = np.where(taken[:, None], at, self._at)
            self.chances = np.where(taken[:, None, None], chances, self.chances)

    def _value(self, at: Floats, chances: Floats, tally: Integers) -> Floats:
        """Return each item's log posterior, (J,)."""
        away = at - self._middle
        prior = np.einsum("ja,jab,jb->j", away, self._precision, away) / 2
        return np.asarray((tally * np.log(chances)).sum(axis=(1, 2)) - prior)

    def _curves(self, at: Floats) -> Floats:
        chances = np.zeros((len(at), self._width, self._nodes.size))
        tables = self._items.moved(np.exp(at[:, 0]), at[:, 1]).at(self._nodes).chances
        chances[:, : tables.shape[1]] = tables
        return np.maximum(chances, SMALLEST)

    def _spread(self, tally: Integers) -> Floats:
        """Return a square root of each item's posterior covariance, about, (J, 2, 2)."""
        answers = tally.sum(axis=1)[:, None, :]
        bends = [
            (self._curves(self._at + step) - self._curves(self._at - step)) / (2 * DIFFERENCE)
            for step in DIFFERENCE * np.eye(2)
        ]
        weighed = [bend * answers / self.chances for bend in bends]
        information = np.array([[(w * b).sum(axis=(1, 2)) for b in bends] for w in weighed])
        curve = np.eye(2) + information.transpose(2, 0, 1) @ self._prior
        values, vectors = np.linalg.eigh(self._prior @ np.linalg.inv(curve))
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0))[:, None, :])


def _prior(pool: Sequence[ItemParameters]) -> tuple[Floats, Floats]:
    """Return the means, (J, 2), and covariances, (J, 2, 2), of (log a, b), jointly normal."""
    a, b, se_a, se_b, cov = np.array([(i.a, i.b, i.se_a, i.se_b, i.cov_ab) for i in pool]).T
    variance = np.log1p((se_a / a) ** 2)
    rows = np.array([[variance, cov / a], [cov / a, se_b**2]])
    return np.column_stack((np.log(a) - variance / 2, b)), rows.transpose(2, 0, 1)
