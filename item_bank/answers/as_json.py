"""Answers as plain JSON data and back: what a row holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from item_bank.answers.values import Choice, Choices, DontKnow, Matches, Order, ShortText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from item_bank.answers.values import Answer


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Write plain JSON data; equal answers give equal data."""
    match answer:
        case Choice(option):
            return {"choice": option}
        case Choices(options):
            return {"choices": sorted(options)}
        case Order(steps):
            return {"order": list(steps)}
        case Matches(rights):
            return {"matches": list(rights)}
        case ShortText(text):
            return {"text": text}
        case DontKnow():
            return {"dont_know": True}
        case _:
            assert_never(answer)


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Read what `answer_to_json` wrote; ValueError for any other data."""
    match dict(data):
        case {"choice": int(option)}:
            return Choice(option)
        case {"choices": list(options)} if _are_indexes(options):
            return Choices(frozenset(options))
        case {"order": list(steps)} if _are_indexes(steps):
            return Order(tuple(steps))
        case {"matches": list(rights)} if _are_indexes(
            [right for right in rights if right is not None]
        ):
            return Matches(tuple(rights))
        case {"text": str(text)}:
            return ShortText(text)
        case {"dont_know": True}:
            return DontKnow()
        case _:
            raise ValueError(f"no answer: {data!r}")


def _are_indexes(values: list[object]) -> bool:
    return all(isinstance(value, int) for value in values)
