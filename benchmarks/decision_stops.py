"""Stopping rules and selection rules at one accuracy, on the same people.

What is asked does not depend on when a test ends. So everyone is walked to the longest test once,
every rule's measure is taken after each answer, and a rule at any setting is read off the walk: it
stops where its measure first reaches a threshold. The threshold that gives the wanted accuracy is
found for each rule, and the lengths are compared. Accuracy is matched by the mean posterior
probability of the track proposed: item parameters known and the prior true, its expectation is the
accuracy, with less noise than counting. Standard errors are jackknives over banks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from placement.arrays import Floats
from placement.conduct import next_items, section_of
from placement.design import Design
from placement.lockstep import right_answers
from placement.planning import fit_design
from placement.pool import Pool
from placement.standing import Standing
from placement.stopping import (
    SHARES,
    STANDARD_NORMAL,
    FixedLength,
    RateOfReturn,
    normal_loss,
)
from placement.stopping_classification import GeneralizedRatio, SequentialRatio
from placement.stopping_posterior import Curtailment
from placement.tracks import expected_losses, track_of

FEWEST, LONGEST, THRESHOLDS = 4, 30, 80
Measure = Callable[[Standing], Floats]


class Stop(NamedTuple):
    """How sure a rule is, more is surer; and the most questions that it asks."""

    measure: Measure
    maximum: int = LONGEST


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """N people walked to the longest test: after n answers, (LONGEST + 1, N) each.

    `surest` holds for each stop the highest that its measure has been from FEWEST answers on;
    `claimed` the posterior probability of the track proposed, `right` whether it is the true one.
    """

    surest: dict[str, Floats]
    claimed: Floats
    right: Floats


class Met(NamedTuple):
    """A rule at the wanted accuracy: its length and 95th percentile, and each without one bank."""

    length: float
    p95: float
    lengths: Floats

    def error(self, other: "Met | None" = None) -> float:
        """Return the standard error of the length, or of its difference from another's."""
        values = self.lengths - (other.lengths if other else 0)
        return float(np.sqrt((values.size - 1) * values.var()))


def stops(rule: RateOfReturn) -> dict[str, Stop]:
    """Return every rule's measure; `rule` and curtailment know the pilot's precision."""
    curtailment = Curtailment(minimum=FEWEST, maximum=LONGEST, plans=rule.plans)
    rates = {
        f"RATE, at most {most}": Stop(_rate(replace(rule, maximum=most)), most) for most in (25, 27)
    }
    return {
        "RATE": Stop(_rate(rule)),
        **rates,
        "RATE, information left to this person": Stop(partial(_own_rate, rule.horizons)),
        "stochastic curtailment": Stop(curtailment.staying),
        "posterior loss": Stop(lambda s: -_losses(s).min(axis=1)),
        "interval against cuts": Stop(_distance),
        "SPRT, delta .40": Stop(lambda s: np.abs(SequentialRatio().ratios(s)).min(axis=1)),
        "GLR, delta .20": Stop(lambda s: np.abs(GeneralizedRatio().ratios(s)).min(axis=1)),
        "standard error": Stop(lambda s: -np.sqrt(s.variance)),
        "fixed length": Stop(lambda s: s.n.astype(np.float64)),
    }


def _rate(rule: RateOfReturn) -> Measure:
    return lambda standing: -rule.rate(standing)


def _own_rate(horizons: Sequence[int], standing: Standing) -> Floats:
    """Return minus the rate of return if λ grew by the best items left at the person's mean."""
    left = np.where(standing.given, 0, standing.section.pool.information_at(standing.mean))
    best = -np.sort(-left, axis=1)[:, : LONGEST - int(standing.n[0])].cumsum(axis=1)
    variance, section = standing.variance, standing.section
    now = normal_loss(standing.mean, np.sqrt(variance), section)
    rates = []
    for horizon in (m for m in horizons if m <= best.shape[1]):
        later = 1 / (1 / variance + best[:, horizon - 1])
        step = np.sqrt(np.maximum(variance - later, 0))
        means = standing.mean[:, None] + step[:, None] * STANDARD_NORMAL
        ahead = normal_loss(means, np.sqrt(later)[:, None], section) @ SHARES
        rates.append((now - ahead) / horizon)
    return -np.max(rates, axis=0)


def _losses(standing: Standing) -> Floats:
    return expected_losses(standing.track_probabilities, standing.section.losses)


def _distance(standing: Standing) -> Floats:
    """Return how many standard deviations the nearest cut is away, (N,)."""
    away = np.abs(standing.mean[:, None] - standing.section.cuts).min(axis=1)
    return np.asarray(away / np.sqrt(standing.variance))


def walk(design: Design, pool: Pool, theta: Floats, seed: int, only: Sequence[str] = ()) -> Walk:
    """Fit the design's RATE to the pool, and walk people of ability `theta` (N,) to the end."""
    rule = fit_design(design, pool).stopping
    assert isinstance(rule, RateOfReturn)
    rules = {name: stop for name, stop in stops(rule).items() if not only or name in only}
    claimed, right = [], []
    measured: dict[str, list[Floats]] = {name: [] for name in rules}
    for standing in _standings(replace(design, stopping=FixedLength(LONGEST)), pool, theta, seed):
        n = int(standing.n[0])
        for name, stop in rules.items():
            blank = np.full(theta.size, -np.inf if n < FEWEST else np.inf)
            asked = FEWEST <= n < stop.maximum
            measured[name].append(stop.measure(standing) if asked else blank)
        placed = _losses(standing).argmin(axis=1)
        claimed.append(standing.track_probabilities[np.arange(theta.size), placed])
        right.append(placed == track_of(theta, standing.section.cuts))
    surest = {
        name: np.maximum.accumulate(np.array(values), axis=0) for name, values in measured.items()
    }
    return Walk(surest, np.array(claimed), np.array(right, dtype=np.float64))


def _standings(design: Design, pool: Pool, theta: Floats, seed: int) -> Iterator[Standing]:
    generator = np.random.default_rng(seed)
    section = section_of(design, design.modules[0], pool)
    answers = right_answers(section.pool, theta, generator.random((theta.size, len(section.pool))))
    given, rows = np.zeros(answers.shape, dtype=np.bool_), np.arange(theta.size)
    sums, logs = np.zeros((theta.size, section.pool.nodes.size)), np.log(section.pool.probabilities)
    for n in range(LONGEST + 1):
        standing = Standing.of(section, given.copy(), sums.copy())
        yield standing
        if n < LONGEST:
            asked = next_items(design, standing, generator)
            given[rows, asked] = True
            sums += logs[asked, answers[rows, asked]]


def met(walks: Sequence[Walk], name: str, accuracy: float) -> Met:
    """Return a stop's length where it reaches the accuracy, one threshold for all banks."""
    thresholds = _thresholds(walks, name)
    reached = np.array([_reached(one, name, thresholds) for one in walks])
    banks = np.arange(len(walks))
    means = [reached.mean(axis=0), *(reached[banks != bank].mean(axis=0) for bank in banks)]
    length, *lengths = (float(np.interp(accuracy, m[0], m[1])) for m in means)
    return Met(length, float(np.interp(accuracy, means[0][0], means[0][2])), np.array(lengths))


def _thresholds(walks: Sequence[Walk], name: str) -> Floats:
    values = np.concatenate([one.surest[name][FEWEST:].ravel() for one in walks])
    return np.unique(np.quantile(values[np.isfinite(values)], np.linspace(0, 1, THRESHOLDS)))


def _reached(one: Walk, name: str, thresholds: Floats) -> Floats:
    """Return accuracy, mean length and 95th percentile at each threshold, (3, thresholds)."""
    people = np.arange(one.claimed.shape[1])
    lengths = [(one.surest[name] < threshold).sum(axis=0) for threshold in thresholds]
    rows = [(one.claimed[n, people].mean(), n.mean(), np.quantile(n, 0.95)) for n in lengths]
    return np.array(rows).T
