"""A right answer is right however it is spelt; nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.answers import Choice, Choices, DontKnow, Matches, Order, ShortText
from item_bank.content import ShortAnswer
from item_bank.function_names import ENGLISH_NAMES
from item_bank.normalising import comparable
from item_bank.scoring import score
from tests.item_bank.contents import (
    EVERY_KIND,
    FORMULA,
    HOT_SPOT,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SINGLE,
    WORD,
    content,
)


def is_right(key: str, given_answer: str) -> bool:
    return bool(score(content(ShortAnswer("formula", "r", (key,))), ShortText(given_answer)))


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("=SUMMER(B2:B9)", "=sum( b2 : b9 )"),
        ("=SUM(B2:B9)", "=Summer(B2:B9)"),
        ("=SUMMER(1,5;2)", "=SUM(1.5,2)"),
        ("=SUM(1.5,2)", "=SUMMER(1,5;2)"),
        ("=SUMMER(1,5;2)", "=SUM(1.50;2)"),
        ("=AVRUND(A1;2)", "=ROUND(A1,2)"),
        ("=AVRUND(2;5)", "=ROUND(2,5)"),
        ("=AVRUND(2,5;0)", "=ROUND(2.5, 0)"),
        ("=A1*1,25", "=A1*1.25"),
        ("=A1*.25", "=A1*0,250"),
        ("=(A1+1,5)*2", "=(A1+1.5)*2"),
        ("=AVRUND(A1*1,25;0)", "=ROUND(A1*1.25,0)"),
        ('=HVIS(A1>=0,5;"Ja";"Nei")', "=if(A1>=0.5,“ja”,“nei”)"),
        ("=FINN.RAD(A2;$D$1:$E$9;2;USANN)", "=VLOOKUP(A2,$D$1:$E$9,2,FALSE)"),
        ("=ANTALL.HVIS(A1:A9;1)", "=COUNTIF(A1:A9,1)"),
        ("=A1-B1", "=A1−B1"),
        ("=STØRST(A1:A9)", "=STØRST(A1:A9)"),
        ("=Ark2!A1", "=ark2!a1"),
    ],
)
def test_formulas_that_are_the_same(key, answer):
    assert is_right(key, answer)


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("=SUMMER(B2:B9)", "SUMMER(B2:B9)"),
        ("=SUMMER(B2:B9)", "=SUMMER(B2:B9"),
        ("=SUMMER(B2:B9)", "=SUMMER(B2;B9)"),
        ("=SUMMER(1,5;2)", "=SUM(1,5,2)"),
        ("=SUMMER(1;5)", "=SUMMER(1,5;)"),
        ("=A3*$D$1", "=A3*D1"),
        ("=A3*D1", "=A3*$D$1"),
        ("=STØRST(A1:A9)", "=MIN(A1:A9)"),
        ("=A1", "=A1+"),
        ("=A1", ""),
        ("=A1", "="),
        ('="a b"', '="ab"'),
    ],
)
def test_formulas_that_differ(key, answer):
    assert not is_right(key, answer)


@given(st.sampled_from(sorted(ENGLISH_NAMES)), st.booleans())
def test_every_norwegian_name_is_its_english_one(name, spaced):
    space = " " if spaced else ""
    assert is_right(f"={name}(A1;B2)", f"={ENGLISH_NAMES[name].lower()}{space}(A1,{space}B2)")


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("12,5", True),
        ("12.5 %", True),
        ("kr 13", True),
        ("13,00 kr", True),
        ("+12", True),
        ("12.", True),
        ("12,5 kr.", True),
        ("12cm", True),
        ("12,5 CM", True),
        ("12,5 meter.", True),
        ("12,5 m", True),
        ("Tolv", True),
        ("tolv cm.", True),
        ("12 cm cm", False),
        ("cm 12", False),
        ("12 km", False),
        ("cm", False),
        ("12..", False),
        ("11,99", False),
        ("-12,5", False),
        ("12,5,0", False),
        ("elleve", False),
        ("", False),
        (",", False),
        ("1e1", False),
        ("nan", False),
        ("9" * 400, False),
    ],
)
def test_a_number_is_right_within_its_tolerance(answer, right):
    assert score(NUMBER, ShortText(answer)) == right


@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u202f", "\u2009"])
def test_thousands_may_be_parted_by_any_space(space):
    million = content(ShortAnswer("number", "r", value=-1234567.5))
    assert score(million, ShortText(f"−1{space}234{space}567,5"))


def test_spaces_elsewhere_make_no_number():
    thousand = content(ShortAnswer("number", "r", value=1234.0))
    assert not score(thousand, ShortText("12 34"))


@pytest.mark.parametrize("answer", ["zip", " ZIP. ", ".Zip", "zip  ."])
def test_a_texts_case_spaces_and_full_stop_do_not_count(answer):
    assert score(WORD, ShortText(answer))


@given(st.sampled_from(["formula", "number", "text"]), st.text())
def test_normalising_never_fails_and_keeps_what_it_made(kind, text):
    for reading in comparable(kind, text):
        assert reading in comparable(kind, reading)


@given(st.text("=SUM(1,.;5)\"' $A{}", max_size=30).map("={}".format))
def test_any_row_of_formula_signs_is_read_or_refused(formula):
    for reading in comparable("formula", formula):
        assert comparable("formula", reading) == {reading}


def test_choices_are_all_or_nothing():
    assert score(SINGLE, Choice(0)) == score(HOT_SPOT, Choice(1)) == 1
    assert score(SINGLE, Choice(1)) == score(HOT_SPOT, Choice(0)) == 0
    assert score(MULTIPLE, Choices(frozenset({0, 1}))) == 1
    for wrong in ({0}, {0, 1, 2}, {2, 3}, set()):
        assert score(MULTIPLE, Choices(frozenset(wrong))) == 0


def test_orders_and_matches_are_all_or_nothing():
    assert score(ORDERING, Order((0, 1, 2))) == score(MATCHING, Matches((0, 1, 2))) == 1
    assert score(ORDERING, Order((0, 2, 1))) == score(MATCHING, Matches((0, 1, 3))) == 0
    assert score(MATCHING, Matches((0, 1, None))) == 0


@pytest.mark.parametrize("of", EVERY_KIND, ids=lambda of: of.kind)
def test_not_knowing_is_not_right(of):
    assert score(of, DontKnow()) == 0


def test_another_kinds_answer_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="of the kind short"):
        score(FORMULA, Choice(0))
