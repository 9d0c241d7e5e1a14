"""Keeping single questions from being shown to everybody."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats, Integers
from placement.errors import refuse


@dataclass(frozen=True, slots=True)
class Randomesque:
    """One of the few best items at random (Kingsbury & Zara 1989).

    Of the `early` best for a module's first `n_early` questions, of the `later` best after. Items
    of equal worth, as uncalibrated items of one level are, are ranked by lot: worth is compared to
    nine significant digits, so that a last bit of rounding decides nothing.
    """

    early: int = 5
    later: int = 3
    n_early: int = 5

    def __post_init__(self) -> None:
        usable = min(self.early, self.later) >= 1 and self.n_early >= 0
        refuse([] if usable else ["exposure: early and later start at 1, n_early at 0"])

    def __call__(self, values: Floats, n: Integers, draws: Floats) -> Integers:
        order = np.lexsort((draws[:, :-1], -_rounded(values)))
        most = np.where(n < self.n_early, self.early, self.later)
        few = np.minimum(most, np.isfinite(values).sum(axis=1))
        rank = np.minimum((draws[:, -1] * few).astype(np.int64), few - 1)
        return np.take_along_axis(order, rank[:, None], axis=1)[:, 0]


def _rounded(values: Floats) -> Floats:
    """Round to nine significant digits of the largest finite value in each row."""
    finite = np.where(np.isfinite(values), np.abs(values), 0)
    scale = np.maximum(finite.max(axis=1, keepdims=True, initial=0), np.finfo(np.float64).tiny)
    return np.asarray(np.round(values / scale, 9))
