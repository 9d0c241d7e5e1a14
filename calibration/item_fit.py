"""S-X²: answers against the model, at every summed score.

Orlando & Thissen (2000), Applied Psychological Measurement 24, 50–64; for several categories Kang
& Chen (2008), Journal of Educational Measurement 45, 391–406. The chances of a summed score come
from Lord & Wingersky's (1984) recursion. It holds for persons who answered the whole form.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from calibration.answers import Bytes
from calibration.collapsing import collapse
from calibration.fitted import Fitted
from placement.arrays import Floats


@dataclass(frozen=True, slots=True)
class ItemFit:
    """S-X² of one item; nan where no degree of freedom is left."""

    item: str
    s_x2: float
    df: int
    p: float
    rmsea: float


def s_x2(fitted: Fitted, scores: Bytes, smallest: float = 1.0) -> tuple[ItemFit, ...]:
    """Return S-X² of each item from scores (N, J) without gaps.

    Cells whose expected count is below `smallest` are joined with their neighbours. Where slopes
    are fixed and the population's sd is free, every item is charged with it, as mirt does.
    """
    totals = scores.sum(axis=1, dtype=np.int64)
    highest = sum(len(chances) - 1 for chances in fitted.chances)
    persons = np.bincount(totals, minlength=highest + 1)
    fits = []
    for j, item in enumerate(fitted.items):
        expected = _expected(fitted, j) * persons[:, None]
        observed = np.zeros(expected.shape)
        np.add.at(observed, (totals, scores[:, j].astype(np.int64)), 1.0)
        o, e = collapse(observed[1:-1], expected[1:-1], smallest)
        filled = e > 0
        df = int(filled.sum()) - len(e) - item.n_free - fitted.free_sd
        value = float(((o - e)[filled] ** 2 / e[filled]).sum()) if df > 0 else np.nan
        fits.append(_fit(item.item, value, max(df, 0), len(scores)))
    return tuple(fits)


def _fit(item: str, value: float, df: int, persons: int) -> ItemFit:
    if df == 0:
        return ItemFit(item, np.nan, 0, np.nan, np.nan)
    return ItemFit(item, value, df, float(chdtrc(df, value)), rmsea(value, df, persons))


def rmsea(value: float, df: int, persons: int) -> float:
    """Return the root mean square error of approximation of a χ² statistic."""
    return float((max(value / df - 1, 0.0) / (persons - 1)) ** 0.5)


def _expected(fitted: Fitted, j: int) -> Floats:
    """Return each category's share at each summed score, (S, K); nan where it cannot be."""
    rest = summed_scores([c for i, c in enumerate(fitted.chances) if i != j])
    own = fitted.chances[j]
    joint = np.full((len(rest) + len(own) - 1, len(own)), np.nan)
    for k, chance in enumerate(own):
        joint[k : k + len(rest), k] = rest @ (fitted.weights * chance)
    return np.asarray(joint / np.nansum(joint, axis=1, keepdims=True))


def summed_scores(chances: list[Floats]) -> Floats:
    """Return the chance of each summed score at each node, (S, Q) (Lord & Wingersky 1984)."""
    totals = np.ones((1, chances[0].shape[1])) if chances else np.ones((1, 1))
    for own in chances:
        longer = np.zeros((len(totals) + len(own) - 1, own.shape[1]))
        for k, chance in enumerate(own):
            longer[k : k + len(totals)] += totals * chance
        totals = longer
    return totals
