"""Infit and outfit: how far answers are from what is expected of persons of this ability.

Wright & Masters (1982), "Rating scale analysis", ch. 5, with the cube-root transformation to a
normal deviate; Z_h of Drasgow, Levine & Williams (1985), BJMSP 38, 67–86, by item. Abilities are
EAP estimates, as in mirt: shrunken, so that mean squares are below 1 on short forms.
"""

from dataclasses import dataclass

import numpy as np

from calibration.answers import Bytes
from calibration.fitted import Fitted, FittedItem
from placement.arrays import Floats

WIDEST = 1.4142


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """One item's mean squares, 1 where the model holds, and their normal deviates."""

    item: str
    n_responses: int
    infit: float
    outfit: float
    z_infit: float
    z_outfit: float
    z_h: float


def mean_squares(fitted: Fitted, scores: Bytes, theta: Floats) -> tuple[MeanSquares, ...]:
    """Return each item's mean squares at abilities `theta` (N,); gaps in `scores` are left out."""
    found = []
    for j, item in enumerate(fitted.items):
        given = scores[:, j] >= 0
        found.append(_of_item(item, scores[given, j].astype(np.int64), theta[given]))
    return tuple(found)


def residuals(fitted: Fitted, scores: Bytes, theta: Floats) -> Floats:
    """Return each score less what is expected of it, (N, J); nan where there is none."""
    columns = []
    for j, item in enumerate(fitted.items):
        expected = item.expected(item.chances(theta))
        columns.append(np.where(scores[:, j] >= 0, scores[:, j] - expected, np.nan))
    return np.stack(columns, axis=1)


def _of_item(item: FittedItem, scored: np.ndarray, theta: Floats) -> MeanSquares:
    count = scored.size
    if count == 0:
        return MeanSquares(item.item, 0, *[np.nan] * 5)
    chances = item.chances(theta)
    mean = item.expected(chances)
    away = np.arange(item.n_categories)[:, None] - mean
    variance = (chances * away**2).sum(axis=0)
    fourth = (chances * away**4).sum(axis=0)
    square = (scored - mean) ** 2
    outfit = float((square / variance).mean())
    infit = float(square.sum() / variance.sum())
    q_outfit = (float((fourth / variance**2).sum()) / count**2 - 1 / count) ** 0.5
    q_infit = float((fourth - variance**2).sum()) ** 0.5 / float(variance.sum())
    return MeanSquares(
        item.item,
        count,
        infit,
        outfit,
        _deviate(infit, q_infit),
        _deviate(outfit, q_outfit),
        _likelihood_deviate(chances, scored),
    )


def _deviate(mean_square: float, spread: float) -> float:
    """Return Wilson & Hilferty's (1931) normal deviate of a mean square with this sd."""
    q = min(spread, WIDEST)
    return float((mean_square ** (1 / 3) - 1) * 3 / q + q / 3)


def _likelihood_deviate(chances: Floats, scored: np.ndarray) -> float:
    """Return the log likelihood of the answers, standardised."""
    logs = np.log(np.maximum(chances, 1e-300))
    mean = (chances * logs).sum(axis=0)
    variance = (chances * logs**2).sum(axis=0) - mean**2
    reached = logs[scored, np.arange(scored.size)]
    return float((reached - mean).sum() / variance.sum() ** 0.5)
