"""A small bank with every kind of question, an author, and somebody who is no author."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from justhtml import JustHTML
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from item_bank import service as bank
from item_bank.content import ItemContent, Text
from item_bank.models import Item, ItemRevision, Pool, Status
from tests.item_bank.contents import ITEMS, MODULE, NOISE, NOW, OTHER_MODULE
from tests.pages import LintedClient
from webapp.app import create_app
from webapp.authoring import service
from webapp.database import Database
from webapp.people import service as people
from webapp.people.models import Person, Role, RoleGrant, Unit
from webapp.settings import Settings


class Desk:
    """The bank and its people, with short ways to change and count."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as session:
            unit = Unit(code="1", name="Service centre")
            session.add(unit)
            session.flush()
            author, other, reader = (
                Person(
                    employee_number=f"00{n}",
                    given_name=name,
                    family_name="Nordvik",
                    unit_id=unit.id,
                    staff_group="office",
                )
                for n, name in enumerate(("Ada", "Bo", "Cato"))
            )
            session.add_all([author, other, reader])
            session.flush()
            session.add_all(RoleGrant(person_id=p.id, role=Role.AUTHOR) for p in (author, other))
            session.add(RoleGrant(person_id=reader.id, role=Role.HR))
            self.author, self.other, self.reader = author.id, other.id, reader.id
            bank.import_sources(session, [MODULE, OTHER_MODULE], [*ITEMS, *NOISE], now=NOW)

    def publish(self) -> int:
        with self.database.write() as session:
            return bank.publish_pool(session, now=NOW, by=self.other, note="")

    def set_status(self, item_id: str, status: Status) -> None:
        with self.database.write() as session:
            session.get_one(Item, item_id).status = status

    def save(self, item_id: str, stem: str, *, by: int | None = None, note: str = "") -> int:
        shown = service.item(self.database, item_id)
        return service.save(
            self.database,
            item_id,
            with_stem(shown.content, stem),
            expected_version=shown.row.version,
            author_id=self.other if by is None else by,
            note=note,
        )

    def counts(self) -> tuple[int, int]:
        """How many revisions and pools there are."""
        with self.database.read() as session:
            counted = [
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (ItemRevision, Pool)
            ]
        return counted[0], counted[1]


def with_stem(content: ItemContent, stem: str) -> ItemContent:
    return replace(content, stem=Text(f"{stem} nb", f"{stem} nn", f"{stem} en"))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def app(desk: Desk) -> Iterator[Flask]:
    url = desk.database.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(url, "a secret that is long enough for tests", "http://localhost"))
    app.testing = True
    yield app
    app.extensions["spor"].engine.dispose()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    app.test_client_class = LintedClient
    return app.test_client()


def sign_in(desk: Desk, client: FlaskClient, person_id: int) -> None:
    with desk.database.write() as session:
        token = people.make_link(session, person_id, lasts=timedelta(days=1))
    people.choose_language(desk.database, person_id, "en")
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
