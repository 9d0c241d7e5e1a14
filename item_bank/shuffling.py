"""In which order a question's parts are shown, and under which names the page sends them back.

The order follows from the seed alone, so it is the same at every showing to one person and can be
undone when the answer comes. Names are given by place on the page, after the shuffle: they say
nothing of the order in which an author wrote the parts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING, assert_never

from item_bank import scenes
from item_bank.content.model import (
    HotSpot,
    Matching,
    MultipleResponse,
    Ordering,
    ShortAnswer,
    SingleChoice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from item_bank.content.model import ItemContent


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts' indexes in the content, in the order shown. Letters name them: a, b, c, …"""

    order: tuple[int, ...] = ()

    def value(self, index: int) -> str:
        """Name the part with this index in the content."""
        return ascii_lowercase[self.order.index(index)]

    def index(self, value: str) -> int:
        """Find the index in the content behind a name; LookupError for a name never shown."""
        return dict(zip(ascii_lowercase, self.order, strict=False))[value]

    def values(self) -> list[tuple[str, int]]:
        return list(zip(ascii_lowercase, self.order, strict=False))


@dataclass(frozen=True, slots=True)
class Layout:
    """Options, steps or left sides in `parts`; right sides in `rights` (matching only)."""

    parts: Shown
    rights: Shown = Shown()


def layout(content: ItemContent, *, seed: int) -> Layout:
    """Lay the question out as `seed` says."""
    rng = random.Random(seed)  # noqa: S311  (an order on a page, no secret)
    body = content.body
    match body:
        case SingleChoice(options) | MultipleResponse(options):
            n = len(options)
            return Layout(Shown(tuple(range(n)) if content.fixed_order else _shuffled(n, rng)))
        case Ordering(steps):
            return Layout(Shown(_wrong_order(len(steps), rng)))
        case Matching(pairs):
            lefts = _shuffled(len(pairs), rng)
            return Layout(Shown(lefts), Shown(_shuffled(len(body.rights), rng)))
        case HotSpot():
            return Layout(Shown(_as_drawn(body)))
        case ShortAnswer():
            return Layout(Shown())
        case _:
            assert_never(body)


def _shuffled(n: int, rng: random.Random) -> tuple[int, ...]:
    # Python promises that random() stays the same in every version; of shuffle() it does not.
    keys = [rng.random() for _ in range(n)]
    return tuple(sorted(range(n), key=keys.__getitem__))


def _wrong_order(n: int, rng: random.Random) -> tuple[int, ...]:
    """Shuffle, but never into the right order: leaving the page as it is must not be an answer."""
    order = _shuffled(n, rng)
    return (*order[1:], order[0]) if order == tuple(range(n)) else order


def _as_drawn(body: HotSpot) -> tuple[int, ...]:
    places = [option.place or "" for option in body.options]
    return tuple(_positions(places, scenes.load(body.scene).in_reading_order(places)))


def _positions(places: Sequence[str], ordered: Sequence[str]) -> list[int]:
    return [places.index(place) for place in ordered]
