"""The authors' desk in a fresh copy of one database, and browsers for those who come to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from justhtml import JustHTML
from werkzeug.test import TestResponse

from tests.item_bank.contents import ITEMS
from tests.pages import LintedClient
from tests.webapp.authoring.desk import Desk
from webapp.app import create_app
from webapp.database import Database
from webapp.people import service as people
from webapp.settings import Settings

EVERY_ITEM = [pytest.param(item.id, id=f"{item.id} {item.kind}") for item in ITEMS]


@pytest.fixture
def desk(copy_of: Callable[[str], str]) -> Iterator[Desk]:
    database = Database(copy_of("desk"))
    yield Desk(database)
    database.engine.dispose()


@pytest.fixture(scope="session")
def one_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Made once, since it is the templates' compiling that takes time; each test lends it its
    database.
    """
    nowhere = f"sqlite:///{tmp_path_factory.mktemp('app')}/none.sqlite3"
    app = create_app(
        Settings(nowhere, "a secret that is long enough for tests", "http://localhost")
    )
    app.testing = True
    app.test_client_class = LintedClient
    app.extensions["spor"].engine.dispose()
    return app


@pytest.fixture
def app(one_app: Flask, desk: Desk) -> Flask:
    one_app.extensions["spor"] = desk.database
    return one_app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def sign_in(desk: Desk, client: FlaskClient, person_id: int) -> None:
    with desk.database.write() as session:
        token = people.make_link(session, person_id, lasts=timedelta(days=1))
    assert client.get(f"/sign-in/{token}").status_code == 303


@pytest.fixture
def author(desk: Desk, visitor: FlaskClient) -> FlaskClient:
    sign_in(desk, visitor, desk.author)
    return visitor


@pytest.fixture
def hr(desk: Desk, visitor: FlaskClient) -> FlaskClient:
    sign_in(desk, visitor, desk.reader)
    return visitor


class Filled(dict[str, list[str]]):
    """A form as the browser would send it, taken from the page."""

    def put(self, **fields: str) -> Filled:
        for name, value in fields.items():
            self[name.replace("__", "-")] = [value]
        return self


@pytest.fixture
def form_of() -> Callable[[TestResponse], Filled]:
    return filled


def filled(response: TestResponse) -> Filled:
    """Every field of the page's edit form that a browser would send, buttons apart."""
    page = JustHTML(response.get_data(as_text=True), sanitize=False)
    form = page.query("form.draft")[0]
    fields = Filled()
    for node in form.query("input"):
        if node.attrs.get("type") in {"radio", "checkbox"} and "checked" not in node.attrs:
            continue
        fields.setdefault(node.attrs["name"], []).append(node.attrs.get("value") or "")
    for node in form.query("textarea"):
        fields[node.attrs["name"]] = [_raw(node).removeprefix("\n")]
    for node in form.query("select"):
        chosen = [o for o in node.query("option") if "selected" in o.attrs] or node.query("option")
        fields[node.attrs["name"]] = [chosen[0].attrs.get("value") or ""]
    return fields


def _raw(node: object) -> str:
    return "".join(child.data or "" for child in node.children)  # type: ignore[attr-defined]


def token_of(response: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
    assert found
    return found[1]
