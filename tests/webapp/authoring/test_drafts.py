"""A draft keeps what was typed, becomes content, and says what must be mended, field by field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from werkzeug.datastructures import MultiDict

from item_bank.content import Code, Finding, ItemContent, Text, broken_rules
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
    contents,
)
from webapp.authoring import sentences
from webapp.authoring.comparison import differences
from webapp.authoring.drafts import (
    Draft,
    Malformed,
    Row,
    TextDraft,
    change_rows,
    content_of,
    draft_of,
    read_draft,
)
from webapp.authoring.problems import LONGEST_TEXT, advice_on, judge

BLANK = TextDraft()


def fields(problems: object) -> set[str]:
    return {problem.field for problem in problems}


@given(contents)
def test_a_draft_of_a_content_says_that_content(content: ItemContent) -> None:
    again = content_of(draft_of(content))
    if content.kind != "short":
        assert again.stem == stripped(content.stem)
        assert draft_of(again) == draft_of(content_of(draft_of(again)))


def stripped(text: Text) -> Text:
    return Text(text.nb.strip(), text.nn.strip(), text.en.strip())


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content.kind)
def test_every_kind_comes_back_exactly_and_without_problems(content: ItemContent) -> None:
    assert judge(draft_of(content)) == (content, ())


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content.kind)
def test_an_emptied_form_is_told_of_every_field(content: ItemContent) -> None:
    draft = draft_of(content)
    empty = Draft(
        kind=draft.kind,
        rows=tuple(Row(place=row.place) for row in draft.rows),
        extras=tuple(BLANK for _ in draft.extras),
        answer_type=draft.answer_type,
        scene=draft.scene,
    )
    _, problems = judge(empty)
    assert {"stem-nb", "stem-nn", "stem-en"} <= fields(problems)
    assert all(f"rows-{n}-text-nn" in fields(problems) for n in range(len(draft.rows)))
    assert all(f"extras-{n}-en" in fields(problems) for n in range(len(draft.extras)))
    assert all("[[" not in p.message and "breaks a rule" not in p.message for p in problems)


def test_what_is_the_same_in_all_three_is_asked_for_once() -> None:
    draft = replace(draft_of(SINGLE), stem=TextDraft(same=True))
    assert [p.field for p in judge(draft)[1]] == ["stem-nb"]
    assert content_of(replace(draft, stem=TextDraft("`=A1`", "x", "", same=True))).stem == (
        Text.same("`=A1`")
    )


def rows(draft: Draft, **changes: object) -> Draft:
    first, *others = draft.rows
    return replace(draft, rows=(replace(first, **changes), *others))


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(draft_of(SINGLE), rows=draft_of(SINGLE).rows[:2]), "rows"),
        (rows(draft_of(SINGLE), correct=False), "rows"),
        (rows(draft_of(SINGLE), rationale=" "), "rows-0-rationale"),
        (rows(draft_of(SINGLE), text=TextDraft("a\nb", "a", "a")), "rows-0-text-nb"),
        (rows(draft_of(SINGLE), text=TextDraft("a", "`a", "a")), "rows-0-text-nn"),
        (rows(draft_of(SINGLE), text=draft_of(SINGLE).rows[1].text), "rows-nb"),
        (rows(draft_of(MULTIPLE), correct=False), "rows"),
        (replace(draft_of(ORDERING), rows=draft_of(ORDERING).rows[:1]), "rows"),
        (replace(draft_of(ORDERING), fixed_order=True), "fixed_order"),
        (rows(draft_of(MATCHING), right=TextDraft("", "b", "c")), "rows-0-right-nb"),
        (replace(draft_of(MATCHING), extras=(TextDraft("", "b", "c"),)), "extras-0-nb"),
        (replace(draft_of(SINGLE), stem=TextDraft("a " * 61, "b", "c")), "stem-nb"),
        (replace(draft_of(SINGLE), material=TextDraft("a|b\nc", "b", "c")), "material-nb"),
        (replace(draft_of(SINGLE), material=TextDraft("a", "", "c")), "material-nn"),
        (replace(draft_of(FORMULA), accept="SUM(A1)"), "accept"),
        (replace(draft_of(WORD), accept=" \n "), "accept"),
        (replace(draft_of(WORD), rationale=""), "rationale"),
        (replace(draft_of(NUMBER), value=""), "value"),
        (replace(draft_of(NUMBER), value="many"), "value"),
        (replace(draft_of(NUMBER), value="nan"), "value"),
        (replace(draft_of(NUMBER), tolerance="-1"), "tolerance"),
        (replace(draft_of(NUMBER), units="cm, m2"), "units"),
        (replace(draft_of(NUMBER), accept="."), "accept"),
        (replace(draft_of(HOT_SPOT), alt=TextDraft("a", "b", "")), "alt-en"),
        (replace(draft_of(HOT_SPOT), scene="no-such"), "scene"),
        (rows(draft_of(HOT_SPOT), place="nowhere"), "rows-0-place"),
        (rows(draft_of(HOT_SPOT), place="fill"), "rows-0-place"),
        (rows(draft_of(SINGLE), rationale="x" * (LONGEST_TEXT + 1)), "rows-0-rationale"),
    ],
)
def test_each_rule_is_told_beside_its_field_in_words(draft: Draft, field: str) -> None:
    _, problems = judge(draft)
    found = fields(problems)
    assert field in found or (field == "rows-nb" and "rows" in found)
    assert all("breaks a rule" not in problem.message for problem in problems)


SAID_ELSEWHERE = {Code.SOURCE, Code.ID, Code.KIND, Code.UNWANTED_PLACE, Code.ANSWER_TYPE}
"""What no form of ours can come to say."""


@pytest.mark.parametrize("code", sorted(set(Code) - SAID_ELSEWHERE))
def test_every_code_has_its_own_sentence(code: Code) -> None:
    names = (
        "part",
        "least",
        "most",
        "now",
        "text",
        "word",
        "shortest",
        "longest",
        "known",
        "reason",
    )
    finding = Finding("stem.nb", code, dict.fromkeys(names, "7"))
    if code in sentences._advice():
        assert sentences.counsel(finding, ["stem"])
    else:
        assert finding.expected not in sentences.rule(finding, ["stem"], "nb")


def test_the_same_advice_in_several_languages_is_given_once() -> None:
    draft = rows(draft_of(SINGLE), text=TextDraft("the longest one", "k", "the longest of all"))
    found = advice_on(draft)
    assert len(found) == len(set(found)) == 2
    assert {field for field, _message in found} == {"rows"}
    assert all("Bokmål, English" in message for _field, message in found)
    everywhere = rows(draft_of(SINGLE), text=TextDraft("the longest one", same=True))
    assert all("Bokmål" not in message for _field, message in advice_on(everywhere))


def test_advice_is_given_on_a_half_done_draft_too() -> None:
    assert advice_on(Draft(kind="single")) != ()
    assert advice_on(replace(draft_of(NUMBER), value="many")) == ()


def test_advice_names_the_option_or_line_it_is_about() -> None:
    ((field, message),) = advice_on(
        rows(draft_of(SINGLE), text=TextDraft("a", "b", "all of these"))
    )
    assert (field, "1" in message) == ("rows-0-text-en", True)
    ((field, message),) = advice_on(replace(draft_of(WORD), accept="zip\nZIP."))
    assert (field, "2" in message) == ("accept", True)


def test_a_problem_in_a_row_names_the_row() -> None:
    first, second, *others = draft_of(SINGLE).rows
    draft = replace(draft_of(SINGLE), rows=(first, replace(second, rationale=""), *others))
    ((field, message),) = judge(draft)[1]
    assert field == "rows-1-rationale"
    assert "2" in message


def test_numbers_may_be_typed_as_norwegians_type_them() -> None:
    content, problems = judge(replace(draft_of(NUMBER), value="1 250,5", tolerance=""))
    assert not problems
    assert content is not None
    assert (content.body.value, content.body.tolerance) == (1250.5, 0.0)


def test_units_are_typed_on_one_line() -> None:
    content, problems = judge(replace(draft_of(NUMBER), units=" cm ,centimetres,, "))
    assert not problems
    assert content is not None
    assert content.body.units == ("cm", "centimetres")


# Rows


def words(draft: Draft) -> list[str]:
    return [row.text.nb for row in draft.rows]


@pytest.mark.parametrize(
    ("action", "order", "focus"),
    [
        ("add rows", ["first nb", "second nb", "third nb", ""], "rows-3-text-nb"),
        ("remove rows 0", ["second nb", "third nb"], "rows-0-text-nb"),
        ("remove rows 2", ["first nb", "second nb"], "rows-1-text-nb"),
        ("up rows 2", ["first nb", "third nb", "second nb"], "rows-1-text-nb"),
        ("up rows 0", ["first nb", "second nb", "third nb"], "rows-0-text-nb"),
        ("down rows 0", ["second nb", "first nb", "third nb"], "rows-1-text-nb"),
    ],
)
def test_row_buttons_change_the_rows_and_lead_on(action, order, focus) -> None:
    changed, at = change_rows(draft_of(ORDERING), action)
    assert (words(changed), at) == (order, focus)


def test_extras_come_and_go() -> None:
    draft = draft_of(MATCHING)
    without, focus = change_rows(draft, "remove extras 0")
    assert (without.extras, focus) == ((), "add-extras")
    assert without.rows == draft.rows
    assert change_rows(without, "add extras")[0].extras == (BLANK,)


def test_there_is_an_end_to_adding() -> None:
    draft = draft_of(SINGLE)
    for _ in range(20):
        draft, _focus = change_rows(draft, "add rows")
    assert len(draft.rows) == 10


@pytest.mark.parametrize("action", ["remove rows 3", "remove rows", "turn rows 0", "add columns"])
def test_a_button_that_is_not_there_is_refused(action) -> None:
    with pytest.raises(Malformed):
        change_rows(draft_of(ORDERING), action)


@pytest.mark.parametrize(
    "sent", [{"rows": "11"}, {"rows": "-1"}, {"extras": "x"}, {"answer_type": "essay"}]
)
def test_a_form_that_is_not_ours_is_refused(sent) -> None:
    with pytest.raises(Malformed):
        read_draft(MultiDict(sent), "single")


def test_line_breaks_are_one_character_and_control_characters_go() -> None:
    draft = read_draft(MultiDict({"stem-nb": "a\r\nb\x00\x07\tc"}), "single")
    assert draft.stem.nb == "a\nb\tc"


# Comparing


def test_only_what_differs_is_compared() -> None:
    mine = rows(draft_of(SINGLE), text=TextDraft("mine", "key nn", "key en"), correct=False)
    wording, correct = differences(draft_of(SINGLE), mine)
    assert (wording.field, wording.lang) == ("rows-0-text-nb", "nb")
    assert (wording.theirs, wording.yours) == ("key nb", "mine")
    assert correct.field == "correct-0"
    assert correct.theirs != correct.yours


def test_a_row_that_only_they_have_is_shown_as_theirs() -> None:
    mine = replace(draft_of(ORDERING), rows=draft_of(ORDERING).rows[:2])
    found = [d for d in differences(draft_of(ORDERING), mine) if d.theirs == "third nn"]
    assert [(d.field, d.yours) for d in found] == [("rows", "")]


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content.kind)
def test_a_content_does_not_differ_from_itself(content: ItemContent) -> None:
    assert differences(draft_of(content), draft_of(content)) == ()
    assert list(broken_rules(content)) == []
