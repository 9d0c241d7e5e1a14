"""Response functions of the logistic models, and their averages over uncertain parameters."""

from collections.abc import Iterator
from math import log, sqrt

import numpy as np
from scipy.special import expit

from placement.arrays import Floats
from placement.items import ItemParameters

HERMITE_POINTS = 7


def response_function(a: float, b: float, c: float, theta: Floats) -> tuple[Floats, Floats]:
    """Return the chance of a right answer at `theta`, and its derivative, each of theta's shape.

    The three-parameter logistic model of Birnbaum (1968) with D = 1.
    """
    logistic = expit(a * (theta - b))
    slope = (1 - c) * a * logistic * (1 - logistic)
    return c + (1 - c) * logistic, slope


def expected_response_function(item: ItemParameters, theta: Floats) -> tuple[Floats, Floats]:
    """Return the response function and its derivative, averaged over the item's uncertainty.

    b is normal, a is lognormal with mean `a` and standard deviation `se_a`; Gauss–Hermite with
    7 points a dimension. Mislevy, Wingersky & Sheehan (1994), "Dealing with uncertainty about
    item parameters: expected response functions" (ETS RR-94-28).
    """
    chance, slope = np.zeros_like(theta), np.zeros_like(theta)
    for weight, a, b in _parameter_points(item):
        p, dp = response_function(a, b, item.c, theta)
        chance += weight * p
        slope += weight * dp
    return chance, slope


def _parameter_points(item: ItemParameters) -> Iterator[tuple[float, float, float]]:
    """Yield (weight, a, b) of a product Gauss–Hermite rule for (log a, b) jointly normal."""
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
