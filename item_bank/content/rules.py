"""The rules of docs/item-format.md that a program can check; whoever breaks one cannot be saved."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, assert_never, get_args

from item_bank import scenes
from item_bank.content.faults import Code, Finding
from item_bank.content.material import material_fault
from item_bank.content.model import (
    Body,
    Description,
    HotSpot,
    ItemContent,
    Matching,
    MultipleResponse,
    Option,
    Ordering,
    Setting,
    ShortAnswer,
    SingleChoice,
)
from item_bank.normalising import comparable
from item_bank.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_STEM_WORDS = 60
"""Where the format says "about 45": more than this is no stem, whatever the language."""
LONGEST_TOPIC, LONGEST_REF, LONGEST_PROGRAM = 300, 50, 100
"""Characters; the last two are what their columns hold."""
DIGCOMP = re.compile(r"[1-5]\.[1-6]")


def broken_rules(content: ItemContent) -> Iterator[Finding]:
    """Every rule the content breaks; nothing for content that may be saved."""
    yield from _stem_findings(content.stem)
    if content.material is not None:
        yield from _material_findings(content.material)
    if content.fixed_order and content.kind not in {"single", "multiple"}:
        yield Finding("fixed_order", Code.FIXED_ORDER)
    yield from _body_findings(content.body)


def _body_findings(body: Body) -> Iterator[Finding]:
    match body:
        case SingleChoice(options):
            yield from _count("option", options, 3, 5)
            yield from _one_key(options)
            yield from _option_findings(options, placed=False)
        case MultipleResponse(options):
            yield from _count("option", options, 4, 6)
            yield from _several_keys(options)
            yield from _option_findings(options, placed=False)
        case Ordering(steps):
            yield from _count("step", steps, 3, 5)
            yield from _texts("step", [step.text for step in steps])
            yield from _unique("step", [step.text for step in steps])
        case Matching(pairs, extras):
            yield from _count("pair", pairs, 3, 5)
            yield from _texts("pair", [pair.left for pair in pairs], ".left")
            yield from _unique("pair.left", [pair.left for pair in pairs])
            yield from _texts("pair", [pair.right for pair in pairs], ".right")
            yield from _texts("extra", extras)
            yield from _unique("pair.right", body.rights)
        case ShortAnswer():
            yield from _answer_findings(body)
        case HotSpot(_, alt, options):
            yield from _text("picture.alt", alt)
            yield from _count("option", options, 3, 8)
            yield from _one_key(options)
            yield from _option_findings(options, placed=True)
            yield from _scene_findings(body)
        case _:
            assert_never(body)


def _stem_findings(stem: Text) -> Iterator[Finding]:
    yield from _text("stem", stem, paragraphs=True)
    for language in LANGUAGES:
        if (words := len(stem.in_(language).split())) > MAX_STEM_WORDS:
            counted: dict[str, str | int] = {"most": MAX_STEM_WORDS, "now": words}
            yield Finding(f"stem.{language}", Code.TOO_MANY_WORDS, counted)


def _material_findings(material: Text) -> Iterator[Finding]:
    for language in LANGUAGES:
        text = material.in_(language)
        if not text.strip():
            yield Finding(f"material.{language}", Code.MISSING)
        elif "`" in text:
            yield Finding(f"material.{language}", Code.MATERIAL_CODE)
        elif (fault := material_fault(text)) is not None:
            yield Finding(f"material.{language}", fault)


def _count(field: str, values: Sequence[object], least: int, most: int) -> Iterator[Finding]:
    if not least <= len(values) <= most:
        counted: dict[str, str | int] = {
            "part": field,
            "least": least,
            "most": most,
            "now": len(values),
        }
        yield Finding(field, Code.COUNT, counted)


def _one_key(options: tuple[Option, ...]) -> Iterator[Finding]:
    if (correct := sum(option.correct for option in options)) != 1:
        yield Finding("option", Code.ONE_KEY, {"now": correct})


def _several_keys(options: tuple[Option, ...]) -> Iterator[Finding]:
    correct = sum(option.correct for option in options)
    if not 2 <= correct < len(options):
        yield Finding("option", Code.SEVERAL_KEYS, {"now": correct})


def _option_findings(options: tuple[Option, ...], *, placed: bool) -> Iterator[Finding]:
    yield from _texts("option", [option.text for option in options])
    yield from _unique("option", [option.text for option in options])
    for number, option in enumerate(options, start=1):
        if not option.rationale.strip():
            yield Finding(f"option {number}.rationale", Code.RATIONALE)
        if (option.place is not None) != placed:
            code = Code.NO_PLACE if placed else Code.UNWANTED_PLACE
            yield Finding(f"option {number}.place", code)


def _scene_findings(body: HotSpot) -> Iterator[Finding]:
    try:
        scene = scenes.load(body.scene)
    except scenes.SceneError as error:
        yield Finding("picture.scene", Code.SCENE, {"reason": str(error)})
        return
    counts = Counter(option.place for option in body.options)
    for number, option in enumerate(body.options, start=1):
        if option.place is not None and option.place not in scene.places:
            known = ", ".join(sorted(scene.places))
            yield Finding(f"option {number}.place", Code.UNKNOWN_PLACE, {"known": known})
        elif option.place is not None and counts[option.place] > 1:
            yield Finding(f"option {number}.place", Code.SHARED_PLACE)


def broken_description(described: Description) -> Iterator[Finding]:
    """Every rule that is broken by what is said of an item beside its content."""
    texts = (("topic", LONGEST_TOPIC), ("ref", LONGEST_REF), ("program", LONGEST_PROGRAM))
    for name, most in texts:
        text = getattr(described, name)
        if text is not None and not text.strip():
            yield Finding(name, Code.MISSING)
        elif text is not None and len(text) > most:
            yield Finding(name, Code.TOO_LONG, {"most": most})
    if described.level not in {1, 2, 3}:
        yield Finding("level", Code.LEVEL)
    if described.setting not in get_args(Setting):
        yield Finding("setting", Code.SETTING)
    if described.digcomp is not None and not DIGCOMP.fullmatch(described.digcomp):
        yield Finding("digcomp", Code.DIGCOMP)


def _answer_findings(answer: ShortAnswer) -> Iterator[Finding]:
    if not answer.rationale.strip():
        yield Finding("answer.rationale", Code.RATIONALE)
    if answer.type == "number":
        yield from _number_findings(answer)
    elif answer.type not in {"formula", "text"}:
        yield Finding("answer.type", Code.ANSWER_TYPE)
    elif not answer.accept:
        yield Finding("answer.accept", Code.NO_ACCEPT)
    for number, accepted in enumerate(answer.accept, start=1):
        if answer.type == "formula" and not comparable("formula", accepted):
            yield Finding(f"answer.accept {number}", Code.FORMULA)
        elif not comparable("text" if answer.type == "number" else answer.type, accepted):
            yield Finding(f"answer.accept {number}", Code.EMPTY_ACCEPT)


def _number_findings(answer: ShortAnswer) -> Iterator[Finding]:
    for number, unit in enumerate(answer.units, start=1):
        if not unit.strip() or any(letter.isdigit() for letter in unit):
            yield Finding(f"answer.units {number}", Code.UNIT)
    if answer.value is None or not math.isfinite(answer.value):
        yield Finding("answer.value", Code.VALUE)
    if not (math.isfinite(answer.tolerance) and answer.tolerance >= 0):
        yield Finding("answer.tolerance", Code.TOLERANCE)


def _texts(field: str, texts: Sequence[Text], suffix: str = "") -> Iterator[Finding]:
    for number, text in enumerate(texts, start=1):
        yield from _text(f"{field} {number}{suffix}", text)


def _unique(field: str, texts: Sequence[Text]) -> Iterator[Finding]:
    for language in LANGUAGES:
        seen = Counter(" ".join(text.in_(language).split()) for text in texts)
        for repeated in (text for text, count in seen.items() if text and count > 1):
            yield Finding(f"{field}.{language}", Code.REPEATED, {"text": repeated})


def _text(field: str, text: Text, *, paragraphs: bool = False) -> Iterator[Finding]:
    for language in LANGUAGES:
        value = text.in_(language)
        if not value.strip():
            yield Finding(f"{field}.{language}", Code.MISSING)
        elif "\n" in value.strip() and not paragraphs:
            yield Finding(f"{field}.{language}", Code.ONE_LINE)
        elif value.count("`") % 2:
            yield Finding(f"{field}.{language}", Code.BACKTICKS)
