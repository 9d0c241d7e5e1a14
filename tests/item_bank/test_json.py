"""Contents and answers survive JSON unchanged."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.answers import (
    Choice,
    Choices,
    DontKnow,
    Matches,
    Order,
    ShortText,
    answer_from_json,
    answer_to_json,
)
from item_bank.content import content_from_json, content_to_json
from tests.item_bank.contents import NUMBER, SINGLE, contents

INDEXES = st.integers(0, 9)
answers = st.one_of(
    st.builds(Choice, INDEXES),
    st.builds(Choices, st.frozensets(INDEXES)),
    st.builds(Order, st.lists(INDEXES).map(tuple)),
    st.builds(Matches, st.lists(st.none() | INDEXES).map(tuple)),
    st.builds(ShortText, st.text()),
    st.just(DontKnow()),
)


@given(contents)
def test_content_survives_json(content):
    assert content_from_json(json.loads(json.dumps(content_to_json(content)))) == content


@given(answers)
def test_an_answer_survives_json(answer):
    assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == answer


@given(st.lists(INDEXES), st.randoms())
def test_equal_answers_have_equal_json(options, random):
    shuffled = random.sample(options, len(options))
    one, other = Choices(frozenset(options)), Choices(frozenset(shuffled))
    assert json.dumps(answer_to_json(one)) == json.dumps(answer_to_json(other))


@pytest.mark.parametrize("data", [{}, {"choice": "a"}, {"order": ["a"]}, {"text": None}])
def test_other_data_is_no_answer(data):
    with pytest.raises(ValueError, match="no answer"):
        answer_from_json(data)


@pytest.mark.parametrize("change", [{"kind": "essay"}, {"stem": None}, {"body": {}}])
def test_other_data_is_no_content(change):
    with pytest.raises(ValueError, match="no"):
        content_from_json(content_to_json(SINGLE) | change)


def test_a_number_kept_before_there_were_units_is_read():
    bare = replace(NUMBER, body=replace(NUMBER.body, units=()))
    data = content_to_json(bare)
    assert "units" not in data["body"]
    assert content_from_json(data) == bare
