"""Which track is proposed: the cheapest, or the cheapest that a guard lets through."""

from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Floats, Integers
from placement.certification import PassCurve
from placement.errors import refuse
from placement.standing import Standing
from placement.strategies import Certification


@dataclass(frozen=True, slots=True)
class NoGuard:
    """The track of least expected loss."""

    def __call__(self, standing: Standing, losses: Floats) -> Integers:
        """Return the number of the track proposed to each examinee, (N,), by losses (N, T)."""
        del standing
        return np.asarray(losses.argmin(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CertifiedDirect:
    """The highest track only for those whose chance of passing is `required` or more.

    The chance is averaged over the posterior, so that what is not known of a person counts; who
    falls short is proposed the cheapest of the other tracks.
    """

    certification: Certification = field(default_factory=PassCurve)
    required: float = 0.80

    def __post_init__(self) -> None:
        usable = 0 <= self.required <= 1
        refuse([] if usable else [f"guard: required {self.required} is not in [0, 1]"])

    def __call__(self, standing: Standing, losses: Floats) -> Integers:
        """Return the number of the track proposed to each examinee, (N,), by losses (N, T)."""
        best, others = losses.argmin(axis=1), losses[:, :-1].argmin(axis=1)
        short = self.passing(standing) < self.required
        return np.asarray(np.where(short & (best == losses.shape[1] - 1), others, best))

    def passing(self, standing: Standing) -> Floats:
        """Return each examinee's chance of passing, (N,), averaged over the posterior."""
        distance = standing.section.pool.nodes - standing.section.cuts[-1]
        return standing.posterior @ self.certification(distance)
