"""How well the parameters are known: from the observed information to covariances."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from calibration.information import Information, information
from calibration.problem import Point, Problem
from placement.arrays import Booleans, Floats


class StandardErrors(Enum):
    """OAKES: inverse observed information. SANDWICH: robust to a wrong model (White 1982)."""

    NONE = "none"
    OAKES = "oakes"
    SANDWICH = "sandwich"


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """`covariance` (F, F) of the free parameters, nan for those at a bound (`bound`, (F,)).

    `definite` is False where the information is not positive: no maximum, and all is nan.
    """

    covariance: Floats
    bound: Booleans
    definite: bool
    passes: int


def covariance(problem: Problem, point: Point, errors: StandardErrors) -> Uncertainty:
    """Return the covariance of the free parameters at the top of the climb."""
    find = partial(information, problem.structure, problem.people, point.raw, point.expected)
    return uncertainty(find, point.free, (problem.lower, problem.upper), errors)


def uncertainty(
    find: Callable[..., Information],
    free: Floats,
    bounds: tuple[Floats, Floats],
    errors: StandardErrors,
) -> Uncertainty:
    """Return the covariance of free parameters (F,) from what `find(cross=…)` says of them."""
    size, (lower, upper) = free.size, bounds
    bound = (free <= lower) | (free >= upper)
    blank = np.full((size, size), np.nan)
    if errors is StandardErrors.NONE:
        return Uncertainty(blank, bound, definite=True, passes=0)
    found = find(cross=errors is StandardErrors.SANDWICH)
    inner = np.flatnonzero(~bound)
    try:
        blank[np.ix_(inner, inner)] = _inverse(found, inner, errors)
    except LinAlgError:
        return Uncertainty(blank, bound, definite=False, passes=1)
    return Uncertainty(blank, bound, definite=True, passes=1)


def _inverse(found: Information, inner: np.ndarray, errors: StandardErrors) -> Floats:
    places = np.ix_(inner, inner)
    factor = cho_factor(found.observed[places])
    inverse = cho_solve(factor, np.eye(inner.size))
    if errors is StandardErrors.SANDWICH:
        inverse = inverse @ found.cross[places] @ inverse
    return np.asarray((inverse + inverse.T) / 2)
