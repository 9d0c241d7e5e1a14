"""Whether an answer is right: 1 or 0, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from item_bank.answers import Choice, Choices, DontKnow, Matches, Order, ShortText
from item_bank.content.model import (
    HotSpot,
    Matching,
    MultipleResponse,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from item_bank.normalising import comparable, plain_text, read_number, without_unit

if TYPE_CHECKING:
    from item_bank.answers import Answer
    from item_bank.content.model import ItemContent

ROUNDING = 1e-9
"""Relative slack, so that 0.1 + 0.2 is within its tolerance of 0.3."""


def score(content: ItemContent, answer: Answer) -> int:
    """Score an answer; ValueError where it answers another kind of question."""
    return int(_is_right(content, answer))


def _is_right(content: ItemContent, answer: Answer) -> bool:
    match answer, content.body:
        case DontKnow(), _:
            return False
        case Choice(option), SingleChoice(options) | HotSpot(options=options):
            return options[option].correct
        case Choices(chosen), MultipleResponse(options):
            return chosen == {index for index, option in enumerate(options) if option.correct}
        case Order(steps), Ordering():
            return steps == tuple(range(len(content.body.steps)))
        case Matches(rights), Matching():
            return rights == tuple(range(len(content.body.pairs)))
        case ShortText(text), ShortAnswer():
            return _is_accepted(content.body, text)
        case _:
            raise ValueError(f"{answer!r} answers no question of the kind {content.kind}")


def _is_accepted(key: ShortAnswer, text: str) -> bool:
    if key.value is not None:
        number = read_number(text, key.units)
        if number is not None:
            slack = key.tolerance + ROUNDING * max(1.0, abs(key.value))
            return abs(number - key.value) <= slack
        plain = plain_text(text)
        ways = {plain, without_unit(plain, key.units)}
        return any(plain_text(accepted) in ways for accepted in key.accept)
    given = comparable(key.type, text)
    return any(given & comparable(key.type, accepted) for accepted in key.accept)
