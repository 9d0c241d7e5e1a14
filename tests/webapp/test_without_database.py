"""While the database is away: a page that says so, styled, and what was sent is kept in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from tests.webapp.requests import csrf_token, digest, lang_of, main_of
from tests.world import World, right_form
from webapp.taking import service

LANGUAGES = ("nb", "nn", "en")


@contextmanager
def away(world: World, *, only_writes: bool = False) -> Iterator[None]:
    """The database refuses everything, or every write as with a full disk."""

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not only_writes or statement.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError(statement, {}, Exception("the disk is full"))

    event.listen(world.database.engine, "before_cursor_execute", refuse)
    yield
    event.remove(world.database.engine, "before_cursor_execute", refuse)


def opened(client: FlaskClient, world: World) -> tuple[str, dict[str, list[str]]]:
    """The address to answer at, and the form as filled in by the person."""
    public_id = world.begin(world.employee)
    question = service.open_question(world.database, public_id, world.employee)
    page = client.get(f"/attempts/{public_id}").get_data(as_text=True)
    own = {name: hidden_in(page)[name] for name in ("csrf_token", "position", "key")}
    return f"/attempts/{public_id}/answers", own | right_form(question)


def hidden_in(page: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main_of(page)
    ):
        fields.setdefault(html.unescape(name), []).append(html.unescape(value))
    return fields


@pytest.mark.parametrize("only_writes", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_stays_on_the_page_and_can_be_sent_once_more(
    client: FlaskClient, world: World, language: str, only_writes: bool
) -> None:
    world.sign_in(client, world.employee, language=language)
    address, form = opened(client, world)
    before = digest(world.database)
    with away(world, only_writes=only_writes):
        response = client.post(address, data=form)
    assert response.status_code == 503
    page = response.get_data(as_text=True)
    assert lang_of(page) == language
    kept = hidden_in(page)
    assert {k: v for k, v in kept.items() if k != "csrf_token"} == {
        k: v for k, v in form.items() if k != "csrf_token"
    }
    assert digest(world.database) == before
    assert client.post(address, data=kept).status_code == 303
    assert client.post(address, data=kept).status_code == 303
    assert world.counts() == (1, 2, 1, 0)


def test_an_answer_that_was_stored_after_all_is_not_stored_twice(
    client: FlaskClient, world: World
) -> None:
    """The commit came through, and only the word of it was lost."""
    world.sign_in(client, world.employee)
    address, form = opened(client, world)

    def lost(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("the connection is lost"))

    claim = service._store_decision

    def stored_and_lost(*args: object) -> None:
        claim(*args)
        session = args[0]
        session.commit()
        lost(None)

    service._store_decision = stored_and_lost
    try:
        response = client.post(address, data=form)
    finally:
        service._store_decision = claim
    assert response.status_code == 503
    assert world.counts() == (1, 2, 1, 0)
    kept = hidden_in(response.get_data(as_text=True))
    assert client.post(address, data=kept).status_code == 303
    assert world.counts() == (1, 2, 1, 0)


def test_a_form_that_another_site_sent_is_not_kept(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.employee)
    address, form = opened(client, world)
    with away(world):
        for token in ("forged", ""):
            response = client.post(address, data=form | {"csrf_token": token})
            assert response.status_code == 503
            assert hidden_in(response.get_data(as_text=True)) == {}


def test_what_is_kept_is_text_and_not_markup(client: FlaskClient, busy: World, app: Flask) -> None:
    app.extensions["spor"] = busy.database
    busy.sign_in(client, busy.colleague)
    token = csrf_token(client)
    message = '"><script>alert(1)</script>\n«æ» &amp;'
    with away(busy):
        response = client.post("/attempts/x/review", data={"csrf_token": token, "message": message})
    page = response.get_data(as_text=True)
    assert "<script>alert" not in page
    assert hidden_in(page)["message"] == [message]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_that_answers_are_safe_and_keeps_its_looks(
    client: FlaskClient, world: World, app: Flask, language: str
) -> None:
    world.sign_in(client, world.employee, language=language)
    said = {"nb": "trygt", "nn": "trygt", "en": "safe"}[language]
    with away(world):
        for path in ("/", "/start", "/attempts/x", "/privacy", "/health"):
            response = client.get(path)
            assert response.status_code == 503, path
            page = response.get_data(as_text=True)
            assert lang_of(page) == language
            assert said in main_of(page), main_of(page)
            assert "OperationalError" not in page
            assert "disk" not in page
        assert client.get("/static/app.css", buffered=True).status_code == 200


def test_waiting_in_vain_for_a_connection_is_no_fault_of_the_persons(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sign_in(client, world.employee)

    def full(*_args: object, **_kwargs: object) -> None:
        raise NoConnection("QueuePool limit reached")

    monkeypatch.setattr("webapp.taking.overview.invitations_of", full)
    assert client.get("/start").status_code == 503
