"""What the page sends comes back as the answer the person gave, or is refused with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.answers import (
    Choice,
    Choices,
    DontKnow,
    IncompleteAnswer,
    MalformedAnswer,
    Matches,
    Order,
    ShortText,
    answer_fields,
    read_answer,
)
from item_bank.content import ItemContent
from item_bank.shuffling import layout
from tests.item_bank.contents import (
    EVERY_KIND,
    FORMULA,
    HOT_SPOT,
    MATCHING,
    MULTIPLE,
    ORDERING,
    SEEDS,
    SINGLE,
    contents,
)


@st.composite
def answered(draw: st.DrawFn) -> tuple[ItemContent, object]:
    """A content and any answer to it."""
    content = draw(contents)
    n = len(layout(content, seed=0).parts.order)
    rights = len(layout(content, seed=0).rights.order)
    index = st.integers(0, max(n - 1, 0))
    answer = {
        "single": st.builds(Choice, index),
        "hotspot": st.builds(Choice, index),
        "multiple": st.builds(Choices, st.frozensets(index, min_size=1)),
        "ordering": st.permutations(range(n)).map(tuple).map(Order),
        "matching": st.permutations(range(rights)).map(lambda p: Matches(tuple(p[:n]))),
        "short": st.builds(ShortText, st.text("æA=1,; ()", min_size=1).map(str.strip).filter(bool)),
    }[content.kind]
    return content, draw(answer | st.just(DontKnow()))


@given(answered(), SEEDS)
def test_an_answer_written_into_the_form_reads_back_the_same(pair, seed):
    content, answer = pair
    fields = answer_fields(content, answer, seed=seed)
    assert read_answer(content, fields, seed=seed) == answer


@given(contents, SEEDS)
def test_a_layout_is_a_permutation_and_stays_the_same(content, seed):
    shown = layout(content, seed=seed)
    assert shown == layout(content, seed=seed)
    for part in (shown.parts, shown.rights):
        assert sorted(part.order) == list(range(len(part.order)))
        assert [part.index(value) for value, _ in part.values()] == list(part.order)


@given(SEEDS)
def test_steps_are_never_shown_in_their_right_order(seed):
    assert layout(ORDERING, seed=seed).parts.order != (0, 1, 2)


def test_every_place_on_the_page_gets_the_key_as_often():
    counts = [0, 0, 0, 0]
    for seed in range(2000):
        counts[layout(SINGLE, seed=seed).parts.order.index(0)] += 1
    assert min(counts) > 420  # 500 each, SD 19


@given(st.integers(0, 3), SEEDS)
def test_a_value_says_the_place_shown_and_not_the_place_written(index, seed):
    (value,) = answer_fields(SINGLE, Choice(index), seed=seed)["choice"]
    assert "abcd".index(value) == layout(SINGLE, seed=seed).parts.order.index(index)


def test_a_hot_spots_numbers_follow_the_picture_and_not_the_file():
    places = [HOT_SPOT.body.options[i].place for i in layout(HOT_SPOT, seed=5).parts.order]
    assert places == ["border", "fill", "merge"]


@pytest.mark.parametrize(
    ("content", "form", "reason"),
    [
        (SINGLE, {}, "nothing"),
        (SINGLE, {"choice": [""]}, "nothing"),
        (MULTIPLE, {"csrf_token": ["x"]}, "nothing"),
        (FORMULA, {"text": ["  \u00a0 "]}, "nothing"),
        (ORDERING, {"row-a": [""], "row-b": [""]}, "nothing"),
        (ORDERING, {"row-a": ["1"], "row-b": ["2"]}, "rows"),
        (ORDERING, {"row-a": ["1"], "row-b": ["1"], "row-c": ["2"]}, "repeated"),
        (MATCHING, {"row-a": ["b"], "row-b": [""], "row-c": ["a"]}, "rows"),
        (MATCHING, {"row-a": ["b"], "row-b": ["b"], "row-c": ["a"]}, "repeated"),
    ],
)
def test_the_person_is_asked_again(content, form, reason):
    with pytest.raises(IncompleteAnswer) as caught:
        read_answer(content, form, seed=1)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (SINGLE, {"choice": ["e"]}),
        (SINGLE, {"choice": ["0"]}),
        (SINGLE, {"choice": ["a", "b"]}),
        (SINGLE, {"choice": ["a", "dont_know"]}),
        (SINGLE, {"dont_know": ["yes"]}),
        (MULTIPLE, {"choice": ["a", "a"]}),
        (MULTIPLE, {"choice": ["a", "dont_know"]}),
        (ORDERING, {"row-a": ["1"], "row-b": ["2"], "row-c": ["4"]}),
        (ORDERING, {"row-a": ["1"], "row-b": ["2"], "row-c": ["3"], "row-d": ["4"]}),
        (ORDERING, {"row-a": ["1", "2"], "row-b": ["2"], "row-c": ["3"]}),
        (MATCHING, {"row-a": ["a"], "row-b": ["b"], "row-c": ["1"]}),
        (FORMULA, {"text": ["x" * 201]}),
        (FORMULA, {"text": ["a\x00b"]}),
        (FORMULA, {"text": ["\ud800"]}),
        (FORMULA, {"text": ["a", "b"]}),
    ],
)
def test_what_the_page_never_offered_is_refused(content, form):
    with pytest.raises(MalformedAnswer):
        read_answer(content, form, seed=1)


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda of: of.kind)
def test_not_knowing_sets_aside_what_is_filled_in(content):
    form = {"dont_know": ["1"], "choice": ["a"], "row-a": ["1"], "text": ["x"]}
    assert read_answer(content, form, seed=1) == DontKnow()


@given(
    st.sampled_from(EVERY_KIND),
    st.dictionaries(
        st.sampled_from(["choice", "text", "dont_know", "row-a", "row-b", "row-c", "row-ø", "x"]),
        st.lists(st.sampled_from(["", "1", "a", "b", "c", "dont_know", "\x00", "ø"])),
    ),
    SEEDS,
)
def test_any_form_is_read_or_refused(content, form, seed):
    try:
        answer = read_answer(content, form, seed=seed)
    except (IncompleteAnswer, MalformedAnswer):
        return
    fields = answer_fields(content, answer, seed=seed)
    assert read_answer(content, fields, seed=seed) == answer
