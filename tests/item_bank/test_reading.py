"""A source file is read whole, or every fault in it is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.content import SourceError, Text, advice, read_items, read_module
from item_bank.content.writing import write_items
from tests.item_bank.contents import EVERY_KIND, SINGLE, contents, source

ITEM = """
[[item]]
id = "QA-101"
ref = "X1:1.1"
topic = "a topic"
level = 2
kind = "single"
setting = "general"
stem = {nb = "Hva?", nn = "Kva?", en = "What?"}
option = [
  {same = "`=A1`", correct = true, rationale = "r"},
  {same = "B", rationale = "r"},
  {nb = "C", nn = "C", en = "See", rationale = "r"},
]
"""
FILE = f'module = "QA"\ncategory = "QA.1"\n{ITEM}'


def faults(text: str) -> list[tuple[str | None, str]]:
    with pytest.raises(SourceError) as caught:
        read_items(text, name="file.toml")
    assert all(fault.file == "file.toml" and fault.expected for fault in caught.value.faults)
    return [(fault.item, fault.field) for fault in caught.value.faults]


def test_an_item_is_read_as_written():
    (item,) = read_items(FILE, name="file.toml")
    assert (item.id, item.category, item.kind) == ("QA-101", "QA.1", "single")
    assert item.content.stem == Text("Hva?", "Kva?", "What?")
    assert [option.correct for option in item.content.body.options] == [True, False, False]
    assert item.content.body.options[0].text == Text.same("`=A1`")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('nn = "Kva?", ', "", "stem.nn"),
        ('nn = "Kva?"', 'nn = "  "', "stem.nn"),
        ('nn = "Kva?"', "nn = 3", "stem.nn"),
        ('"Kva?"', '"Kva `A1?"', "stem.nn"),
        ('"Kva?"', f'"{"ord " * 61}"', "stem.nn"),
        ("level = 2", "level = 4", "level"),
        ("level = 2", "level = true", "level"),
        ('"general"', '"school"', "setting"),
        ('kind = "single"', 'kind = "essay"', "kind"),
        ('kind = "single"', 'kind = "single"\ndigcomp = "9.9"', "digcomp"),
        ('kind = "single"', 'kind = "single"\nlevle = 1', "levle"),
        ('kind = "single"', 'kind = "single"\nmaterial = {same = "a | b\\nc"}', "material.nb"),
        ("correct = true, ", "", "option"),
        ('same = "B"', 'same = "B", correct = true', "option"),
        ('same = "B"', 'same = "C"', "option.nb"),
        ('same = "B"', 'same = "B", place = "x"', "option 2.place"),
        ('same = "B"', 'same = "B", nb = "B"', "option 2.same"),
        ('{same = "B", rationale = "r"}', '{same = "B"}', "option 2.rationale"),
        ('  {same = "B", rationale = "r"},\n', "", "option"),
    ],
)
def test_a_broken_rule_is_named_by_its_field(old, new, field):
    assert ("QA-101", field) in faults(FILE.replace(old, new))


@pytest.mark.parametrize(
    ("extra", "fields"),
    [
        ("", []),
        ('units = ["cm"]', []),
        ('units = ["cm", "m2"]', ["answer.units 2"]),
        ('units = "cm"', ["answer.units"]),
        ('units = ["cm"]\naccept = ["fem"]', []),
        ('accept = ["."]', ["answer.accept 1"]),
    ],
)
def test_a_number_may_have_units_and_words(extra, fields):
    head, _options = FILE.replace('"single"', '"short"').split("option = ")
    text = f'{head}[item.answer]\ntype = "number"\nvalue = 5\nrationale = "r"\n{extra}\n'
    if fields:
        assert faults(text) == [("QA-101", field) for field in fields]
    else:
        assert read_items(text, name="x")[0].content.body.value == 5


def test_only_a_number_has_units():
    head, _options = FILE.replace('"single"', '"short"').split("option = ")
    answer = 'type = "text"\naccept = ["a"]\nunits = ["cm"]\nrationale = "r"\n'
    assert faults(f"{head}[item.answer]\n{answer}") == [("QA-101", "answer.units")]


def test_all_faults_come_at_once():
    broken = FILE.replace('nn = "Kva?", ', "").replace("level = 2", "level = 4")
    second = ITEM.replace("QA-101", "QA-102").replace("correct = true", "correct = false")
    assert faults(broken + second) == [
        ("QA-101", "stem.nn"),
        ("QA-101", "level"),
        ("QA-102", "option"),
    ]


def test_an_id_tells_its_category():
    assert ("QA-201", "id") in faults(FILE.replace("QA-101", "QA-201"))


def test_an_id_is_used_once():
    assert ("QA-101", "id") in faults(FILE + ITEM)


@pytest.mark.parametrize("text", ["module = ", "module = 3", "", 'item = "x"'])
def test_what_is_no_file_of_questions_is_told_so(text):
    with pytest.raises(SourceError):
        read_items(text, name="file.toml")


@given(st.lists(contents, min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(many):
    items = [source(f"QA-1{n:02}", of) for n, of in enumerate(many)]
    assert read_items(write_items(items), name="x") == items


@pytest.mark.parametrize("of", EVERY_KIND, ids=lambda of: of.kind)
def test_every_kind_reads_back_the_same(of):
    items = [source("QA-101", of)]
    assert read_items(write_items(items), name="x") == items


@pytest.mark.parametrize("weight", ["0.5", "1.5", "0", "nan"])
def test_a_modules_weights_sum_to_one(weight):
    text = 'code = "QA"\nname = {same = "M"}\n[[category]]\ncode = "QA.1"\nref = "X"\n'
    assert read_module(f'{text}name = {{same = "C"}}\nweight = 1', name="m").code == "QA"
    with pytest.raises(SourceError):
        read_module(f'{text}name = {{same = "C"}}\nweight = {weight}', name="m")


def test_advice_finds_a_negation_and_the_longest_key():
    (item,) = read_items(
        FILE.replace("Hva?", "Hva er ikke rett?").replace("`=A1`", "en lang og forsiktig nøkkel"),
        name="x",
    )
    assert {"stem.nb", "option.nb"} <= {found.field for found in advice(item)}
    assert advice(SINGLE) == []
