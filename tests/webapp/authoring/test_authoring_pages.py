"""Who comes to the authors' pages, the bank's own page and the next pool's; each is linted."""

from __future__ import annotations

import re

import pytest

from item_bank.content import LANGUAGES
from tests.webapp.authoring.conftest import filled, sign_in, token_of
from webapp.authoring import service
from webapp.people import service as people

PAGES = ["/bank", "/bank/QA-100", "/bank/QA-100/edit", "/bank/pools/new"]


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


def test_every_page_stands_in_every_language(desk, visitor):
    sign_in(desk, visitor, desk.author)
    for language in LANGUAGES:
        people.choose_language(desk.database, desk.author, language)
        for address in PAGES:
            assert f'<html lang="{language}"' in visitor.get(address).text


# The bank


def test_the_bank_lists_every_question_in_words(author):
    page = author.get("/bank").text
    assert 'data-page="bank"' in page
    assert page.count("data-item=") == 14
    for words in ("Point out in a picture", "Medium", "General", "No pool is published yet"):
        assert words in page


def test_the_bank_shows_what_was_asked_for_and_how_it_was_asked(author):
    page = author.get("/bank?module=QA&kind=ordering&q=stem").text
    assert re.findall(r'data-item="([^"]+)"', page) == ["QA-102"]
    assert "1 of 14 questions fit." in page
    assert '<option selected value="ordering">' in page


def test_the_bank_tells_of_the_pool_and_what_changed_since(desk, author):
    desk.publish()
    page = author.get("/bank").text
    assert "published by Bo Nordvik" in page
    assert "Nothing has changed since." in page
    desk.save("QA-100", "Another")
    page = author.get("/bank").text
    assert "1 question has changed since." in page
    assert "Newer than the pool" in page


# The next pool


def publish_form(author) -> dict[str, str]:
    page = author.get("/bank/pools/new")
    found = re.search(r'name="mark" value="([^"]+)"', page.text)
    assert found
    return {"csrf_token": token_of(page), "mark": found[1], "note": "Autumn"}


def test_the_plan_lists_what_changes_and_warns(desk, author):
    desk.publish()
    desk.save("QA-100", "Another")
    page = author.get("/bank/pools/new").text
    assert "1 changed question" in page
    assert "/bank/QA-100" in page
    assert "/bank/QA-101" not in page
    assert "Few questions in some categories" in page
    assert "level changed since the pool" not in page
    form = filled(author.get("/bank/QA-102/edit")).put(level="1", action="save")
    author.post("/bank/QA-102/edit", data=form)
    page = author.get("/bank/pools/new").text
    assert "2 changed questions" in page
    assert page.count("level changed since the pool") == 1
    assert "Level changed since the pool" in author.get("/bank/QA-102").text


def test_publishing_makes_a_pool_that_rounds_can_use(desk, author):
    sent = author.post("/bank/pools", data=publish_form(author), follow_redirects=True)
    assert sent.status_code == 200
    assert "Pool 1 is published, and rounds can use it." in sent.text
    pool = service.overview(desk.database, service.Filters()).pool
    assert (pool.number, pool.note, pool.published_by) == (1, "Autumn", "Ada Nordvik")
    assert pool.has_design


def test_a_pool_without_a_design_offers_to_make_one(desk, author):
    desk.publish()
    page = author.get("/bank")
    assert "Rounds cannot use this pool yet" in page.text
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
