"""Stopping rules that look at how well ability is known, not at what is decided with it."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans
from placement.limits import Limits, fault_unless
from placement.outcomes import StopReason
from placement.quadrature import interpolation
from placement.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardError(Limits):
    """Stop when the posterior standard deviation is `se` logits or less (Weiss & Kingsbury 1984).

    For estimating; for placing it takes more questions than a fixed length (`docs/methods.md`).
    """

    se: float = 0.30

    def faults(self) -> list[str]:
        return [*Limits.faults(self), *fault_unless(self.se > 0, f"se {self.se} is not above 0")]

    @property
    def reason(self) -> StopReason:
        return StopReason.STANDARD_ERROR

    def __call__(self, standing: Standing) -> Booleans:
        return np.asarray(np.sqrt(standing.variance) <= self.se)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumInformation(Limits):
    """Stop when no item left has `information` (per logit²) at the posterior mean.

    Maurelli & Weiss (1981): what is left of the pool would tell next to nothing.
    """

    information: float = 0.10

    def faults(self) -> list[str]:
        usable = self.information >= 0
        text = f"information {self.information} is below 0"
        return [*Limits.faults(self), *fault_unless(usable, text)]

    @property
    def reason(self) -> StopReason:
        return StopReason.MINIMUM_INFORMATION

    def __call__(self, standing: Standing) -> Booleans:
        pool = standing.section.pool
        worth = interpolation(pool.nodes, standing.mean) @ pool.information.T
        left = np.where(standing.free, worth, 0).max(axis=1, initial=0)
        return np.asarray(left < self.information)
