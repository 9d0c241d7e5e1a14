"""One question's page: shown, tried, retired and brought back."""

from __future__ import annotations

import re

import pytest

from item_bank.content import LANGUAGES
from tests.webapp.authoring.conftest import EVERY_ITEM, filled, token_of


@pytest.mark.parametrize("item_id", EVERY_ITEM)
@pytest.mark.parametrize("key", ["", "&key=1"])
def test_every_kind_is_shown_in_every_language(author, item_id, key):
    for language in LANGUAGES:
        page = author.get(f"/bank/{item_id}?in={language}{key}").text
        assert 'data-page="item"' in page
        assert '<html lang="en"' in page
        assert f"Stem {language}" in page


def test_the_key_and_the_reasons_are_shown_only_when_asked_for(author):
    plain, revealed = (author.get(f"/bank/QA-100{query}").text for query in ("", "?key=1"))
    assert "why key" not in plain
    assert "Right answer" not in plain
    assert "why key" in revealed
    assert "why z" in revealed
    assert "Right answer" in revealed


def test_an_earlier_revision_can_be_seen(desk, author):
    desk.save("QA-100", "Second", note="Clearer")
    page = author.get("/bank/QA-100").text
    assert "Second en" in page
    assert "Clearer" in page
    assert "Bo Nordvik" in page
    old = author.get("/bank/QA-100?revision=1").text
    assert "Stem en" in old
    assert "There is a newer one." in old


def test_advice_is_shown_and_stops_nobody(desk, author):
    assert "Worth another look" not in author.get("/bank/QA-100").text
    form = filled(author.get("/bank/QA-100/edit"))
    form.put(**{"rows-0-text-en": "much the longest of all", "action": "save"})
    assert author.post("/bank/QA-100/edit", data=form).status_code == 303
    for address in ("/bank/QA-100", "/bank/QA-100/edit"):
        assert "The right answer is the longest one (English)" in author.get(address).text


def test_trying_says_whether_it_counts_and_keeps_nothing(desk, author):
    asked = author.get("/bank/QA-100")
    token = token_of(asked)
    shown = re.findall(r'value="(\w)"[^>]*>\s*<label[^>]*>\s*(?:<[^>]+>)*\s*(\w+) en', asked.text)
    assert len(shown) == 4
    before = desk.counts()
    for value, word in shown:
        tried = author.post("/bank/QA-100/try", data={"csrf_token": token, "choice": value})
        assert tried.status_code == 200
        counts = "This answer counts as right" in tried.text
        assert counts == (word == "key")
        assert counts != ("This answer does not count as right" in tried.text)
    assert desk.counts() == before


def test_trying_with_no_answer_asks_again(author):
    token = token_of(author.get("/bank/QA-100"))
    asked = author.post("/bank/QA-100/try", data={"csrf_token": token})
    assert asked.status_code == 422
    assert 'href="#answer-1"' in asked.text


def test_trying_what_is_not_on_the_page_is_refused(author):
    token = token_of(author.get("/bank/QA-100"))
    sent = {"csrf_token": token, "choice": "q"}
    assert author.post("/bank/QA-100/try", data=sent).status_code == 400


# Its status


def status_form(author, **changes) -> dict[str, str]:
    page = author.get("/bank/QA-100")
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)
    assert seen
    sent = {"csrf_token": token_of(page), "seen": seen[1], "action": "retire", "note": "Outdated"}
    return sent | changes


def test_a_question_is_retired_and_brought_back_on_its_page(desk, author):
    sent = author.post("/bank/QA-100/status", data=status_form(author), follow_redirects=True)
    page = sent.text
    for words in ("from Approved to Retired", "Outdated", "Ada Nordvik", "Bring the question back"):
        assert words in page
    assert "Pause the question" not in page
    back = author.post("/bank/QA-100/status", data=status_form(author, action="bring_back"))
    assert back.status_code == 303
    assert desk.newest().row.status == "approved"


def test_a_status_that_somebody_else_changed_is_shown_first(desk, author):
    form = status_form(author)
    desk.set_status("QA-100", "paused")
    sent = author.post("/bank/QA-100/status", data=form)
    assert sent.status_code == 409
    assert "Somebody else changed the status meanwhile" in sent.text
    assert desk.newest().row.status == "paused"


def test_a_status_that_one_changed_in_another_tab_is_no_one_elses(desk, author):
    form = status_form(author)
    assert author.post("/bank/QA-100/status", data=form).status_code == 303
    sent = author.post("/bank/QA-100/status", data=form)
    assert sent.status_code == 409
    assert "You changed the status yourself meanwhile" in sent.text
    assert "Somebody else" not in sent.text


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
    assert desk.newest().row.status == "approved"
