"""Ability of many persons from a table of answers, module by module, with parameters known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from placement.ability import (
    Estimate,
    Likelihood,
    NoAnswers,
    Outcome,
    Posterior,
    Warm,
    Weight,
    abilities,
)
from placement.arrays import Floats, Integers
from placement.curves import CurveSet
from placement.errors import refuse
from placement.items import ItemParameters
from placement.pool import Pool
from placement.posterior import moments, posterior_of
from placement.priors import HistogramPrior, NormalPrior
from placement.reading import NOT_PRESENTED, ResponseTable

EstimatorName = Literal["eap", "map", "ml", "wle"]
ESTIMATORS: tuple[EstimatorName, ...] = ("eap", "map", "ml", "wle")
MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class ModuleScore:
    """One person in one module: an estimate, or why there is none."""

    person: str
    module: str
    outcome: Outcome


def score(
    items: Sequence[ItemParameters],
    table: ResponseTable,
    estimator: EstimatorName,
    prior: NormalPrior | HistogramPrior | None = None,
) -> list[ModuleScore]:
    """Score every person in every module, persons in the table's order, modules in the pool's.

    Items that the table lacks were not presented; who answered nothing in a module has no score in
    it, whatever the prior. The prior, N(0, 1) if left out, serves `eap` and `map` only, and a
    histogram, which has no slope to climb, `eap` only. `DesignError` for any other pair, and where
    a prior leaves the grid of `eap`.
    """
    refuse(_misplaced(estimator, prior))
    modules = tuple(dict.fromkeys(item.module for item in items))
    believed = prior or NormalPrior()
    columns = [
        _outcomes([i for i in items if i.module == module], table, estimator, believed)
        for module in modules
    ]
    return [
        ModuleScore(person, module, outcome)
        for person, outcomes in zip(table.persons, zip(*columns, strict=True), strict=True)
        for module, outcome in zip(modules, outcomes, strict=True)
    ]


def _outcomes(
    items: Sequence[ItemParameters],
    table: ResponseTable,
    estimator: EstimatorName,
    prior: NormalPrior | HistogramPrior,
) -> list[Outcome]:
    """Return one outcome a person for the items of one module."""
    place = {item: j for j, item in enumerate(table.items)}
    answers = np.full((len(table.persons), len(items)), NOT_PRESENTED, dtype=np.int64)
    for j, item in enumerate(items):
        if item.item in place:
            answers[:, j] = table.categories[:, place[item.item]]
    if estimator == "eap":
        found = _expected(items, answers, prior)
    else:
        found = list(abilities(CurveSet.of(items), answers, _weight(estimator, prior)))
    answered = (answers != NOT_PRESENTED).any(axis=1)
    return [o if some else NoAnswers() for o, some in zip(found, answered, strict=True)]


def _weight(estimator: EstimatorName, prior: NormalPrior | HistogramPrior) -> Weight:
    if estimator == "map":
        assert isinstance(prior, NormalPrior)
        return Posterior(prior)
    return Likelihood() if estimator == "ml" else Warm()


def _misplaced(estimator: EstimatorName, prior: NormalPrior | HistogramPrior | None) -> list[str]:
    """Return why this estimator cannot use this prior; nothing where it can."""
    if estimator in {"ml", "wle"} and prior is not None:
        return [f"prior: {estimator} takes nothing for granted; use eap or map"]
    if estimator == "map" and isinstance(prior, HistogramPrior):
        return ["prior: map needs a normal one; use eap with a histogram"]
    return []


def _expected(
    items: Sequence[ItemParameters], answers: Integers, prior: NormalPrior | HistogramPrior
) -> list[Outcome]:
    """Return the posterior's mean and standard deviation on the engine's own grid."""
    pool = Pool.tabulate(items)
    mass = prior(pool.nodes)
    rows = max(1, MOST_CELLS // pool.probabilities[:, :, 0].size)
    found: list[Outcome] = []
    for start in range(0, len(answers), rows):
        posterior = posterior_of(mass, log_likelihood(pool, answers[start : start + rows]))
        mean, variance = moments(posterior, pool.nodes)
        pairs = zip(mean.tolist(), np.sqrt(variance).tolist(), strict=True)
        found += [Estimate(theta, se) for theta, se in pairs]
    return found


def log_likelihood(pool: Pool, answers: Integers) -> Floats:
    """Return the log likelihood (N, Q) of answers (N, J), -1 where nothing was presented."""
    width = pool.probabilities.shape[1]
    chosen = np.zeros((len(answers), len(pool) * width))
    person, item = np.nonzero(answers != NOT_PRESENTED)
    chosen[person, item * width + answers[person, item]] = 1
    return np.asarray(chosen @ pool.logs.reshape(len(pool) * width, -1))
