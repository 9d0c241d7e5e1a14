"""How well the parameters are known: from the observed information to covariances."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

import numpy as np
from scipy.linalg import LinAlgError, lapack

from calibration.cholesky import factor, mirror, owned
from calibration.information import Information, information
from calibration.problem import Point, Problem
from placement.arrays import Booleans, Floats, Integers


class StandardErrors(Enum):
    """OAKES: inverse observed information. SANDWICH: robust to a wrong model (White 1982)."""

    NONE = "none"
    OAKES = "oakes"
    SANDWICH = "sandwich"


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """`covariance` (F, F) of the free parameters, nan for those at a bound (`bound`, (F,)).

    It cannot be written to. `definite` is False where the information is not positive: no maximum,
    and all is nan.
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
    if errors is StandardErrors.NONE:
        return Uncertainty(_unknown(size), bound, definite=True, passes=0)
    inner = np.flatnonzero(~bound)
    try:
        inverse = _inverse(find(cross=errors is StandardErrors.SANDWICH), inner, errors)
    except LinAlgError:
        return Uncertainty(_unknown(size), bound, definite=False, passes=1)
    if inner.size < size:
        whole = np.full((size, size), np.nan)
        whole[np.ix_(inner, inner)] = inverse
        inverse = whole
    inverse.setflags(write=False)
    return Uncertainty(inverse, bound, definite=True, passes=1)


def _unknown(size: int) -> Floats:
    matrix = np.full((size, size), np.nan)
    matrix.setflags(write=False)
    return matrix


def _inverse(found: Information, inner: Integers, errors: StandardErrors) -> Floats:
    """Return the inverse among `inner` parameters, in the place of the observed information."""
    places = np.ix_(inner, inner)
    every = inner.size == len(found.observed)
    inverse = owned(found.observed if every else found.observed[places])
    factor(inverse)
    lapack.dpotri(inverse.T, lower=1, overwrite_c=1)
    mirror(inverse)
    if errors is StandardErrors.SANDWICH:
        inverse = inverse @ found.cross[places] @ inverse
    return inverse
