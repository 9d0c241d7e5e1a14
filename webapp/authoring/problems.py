"""What must be mended in a draft, in the author's own language, beside the field it is about.

The bank's rules speak to those who write source files; here the same findings are said to people
at a form. `problems_of` knows every rule of `item_bank.content.rules` (its tests see to that).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from item_bank.content.rules import broken_rules
from item_bank.texts import LANGUAGES
from webapp.authoring.drafts import NotANumber, content_of
from webapp.i18n import OWN_NAMES
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from item_bank.content.faults import Finding
    from item_bank.content.model import ItemContent
    from item_bank.texts import Language
    from webapp.authoring.drafts import Draft, TextDraft

LONGEST_TEXT = 2000
LONGEST_NOTE = 300

_PART = re.compile(r"(?P<name>[a-z_]+)(?: (?P<number>\d+))?")
_COUNT = re.compile(r"(?P<least>\d+) to (?P<most>\d+) of .*, not (?P<now>\d+)")
_WORDS = re.compile(r"at most (?P<most>\d+) words, not (?P<now>\d+)")
_REPEATED = re.compile(r"texts that differ; «(?P<text>.*)» is repeated", re.DOTALL)


class Problem(NamedTuple):
    """`field` is the id of the field on the page."""

    field: str
    message: str


def judge(draft: Draft) -> tuple[ItemContent | None, tuple[Problem, ...]]:
    """The content the draft says, or None when it says none at all, and what is wrong with it."""
    too_long = tuple(_too_long(draft))
    try:
        content = content_of(draft)
    except NotANumber as error:
        field = str(error.args[0])
        return None, (*too_long, Problem(field, _("Write a number, for example 12,5.")))
    return content, (*too_long, *problems_of(draft, broken_rules(content)))


def problems_of(draft: Draft, findings: Iterator[Finding]) -> tuple[Problem, ...]:
    """The findings as problems, each once: a text that is the same in all three has one field."""
    problems = (_problem(draft, finding) for finding in findings)
    return tuple(dict.fromkeys(problems))


def _too_long(draft: Draft) -> Iterator[Problem]:
    rows = [(f"rows-{index}", row) for index, row in enumerate(draft.rows)]
    texts = [("stem", draft.stem), ("material", draft.material), ("alt", draft.alt)]
    texts += [(f"{name}-text", row.text) for name, row in rows]
    texts += [(f"{name}-right", row.right) for name, row in rows]
    texts += [(f"extras-{index}", extra) for index, extra in enumerate(draft.extras)]
    typed = [(f"{name}-{part}", getattr(text, part)) for name, text in texts for part in LANGUAGES]
    typed += [(f"{name}-rationale", row.rationale) for name, row in rows]
    typed += [("rationale", draft.rationale), ("accept", draft.accept), ("units", draft.units)]
    for field, text in typed:
        if len(text) > LONGEST_TEXT:
            yield Problem(field, _("Shorten this to %(most)s characters.", most=LONGEST_TEXT))


# From a finding's own address to the field on the page


def _problem(draft: Draft, finding: Finding) -> Problem:
    parts = finding.field.split(".")
    language = next((one for one in LANGUAGES if one == parts[-1]), None)
    names = parts if language is None else parts[:-1]
    field, text = _field(draft, names)
    if language is None or text is None:
        return Problem(field, _message(draft, finding, names, None))
    if text.same:
        return Problem(f"{field}-nb", _message(draft, finding, names, None))
    return Problem(f"{field}-{language}", _message(draft, finding, names, language))


def _field(draft: Draft, names: list[str]) -> tuple[str, TextDraft | None]:
    """The field's id without its language, and what was typed there if it is a text."""
    match = _PART.match(names[0])
    name, number = (match["name"], match["number"]) if match else (names[0], None)
    if name in {"option", "step", "pair"}:
        return _row_field(draft, number, names[1:])
    if name == "extra" and number:
        return f"extras-{int(number) - 1}", draft.extras[int(number) - 1]
    if names == ["picture", "alt"]:
        return "alt", draft.alt
    if name in {"answer", "picture"}:
        field = names[-1].partition(" ")[0]
        return ("answer_type" if field == "type" else field), None
    texts = {"stem": draft.stem, "material": draft.material}
    return name, texts.get(name)


def _row_field(draft: Draft, number: str | None, rest: list[str]) -> tuple[str, TextDraft | None]:
    if number is None:
        return "rows", None
    index = int(number) - 1
    if not rest or rest[0] == "left":
        return f"rows-{index}-text", draft.rows[index].text
    if rest[0] == "right":
        return f"rows-{index}-right", draft.rows[index].right
    return f"rows-{index}-{rest[0]}", None


# From what a rule expects to a sentence


def _message(draft: Draft, finding: Finding, names: list[str], language: Language | None) -> str:
    expected = finding.expected
    if expected == "a text":
        return _missing(names, language)
    if count := _COUNT.fullmatch(expected):
        return _counted(draft, count)
    if names == ["option"] and language is None:
        return _which_are_right(draft)
    return _about_text(names, expected) or _about_field(names, expected)


def _about_text(names: list[str], expected: str) -> str | None:
    if expected == "one line":
        return _("%(what)s must stand on one line.", what=_what(names))
    if expected == "backticks in pairs":
        return _("Code stands between two backticks (`). One of them is missing.")
    if words := _WORDS.fullmatch(expected):
        return _("Shorten the question to %(most)s words. It has %(now)s.", **words.groupdict())
    if repeated := _REPEATED.fullmatch(expected):
        return _("«%(text)s» stands here more than once.", text=repeated["text"])
    return None


def _missing(names: list[str], language: Language | None) -> str:
    if language is None:
        return _("%(what)s is missing.", what=_what(names))
    return _(
        "%(what)s is missing in %(language)s.", what=_what(names), language=OWN_NAMES[language]
    )


def _what(names: list[str]) -> str:
    name, _space, number = names[0].partition(" ")
    if name in {"option", "step", "extra"}:
        labels = {
            "option": _("Option %(number)s", number=number),
            "step": _("Step %(number)s", number=number),
            "extra": _("Extra answer %(number)s", number=number),
        }
        return labels[name]
    if name == "pair":
        left = names[-1] == "left"
        one = _("The left side of pair %(number)s", number=number)
        other = _("The right side of pair %(number)s", number=number)
        return one if left else other
    if name == "material":
        return _("The frame under the question")
    if name == "picture":
        return _("The description of the picture")
    return _("The question")


def _counted(draft: Draft, count: re.Match[str]) -> str:
    numbers = count.groupdict()
    if draft.kind == "ordering":
        return _("There must be %(least)s to %(most)s steps. Now there are %(now)s.", **numbers)
    if draft.kind == "matching":
        return _("There must be %(least)s to %(most)s pairs. Now there are %(now)s.", **numbers)
    return _("There must be %(least)s to %(most)s options. Now there are %(now)s.", **numbers)


def _which_are_right(draft: Draft) -> str:
    if draft.kind == "multiple":
        return _("Mark two or more options as right, and leave at least one that is not.")
    return _("Mark exactly one option as right.")


def _about_field(names: list[str], expected: str) -> str:
    messages = {
        "rationale": _("Say why this is right, or what makes people choose it."),
        "place": _("Give each option a place of its own in the picture."),
        "accept": _("Write at least one accepted answer."),
        "units": _("Write units as words or signs, with a comma between them."),
        "value": _("Write the number that is right."),
        "tolerance": _("Write how much the answer may be off: 0 or more."),
        "scene": _("There is no such picture."),
        "fixed_order": _("Only options can be kept in the same order."),
    }
    field, _space, number = names[-1].partition(" ")
    if names[0].startswith("option ") and field in messages:
        return f"{_what(names)}: {messages[field]}"
    if field == "accept" and number:
        return _("Line %(number)s is no answer that can be recognised.", number=number)
    if names == ["material"]:
        return _of_material(expected)
    return messages.get(field) or _("This breaks a rule of the bank: %(rule)s", rule=expected)


def _of_material(expected: str) -> str:
    if "cells" in expected and "as many" in expected:
        return _("Every line of a table must have as many cells.")
    if "ends" in expected:
        return _("Put | between the cells only, never at the ends of a line.")
    return _("Put | in every line to make a table, or in none.")
