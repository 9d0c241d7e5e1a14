"""Priors as arrays over a batch: log density, gradient and curvature by the raw parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi
from typing import Self

import numpy as np
from scipy.special import betaln, expit, log_expit

from calibration.priors import Beta, ItemPrior, Normal
from placement.arrays import Booleans, Floats, Integers


@dataclass(frozen=True, eq=False)
class PriorTerms:
    """Means and precisions, each (J,); a precision of 0 is a flat prior.

    `location` (p,) gives b as -(location · parameters) / a; `asymptotes` the columns of the logits
    of c and u, with a normal (mean, precision) and a beta (α - 1, β - 1) part for each, (J, 2).
    A family without one slope (the nominal) takes no prior: `location` is empty.
    """

    log_a: Floats
    b: Floats
    location: Floats
    asymptotes: tuple[int, ...]
    normal: Floats
    beta: Floats
    constant: float

    @classmethod
    def of(cls, priors: Sequence[ItemPrior], location: Floats, columns: dict[str, int]) -> Self:
        """Gather the priors of a batch; `columns` are the places of "c" and "u"."""
        names = tuple(columns)
        given = [[getattr(prior, name) for name in names] for prior in priors]
        one_slope = location.size > 0
        used = [p for row in given for p in row]
        used += [q for p in priors for q in (p.log_a, p.b) if one_slope]
        return cls(
            _normal_columns([p.log_a if one_slope else None for p in priors]),
            _normal_columns([p.b if one_slope else None for p in priors]),
            location,
            tuple(columns.values()),
            np.array([[_normal(p) for p in row] for row in given]).reshape(len(priors), -1, 2),
            np.array([[_beta(p) for p in row] for row in given]).reshape(len(priors), -1, 2),
            sum(_constant(p) for p in used),
        )

    def admissible(self, parameters: Floats) -> Booleans:
        """Return where the slope is positive, or may be otherwise, (J,)."""
        return np.asarray((parameters[:, 0] > 0) | ~self._asked)

    def value(self, parameters: Floats) -> float:
        """Return the log density, constants and all, of the batch."""
        total = self.constant
        if self._any:
            log_a, b, _ = self._scales(parameters)
            total -= float((self.log_a[:, 1] * (log_a - self.log_a[:, 0]) ** 2).sum()) / 2
            total -= float((self.b[:, 1] * (b - self.b[:, 0]) ** 2).sum()) / 2
        for i, column in enumerate(self.asymptotes):
            x = parameters[:, column]
            total -= float((self.normal[:, i, 1] * (x - self.normal[:, i, 0]) ** 2).sum()) / 2
            total += float(self.beta[:, i, 0] @ log_expit(x) + self.beta[:, i, 1] @ log_expit(-x))
        return total

    def gradient(self, parameters: Floats) -> Floats:
        """Return (J, p)."""
        slope = np.zeros_like(parameters)
        if self._any:
            log_a, b, by_b = self._scales(parameters)
            a = parameters[:, 0]
            slope[:, 0] -= self.log_a[:, 1] * (log_a - self.log_a[:, 0]) / a
            slope -= (self.b[:, 1] * (b - self.b[:, 0]))[:, None] * by_b
        for i, column in enumerate(self.asymptotes):
            x = parameters[:, column]
            slope[:, column] -= self.normal[:, i, 1] * (x - self.normal[:, i, 0])
            slope[:, column] += self.beta[:, i, 0] * expit(-x) - self.beta[:, i, 1] * expit(x)
        return slope

    def metric(self, parameters: Floats) -> Floats:
        """Return a positive part of the negative curvature, (J, p, p): Gauss–Newton."""
        count, size = parameters.shape
        curve = np.zeros((count, size, size))
        if self._any:
            _, _, by_b = self._scales(parameters)
            curve[:, 0, 0] += self.log_a[:, 1] / parameters[:, 0] ** 2
            curve += self.b[:, 1, None, None] * by_b[:, :, None] * by_b[:, None, :]
        for i, column in enumerate(self.asymptotes):
            share = expit(parameters[:, column])
            weight = self.beta[:, i].sum(axis=1)
            curve[:, column, column] += self.normal[:, i, 1] + weight * share * (1 - share)
        return curve

    def _scales(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log a (J,), b (J,) and b's derivatives (J, p); flat where there is no prior."""
        a = np.where(self._asked, parameters[:, 0], 1.0)
        b = -(parameters @ self.location) / a
        by_b = -self.location / a[:, None]
        by_b[:, 0] -= b / a
        return np.log(a), b, by_b

    @cached_property
    def _asked(self) -> Booleans:
        """Which items have a prior on slope or location, (J,)."""
        return np.asarray((self.log_a[:, 1] > 0) | (self.b[:, 1] > 0))

    @cached_property
    def _any(self) -> bool:
        return bool(self.location.size and self._asked.any())

    def positions(self) -> Integers:
        return np.array(self.asymptotes, dtype=np.int64)


def _normal(prior: Normal | Beta | None) -> tuple[float, float]:
    return (prior.mean, prior.sd**-2) if isinstance(prior, Normal) else (0.0, 0.0)


def _normal_columns(priors: Sequence[Normal | None]) -> Floats:
    return np.array([_normal(prior) for prior in priors])


def _beta(prior: Normal | Beta | None) -> tuple[float, float]:
    return (prior.alpha - 1, prior.beta - 1) if isinstance(prior, Beta) else (0.0, 0.0)


def _constant(prior: Normal | Beta | None) -> float:
    match prior:
        case Normal(sd=sd):
            return -log(sd) - log(2 * pi) / 2
        case Beta(alpha=alpha, beta=beta):
            return -float(betaln(alpha, beta))
        case None:
            return 0.0
