"""Exposure rules that know items by name: what a simulation or earlier sittings taught of each."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.draws import Draws
from placement.errors import refuse
from placement.standing import Section
from placement.strategies import Exposure


@dataclass(frozen=True, slots=True)
class ItemRate:
    """A number in [0, 1] that belongs to an item: a share of people, or a chance."""

    item: str
    rate: float

    def __post_init__(self) -> None:
        usable = isfinite(self.rate) and 0 <= self.rate <= 1
        refuse([] if usable else [f"exposure: item {self.item}: {self.rate} is not in [0, 1]"])


@dataclass(frozen=True, slots=True)
class Progressive:
    """Chance first, worth later: W × value + (1 − W) × uniform(0, greatest value).

    W = Σ_{f ≤ n + 1} (f − 1)^k / Σ_{f ≤ length} (f − 1)^k grows from 0 to 1 (Revuelta & Ponsoda
    1998; with acceleration k: Barrada, Olea, Ponsoda & Abad 2008). Restricted: an item that `rates`
    says was given to `cap` of the people or more is put off while another is there.
    """

    length: int = 20
    acceleration: float = 1.0
    cap: float = 1.0
    rates: tuple[ItemRate, ...] = ()

    def __post_init__(self) -> None:
        usable = self.length >= 2 and self.acceleration >= 0 and 0 < self.cap <= 1
        text = "exposure: length from 2, acceleration from 0, cap in (0, 1]"
        refuse([] if usable else [text])

    def on(self, section: Section) -> Exposure:
        """Return the rule for the items of one section."""
        rates = columns(self.rates, section, 0.0)
        return _Restricted(self, (rates >= self.cap) if self.cap < 1 else rates > 1)

    def __call__(self, values: Floats, n: Integers, draws: Draws) -> Integers:
        weight = self.weight(n)[:, None]
        finite = np.isfinite(values)
        top = np.where(finite, values, 0).max(axis=1, keepdims=True)
        mixed = weight * np.where(finite, values, 0) + (1 - weight) * top * draws.of_items()
        return np.asarray(np.where(finite, mixed, -np.inf).argmax(axis=1), dtype=np.int64)

    def weight(self, n: Integers) -> Floats:
        """Return W after n answers, (N,)."""
        steps = np.cumsum(np.arange(self.length, dtype=np.float64) ** self.acceleration)
        if self.acceleration == 0:
            steps -= 1  # 0^0: the first question is chance also without acceleration
        return np.asarray(steps[np.minimum(n, self.length - 1)] / steps[-1])


@dataclass(frozen=True, slots=True)
class SympsonHetter:
    """The best item that its own lottery lets through (Sympson & Hetter 1985).

    `chances` hold P(administered | selected), fitted by simulation (`fit_sympson_hetter`); an item
    not named has 1. Where no item is let through the best is asked.
    """

    chances: tuple[ItemRate, ...] = ()

    def on(self, section: Section) -> Exposure:
        """Return the rule for the items of one section."""
        return _Lottery(columns(self.chances, section, 1.0))

    def __call__(self, values: Floats, n: Integers, draws: Draws) -> Integers:
        return _Lottery(np.ones(values.shape[1]))(values, n, draws)


KNOWING = (Progressive, SympsonHetter)


def at_hand(rule: Exposure, section: Section) -> Exposure:
    """Return the rule as it is, or bound to the section's items where it knows them by name."""
    return rule.on(section) if isinstance(rule, KNOWING) else rule


def columns(known: tuple[ItemRate, ...], section: Section, otherwise: float) -> Floats:
    """Return each item's number, (J,)."""
    rates = {entry.item: entry.rate for entry in known}
    return np.array([rates.get(item, otherwise) for item in section.pool.items])


@dataclass(frozen=True, slots=True, eq=False)
class _Restricted:
    rule: Progressive
    full: Booleans

    def __call__(self, values: Floats, n: Integers, draws: Draws) -> Integers:
        return self.rule(kept_open(values, ~self.full[None]), n, draws)


@dataclass(frozen=True, slots=True, eq=False)
class _Lottery:
    chances: Floats

    def __call__(self, values: Floats, n: Integers, draws: Draws) -> Integers:
        del n
        drawn = kept_open(values, draws.of_items() <= self.chances)
        return np.asarray(drawn.argmax(axis=1), dtype=np.int64)


def kept_open(values: Floats, allowed: Booleans) -> Floats:
    """Return values (N, J), -inf where not allowed, unless nothing would be left."""
    kept = np.where(allowed, values, -np.inf)
    return np.where(np.isfinite(kept).any(axis=1, keepdims=True), kept, values)
