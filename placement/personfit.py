"""Whether a person's answers are of a kind: values for a person to look at, never a penalty.

* l_z, the standardised log likelihood (Drasgow, Levine & Williams 1985), and l_z*, which allows for
  ability being estimated (Snijders 2001; several categories: Sinharay 2016). Low: odd answers.
* CUSUM of residuals in the order of asking (van Krimpen-Stoop & Meijer 2000). Far from 0: a spell
  of answers better or worse than the rest.
* Response times below NT10, a tenth of an item's mean time and 10 s at most (Wise & Ma 2012).

In an adaptive test neither l_z nor l_z* is normal (van Krimpen-Stoop & Meijer 1999): `person_fit`
compares with the same statistics of answers simulated to the same items.

The engine decides without any of this, so that nothing here can move a placement: whoever holds a
finished sitting's answers asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placement.ability import Weight, evidence_at
from placement.arrays import Booleans, Floats, Integers
from placement.curves import CurveSet
from placement.errors import UnknownItemError
from placement.pool import Pool
from placement.posterior import moments, posterior_of
from placement.quadrature import interpolation
from placement.responses import Response

REPLICATES = 500
SMALLEST = 1e-300
ODD = 0.02
"""A statistic is odd where chance alone gives one as odd less often than this.

Both statistics together then mark about 1 in 50 of those who fit (docs/methods.md).
"""
FEWEST_TIMES = 20
"""Other people's answers to an item before its mean time is worth anything."""
UNKNOWN_ITEM_S = 3.0
"""Too fast for an item whose mean time is not known, in seconds (Kong, Wise & Bhola 2007)."""
LEAST_EFFORT = 0.90
FEWEST_RAPID = 3


@dataclass(frozen=True, slots=True)
class PersonFit:
    """One person in one module: statistics, and how often chance alone gives as odd a value.

    `lz` is l_z*, 0 where nothing can surprise; `upper` ≥ 0 and `lower` ≤ 0 are the CUSUM's
    extremes; `p_lz` and `p_cusum` lie in (0, 1].
    """

    n_items: int
    lz: float
    p_lz: float
    upper: float
    lower: float
    p_cusum: float

    def flags(self, level: float = ODD) -> tuple[str, ...]:
        """Return the names of the statistics that are odder than `level`."""
        odd = {"lz": self.p_lz < level, "cusum": self.p_cusum < level}
        return tuple(name for name, holds in odd.items() if holds)


def log_likelihood_fit(curves: CurveSet, categories: Integers, theta: Floats) -> Floats:
    """Return l_z of each person, (N,), at `theta` (N,); NaN where nothing can surprise."""
    chances = np.maximum(curves.at(theta).chances, SMALLEST)
    return _standardised(*_surprise(chances, categories))


def corrected_fit(curves: CurveSet, categories: Integers, theta: Floats, weight: Weight) -> Floats:
    """Return l_z* of each person, (N,), at `theta` estimated with `weight` (Snijders 2001).

    (W + c r₀) / √(V - c² I), c = Σ P' log P / I; r₀ is the weight's part of the estimating
    equation.
    """
    tables = curves.at(theta)
    chances = np.maximum(tables.chances, SMALLEST)
    surprise, variance = _surprise(chances, categories)
    given = (categories >= 0).T
    evidence = evidence_at(curves, categories, theta)
    shared = ((tables.first * np.log(chances)).sum(axis=1) * given).sum(axis=0)
    information = np.maximum(evidence.information, SMALLEST)
    slope = shared / information
    moved = surprise + slope * weight(theta, evidence)
    return _standardised(moved, variance - slope**2 * information)


def cusum(residuals: Floats) -> tuple[Floats, Floats]:
    """Return the CUSUM's greatest and least value, (N,), of residuals (N, n) in order of asking.

    T_i = (x_i - E_i) / n; C⁺ = max(0, C⁺ + T), C⁻ = min(0, C⁻ + T).
    """
    steps = residuals / max(residuals.shape[1], 1)
    above, below = np.zeros(len(steps)), np.zeros(len(steps))
    upper, lower = above, below
    for step in steps.T:
        above, below = np.maximum(above + step, 0), np.minimum(below + step, 0)
        upper, lower = np.maximum(upper, above), np.minimum(lower, below)
    return upper, lower


def person_fit(
    pool: Pool,
    prior: Floats,
    responses: Sequence[Response],
    *,
    seed: int,
    replicates: int = REPLICATES,
) -> PersonFit | None:
    """Return the fit of one person's answers, in the order given, to one module's `pool`.

    Ability is drawn from the posterior (prior (Q,) on the pool's nodes), and answers to the same
    items from it; each replicate is scored anew (EAP), as the person is. None without answers.
    The items stay those that were asked: with answers of their own, replicates would have met
    others, and the p-values are a little too large for that.
    """
    places = _rows(pool, responses)
    if not places:
        return None
    own = np.array([[response.category for response in responses]], dtype=np.int64)
    tables, logs = pool.probabilities[places], pool.logs[places]
    generator = np.random.default_rng((seed, len(places)))
    posterior = posterior_of(prior, _summed(logs, own))[0]
    both = np.concatenate((own, _simulated(pool, places, generator, posterior, replicates)))
    mean, _ = moments(posterior_of(prior, _summed(logs, both)), pool.nodes)
    weights = interpolation(pool.nodes, mean)
    chances = np.maximum(_between(tables, weights), SMALLEST)
    slopes = _between(np.gradient(tables, pool.nodes, axis=2), weights)
    lz = np.nan_to_num(_projected(chances, slopes, both))
    upper, lower = cusum(both - np.einsum("jkn,k->nj", chances, np.arange(tables.shape[1])))
    reach = np.maximum(upper, -lower)
    return PersonFit(
        len(places),
        float(lz[0]),
        _share(lz[1:] <= lz[0] + 1e-12),
        float(upper[0]),
        float(lower[0]),
        _share(reach[1:] >= reach[0] - 1e-12),
    )


def rapid_answers(seconds: Floats, mean_seconds: Floats) -> Booleans:
    """Return which answers came too soon to have been read, (n,): NT10 (Wise & Ma 2012).

    `seconds` (n,), NaN where unknown; `mean_seconds` (n,) of the same items over all persons, NaN
    where too few have answered (`FEWEST_TIMES`): then 3 s.
    """
    limits = np.where(np.isnan(mean_seconds), UNKNOWN_ITEM_S, np.minimum(mean_seconds / 10, 10.0))
    return np.asarray(seconds < limits)


def response_time_effort(n_rapid: int, n_items: int) -> float:
    """Return the share of answers that were not rapid (Wise & Kong 2005)."""
    return 1 - n_rapid / n_items if n_items else 1.0


def hurried(n_rapid: int, n_items: int) -> bool:
    """Return whether effort is below 0.90 (Wise & Kong 2005), by three rapid answers or more."""
    return n_rapid >= FEWEST_RAPID and response_time_effort(n_rapid, n_items) < LEAST_EFFORT


def _rows(pool: Pool, responses: Sequence[Response]) -> list[int]:
    """Return the rows of the items answered; `UnknownItemError` where there is no such item."""
    rows = pool.positions()
    for response in responses:
        if response.item not in rows:
            raise UnknownItemError(f"item {response.item!r} is not in the pool")
    return [rows[response.item] for response in responses]


def _simulated(
    pool: Pool, places: Sequence[int], generator: np.random.Generator, posterior: Floats, size: int
) -> Integers:
    """Return answers (size, n) of people whose ability is drawn from one posterior (Q,)."""
    nodes = generator.choice(pool.nodes.size, size, p=posterior / posterior.sum())
    draws = generator.random((size, len(places)))
    steps = pool.probabilities[places].cumsum(axis=1)[:, :-1, nodes].transpose(2, 0, 1)
    answers = (draws[:, :, None] >= steps).sum(axis=2)
    return np.asarray(np.minimum(answers, pool.sizes[places] - 1), dtype=np.int64)


def _between(tables: Floats, weights: Floats) -> Floats:
    """Return tables (n, K, Q) at abilities whose weights on the nodes are (N, Q), (n, K, N)."""
    flat = tables.reshape(-1, tables.shape[2]) @ weights.T
    return np.asarray(flat.reshape(*tables.shape[:2], -1))


def _projected(chances: Floats, slopes: Floats, categories: Integers) -> Floats:
    """Return l_z*, (N,), from chances and their slopes (n, K, N) at whatever ability was estimated.

    (W - c S) / √(V - c² I) with the score S = Σ P' / P of the answers given: where the estimating
    equation S + r₀ = 0 holds this is Snijders' W + c r₀; elsewhere it still takes away what the
    estimate can explain.
    """
    surprise, variance = _surprise(chances, categories)
    information = np.maximum((slopes**2 / chances).sum(axis=(0, 1)), SMALLEST)
    slope = (slopes * np.log(chances)).sum(axis=(0, 1)) / information
    ratios = np.take_along_axis(slopes / chances, categories.T[:, None], axis=1)
    score = ratios.sum(axis=(0, 1))
    return _standardised(surprise - slope * score, variance - slope**2 * information)


def _surprise(chances: Floats, categories: Integers) -> tuple[Floats, Floats]:
    """Return W = Σ (log P of the answer - its mean) and its variance, (N,), from (J, K, N)."""
    logs, given = np.log(chances), (categories >= 0).T
    chosen = np.take_along_axis(logs, np.maximum(categories, 0).T[:, None], axis=1)[:, 0]
    mean = (chances * logs).sum(axis=1)
    variance = (chances * logs**2).sum(axis=1) - mean**2
    return ((chosen - mean) * given).sum(axis=0), (variance * given).sum(axis=0)


def _standardised(values: Floats, variance: Floats) -> Floats:
    usable = variance > 1e-12
    return np.where(usable, values / np.sqrt(np.where(usable, variance, 1)), np.nan)


def _summed(logs: Floats, categories: Integers) -> Floats:
    """Return log likelihoods (N, Q) of categories (N, n) from logs (n, K, Q)."""
    size = logs.shape[1]
    chosen = np.zeros((len(categories), len(logs) * size))
    np.put_along_axis(chosen, np.arange(len(logs)) * size + categories, 1.0, axis=1)
    return np.asarray(chosen @ logs.reshape(len(logs) * size, -1))


def _share(odder: Booleans) -> float:
    """Return the bootstrap's p, which counts the person too (Davison & Hinkley 1997, 4.11)."""
    return (1 + int(odder.sum())) / (1 + odder.size)
