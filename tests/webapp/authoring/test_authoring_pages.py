"""The authors' pages through the application; every page fetched is linted on the way."""

from __future__ import annotations

import re

import pytest

from item_bank.content import LANGUAGES
from tests.item_bank.contents import ITEMS
from tests.webapp.authoring.conftest import filled, sign_in, token_of
from webapp.authoring import service

PAGES = ["/bank", "/bank/QA-100", "/bank/QA-100/edit", "/bank/pools/new"]
EVERY_ITEM = [pytest.param(item.id, id=f"{item.id} {item.kind}") for item in ITEMS]


def text(response) -> str:
    return response.get_data(as_text=True)


def newest(desk, item_id="QA-100"):
    return service.item(desk.database, item_id)


@pytest.mark.parametrize("address", PAGES)
def test_only_authors_come_in(hr, address):
    assert hr.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/bank/QA-100/try",
        "/bank/QA-100/edit",
        "/bank/QA-100/status",
        "/bank/pools",
        "/bank/pools/1/design",
    ],
)
def test_only_authors_may_send(desk, hr, address):
    token = token_of(hr.get("/rounds"))
    before = desk.counts()
    assert hr.post(address, data={"csrf_token": token}).status_code == 403
    assert desk.counts() == before


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_is_shown_the_way_to_sign_in(visitor, address):
    assert visitor.get(address).status_code == 303


def test_sending_without_the_forms_own_token_is_refused(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Changed", action="save")
    del form["csrf_token"]
    assert author.post("/bank/QA-100/edit", data=form).status_code == 400
    assert newest(desk).row.revision == 1


@pytest.mark.parametrize(
    "address", ["/bank/QA-999", "/bank/QA-999/edit", "/bank/QA-100?revision=2"]
)
def test_what_is_not_there_is_not_found(author, address):
    assert author.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/bank?module=XX",
        "/bank?kind=essay",
        "/bank?level=4",
        "/bank?q=" + "x" * 101,
        "/bank/QA-100?in=de",
        "/bank/QA-100?revision=0",
        "/bank/QA-100?revision=x",
        "/bank/QA-100?revision=99999999999999999999",
        "/bank/QA-100?key=2",
    ],
)
def test_a_malformed_address_is_refused(author, address):
    assert author.get(address).status_code == 400


# The bank


def test_the_bank_lists_every_question_in_words(author):
    page = text(author.get("/bank"))
    assert 'data-page="bank"' in page
    assert page.count("data-item=") == 14
    for words in ("Point out in a picture", "Medium", "General", "No pool is published yet"):
        assert words in page


def test_the_bank_shows_what_was_asked_for_and_how_it_was_asked(author):
    page = text(author.get("/bank?module=QA&kind=ordering&q=stem"))
    assert re.findall(r'data-item="([^"]+)"', page) == ["QA-102"]
    assert "1 of 14 questions fit." in page
    assert '<option selected value="ordering">' in page


def test_the_bank_tells_of_the_pool_and_what_changed_since(desk, author):
    desk.publish()
    page = text(author.get("/bank"))
    assert "published by Bo Nordvik" in page
    assert "Nothing has changed since." in page
    desk.save("QA-100", "Another")
    page = text(author.get("/bank"))
    assert "1 question has changed since." in page
    assert "Newer than the pool" in page


# One question


@pytest.mark.parametrize("item_id", EVERY_ITEM)
@pytest.mark.parametrize("key", ["", "&key=1"])
def test_every_kind_is_shown_in_every_language(author, item_id, key):
    for language in LANGUAGES:
        page = text(author.get(f"/bank/{item_id}?in={language}{key}"))
        assert 'data-page="item"' in page
        assert '<html lang="en"' in page
        assert f"Stem {language}" in page


def test_the_key_and_the_reasons_are_shown_only_when_asked_for(author):
    plain, revealed = (text(author.get(f"/bank/QA-100{query}")) for query in ("", "?key=1"))
    assert "why key" not in plain
    assert "Right answer" not in plain
    assert "why key" in revealed
    assert "why z" in revealed
    assert "Right answer" in revealed


def test_an_earlier_revision_can_be_seen(desk, author):
    desk.save("QA-100", "Second", note="Clearer")
    page = text(author.get("/bank/QA-100"))
    assert "Second en" in page
    assert "Clearer" in page
    assert "Bo Nordvik" in page
    old = text(author.get("/bank/QA-100?revision=1"))
    assert "Stem en" in old
    assert "There is a newer one." in old


def test_advice_is_shown_and_stops_nobody(desk, author):
    assert "Worth another look" not in text(author.get("/bank/QA-100"))
    form = filled(author.get("/bank/QA-100/edit"))
    form.put(**{"rows-0-text-en": "much the longest of all", "action": "save"})
    assert author.post("/bank/QA-100/edit", data=form).status_code == 303
    for address in ("/bank/QA-100", "/bank/QA-100/edit"):
        assert "The right answer is the longest one (English)" in text(author.get(address))


def test_trying_says_whether_it_counts_and_keeps_nothing(desk, author):
    asked = author.get("/bank/QA-100")
    token = token_of(asked)
    shown = re.findall(r'value="(\w)"[^>]*>\s*<label[^>]*>\s*(?:<[^>]+>)*\s*(\w+) en', text(asked))
    assert len(shown) == 4
    before = desk.counts()
    for value, word in shown:
        tried = author.post("/bank/QA-100/try", data={"csrf_token": token, "choice": value})
        assert tried.status_code == 200
        counts = "This answer counts as right" in text(tried)
        assert counts == (word == "key")
        assert counts != ("This answer does not count as right" in text(tried))
    assert desk.counts() == before


def test_trying_with_no_answer_asks_again(author):
    token = token_of(author.get("/bank/QA-100"))
    asked = author.post("/bank/QA-100/try", data={"csrf_token": token})
    assert asked.status_code == 422
    assert 'href="#answer-1"' in text(asked)


def test_trying_what_is_not_on_the_page_is_refused(author):
    token = token_of(author.get("/bank/QA-100"))
    sent = {"csrf_token": token, "choice": "q"}
    assert author.post("/bank/QA-100/try", data=sent).status_code == 400


# The form


@pytest.mark.parametrize("item_id", EVERY_ITEM)
def test_every_kind_can_be_sent_back_as_it_came(desk, author, item_id):
    form = filled(author.get(f"/bank/{item_id}/edit")).put(action="save")
    before = desk.counts()
    sent = author.post(f"/bank/{item_id}/edit", data=form, follow_redirects=True)
    assert "Nothing was changed, so no new revision was made." in text(sent)
    assert desk.counts() == before


@pytest.mark.parametrize("item_id", EVERY_ITEM)
def test_a_change_becomes_a_revision_with_its_author_and_note(desk, author, item_id):
    form = filled(author.get(f"/bank/{item_id}/edit"))
    form.put(stem__nn="Nytt spørsmål", note="Betre nynorsk", action="save")
    assert author.post(f"/bank/{item_id}/edit", data=form).status_code == 303
    found = newest(desk, item_id)
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
    page = text(sent)
    for field in ("stem-nb", "rows-1-rationale"):
        assert f'<a class="ds-link" href="#{field}"' in page
        assert f'id="{field}-error"' in page
    assert "The question is missing in Bokmål." in page
    expected = {name: values for name, values in form.items() if name != "action"}
    again = filled(sent)
    assert {name: again[name] for name in expected if name != "csrf_token"} == {
        name: values for name, values in expected.items() if name != "csrf_token"
    }
    assert newest(desk).row.revision == 1


def test_a_note_that_is_too_long_is_told_and_kept(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(
        stem__nb="New", note="x" * 301, action="save"
    )
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 422
    assert filled(sent)["note"] == ["x" * 301]
    assert newest(desk).row.revision == 1


def test_a_collision_shows_theirs_and_keeps_yours(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="save")
    desk.save("QA-100", "Theirs", note="Faster")
    sent = author.post("/bank/QA-100/edit", data=form)
    page = text(sent)
    assert sent.status_code == 409
    for words in ("Theirs nb", "Bo Nordvik", "Faster"):
        assert words in page
    again = filled(sent)
    assert again["stem-nb"] == ["Mine"]
    assert newest(desk).content.stem.nb == "Theirs nb"
    # Having seen it, the author may save all the same.
    assert author.post("/bank/QA-100/edit", data=again.put(action="save")).status_code == 303
    assert (newest(desk).row.revision, newest(desk).content.stem.nb) == (3, "Mine")


def test_a_preview_after_somebody_saved_does_not_hide_the_collision(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(stem__nb="Mine", action="preview")
    desk.save("QA-100", "Theirs")
    form = filled(author.post("/bank/QA-100/edit", data=form)).put(action="save")
    assert author.post("/bank/QA-100/edit", data=form).status_code == 409


def test_facts_are_saved_without_a_revision(desk, author):
    form = filled(author.get("/bank/QA-100/edit"))
    assert (form["level"], form["setting"]) == (["2"], ["general"])
    form.put(level="3", setting="municipal", program=" Word  365 ", note="Too easy", action="save")
    page = text(author.post("/bank/QA-100/edit", data=form, follow_redirects=True))
    for words in ("no new revision", "from Medium to Hard", "from (nothing) to Word 365"):
        assert words in page
    assert re.search(r"Ada Nordvik</span>\s*<br><span lang=\"nb\">Too easy</span>", page)
    row = newest(desk).row
    assert (row.level, row.setting, row.program, row.revision) == (3, "municipal", "Word 365", 1)


def test_facts_that_break_a_rule_are_told_and_kept(desk, author):
    form = filled(author.get("/bank/QA-100/edit"))
    form.put(topic="", ref="x" * 51, digcomp="nine", level="3", action="save")
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 422
    for field in ("topic", "ref", "digcomp"):
        assert f'id="{field}-error"' in text(sent)
    again = filled(sent)
    assert (again["digcomp"], again["level"]) == (["nine"], ["3"])
    assert newest(desk).row.level == 2


def test_a_collision_over_facts_shows_theirs(desk, author):
    form = filled(author.get("/bank/QA-100/edit")).put(level="3", topic="Mine", action="save")
    theirs = filled(author.get("/bank/QA-100/edit")).put(level="1", note="Faster", action="save")
    assert author.post("/bank/QA-100/edit", data=theirs).status_code == 303
    sent = author.post("/bank/QA-100/edit", data=form)
    assert sent.status_code == 409
    page = text(sent)
    for words in ("The facts about the question were changed by Ada", "Faster", "Easy", "a topic"):
        assert words in page
    assert newest(desk).row.level == 1
    assert author.post("/bank/QA-100/edit", data=filled(sent).put(action="save")).status_code == 303
    assert (newest(desk).row.level, newest(desk).row.topic) == (3, "Mine")


def status_form(author, **changes) -> dict[str, str]:
    page = author.get("/bank/QA-100")
    seen = re.search(r'name="seen" value="([^"]+)"', text(page))
    assert seen
    sent = {"csrf_token": token_of(page), "seen": seen[1], "action": "retire", "note": "Outdated"}
    return sent | changes


def test_a_question_is_retired_and_brought_back_on_its_page(desk, author):
    sent = author.post("/bank/QA-100/status", data=status_form(author), follow_redirects=True)
    page = text(sent)
    for words in ("from Approved to Retired", "Outdated", "Ada Nordvik", "Bring the question back"):
        assert words in page
    assert "Pause the question" not in page
    back = author.post("/bank/QA-100/status", data=status_form(author, action="bring_back"))
    assert back.status_code == 303
    assert newest(desk).row.status == "approved"


def test_a_status_that_somebody_else_changed_is_shown_first(desk, author):
    form = status_form(author)
    desk.set_status("QA-100", "paused")
    sent = author.post("/bank/QA-100/status", data=form)
    assert sent.status_code == 409
    assert "Somebody else changed the status meanwhile" in text(sent)
    assert newest(desk).row.status == "paused"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"action": "delete"}, 400),
        ({"seen": "gone"}, 400),
        ({"csrf_token": ""}, 400),
        ({"note": "x" * 301}, 422),
    ],
)
def test_a_malformed_status_change_changes_nothing(desk, author, changes, status):
    sent = author.post("/bank/QA-100/status", data=status_form(author, **changes))
    assert sent.status_code == status
    assert newest(desk).row.status == "approved"


def test_what_is_written_in_bokmal_says_so(desk, author):
    desk.save("QA-100", "Second", note="Klarere")
    shown, form = (text(author.get(f"/bank/QA-100{rest}")) for rest in ("?key=1", "/edit"))
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
    assert 'id="rows-4-text-nb"' in text(added)
    form = filled(author.post("/bank/QA-100/edit", data=form.put(action="remove rows 0")))
    assert form["rows"] == ["4"]
    assert form["rows-0-text-nb"] == ["x nb"]
    assert "correct" not in form
    assert newest(desk).row.revision == 1


@pytest.mark.parametrize("item_id", EVERY_ITEM)
def test_the_preview_shows_what_is_typed_and_saves_nothing(desk, author, item_id):
    form = filled(author.get(f"/bank/{item_id}/edit"))
    form.put(stem__en="Typed just now", preview_language="en", action="preview")
    sent = author.post(f"/bank/{item_id}/edit", data=form)
    assert sent.status_code == 200
    assert re.search(r'class="stem-paragraph">\s*Typed just now', text(sent))
    assert newest(desk, item_id).row.revision == 1


def test_a_preview_of_something_without_shape_tells_why(author):
    form = filled(author.get("/bank/QA-107/edit")).put(action="preview")
    form.put(**{"rows-0-place": ""})
    sent = author.post("/bank/QA-107/edit", data=form)
    assert sent.status_code == 422
    assert 'id="rows-0-place-error"' in text(sent)


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
    assert newest(desk).row.revision == 1


# The next pool


def publish_form(author) -> dict[str, str]:
    page = author.get("/bank/pools/new")
    found = re.search(r'name="mark" value="([^"]+)"', text(page))
    assert found
    return {"csrf_token": token_of(page), "mark": found[1], "note": "Autumn"}


def test_the_plan_lists_what_changes_and_warns(desk, author):
    desk.publish()
    desk.save("QA-100", "Another")
    page = text(author.get("/bank/pools/new"))
    assert "1 changed question" in page
    assert "/bank/QA-100" in page
    assert "/bank/QA-101" not in page
    assert "Few questions in some categories" in page
    assert "level changed since the pool" not in page
    form = filled(author.get("/bank/QA-102/edit")).put(level="1", action="save")
    author.post("/bank/QA-102/edit", data=form)
    page = text(author.get("/bank/pools/new"))
    assert "2 changed questions" in page
    assert page.count("level changed since the pool") == 1
    assert "Level changed since the pool" in text(author.get("/bank/QA-102"))


def test_publishing_makes_a_pool_that_rounds_can_use(desk, author):
    sent = author.post("/bank/pools", data=publish_form(author), follow_redirects=True)
    assert sent.status_code == 200
    assert "Pool 1 is published, and rounds can use it." in text(sent)
    pool = service.overview(desk.database, service.Filters()).pool
    assert (pool.number, pool.note, pool.published_by) == (1, "Autumn", "Ada Nordvik")
    assert pool.has_design


def test_a_pool_without_a_design_offers_to_make_one(desk, author):
    desk.publish()
    page = author.get("/bank")
    assert "Rounds cannot use this pool yet" in text(page)
    token = {"csrf_token": token_of(page)}
    assert author.post("/bank/pools/7/design", data=token).status_code == 404


def test_publishing_twice_from_the_same_page_makes_one_pool(desk, author):
    form = publish_form(author)
    author.post("/bank/pools", data=form)
    again = author.post("/bank/pools", data=form)
    assert again.status_code == 409
    assert desk.counts()[1] == 1


def test_a_change_while_the_plan_is_open_is_shown_before_publishing(desk, author):
    form = publish_form(author)
    desk.save("QA-100", "Another")
    assert author.post("/bank/pools", data=form).status_code == 409
    assert desk.counts()[1] == 0


@pytest.mark.parametrize(
    ("changes", "status"), [({"mark": ""}, 400), ({"mark": "zz"}, 400), ({"note": "x" * 301}, 422)]
)
def test_a_malformed_publication_publishes_nothing(desk, author, changes, status):
    form = publish_form(author) | changes
    assert author.post("/bank/pools", data=form).status_code == status
    assert desk.counts()[1] == 0


def test_every_page_stands_in_every_language(desk, visitor):
    sign_in(desk, visitor, desk.author)
    for language in LANGUAGES:
        service_language(desk, language)
        for address in PAGES:
            assert f'<html lang="{language}"' in text(visitor.get(address))


def service_language(desk, language) -> None:
    from webapp.people import service as people

    people.choose_language(desk.database, desk.author, language)
