"""The bank's codes in the words that authors use, in their own language."""

from __future__ import annotations

from typing import NamedTuple

from item_bank.models import Status
from webapp.authoring.shelves import Standing
from webapp.i18n import gettext as _


class RowWords(NamedTuple):
    """What the form calls a question's rows."""

    heading: str
    one: str
    add: str
    how: str
    rationale: str


def kinds() -> dict[str, str]:
    return {
        "single": _("One answer"),
        "multiple": _("Several answers"),
        "ordering": _("Ordering"),
        "matching": _("Matching"),
        "short": _("Short answer"),
        "hotspot": _("Point out in a picture"),
    }


def levels() -> dict[int, str]:
    return {1: _("Easy"), 2: _("Medium"), 3: _("Hard")}


def settings() -> dict[str, str]:
    return {"municipal": _("Municipal work"), "general": _("General")}


def answer_types() -> dict[str, str]:
    return {"formula": _("A formula"), "number": _("A number"), "text": _("A word or phrase")}


def statuses() -> dict[str, str]:
    return {
        Status.DRAFT: _("Draft"),
        Status.IN_REVIEW: _("In review"),
        Status.APPROVED: _("Approved"),
        Status.PILOT: _("Pilot"),
        Status.IN_USE: _("In use"),
        Status.PAUSED: _("Paused"),
        Status.RETIRED: _("Retired"),
    }


def facts() -> dict[str, str]:
    """What is said of a question beside its content, by the bank's names."""
    return {
        "level": _("Level"),
        "setting": _("Setting"),
        "topic": _("Topic"),
        "ref": _("Syllabus reference"),
        "program": _("Program"),
        "digcomp": "DigComp",
        "status": _("Status"),
        "category_code": _("Category"),
    }


def fact(name: str, value: object) -> str:
    """One of them in words; nothing for None."""
    text = "" if value is None else str(value)
    known = {
        "level": {str(level): word for level, word in levels().items()},
        "setting": settings(),
        "status": statuses(),
    }
    return known.get(name, {}).get(text, text)


def status_actions() -> dict[str, str]:
    return {
        "pause": _("Pause the question"),
        "retire": _("Retire the question"),
        "bring_back": _("Bring the question back"),
    }


def standings() -> dict[str, str]:
    return {
        Standing.CURRENT: _("In the current pool"),
        Standing.NEWER: _("Newer than the pool"),
        Standing.COMING: _("Will be in the next pool"),
        Standing.LEAVING: _("Will leave the pool"),
        Standing.OUTSIDE: _("Not in the pool"),
    }


def rows(kind: str) -> RowWords:
    if kind == "ordering":
        return RowWords(
            _("Steps"),
            _("Step"),
            _("Add a step"),
            _("In the right order. Only one order may be right. Each person gets them shuffled."),
            _("Why it stands here (may be left empty)"),
        )
    if kind == "matching":
        return RowWords(
            _("Pairs"),
            _("Pair"),
            _("Add a pair"),
            _("What stands on the same row belongs together. Each right side is used once."),
            _("Why they belong together (may be left empty)"),
        )
    how = {
        "single": _("Usually four, and exactly one is right. “I don’t know” comes by itself."),
        "multiple": _(
            "Four to six. Two or more are right, and at least one is not. "
            "“I don’t know” comes by itself."
        ),
        "hotspot": _("Each stands at a place in the picture, and exactly one is right."),
    }
    return RowWords(
        _("Options"),
        _("Option"),
        _("Add an option"),
        how.get(kind, ""),
        _("Why it is right, or what makes people choose it"),
    )
