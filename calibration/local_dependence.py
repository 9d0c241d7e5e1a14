"""Do answers to two items agree more than ability explains? Q3 and LD-X².

Yen (1984), Applied Psychological Measurement 8, 125–145; Chen & Thissen (1997), Journal of
Educational and Behavioral Statistics 22, 265–289.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from calibration.answers import Bytes
from calibration.fitted import Fitted
from calibration.mean_squares import residuals
from placement.arrays import Floats

# Pairs answered by fewer say nothing.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Dependence:
    """LD-X² of a pair: `v` is Cramér's V with the sign of the residual association."""

    first: str
    second: str
    x2: float
    df: int
    p: float
    v: float


def q3(fitted: Fitted, scores: Bytes, theta: Floats) -> Floats:
    """Return the residuals' correlations, (J, J), over those who answered both; nan for too few.

    Their mean is about -1 / (J - 1) where nothing is amiss: look at what stands out from it.
    """
    away = residuals(fitted, scores, theta)
    given = ~np.isnan(away)
    some, filled = given.astype(np.float64), np.nan_to_num(away)
    count = some.T @ some
    first, square, cross = filled.T @ some, (filled**2).T @ some, filled.T @ filled
    safe = np.maximum(count, 1)
    covariance = cross / safe - (first / safe) * (first.T / safe)
    variance = square / safe - (first / safe) ** 2
    spread = np.sqrt(np.maximum(variance * variance.T, 1e-300))
    return np.asarray(np.where(count >= FEWEST, covariance / spread, np.nan))


def ld_x2(fitted: Fitted, scores: Bytes) -> tuple[Dependence, ...]:
    """Return LD-X² of each pair that enough persons answered, in the items' order."""
    pairs = []
    for i in range(len(fitted.items)):
        for j in range(i + 1, len(fitted.items)):
            both = (scores[:, i] >= 0) & (scores[:, j] >= 0)
            if both.sum() >= FEWEST:
                pairs.append(_pair(fitted, scores[both], i, j))
    return tuple(pairs)


def _pair(fitted: Fitted, scores: Bytes, i: int, j: int) -> Dependence:
    first, second = fitted.chances[i], fitted.chances[j]
    size = len(scores)
    expected = size * (first * fitted.weights) @ second.T
    cells = scores[:, i].astype(np.int64) * len(second) + scores[:, j]
    counts = np.bincount(cells, minlength=expected.size).reshape(expected.shape)
    observed = counts.astype(np.float64)
    x2 = float(((observed - expected) ** 2 / expected).sum())
    df = (len(first) - 1) * (len(second) - 1)
    sign = -1.0 if gamma(observed) < gamma(expected) else 1.0
    v = sign * (x2 / (size * (min(len(first), len(second)) - 1))) ** 0.5
    names = fitted.items[i].item, fitted.items[j].item
    return Dependence(*names, x2, df, float(chdtrc(df, x2)), v)


def gamma(table: Floats) -> float:
    """Return Goodman & Kruskal's gamma of a table of counts."""
    below = np.cumsum(np.cumsum(table[::-1, ::-1], axis=0), axis=1)[::-1, ::-1]
    alike = (table[:-1, :-1] * below[1:, 1:]).sum()
    aside = np.cumsum(np.cumsum(table[::-1], axis=0), axis=1)[::-1]
    unlike = (table[:-1, 1:] * aside[1:, :-1]).sum()
    return float((alike - unlike) / (alike + unlike)) if alike + unlike else 0.0
