"""M2: does the model reproduce the means and cross products of the items? With RMSEA and SRMSR.

Maydeu-Olivares & Joe (2006), Psychometrika 71, 713–732; for several categories the moments are
those of the scores, M2* of Cai & Hansen (2013), BJMSP 66, 245–276. It holds for persons who
answered the whole form.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import chdtrc, chndtrinc

from calibration.answers import Bytes
from calibration.errors import CalibrationError
from calibration.fitted import Fitted
from calibration.item_fit import rmsea
from placement.arrays import Floats, Integers

# Above this many moments their covariance does not fit in memory.
MOST_MOMENTS = 8_000


@dataclass(frozen=True, slots=True)
class OverallFit:
    """`rmsea_low`, `rmsea_high` bound 90 %; `cfi` and `tli` compare with items independent."""

    m2: float
    df: int
    p: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmsr: float
    cfi: float
    tli: float


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """First and second moment of each item at each node, (J, Q), and the nodes' weights (Q,)."""

    first: Floats
    second: Floats
    weights: Floats

    @property
    def pairs(self) -> tuple[Integers, Integers]:
        lower, upper = np.triu_indices(len(self.first), 1)
        return lower, upper

    @property
    def products(self) -> Floats:
        """Each pair's expected cross product at each node, (M, Q)."""
        i, j = self.pairs
        return np.asarray(self.first[i] * self.first[j])

    @property
    def expected(self) -> Floats:
        return np.concatenate((self.first, self.products)) @ self.weights

    def correlations(self) -> Floats:
        mean = self.first @ self.weights
        cross = (self.first * self.weights) @ self.first.T
        np.fill_diagonal(cross, self.second @ self.weights)
        return _correlations(cross - np.outer(mean, mean))

    def covariance(self) -> Floats:
        """Return the covariance of one person's moments, (J + M, J + M)."""
        size, (i, j) = len(self.first), self.pairs
        all_moments = np.concatenate((self.first, self.products))
        cross = (all_moments * self.weights) @ all_moments.T
        heavy = self.second * self.weights
        place = np.zeros((size, size), dtype=np.int64)
        place[i, j] = place[j, i] = size + np.arange(i.size)
        for k in range(size):
            others = np.delete(np.arange(size), k)
            mine = place[k, others]
            cross[k, k] = heavy[k].sum()
            cross[k, mine] = cross[mine, k] = self.first[others] @ heavy[k]
            cross[np.ix_(mine, mine)] = (self.first[others] * heavy[k]) @ self.first[others].T
        cross[size + np.arange(i.size), size + np.arange(i.size)] = (
            self.second[i] * self.second[j]
        ) @ self.weights
        expected = self.expected
        return np.asarray(cross - np.outer(expected, expected))


def m2(fitted: Fitted, scores: Bytes) -> OverallFit:
    """Return M2 from scores (N, J) without gaps; `CalibrationError` where there is none to be had.

    The parameters count as estimated from these answers.
    """
    moments = _moments(fitted)
    observed = _observed(scores)
    if observed.size > MOST_MOMENTS:
        raise CalibrationError([f"M2 of {len(fitted.items)} items: {observed.size} moments"])
    value, df = _statistic(moments, _slopes(fitted, moments), observed, len(scores))
    null, null_df = _null(observed, moments.first.shape[0], scores)
    difference = np.corrcoef(scores.T.astype(np.float64)) - moments.correlations()
    low, high = _interval(value, df, len(scores))
    return OverallFit(
        value,
        df,
        float(chdtrc(df, value)),
        rmsea(value, df, len(scores)),
        low,
        high,
        float((difference[moments.pairs] ** 2).mean() ** 0.5),
        float(np.clip(1 - (value - df) / (null - null_df), 0, 1)),
        (null / null_df - value / df) / (null / null_df - 1),
    )


def _moments(fitted: Fitted) -> _Moments:
    powers = [np.arange(len(c), dtype=np.float64) for c in fitted.chances]
    first = np.stack([k @ c for k, c in zip(powers, fitted.chances, strict=True)])
    second = np.stack([k**2 @ c for k, c in zip(powers, fitted.chances, strict=True)])
    return _Moments(first, second, fitted.weights)


def _observed(scores: Bytes) -> Floats:
    table = scores.astype(np.float64)
    cross = table.T @ table / len(table)
    return np.concatenate((table.mean(axis=0), cross[np.triu_indices(len(cross), 1)]))


def _slopes(fitted: Fitted, moments: _Moments) -> Floats:
    """Return the moments' derivatives by all free parameters, (J + M, F)."""
    size, (i, j) = len(fitted.items), moments.pairs
    columns = []
    for k, item in enumerate(fitted.items):
        rises = np.einsum("k,mkq->mq", np.arange(item.n_categories), item.slopes(fitted.nodes))
        for rise in rises * fitted.weights:
            column = np.zeros(size + i.size)
            column[k] = rise.sum()
            column[size:] += np.where(i == k, moments.first[j] @ rise, 0.0)
            column[size:] += np.where(j == k, moments.first[i] @ rise, 0.0)
            columns.append(column)
    if fitted.free_sd:
        columns.append(np.concatenate((moments.first, moments.products)) @ fitted.sd_slope)
    return np.stack(columns, axis=1)


def _statistic(
    moments: _Moments, slopes: Floats, observed: Floats, persons: int
) -> tuple[float, int]:
    """Return M2 and its degrees of freedom.

    C = Ξ⁻¹ - Ξ⁻¹Δ(Δ'Ξ⁻¹Δ)⁻¹Δ'Ξ⁻¹ takes out what the parameters can fit.
    """
    df = observed.size - slopes.shape[1]
    if df < 1:
        raise CalibrationError(["M2: too few degrees of freedom"])
    try:
        factor = cho_factor(moments.covariance())
    except LinAlgError as error:
        raise CalibrationError(["M2: the moments are not independent"]) from error
    away = observed - moments.expected
    weighed, bent = cho_solve(factor, away), cho_solve(factor, slopes)
    fitted = np.linalg.lstsq(slopes.T @ bent, bent.T @ away, rcond=None)[0]
    return float(persons * (away @ weighed - (bent.T @ away) @ fitted)), df


def _null(observed: Floats, size: int, scores: Bytes) -> tuple[float, int]:
    """Return M2 of items that have nothing in common, and its degrees of freedom."""
    table = scores.astype(np.float64)
    own = _Moments(table.mean(axis=0)[:, None], (table**2).mean(axis=0)[:, None], np.ones(1))
    i, j = own.pairs
    slopes = np.zeros((observed.size, size))
    slopes[np.arange(size), np.arange(size)] = 1
    pairs = size + np.arange(i.size)
    slopes[pairs, i], slopes[pairs, j] = own.first[j, 0], own.first[i, 0]
    return _statistic(own, slopes, observed, len(scores))


def _interval(value: float, df: int, persons: int) -> tuple[float, float]:
    """Return the 90 % interval of RMSEA, from the noncentral χ² (Browne & Cudeck 1993)."""

    def bound(share: float) -> float:
        if 1 - chdtrc(df, value) < share:
            return 0.0
        centre = float(chndtrinc(value, df, share))
        return float((centre / (df * (persons - 1))) ** 0.5)

    return bound(0.95), bound(0.05)


def _correlations(covariance: Floats) -> Floats:
    spread = np.sqrt(covariance.diagonal())
    return np.asarray(covariance / np.outer(spread, spread))
