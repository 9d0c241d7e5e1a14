"""Every text a user reads exists in both forms of Norwegian, with the same places for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
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
        if message not in known or not all(forms(known[message].string)) or known[message].fuzzy
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


ONLY = {
    "nb": r"ikke|jeg|hvor|hva|hvem|hvordan|hvorfor|hver|noe|noen|bare|fra|mer|mye|et|flere|"
    r"oppgave\w*|spørsmålene|svarene|gjøre|uten",
    "nn": r"ikkje|eg|kvar|kva|kven|korleis|kvifor|noko|nokon|berre|frå|meir|mykje|ein|eit|fleire|"
    r"oppgåv\w*|spørsmåla|svara|gjere|gjera|utan|dei|vart|nokre",
}


@pytest.mark.parametrize(("language", "other"), [("nb", "nn"), ("nn", "nb")])
def test_norwegian_texts_are_in_the_right_form(language: str, other: str) -> None:
    """Common words that only one of the two forms of Norwegian has."""
    strange = re.compile(rf"\b({ONLY[other]})\b", re.IGNORECASE)
    assert [text for text in translations(language) if strange.search(text)] == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_norwegian_texts_are_calm_and_quote_the_norwegian_way(language: str) -> None:
    wrong = re.compile(r"[!“”\"]|(?<!\w)'")
    assert [text for text in translations(language) if wrong.search(text)] == []


def test_no_text_stands_where_the_catalogues_miss_it() -> None:
    """Within an f-string the extraction does not see it."""
    asked_for = {text for file in ROOT.rglob("*.py") for text in texts_asked_for(file)}
    assert sorted(asked_for - messages_in_use(), key=str) == []


def translations(language: str) -> Iterator[str]:
    return (text for message in catalogue(language) if message.id for text in forms(message.string))


def texts_asked_for(file: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            if node.func.id in {"_", "gettext"} and texts:
                yield str(texts[0])
            elif node.func.id == "ngettext":
                yield str(texts[0]), str(texts[1])
