"""Do people of equal ability from two groups answer an item alike? Mantel–Haenszel.

Mantel & Haenszel (1959), JNCI 22, 719–748; Holland & Thayer (1988), in "Test validity", 129–145;
for several categories Mantel (1963), JASA 58, 690–700. ETS' classes: Zieky (1993).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc

from placement.arrays import Booleans, Floats, Integers

EtsClass = Literal["A", "B", "C", ""]
# From the logarithm of an odds ratio to ETS' delta scale.
DELTA = -2.35
ONE_SIDED = 1.645


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """`delta` is below 0 where the item is harder for the focal group; nan where unknown.

    For an item of several categories `odds_ratio` and `delta` are nan, `difference` says how much
    higher the focal group's mean score is than that of its equals, and there is no ETS class.
    """

    odds_ratio: float
    delta: float
    se_delta: float
    difference: float
    chi2: float
    p: float
    ets: EtsClass


NOTHING = MantelHaenszel(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, ets="")


def mantel_haenszel(scored: Integers, focal: Booleans, stratum: Integers) -> MantelHaenszel:
    """Compare persons within strata: scores, membership and stratum, each (N,).

    Strata in which only one group, or one person, is found say nothing.
    """
    table = counts(scored, focal, stratum)
    some = (table.sum(axis=2) > 0).all(axis=1) & (table.sum(axis=(1, 2)) > 1)
    table = table[some]
    if table.shape[2] < 2 or not len(table):
        return NOTHING
    chi2 = _mantel(table, correction=0.5 if table.shape[2] == 2 else 0.0)
    if np.isnan(chi2):
        return NOTHING
    p = float(chdtrc(1, chi2))
    difference = _difference(table)
    if table.shape[2] > 2:
        return MantelHaenszel(np.nan, np.nan, np.nan, difference, chi2, p, "")
    ratio, se = _odds_ratio(table)
    delta, se_delta = DELTA * float(np.log(ratio)), abs(DELTA) * se
    return MantelHaenszel(
        ratio, delta, se_delta, difference, chi2, p, ets_class(delta, se_delta, p)
    )


def counts(scored: Integers, focal: Booleans, stratum: Integers) -> Floats:
    """Return counts (strata, 2, K), the reference group first."""
    width = int(scored.max(initial=0)) + 1
    _, row = np.unique(stratum, return_inverse=True)
    cells = (row * 2 + focal) * width + scored
    size = int(row.max(initial=-1)) + 1
    return np.bincount(cells, minlength=size * 2 * width).reshape(size, 2, width).astype(np.float64)


def ets_class(delta: float, se: float, p: float) -> EtsClass:
    """Return A (negligible), B or C (large: at least 1.5, and surely above 1)."""
    if not np.isfinite(delta):
        return ""
    if abs(delta) < 1 or p >= 0.05:
        return "A"
    return "C" if abs(delta) >= 1.5 and abs(delta) - ONE_SIDED * se > 1 else "B"


def _odds_ratio(table: Floats) -> tuple[float, float]:
    """Return the common odds ratio, above 1 where the reference group does better, and its se.

    The standard error of its logarithm is Robins, Breslow & Greenland's (1986).
    """
    total = table.sum(axis=(1, 2))
    wrong, right = table[:, :, 0], table[:, :, 1]
    for_reference = right[:, 0] * wrong[:, 1] / total
    for_focal = wrong[:, 0] * right[:, 1] / total
    r, s = float(for_reference.sum()), float(for_focal.sum())
    if not (r and s):
        return np.nan, np.nan
    along, across = (right[:, 0] + wrong[:, 1]) / total, (wrong[:, 0] + right[:, 1]) / total
    variance = (
        (along * for_reference).sum() / (2 * r**2)
        + (along * for_focal + across * for_reference).sum() / (2 * r * s)
        + (across * for_focal).sum() / (2 * s**2)
    )
    return r / s, float(variance) ** 0.5


def _mantel(table: Floats, correction: float) -> float:
    """Return Mantel's χ² with one degree of freedom; for two categories Mantel–Haenszel's."""
    ranks = np.arange(table.shape[2])
    reference, focal = table.sum(axis=2).T
    column = table.sum(axis=1)
    total = reference + focal
    first, second = column @ ranks, column @ ranks**2
    observed = float((table[:, 1] @ ranks).sum())
    expected = float((focal * first / total).sum())
    spread = reference * focal * (total * second - first**2) / (total**2 * (total - 1))
    variance = float(spread.sum())
    if variance <= 0:
        return np.nan
    return max(abs(observed - expected) - correction, 0.0) ** 2 / variance


def _difference(table: Floats) -> float:
    """Return the standardised mean difference, focal less reference (Dorans & Schmitt 1991)."""
    ranks = np.arange(table.shape[2])
    sizes = table.sum(axis=2)
    means = (table @ ranks) / sizes
    return float(np.average(means[:, 1] - means[:, 0], weights=sizes[:, 1]))
