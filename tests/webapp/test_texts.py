"""Every text a user reads exists in both forms of Norwegian, with the same places for values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import webapp

ROOT = Path(webapp.__file__).parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
PLACES = re.compile(r"%\((\w+)\)s|%%")

Message = str | tuple[str, ...]


@cache
def messages_in_use() -> frozenset[Message]:
    found = extract_from_dir(ROOT, METHODS, OPTIONS)
    return frozenset(message for _, _, message, _, _ in found)


@cache
def catalogue(language: str) -> Catalog:
    with (ROOT / "translations" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Message) -> Iterable[str]:
    return (message,) if isinstance(message, str) else message


def places(text: str) -> set[str]:
    return {name for name in PLACES.findall(text) if name}


def test_there_are_messages() -> None:
    assert len(messages_in_use()) > 50


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_message_is_translated(language: str) -> None:
    known = {m.id: m for m in catalogue(language) if m.id}
    lacking = [
        message
        for message in messages_in_use()
        if message not in known
        or not all(forms(known[message].string))
        or known[message].fuzzy
    ]
    assert sorted(map(str, lacking)) == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_no_translation_is_left_over(language: str) -> None:
    left = {m.id for m in catalogue(language) if m.id} - messages_in_use()
    assert sorted(map(str, left)) == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_translations_keep_their_places(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        wanted = set().union(*map(places, forms(message.id)))
        for text in forms(message.string):
            assert places(text) <= wanted, message.id
        assert set().union(*map(places, forms(message.string))) == wanted, message.id


def test_norwegian_texts_are_in_the_right_form() -> None:
    """A few words that only one of the two forms of Norwegian has."""
    only = {"nb": r"\b(ikke|jeg|hvor|noe|en rekke)\b", "nn": r"\b(ikkje|eg|kvar|korleis|noko)\b"}
    for language, other in (("nb", "nn"), ("nn", "nb")):
        wrong = [
            text
            for message in catalogue(language)
            if message.id
            for text in forms(message.string)
            if re.search(only[other], text, re.IGNORECASE)
        ]
        assert wrong == []
