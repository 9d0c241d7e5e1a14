"""The form in which a question is changed: typed, previewed, saved, and what is refused."""

from __future__ import annotations

import re

import pytest

from tests.webapp.authoring.conftest import EVERY_ITEM, filled
from webapp.authoring import service


@pytest.mark.parametrize("item_id", EVERY_ITEM)
def test_every_kind_can_be_sent_back_as_it_came(desk, author, item_id):
    form = filled(author.get(f"/bank/{item_id}/edit")).put(action="save")
    before = desk.counts()
    sent = author.post(f"/bank/{item_id}/edit", data=form, follow_redirects=True)
    assert "Nothing was changed, so no new revision was made." in sent.text
    assert desk.counts() == before


@pytest.mark.parametrize("item_id", EVERY_ITEM)
def test_a_change_becomes_a_revision_with_its_author_and_note(desk, author, item_id):
    form = filled(author.get(f"/bank/{item_id}/edit"))
    form.put(stem__nn="Nytt spørsmål", note="Betre nynorsk", action="save")
    assert author.post(f"/bank/{item_id}/edit", data=form).status_code == 303
    found = desk.newest(item_id)
    assert found.content.stem.nn == "Nytt spørsmål"
    assert found.content.stem.nb == "Stem nb"
    assert found.content.body == service.item(desk.database, item_id, 1).content.body
    assert (found.revision.author, found.revision.note) == ("Ada Nordvik", "Betre nynorsk")


def test_a_broken_form_comes_back_as_it_was_typed(desk, author):
    form = filled(author.get("/bank/QA-100/edit"))
    form.put(stem__nb="", stem__en="  <b>Typed</b> & kept", note="Half way", action="save")
    form.put(**{"rows-1-rationale": ""})
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 422
    page = sent.text
    for field in ("stem-nb", "rows-1-rationale"):
        assert f'<a class="ds-link" href="#{field}"' in page
        assert f'id="{field}-error"' in page
    assert "The question is missing in Bokmål." in page
    expected = {name: values for name, values in form.items() if name != "action"}
    again = filled(sent)
    assert {name: again[name] for name in expected if name != "csrf_token"} == {
        name: values for name, values in expected.items() if name != "csrf_token"
    }
    assert desk.newest().row.revision == 1


def test_a_note_that_is_too_long_is_told_and_kept(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(
        stem__nb="New", note="x" * 301, action="save"
    )
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 422
    assert filled(sent)["note"] == ["x" * 301]
    assert desk.newest().row.revision == 1


def test_a_collision_shows_theirs_and_keeps_yours(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="save")
    desk.save("QA-100", "Theirs", note="Faster")
    sent = author.post("/bank/QA-100/edit", data=form)
    page = sent.text
    assert sent.status_code == 409
    for words in ("Theirs nb", "Bo Nordvik", "Faster"):
        assert words in page
    again = filled(sent)
    assert again["stem-nb"] == ["Mine"]
    assert desk.newest().content.stem.nb == "Theirs nb"
    # Having seen it, the author may save all the same.
    assert author.post("/bank/QA-100/edit", data=again.put(action="save")).status_code == 303
    assert (desk.newest().row.revision, desk.newest().content.stem.nb) == (3, "Mine")


@pytest.mark.parametrize("own", [True, False])
def test_a_collision_says_whether_it_is_with_oneself(desk, author, own):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="save")
    desk.save("QA-100", "Theirs", by=desk.author if own else desk.other)
    page = author.post("/bank/QA-100/edit", data=form).text
    assert ("You saved this question yourself meanwhile, in another tab" in page) == own
    assert ("Somebody else saved this question while you were writing" in page) != own


def test_a_second_click_on_save_is_no_collision(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="save")
    assert author.post("/bank/QA-100/edit", data=form).status_code == 303
    again = author.post("/bank/QA-100/edit", data=form, follow_redirects=True)
    assert "This is saved already." in again.text
    assert desk.newest().row.revision == 2


def test_a_preview_after_somebody_saved_does_not_hide_the_collision(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="preview")
    desk.save("QA-100", "Theirs")
    form = filled(author.post("/bank/QA-100/edit", data=form)).put(action="save")
    assert author.post("/bank/QA-100/edit", data=form).status_code == 409


def test_facts_are_saved_without_a_revision(desk, author):
    form = filled(author.get("/bank/QA-100/edit"))
    assert (form["level"], form["setting"]) == (["2"], ["general"])
    form.put(level="3", setting="municipal", program=" Word  365 ", note="Too easy", action="save")
    page = author.post("/bank/QA-100/edit", data=form, follow_redirects=True).text
    for words in ("no new revision", "from Medium to Hard", "from (nothing) to Word 365"):
        assert words in page
    assert re.search(r"Ada Nordvik</span>\s*<br><span lang=\"nb\">Too easy</span>", page)
    row = desk.newest().row
    assert (row.level, row.setting, row.program, row.revision) == (3, "municipal", "Word 365", 1)


def test_facts_that_break_a_rule_are_told_and_kept(desk, author):
    form = filled(author.get("/bank/QA-100/edit"))
    form.put(topic="", ref="x" * 51, digcomp="nine", level="3", action="save")
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 422
    for field in ("topic", "ref", "digcomp"):
        assert f'id="{field}-error"' in sent.text
    again = filled(sent)
    assert (again["digcomp"], again["level"]) == (["nine"], ["3"])
    assert desk.newest().row.level == 2


def test_a_collision_over_facts_shows_theirs(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(level="3", topic="Mine", action="save")
    theirs = filled(author.get("/bank/QA-100/edit")).put(level="1", note="Faster", action="save")
    assert author.post("/bank/QA-100/edit", data=theirs).status_code == 303
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 409
    page = sent.text
    for words in ("The facts about the question were changed by Ada", "Faster", "Easy", "a topic"):
        assert words in page
    assert desk.newest().row.level == 1
    assert author.post("/bank/QA-100/edit", data=filled(sent).put(action="save")).status_code == 303
    assert (desk.newest().row.level, desk.newest().row.topic) == (3, "Mine")


def test_what_is_written_in_bokmal_says_so(desk, author):
    desk.save("QA-100", "Second", note="Klarere")
    shown, form = (author.get(f"/bank/QA-100{rest}").text for rest in ("?key=1", "/edit"))
    assert '<span lang="nb">Klarere</span>' in shown
    assert '<span class="muted" lang="nb">why key</span>' in shown
    assert '<span lang="nb">a topic</span>' in form
    for field in ("rows-0-rationale", "topic", "note"):
        assert re.search(rf'id="{field}"[^>]* lang="nb"', form)


def test_an_option_is_added_and_removed_without_saving(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="add rows")
    added = author.post("/bank/QA-100/edit", data=form)
    assert added.status_code == 200
    form = filled(added)
    assert form["rows"] == ["5"]
    assert form["stem-nb"] == ["Mine"]
    assert 'id="rows-4-text-nb"' in added.text
    form = filled(author.post("/bank/QA-100/edit", data=form.put(action="remove rows 0")))
    assert form["rows"] == ["4"]
    assert form["rows-0-text-nb"] == ["x nb"]
    assert "correct" not in form
    assert desk.newest().row.revision == 1


@pytest.mark.parametrize("item_id", EVERY_ITEM)
def test_the_preview_shows_what_is_typed_and_saves_nothing(desk, author, item_id):
    form = filled(author.get(f"/bank/{item_id}/edit"))
    form.put(stem__en="Typed just now", preview_language="en", action="preview")
    sent = author.post(f"/bank/{item_id}/edit", data=form)
    assert sent.status_code == 200
    assert re.search(r'class="stem-paragraph">\s*Typed just now', sent.text)
    assert desk.newest(item_id).row.revision == 1


def test_a_preview_of_something_without_shape_tells_why(author):
    form = filled(author.get("/bank/QA-107/edit")).put(action="preview")
    form.put(**{"rows-0-place": ""})
    sent = author.post("/bank/QA-107/edit", data=form)
    assert sent.status_code == 422
    assert 'id="rows-0-place-error"' in sent.text


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "explode"},
        {"action": "remove rows 9"},
        {"rows": "99"},
        {"expected_version": "x"},
        {"expected_version": "0"},
        {"preview_language": "de"},
        {"level": "4"},
        {"setting": "school"},
    ],
)
def test_a_form_that_no_page_sends_is_refused(desk, author, changes):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="New", action="save").put(**changes)
    assert author.post("/bank/QA-100/edit", data=form).status_code == 400
    assert desk.newest().row.revision == 1


def test_sending_without_the_forms_own_token_is_refused(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Changed", action="save")
    del form["csrf_token"]
    assert author.post("/bank/QA-100/edit", data=form).status_code == 400
    assert desk.newest().row.revision == 1
