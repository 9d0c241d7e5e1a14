"""A question as shown: everything a person needs, nothing that gives the key away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.answers import Choice, Choices, DontKnow, Matches, Order, ShortText
from item_bank.content import Text
from item_bank.presentation import present
from item_bank.question_view import Cells, Lines
from item_bank.texts import LANGUAGES
from tests.item_bank.contents import (
    EVERY_KIND,
    HOT_SPOT,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SEEDS,
    SINGLE,
    WORD,
    contents,
)


def words(runs) -> str:
    return "".join(run.text for run in runs)


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda of: of.kind)
def test_nothing_of_the_key_is_in_what_a_person_gets(content):
    shown = present(content, "nb", seed=1)
    assert shown.key is None
    assert shown.rationale is None
    assert all(one.correct is None and one.rationale is None for one in shown.options)
    assert all(row.rationale is None for row in shown.rows)
    assert "why" not in repr(shown)


@given(contents, st.sampled_from(LANGUAGES), SEEDS)
def test_a_question_is_shown_whole_in_one_language(content, language, seed):
    shown = present(content, language, seed=seed)
    assert shown == present(content, language, seed=seed)
    assert shown.lang == language
    assert words(shown.stem[0]) == " ".join(content.stem.in_(language).split())


def test_a_text_is_cut_into_paragraphs_and_code():
    stem = Text.same("Du skriver `=A1`\n i B2.\n\nHva skjer?")
    first, second = present(replace(SINGLE, stem=stem), "nb", seed=1).stem
    assert first == (("Du skriver ", False), ("=A1", True), (" i B2.", False))
    assert second == (("Hva skjer?", False),)


def test_material_is_lines_or_a_table():
    letter = replace(SINGLE, material=Text.same("Hei\n\nHilsen"))
    table = replace(SINGLE, material=Text.same("| A | B\n1 | x |"))
    assert present(letter, "nb", seed=1).material == Lines(("Hei", "", "Hilsen"))
    assert present(table, "nb", seed=1).material == Cells(("", "A", "B"), (("1", "x", ""),))


def test_an_answer_given_stands_filled_in():
    def shown(content, answer):
        return present(content, "nb", seed=3, answer=answer)

    (checked,) = [one for one in shown(SINGLE, Choice(2)).options if one.checked]
    assert words(checked.runs) == "y nb"
    many = shown(MULTIPLE, Choices(frozenset({0, 3}))).options
    assert {words(one.runs) for one in many if one.checked} == {"one nb", "y nb"}
    order = shown(ORDERING, Order((2, 0, 1))).rows
    assert {words(row.runs): row.selected for row in order} == {
        "first nb": "2",
        "second nb": "3",
        "third nb": "1",
    }
    matches = shown(MATCHING, Matches((3, 1, None)))
    names = {choice.value: words(choice.runs) for choice in matches.choices}
    assert {words(row.runs): names.get(row.selected) for row in matches.rows} == {
        "left a nb": "extra nb",
        "left b nb": "right b nb",
        "left c nb": None,
    }
    assert shown(WORD, ShortText("ZIP")).value == "ZIP"
    assert shown(SINGLE, DontKnow()).dont_know
    assert shown(MULTIPLE, DontKnow()).dont_know


def test_a_form_half_filled_in_stands_as_it_was():
    shown = present(ORDERING, "nb", seed=3, entered={"row-a": ["2"], "row-b": [""]})
    assert [row.selected for row in shown.rows] == ["2", None, None]


def test_authors_see_key_and_reasons():
    def key(content):
        return present(content, "nb", seed=3, reveal=True)

    single = key(SINGLE)
    (right,) = [one for one in single.options if one.correct]
    assert single.key == {right.value}
    assert right.rationale == "why key"
    assert {row.name: row.selected for row in present(
        ORDERING, "nb", seed=3, answer=Order((0, 1, 2))
    ).rows} == key(ORDERING).key  # fmt: skip
    assert {row.name: row.selected for row in present(
        MATCHING, "nb", seed=3, answer=Matches((0, 1, 2))
    ).rows} == key(MATCHING).key  # fmt: skip
    assert key(NUMBER).key == ("12,5 ± 0,5", "tolv")
    assert key(WORD).key == ("zip", ".zip")
    assert key(WORD).rationale == "why"


def test_a_hot_spot_brings_its_picture_and_numbered_places():
    shown = present(HOT_SPOT, "en", seed=3)
    assert [one.marker for one in shown.options] == [1, 2, 3]
    assert [words(one.runs) for one in shown.options] == ["border en", "fill en", "merge en"]
    assert tuple(shown.options[0].box) == (24, 82, 92, 62)
    assert (shown.view_box, shown.alt) == ("0 0 640 360", "A window en")
    assert "data-place" not in shown.svg
    assert "Opening hours" in shown.svg
