"""Many tests at once: p-values that account for how many there are."""

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values, in the same order; nan stays nan and counts for nothing.

    To call what is below 0.05 found keeps the expected share of false findings below 0.05.
    Benjamini & Hochberg (1995), JRSS B 57, 289–300.
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * known.size / np.arange(1, known.size + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return tuple(adjusted.tolist())
