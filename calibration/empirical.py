"""Answers beside the model's curve, in groups of persons of about equal ability.

The ability that sorts and predicts a person's answer to an item comes from the other items, so that
an answer is not compared with itself. Under the model an answer is then a draw with the chance
P̄ = ∫ P(θ) p(θ | the others) dθ, and Σ (x - P̄) over a group has variance Σ Var(x): exact, without
gaps or with, as long as what was asked did not depend on the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from calibration.answers import Bytes
from calibration.classical import ability_groups
from calibration.fitted import Fitted
from calibration.scoring import normalised, posteriors
from placement.arrays import Floats

GROUPS = 8
FEWEST = 10


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A group of persons: their mean ability and score, the model's mean score, the distance z."""

    ability: float
    n_persons: int
    observed: float
    expected: float
    z: float


@dataclass(frozen=True, slots=True)
class CurveFit:
    """Σ z² of an item's points, about χ² with as many degrees of freedom less its parameters."""

    item: str
    x2: float
    df: int
    p: float
    points: tuple[CurvePoint, ...]


def curve_fits(fitted: Fitted, scores: Bytes, groups: int = GROUPS) -> tuple[CurveFit, ...]:
    """Return each item's points from scores (N, J), -1 where there is no answer."""
    sums: list[list[Floats]] = [[] for _ in fitted.items]
    for place, logs, _ in posteriors(fitted, scores):
        for j, part in _left_out(fitted, scores[place], logs):
            sums[j].append(part)
    return tuple(_fit(fitted, j, np.concatenate(parts), groups) for j, parts in enumerate(sums))


def without_item(fitted: Fitted, scores: Bytes) -> Floats:
    """Return each person's EAP ability from all items but one, (N, J); nan where not answered."""
    table = np.full(scores.shape, np.nan)
    for place, logs, _ in posteriors(fitted, scores):
        for j, part in _left_out(fitted, scores[place], logs):
            table[place][scores[place, j] >= 0, j] = part[:, 0]
    return table


def _left_out(fitted: Fitted, scores: Bytes, logs: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield each item with its persons' ability, score, expected score and variance, (n, 4)."""
    prior = np.log(np.maximum(fitted.weights, 1e-300))
    for j, chances in enumerate(fitted.chances):
        given = scores[:, j] >= 0
        scored = scores[given, j].astype(np.int64)
        others = logs[given] - np.log(np.maximum(chances, 1e-300))[scored] + prior
        posterior = normalised(others)
        predicted = posterior @ chances.T
        ranks = np.arange(len(chances))
        mean = predicted @ ranks
        columns = posterior @ fitted.nodes, scored, mean, predicted @ ranks**2 - mean**2
        yield j, np.stack(columns, axis=1)


def _fit(fitted: Fitted, j: int, table: Floats, groups: int) -> CurveFit:
    group = ability_groups(table[:, 0], groups)
    points = []
    for g in np.unique(group).tolist():
        ability, score, mean, variance = table[group == g].T
        if ability.size < FEWEST:
            continue
        z = float((score - mean).sum() / variance.sum() ** 0.5)
        means = (float(score.mean()), float(mean.mean()))
        points.append(CurvePoint(float(ability.mean()), ability.size, *means, z))
    item = fitted.items[j]
    df = len(points) - item.n_free
    if df < 1:
        return CurveFit(item.item, np.nan, 0, np.nan, tuple(points))
    x2 = sum(point.z**2 for point in points)
    return CurveFit(item.item, x2, df, float(chdtrc(df, x2)), tuple(points))
