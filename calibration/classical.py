"""Items before any model: p-values, point-biserial, alpha, and who chose what.

Allen & Yen (1979), "Introduction to measurement theory", ch. 6; Cronbach (1951), Psychometrika 16,
297–334. Gaps are left out: a person's other items are the mean of those that were answered.
"""

from dataclasses import dataclass

import numpy as np

from calibration.answers import Bytes
from placement.arrays import Booleans, Floats, Integers

GROUPS = 5


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """`p` is the mean share of the highest score; `point_biserial` leaves the item itself out.

    `alpha_without` is alpha of the other items; nan where nothing can be told.
    """

    item: str
    n_responses: int
    p: float
    sd: float
    point_biserial: float
    alpha_without: float


@dataclass(frozen=True, slots=True)
class DistractorRow:
    """How often, of the persons in this ability group (0 lowest), each category was reached."""

    group: int
    n_persons: int
    mean_ability: float
    shares: tuple[float, ...]


def item_statistics(names: tuple[str, ...], scores: Bytes) -> tuple[ItemStatistics, ...]:
    """Return each item's statistics from scores (N, J), -1 where there is no answer."""
    given = scores >= 0
    top = np.maximum(scores.max(axis=0, initial=0), 1).astype(np.float64)
    share = np.where(given, scores / top, 0.0)
    sums, counts = share.sum(axis=1), given.sum(axis=1)
    statistics = []
    for j, name in enumerate(names):
        mine = given[:, j]
        others = mine & (counts > 1)
        rest = (sums - share[:, j])[others] / (counts[others] - 1)
        own = scores[mine, j].astype(np.float64)
        statistics.append(
            ItemStatistics(
                name,
                int(mine.sum()),
                float(own.mean() / top[j]) if own.size else np.nan,
                float(own.std(ddof=1)) if own.size > 1 else np.nan,
                correlation(share[others, j], rest),
                alpha(np.delete(scores, j, axis=1)),
            )
        )
    return tuple(statistics)


def alpha(scores: Bytes) -> float:
    """Return Cronbach's alpha of scores (N, J); of the persons without gaps.

    nan with fewer than two items, or where fewer than two persons answered all.
    """
    whole = scores[(scores >= 0).all(axis=1)].astype(np.float64)
    size = scores.shape[1]
    if size < 2 or len(whole) < 2:
        return np.nan
    total = float(whole.sum(axis=1).var(ddof=1))
    own = float(whole.var(axis=0, ddof=1).sum())
    return size / (size - 1) * (1 - own / total) if total > 0 else np.nan


def correlation(x: Floats, y: Floats) -> float:
    """Return the correlation of two samples, nan where one does not vary."""
    if x.size < 3:
        return np.nan
    dx, dy = x - x.mean(), y - y.mean()
    scale = float((dx @ dx) * (dy @ dy)) ** 0.5
    return float(dx @ dy) / scale if scale > 1e-12 else np.nan


def ability_groups(ability: Floats, groups: int = GROUPS) -> Integers:
    """Return each person's group, (N,), of about equal size, 0 the lowest; equals stay together."""
    borders = np.quantile(ability, np.arange(1, groups) / groups) if ability.size else np.zeros(0)
    return np.searchsorted(borders, ability, side="right").astype(np.int64)


def distractors(
    scored: Bytes, ability: Floats, n_categories: int, groups: int = GROUPS
) -> tuple[DistractorRow, ...]:
    """Return how each ability group answered one item, `scored` (N,) and `ability` (N,)."""
    given: Booleans = scored >= 0
    group = ability_groups(ability[given], groups)
    rows = []
    for g in np.unique(group).tolist():
        mine = scored[given][group == g]
        counts = np.bincount(mine, minlength=n_categories)
        mean = float(ability[given][group == g].mean())
        rows.append(DistractorRow(g, mine.size, mean, tuple((counts / mine.size).tolist())))
    return tuple(rows)
