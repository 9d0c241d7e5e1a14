"""Which module the next question is from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.errors import refuse
from placement.standing import Standing
from placement.stopping import RateOfReturn


@dataclass(frozen=True, slots=True)
class Blocks:
    """The design's order, each module until it has finished: calm for the person."""

    reopens: ClassVar[bool] = False

    def __call__(
        self, rule: RateOfReturn, standings: Sequence[Standing], going: Booleans
    ) -> Integers:
        del rule, standings
        return np.asarray(going.argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class RouterThenBlocks:
    """A few questions from every module first, then blocks that know how the others began."""

    first: int = 3
    reopens: ClassVar[bool] = False

    def __post_init__(self) -> None:
        refuse([] if self.first >= 1 else [f"order: first {self.first} is below 1"])

    def __call__(
        self, rule: RateOfReturn, standings: Sequence[Standing], going: Booleans
    ) -> Integers:
        del rule
        counts = np.stack([standing.n for standing in standings], axis=1)
        routed = going & (counts < self.first)
        chosen = np.where(routed.any(axis=1), routed.argmax(axis=1), going.argmax(axis=1))
        return np.asarray(chosen, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Interleaved:
    """The module where a further question returns most (`placement.stopping.RateOfReturn`).

    Of returns within a billionth of the greatest the first in the design's order counts, so that a
    last bit of rounding decides nothing.
    """

    reopens: ClassVar[bool] = False

    def __call__(
        self, rule: RateOfReturn, standings: Sequence[Standing], going: Booleans
    ) -> Integers:
        rates = np.stack([_rates(rule, *pair) for pair in zip(standings, going.T, strict=True)])
        open_ = np.where(going, rates.T, -np.inf)
        best = open_.max(axis=1, keepdims=True)
        near = going & (open_ >= best - 1e-9 * np.abs(best))
        return np.asarray(near.argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class InterleavedToTheEnd(Interleaved):
    """As interleaved, but no module has finished until a question of none repays its time.

    What is learnt of the others can make a question worth while where there was enough before.
    """

    reopens: ClassVar[bool] = True


def _rates(rule: RateOfReturn, standing: Standing, going: Booleans) -> Floats:
    """Return the rate of return (N,) where the module is going on, -inf elsewhere."""
    rates = np.full(going.size, -np.inf)
    if going.any():
        rates[going] = rule.rate(standing.only(going))
    return rates
