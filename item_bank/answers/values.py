"""The answers a person can give, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    option: int


@dataclass(frozen=True, slots=True)
class Choices:
    options: frozenset[int]


@dataclass(frozen=True, slots=True)
class Order:
    """The steps' indexes, in the order the person gave them: 0, 1, 2, … is right."""

    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The right side given to each pair's left side; pair `i` is right with `i`. None: no side."""

    rights: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ShortText:
    text: str


@dataclass(frozen=True, slots=True)
class DontKnow:
    pass


Answer = Choice | Choices | Order | Matches | ShortText | DontKnow
