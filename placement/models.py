"""Response functions with two derivatives, and their averages over uncertain parameters.

A family takes parameters of R rows and abilities (N,), and gives three arrays (R, K, N): the chance
of each category, and its first and second derivative by ability.
"""

from collections.abc import Iterator
from math import log, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import expit, softmax

from placement.arrays import Floats
from placement.items import ItemParameters

HERMITE_POINTS = 7


class Curves(NamedTuple):
    """Chances and their first and second derivatives by ability, per logit and per logit²."""

    chances: Floats
    first: Floats
    second: Floats


def logistic_curves(a: Floats, b: Floats, c: Floats, d: Floats, theta: Floats) -> Curves:
    """Return the 1PL to 4PL's curves, (R, 2, N), from columns (R, 1).

    Birnbaum (1968), Barton & Lord (1981). A wrong answer's chance is not taken from 1, so that it
    keeps its digits where it is small.
    """
    z = a * (theta - b)
    logistic = expit(z)
    right = c + (d - c) * logistic
    wrong = (1 - d) + (d - c) * expit(-z)
    slope = (d - c) * a * logistic * (1 - logistic)
    bend = slope * a * (1 - 2 * logistic)
    return Curves(*(np.stack(p, axis=1) for p in ((wrong, right), (-slope, slope), (-bend, bend))))


def graded_curves(a: Floats, b: Floats, steps: Floats, theta: Floats) -> Curves:
    """Return the graded response model's curves, (R, K, N); `steps` (R, K - 1). Samejima (1969).

    σ(x) - σ(y) = σ(x) σ(-y) (1 - exp(y - x)) keeps every digit where both are near 0 or 1, and the
    derivative of its logarithm is a(σ(-x) - σ(y)).
    """
    slope = a[:, :, None]
    z = slope * (theta - (b + steps)[:, :, None])
    one, none = np.ones((len(z), 1, z.shape[2])), np.zeros((len(z), 1, z.shape[2]))
    reached, unreached = expit(z), expit(-z)
    above, below = np.concatenate((none, unreached), 1), np.concatenate((reached, none), 1)
    chances = np.concatenate((one, reached), 1) * np.concatenate((unreached, one), 1)
    chances[:, 1:-1] *= -np.expm1(-a * np.diff(steps, axis=1))[:, :, None]
    curvature = -(slope**2) * (above * (1 - above) + below * (1 - below))
    return _from_logs(chances, slope * (above - below), curvature)


def divided_by_total_curves(slopes: Floats, intercepts: Floats, theta: Floats) -> Curves:
    """Return the curves (R, K, N) of P(k) ∝ exp(s_k θ + i_k), from (R, K). Bock (1972)."""
    chances = softmax(slopes[:, :, None] * theta + intercepts[:, :, None], axis=1)
    centred = slopes[:, :, None] - np.einsum("rk,rkn->rn", slopes, chances)[:, None]
    variance = np.einsum("rkn,rkn->rn", centred**2, chances)[:, None]
    return _from_logs(chances, centred, -variance)


def partial_credit_curves(scores: Floats, intercepts: Floats, theta: Floats) -> Curves:
    """Return the partial credit model's curves: the nominal model's, with scores 0, a, 2a …

    Masters (1982), Muraki (1992).
    """
    return divided_by_total_curves(scores, intercepts, theta)


def _from_logs(chances: Floats, first: Floats, second: Floats) -> Curves:
    """Turn derivatives of the logarithm into derivatives of the chances."""
    return Curves(chances, chances * first, chances * (first**2 + second))


def parameter_points(item: ItemParameters) -> Iterator[tuple[float, float, float]]:
    """Yield (weight, a, b) of a product Gauss–Hermite rule for (log a, b) jointly normal.

    b is normal, a is lognormal with mean `a` and standard deviation `se_a`; 7 points a dimension.
    Mislevy, Wingersky & Sheehan (1994), "Dealing with uncertainty about item parameters: expected
    response functions" (ETS RR-94-28).
    """
    variance = log(1 + (item.se_a / item.a) ** 2)
    spread, middle = sqrt(variance), log(item.a) - variance / 2
    # Cov(a, b) = E(a) Cov(log a, b) for jointly normal log a and b (Stein's lemma).
    loading = item.cov_ab / (item.a * spread) if spread else 0.0
    rest = sqrt(max(item.se_b**2 - loading**2, 0.0))
    for w1, z1 in _hermite(spread):
        for w2, z2 in _hermite(rest):
            yield w1 * w2, float(np.exp(middle + spread * z1)), item.b + loading * z1 + rest * z2


def _hermite(spread: float) -> list[tuple[float, float]]:
    """(weight, point) pairs for a standard normal; one point when there is nothing to average."""
    if spread == 0:
        return [(1.0, 0.0)]
    points, weights = np.polynomial.hermite_e.hermegauss(HERMITE_POINTS)
    shares = weights / weights.sum()
    return [(float(w), float(z)) for w, z in zip(shares, points, strict=True)]
