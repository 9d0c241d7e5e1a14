"""When enough has been asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Self

import numpy as np
from scipy.special import ndtr

from placement.arrays import Booleans, Floats
from placement.errors import refuse
from placement.outcomes import StopReason
from placement.plans import ModulePlan
from placement.standing import Section, Standing

HORIZONS = (1, 2, 3, 4, 6, 9, 13, 19, 28)
STANDARD_NORMAL = np.linspace(-4, 4, 25)
SHARES = np.exp(-(STANDARD_NORMAL**2) / 2) / np.exp(-(STANDARD_NORMAL**2) / 2).sum()


@dataclass(frozen=True, slots=True)
class FixedLength:
    """The same number of questions for everyone."""

    length: int = 20
    plans: tuple[ModulePlan, ...] = ()

    def __post_init__(self) -> None:
        refuse([] if self.length >= 1 else [f"stopping: length {self.length} is below 1"])

    @property
    def minimum(self) -> int:
        return self.length

    @property
    def maximum(self) -> int:
        return self.length

    @property
    def reason(self) -> StopReason:
        return StopReason.LENGTH

    def __call__(self, standing: Standing) -> Booleans:
        return standing.n >= self.length

    def fitted(self, plans: Sequence[ModulePlan]) -> Self:
        return replace(self, plans=tuple(plans))


@dataclass(frozen=True, slots=True)
class RateOfReturn:
    """Stop when no number of further questions repays the time it takes.

    With precision λ(n) after n questions known from a pilot, m more questions shrink the variance
    v to v_m = 1 / (1/v + λ(n+m) - λ(n)); the posterior mean moves by a normal step of variance
    v - v_m. The gain is the fall in the expected loss of the best track, and its rate per question
    is compared with `cost`, one question's cost in the unit of the losses (hours: 45 s = 0.0125).
    The best of several horizons counts: one answer seldom changes a decision, so looking one step
    ahead stops far too early (Frazier & Powell 2010, the KG(*) policy; Vos 1999 for the losses).
    """

    cost: float = 45 / 3600
    minimum: int = 5
    maximum: int = 25
    horizons: tuple[int, ...] = HORIZONS
    plans: tuple[ModulePlan, ...] = ()

    def __post_init__(self) -> None:
        claims = (
            (self.cost >= 0, f"stopping: cost {self.cost} is below 0"),
            (
                1 <= self.minimum <= self.maximum,
                f"stopping: minimum {self.minimum} and maximum {self.maximum} are no range",
            ),
            (
                len(self.horizons) > 0 and min(self.horizons, default=0) >= 1,
                "stopping: horizons must hold numbers from 1",
            ),
        )
        refuse([fault for holds, fault in claims if not holds])

    @property
    def reason(self) -> StopReason:
        return StopReason.RATE_OF_RETURN

    def __call__(self, standing: Standing) -> Booleans:
        return self.rate(standing) <= self.cost

    def rate(self, standing: Standing) -> Floats:
        """Return the best gain per further question, (N,), in units of loss."""
        return rate_of_return(standing, self._precision(standing.section), self.horizons)

    def fitted(self, plans: Sequence[ModulePlan]) -> Self:
        return replace(self, plans=tuple(plans))

    def _precision(self, section: Section) -> Floats:
        """λ(0 … longest test), from the plan; without a plan, from the items' information."""
        longest = min(self.maximum, len(section.pool))
        for plan in self.plans:
            if plan.module == section.module:
                return np.array(plan.precision[: longest + 1])
        return unfitted_precision(section)[: longest + 1]


def unfitted_precision(section: Section) -> Floats:
    """Return a stand-in for λ(n), (J + 1,): prior precision, plus the best items' information.

    The information is the items' own, averaged over the prior, greatest first.
    """
    nodes, prior = section.pool.nodes, section.prior
    variance = prior @ (nodes - prior @ nodes) ** 2
    worth = np.sort(section.pool.information @ prior)[::-1]
    return np.concatenate(([1 / variance], 1 / variance + np.cumsum(worth)))


def rate_of_return(standing: Standing, precision: Floats, horizons: Sequence[int]) -> Floats:
    """Return the best gain per further question over the horizons, (N,), in units of loss.

    -inf where no further question is possible.
    """
    steps = np.array([m for m in horizons if m < precision.size], dtype=np.int64)
    reach = standing.n[:, None] + steps
    possible = reach < precision.size
    now = precision[np.minimum(standing.n, precision.size - 1)][:, None]
    added = np.maximum(precision[np.where(possible, reach, 0)] - now, 0)
    gain = _gain(standing, np.where(possible, added, 0))
    rates = np.where(possible, gain / steps, -np.inf)
    return np.asarray(rates.max(axis=1, initial=-np.inf))


def _gain(standing: Standing, added: Floats) -> Floats:
    """Return the fall in expected loss, (N, H), when precision grows by `added` (N, H)."""
    section, variance = standing.section, standing.variance[:, None]
    later = 1 / (1 / variance + added)
    step = np.sqrt(np.maximum(variance - later, 0))
    means = standing.mean[:, None, None] + step[:, :, None] * STANDARD_NORMAL
    ahead = normal_loss(means, np.sqrt(later)[:, :, None], section) @ SHARES
    now = normal_loss(standing.mean, np.sqrt(standing.variance), section)
    return np.asarray(now[:, None] - ahead)


def normal_loss(mean: Floats, sd: Floats, section: Section) -> Floats:
    """Return the least expected loss over tracks when ability is normal; of mean's shape."""
    cuts, losses = section.cuts, section.losses
    below = [ndtr((cut - mean) / sd) for cut in cuts]
    # Σ_k Λ[k, d] (F_k - F_{k-1}) = Λ[T-1, d] + Σ_k F_k (Λ[k, d] - Λ[k+1, d])
    steps = np.diff(losses, axis=0)
    risks = (
        losses[-1, d] - sum(share * step for share, step in zip(below, steps[:, d], strict=True))
        for d in range(len(losses))
    )
    return np.asarray(reduce(np.minimum, risks))
