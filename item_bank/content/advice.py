"""Soft rules: what often makes a question weak, for its author to weigh; none stops a save."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from item_bank.content.faults import Code, Finding
from item_bank.content.model import (
    HotSpot,
    ItemContent,
    ItemSource,
    MultipleResponse,
    Option,
    ShortAnswer,
    SingleChoice,
)
from item_bank.normalising import comparable
from item_bank.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Iterator

STEM_WORDS = 45
LENGTH_RATIO = 1.4
SHORT = 12
"""Characters. Below this, options differ in length because words do."""

NEGATION: dict[Language, re.Pattern[str]] = {
    "nb": re.compile(r"\bikke\b", re.IGNORECASE),
    "nn": re.compile(r"\bikkje\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:not|cannot|\w+n['’]t)\b", re.IGNORECASE),
}
ALL_OR_NONE: dict[Language, re.Pattern[str]] = {
    "nb": re.compile(
        r"\b(?:alle (?:disse|over|svarene)|ingen av (?:disse|delene))\b", re.IGNORECASE
    ),
    "nn": re.compile(r"\b(?:alle (?:desse|over|svara)|ingen av (?:desse|delane))\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:all|none|both) of (?:the above|these|them)\b", re.IGNORECASE),
}


def advice(item: ItemSource | ItemContent) -> list[Finding]:
    """What an author should look at again; an empty list is no proof that the question is good."""
    content = item.content if isinstance(item, ItemSource) else item
    found = [*_about_stem(content)]
    match content.body:
        case SingleChoice(options):
            found += [*_about_count(options), *_about_options(options, content.fixed_order)]
        case MultipleResponse(options):
            found += _about_options(options, content.fixed_order)
        case HotSpot(_, _, options):
            found += _about_wording(options)
        case ShortAnswer():
            found += _about_answer(content.body)
        case _:
            pass
    return found


def _about_stem(content: ItemContent) -> Iterator[Finding]:
    for language in LANGUAGES:
        stem = content.stem.in_(language)
        if (words := len(stem.split())) > STEM_WORDS:
            counted = {"now": words, "most": STEM_WORDS}
            yield Finding(f"stem.{language}", Code.LONG_STEM, counted)
        if negation := NEGATION[language].search(stem):
            yield Finding(f"stem.{language}", Code.NEGATION, {"word": negation[0]})
        if language != "en" and '"' in re.sub(r"`[^`]*`", "", stem):
            yield Finding(f"stem.{language}", Code.QUOTATION_MARKS)


def _about_count(options: tuple[Option, ...]) -> Iterator[Finding]:
    if len(options) != 4:
        yield Finding("option", Code.USUAL_COUNT, {"now": len(options)})


def _about_options(options: tuple[Option, ...], fixed: bool) -> Iterator[Finding]:
    yield from _about_wording(options)
    for language in LANGUAGES:
        lengths = [len(option.text.in_(language)) for option in options]
        longest, shortest = max(lengths, default=0), min(lengths, default=0)
        if longest <= SHORT or fixed:
            continue
        if longest > LENGTH_RATIO * shortest:
            lengths_found = {"shortest": shortest, "longest": longest}
            yield Finding(f"option.{language}", Code.UNEVEN_LENGTHS, lengths_found)
        winners = [option for option, n in zip(options, lengths, strict=True) if n == longest]
        if len(winners) == 1 and winners[0].correct and longest > shortest + 2:
            yield Finding(f"option.{language}", Code.LONGEST_KEY)


def _about_wording(options: tuple[Option, ...]) -> Iterator[Finding]:
    for number, option in enumerate(options, start=1):
        for language in LANGUAGES:
            if ALL_OR_NONE[language].search(option.text.in_(language)):
                yield Finding(f"option {number}.{language}", Code.ALL_OR_NONE)


def _about_answer(answer: ShortAnswer) -> Iterator[Finding]:
    known: set[str] = set()
    for number, accepted in enumerate(answer.accept, start=1):
        readings = comparable("text" if answer.type == "number" else answer.type, accepted)
        if len(readings) > 1:
            yield Finding(f"answer.accept {number}", Code.TWO_READINGS)
        if readings & known:
            yield Finding(f"answer.accept {number}", Code.SAME_ANSWER)
        known |= readings
