"""When enough has been asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
from scipy.special import ndtr

from placement.arrays import Booleans, Floats, Integers, frozen
from placement.errors import refuse
from placement.outcomes import StopReason
from placement.plans import ModulePlan
from placement.standing import Section, Standing

HORIZONS = (1, 2, 3, 4, 6, 9, 13, 19, 28)
STANDARD_NORMAL = np.linspace(-4, 4, 25)
SHARES = np.exp(-(STANDARD_NORMAL**2) / 2) / np.exp(-(STANDARD_NORMAL**2) / 2).sum()
AHEAD = np.append(np.ones_like(SHARES), 0)
POINTS = np.append(STANDARD_NORMAL, 0)
NOW_LESS_AHEAD = np.append(-SHARES, 1)
"""Of the points of the mean ahead and, last, now: 1 where precision grows; z; loss's weight."""


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

    def __hash__(self) -> int:
        # Looked up at every decision: all the numbers of a plan would take long to hash.
        return hash((self.cost, self.minimum, self.maximum))

    @property
    def reason(self) -> StopReason:
        return StopReason.RATE_OF_RETURN

    def __call__(self, standing: Standing) -> Booleans:
        # One horizon that repays its time is reason to go on, and the furthest most often does.
        reaches = _reaches(self, standing.section)
        outlook = _Outlook.of(standing)
        enough = reaches.furthest.gains(outlook)[:, 0] <= reaches.time.take(standing.n, mode="clip")
        if np.count_nonzero(enough):
            unsure = np.flatnonzero(enough)
            enough[unsure] = reaches.whole.rates(outlook.chosen(unsure)) <= self.cost
        return enough

    def rate(self, standing: Standing) -> Floats:
        """Return the best gain per further question, (N,), in units of loss."""
        return _reaches(self, standing.section).whole.rates(_Outlook.of(standing))

    def fitted(self, plans: Sequence[ModulePlan]) -> Self:
        return replace(self, plans=tuple(plans))

    def precision(self, section: Section) -> Floats:
        """λ(0 … longest test), from the plan; without a plan, from the items' information."""
        longest = min(self.maximum, len(section.pool))
        for plan in self.plans:
            if plan.module == section.module:
                return np.array(plan.precision[: longest + 1])
        return unfitted_precision(section)[: longest + 1]


@lru_cache(maxsize=64)
def unfitted_precision(section: Section) -> Floats:
    """Return a stand-in for λ(n), (J + 1,): prior precision, plus the best items' information.

    The information is the items' own, averaged over the prior, greatest first.
    """
    nodes, prior = section.pool.nodes, section.prior
    variance = prior @ (nodes - prior @ nodes) ** 2
    worth = np.sort(section.pool.information @ prior)[::-1]
    return frozen(np.concatenate(([1 / variance], 1 / variance + np.cumsum(worth))))


def rate_of_return(standing: Standing, precision: Floats, horizons: Sequence[int]) -> Floats:
    """Return the best gain per further question over the horizons, (N,), in units of loss.

    -inf where no further question is possible.
    """
    return _Reach.of(precision, horizons).rates(_Outlook.of(standing))


class _Outlook(NamedTuple):
    """All of a standing that a rate of return looks at: `mean`, `variance` and `n`, (N,)."""

    section: Section
    mean: Floats
    variance: Floats
    n: Integers

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(standing.section, standing.mean, standing.variance, standing.n)

    def chosen(self, rows: Integers) -> Self:
        return self._replace(mean=self.mean[rows], variance=self.variance[rows], n=self.n[rows])

    def gains(self, added: Floats) -> Floats:
        """Return the fall in expected loss, (N, H), when precision grows by `added` (N, H, P)."""
        # In units of the SD now, the mean moves by √(growth / (1 + growth)) z and the SD shrinks
        # by √(1 + growth): so a cut is (cut - mean) √(1 + growth) - √growth z later SDs away.
        growth = self.variance[:, None, None] * added
        now = (self.section.cuts[:, None] - self.mean) / np.sqrt(self.variance)
        moves = np.sqrt(growth)
        moves *= POINTS
        growth += 1.0
        distances = now[:, :, None, None] * np.sqrt(growth, out=growth)
        distances -= moves
        return np.asarray(least_loss(distances, self.section).dot(NOW_LESS_AHEAD))


class _Reach(NamedTuple):
    """How far a test of at most L questions can go on after n = 0 … L; each (L + 1, H).

    `steps` further questions, 1 where so many are not `possible`, and the precision `added`,
    (L + 1, H, P): at the points of the mean ahead, and none now, the last.
    """

    steps: Integers
    possible: Booleans
    added: Floats

    @classmethod
    def of(cls, precision: Floats, horizons: Sequence[int]) -> Self:
        last = precision.size - 1
        ahead = np.array([m for m in horizons if m <= last], dtype=np.int64)
        reach = np.arange(precision.size)[:, None] + ahead
        possible = reach <= last
        added = np.maximum(precision[np.minimum(reach, last)] - precision[:, None], 0)
        added = np.multiply.outer(np.where(possible, added, 0), AHEAD)
        return cls(np.where(possible, ahead, 1), possible, added)

    def furthest(self) -> Self:
        """Return the same with the furthest horizon only, H = 1; where there is none, no gain."""
        if not self.steps.size:
            nothing = np.zeros((len(self.steps), 1))
            added = np.multiply.outer(nothing, AHEAD)
            return type(self)(nothing.astype(np.int64) + 1, nothing > 0, added)
        place = np.where(self.possible, self.steps, 0).argmax(axis=1)[:, None]
        rows = np.arange(len(place))[:, None]
        return type(self)(
            self.steps[rows, place], self.possible[rows, place], self.added[rows, place]
        )

    def gains(self, outlook: _Outlook) -> Floats:
        """Return the gain at each horizon, (N, H)."""
        return outlook.gains(self.added.take(outlook.n, axis=0, mode="clip"))

    def rates(self, outlook: _Outlook) -> Floats:
        """Return the best gain per further question, (N,); -inf where none is possible."""
        steps, possible = (t.take(outlook.n, axis=0, mode="clip") for t in self[:2])
        rates = np.where(possible, self.gains(outlook) / steps, -np.inf)
        return np.asarray(rates.max(axis=1, initial=-np.inf))


class _Reaches(NamedTuple):
    """What a rule's horizons reach in a section: all of them, and the furthest.

    `time` (L + 1,) is what the furthest costs, infinite where no further question is possible.
    """

    whole: _Reach
    furthest: _Reach
    time: Floats


@lru_cache(maxsize=64)
def _reaches(rule: RateOfReturn, section: Section) -> _Reaches:
    precision = rule.precision(section)
    whole = _Reach.of(precision, rule.horizons)
    furthest = whole.furthest()
    time = np.where(furthest.possible, rule.cost * furthest.steps, np.inf)[:, 0]
    return _Reaches(whole, furthest, time)


def normal_loss(mean: Floats, sd: Floats, section: Section) -> Floats:
    """Return the least expected loss over tracks when ability is normal; of mean's shape."""
    return least_loss(np.subtract.outer(section.cuts, mean) / sd, section)


def least_loss(distances: Floats, section: Section) -> Floats:
    """Return the same from how many standard deviations each cut is above the mean, (T - 1, …)."""
    falls, last = _loss_steps(section)
    risks = falls.dot(ndtr(distances).reshape(len(distances), -1))
    risks += last
    return np.asarray(np.minimum.reduce(risks).reshape(distances.shape[1:]))


@lru_cache(maxsize=64)
def _loss_steps(section: Section) -> tuple[Floats, Floats]:
    """Return what makes a loss of the chances F_k to be below each cut: (T, T - 1) and (T, 1).

    Σ_k Λ[k, d] (F_k - F_{k-1}) = Λ[T-1, d] + Σ_k F_k (Λ[k, d] - Λ[k+1, d]).
    """
    losses = section.losses
    return frozen((losses[:-1] - losses[1:]).T), frozen(losses[-1][:, None])
