"""Ability from answers by exact Newton steps, outside any grid: ML, MAP and WLE of N persons.

An estimate is the root of g(θ) = S(θ) + w(θ), S the score (the log likelihood's derivative) and w
the derivative of a log weight: 0 (maximum likelihood), a normal prior's (θ₀ - θ) / σ² (Bayes modal:
Lord 1986), J / 2I with J = Σ P'P''/P (Warm 1989), or I' / 2I (Jeffreys' prior; Warm's own where the
log chances' curvature does not depend on the answer, as in 1PL, 2PL, PCM, GPCM). A search on a wide
grid finds the highest mode first: with guessing there may be several.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from placement.arrays import Floats, Integers
from placement.curves import CurveSet
from placement.priors import NormalPrior

SEARCHED = np.linspace(-30, 30, 241)
MOST_CELLS = 2_000_000
SMALLEST = 1e-300
STEPS = 80
CLOSE = 1e-11
NUDGE = 1e-4
FLAT = 1e-9
"""A likelihood within this much of its highest, in logs, at an end of the grid has no maximum."""

Error = Literal["expected", "observed"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Ability and its standard error, logits."""

    theta: float
    se: float


@dataclass(frozen=True, slots=True)
class Unbounded:
    """No finite estimate: the likelihood does not fall towards this end of the scale."""

    direction: Literal["down", "up"]


@dataclass(frozen=True, slots=True)
class NoAnswers:
    """No estimate: nothing was answered, and nothing is believed beforehand."""


Outcome = Estimate | Unbounded | NoAnswers


class Evidence(NamedTuple):
    """At one ability a person: score S, observed and expected information, Warm's J; (N,) each.

    `bend` is I', the derivative of the expected information.
    """

    score: Floats
    observed: Floats
    information: Floats
    tilt: Floats
    bend: Floats


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Maximum likelihood: no weight. Standard error 1/√I (expected) or 1/√-S' (observed)."""

    def __call__(self, theta: Floats, evidence: Evidence) -> Floats:
        del evidence
        return np.zeros_like(theta)

    def precision(self, information: Floats) -> Floats:
        """Return the expected precision of the estimate, (N,)."""
        return information


@dataclass(frozen=True, slots=True)
class Posterior:
    """Bayes modal with a normal prior. Standard error 1/√(I + 1/σ²), or observed curvature."""

    prior: NormalPrior = field(default_factory=NormalPrior)

    def __call__(self, theta: Floats, evidence: Evidence) -> Floats:
        del evidence
        return (self.prior.mean - theta) / self.prior.sd**2

    def precision(self, information: Floats) -> Floats:
        return information + 1 / self.prior.sd**2


@dataclass(frozen=True, slots=True)
class Warm:
    """Warm's weighted likelihood (1989, eq. 9). Standard error 1/√I, as Warm gives it."""

    def __call__(self, theta: Floats, evidence: Evidence) -> Floats:
        del theta
        return evidence.tilt / np.maximum(2 * evidence.information, SMALLEST)

    def precision(self, information: Floats) -> Floats:
        return information


@dataclass(frozen=True, slots=True)
class Jeffreys:
    """The mode under Jeffreys' prior √I, which some programs call WLE for any model."""

    def __call__(self, theta: Floats, evidence: Evidence) -> Floats:
        del theta
        return evidence.bend / np.maximum(2 * evidence.information, SMALLEST)

    def precision(self, information: Floats) -> Floats:
        return information


Weight = Likelihood | Posterior | Warm | Jeffreys


def abilities(
    curves: CurveSet, categories: Integers, weight: Weight, error: Error = "expected"
) -> tuple[Outcome, ...]:
    """Return each person's ability from categories (N, J), -1 where nothing was presented.

    Unbounded where the estimate is not within ±30 logits; only `Likelihood` makes that likely.
    """
    logs, information, drift = _searched(curves, weight)
    rows = max(1, MOST_CELLS // max(1, logs.size // SEARCHED.size + SEARCHED.size))
    found: list[Outcome] = []
    for start in range(0, len(categories), rows):
        some = categories[start : start + rows]
        objective = _objective(some, logs, information, drift, weight)
        found += _outcomes(curves, some, objective, weight, error)
    return tuple(found)


def evidence_at(curves: CurveSet, categories: Integers, theta: Floats) -> Evidence:
    """Return what the answers (N, J) say at each person's own ability (N,)."""
    chances, first, second = curves.at(theta)
    chances = np.maximum(chances, SMALLEST)
    given = (categories >= 0).T
    chosen = np.maximum(categories, 0).T[:, None]
    p, p1, p2 = (np.take_along_axis(t, chosen, axis=1)[:, 0] for t in (chances, first, second))
    ratio, square = first / chances, first**2 / chances
    totals = (
        p1 / p,
        (p1 / p) ** 2 - p2 / p,
        square.sum(axis=1),
        (ratio * second).sum(axis=1),
        (2 * ratio * second - ratio * square).sum(axis=1),
    )
    return Evidence(*((part * given).sum(axis=0) for part in totals))


def _searched(curves: CurveSet, weight: Weight) -> tuple[Floats, Floats, Floats]:
    """Return on the grid: log chances (J·K, G), information (J, G), and what the weight drifts by.

    The drift is J for Warm, I' for Jeffreys, (J, G).
    """
    chances, first, second = curves.at(SEARCHED)
    chances = np.maximum(chances, SMALLEST)
    ratio, square = first / chances, first**2 / chances
    tilt = (ratio * second).sum(axis=1)
    bend = 2 * tilt - (ratio * square).sum(axis=1)
    drift = tilt if isinstance(weight, Warm) else bend
    return np.log(chances).reshape(-1, SEARCHED.size), square.sum(axis=1), drift


def _objective(
    categories: Integers, logs: Floats, information: Floats, drift: Floats, weight: Weight
) -> Floats:
    """Return the weighted log likelihood of each person on the grid, (N, G)."""
    n, items = categories.shape
    width = logs.shape[0] // max(items, 1)
    answers = np.zeros((n, logs.shape[0]))
    person, item = np.nonzero(categories >= 0)
    answers[person, item * width + categories[person, item]] = 1
    given = (categories >= 0).astype(np.float64)
    zeros = np.zeros((n, SEARCHED.size))
    evidence = Evidence(zeros, zeros, given @ information, given @ drift, given @ drift)
    slope = weight(np.broadcast_to(SEARCHED, zeros.shape), evidence)
    half = (slope[:, 1:] + slope[:, :-1]) / 2 * np.diff(SEARCHED)
    return np.asarray(answers @ logs + np.concatenate((zeros[:, :1], half.cumsum(axis=1)), axis=1))


def _outcomes(
    curves: CurveSet, categories: Integers, objective: Floats, weight: Weight, error: Error
) -> list[Outcome]:
    best = objective.max(axis=1)
    ends = np.array([best - objective[:, 0] <= FLAT, best - objective[:, -1] <= FLAT])
    outcomes: list[Outcome] = [Unbounded("down" if down else "up") for down in ends[0]]
    blank = ~(categories >= 0).any(axis=1)
    inside = ~ends.any(axis=0) & (~blank | isinstance(weight, Posterior))
    for row in np.flatnonzero(blank).tolist():
        outcomes[row] = NoAnswers()
    rows = np.flatnonzero(inside)
    if rows.size:
        theta, precision = _roots(curves, categories[rows], objective[rows].argmax(axis=1), weight)
        if error == "expected":
            evidence = evidence_at(curves, categories[rows], theta)
            precision = weight.precision(evidence.information)
        for row, t, p in zip(rows.tolist(), theta.tolist(), precision.tolist(), strict=True):
            outcomes[row] = Estimate(t, p**-0.5)
    return outcomes


def _roots(
    curves: CurveSet, categories: Integers, peaks: Integers, weight: Weight
) -> tuple[Floats, Floats]:
    """Return the root of g and -g' there, (N,) each: Newton, halving where a step would leave."""

    def g(theta: Floats) -> tuple[Floats, Evidence]:
        evidence = evidence_at(curves, categories, theta)
        return evidence.score + weight(theta, evidence), evidence

    low, theta, high = (SEARCHED[np.clip(peaks + k, 0, SEARCHED.size - 1)] for k in (-1, 0, 1))
    settled = np.zeros(theta.size, dtype=np.bool_)  # so that nobody's digits depend on others
    for _ in range(STEPS):
        value, fall = _slope(g, theta, weight)
        low, high = np.where(value > 0, theta, low), np.where(value > 0, high, theta)
        step = theta + value / np.where(fall > 0, fall, 1)
        safe = (fall > 0) & (step >= low) & (step <= high)
        following = np.where(safe, step, (low + high) / 2)
        near = np.abs(following - theta) < CLOSE
        theta = np.where(settled, theta, following)
        settled |= near
        if settled.all():
            break
    return theta, _slope(g, theta, weight)[1]


def _slope(
    g: Callable[[Floats], tuple[Floats, Evidence]], theta: Floats, weight: Weight
) -> tuple[Floats, Floats]:
    """Return g and -g'; the weights that depend on information by differences."""
    value, evidence = g(theta)
    if isinstance(weight, Likelihood | Posterior):
        return value, evidence.observed + weight.precision(np.zeros_like(theta))
    above, below = (weight(t, g(t)[1]) for t in (theta + NUDGE, theta - NUDGE))
    return value, evidence.observed - (above - below) / (2 * NUDGE)
