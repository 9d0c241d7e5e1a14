"""What must never reach whom: every page that a role can get to by its links is read."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from item_bank.service import starter_sources
from tests.world import MESSAGE, World
from webapp.app import create_app
from webapp.people.models import Person
from webapp.settings import Settings
from webapp.taking.models import Answer, Attempt, Presentation

MOST_PAGES = 60
NAMED = re.compile(
    r"\b(rationales?|correct|theta|difficulty|idempotency|seed|se_[ab])\b", re.IGNORECASE
)
"""Words of the engine and of the bank's files, in text, attributes and comments alike."""


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    nowhere = f"sqlite:///{tmp_path_factory.mktemp('app')}/none.sqlite3"
    app = create_app(
        Settings(nowhere, "a secret that is long enough for tests", "http://localhost")
    )
    app.extensions["spor"].engine.dispose()
    return app


@pytest.fixture
def app(shared_app: Flask, busy: World) -> Flask:
    shared_app.extensions["spor"] = busy.database
    return shared_app


def crawled(client: FlaskClient, world: World, person: int, language: str) -> dict[str, bytes]:
    """Every page and file that this person reaches by links from the front page."""
    world.sign_in(client, person, language=language)
    waiting, found = ["/"], {}
    while waiting and len(found) < MOST_PAGES:
        address = waiting.pop(0)
        if address in found:
            continue
        response = client.get(address, buffered=True)
        assert response.status_code in {200, 303}, address
        found[address] = response.data
        links = [response.location] if response.location else []
        if response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            links += [html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]+)"', page)]
        waiting += [link for link in links_inside(address, links) if link not in found]
    return found


def links_inside(address: str, links: list[str]) -> Iterator[str]:
    for link in links:
        parts = urlsplit(urljoin(f"http://localhost{address}", link))
        if parts.scheme == "http" and parts.netloc == "localhost":
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def texts_in(found: dict[str, bytes]) -> str:
    """All of it as text: pages with their source, sheets unpacked."""
    texts = []
    for content in found.values():
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                texts += [book.read(name).decode() for name in book.namelist()]
        else:
            texts.append(content.decode("utf-8-sig"))
    return html.unescape("\n".join(texts))


@cache
def rationales() -> frozenset[str]:
    """Why each option is right or wrong, in the authors' words."""
    said = set()
    for item in starter_sources()[1]:
        body = item.content.body
        said.add(getattr(body, "rationale", None))
        for part in ("options", "steps", "pairs"):
            said |= {one.rationale for one in getattr(body, part, ())}
    return frozenset(text for text in said if text and len(text) > 15)


def test_an_employee_meets_no_key_in_a_whole_sitting(app: Flask, busy: World) -> None:
    """Each question of a sitting, and all that can be reached from there."""
    client = app.test_client()
    found = crawled(client, busy, busy.employee, "nb")
    public_id = next(path.split("/")[2] for path in found if path.startswith("/attempts/"))
    for number in range(8):
        found[f"question {number}"] = client.get(f"/attempts/{public_id}").data
        busy.answer_right(public_id, busy.employee, questions=1)
    assert_no_key_in(found)


def test_an_employee_with_a_result_meets_no_key(app: Flask, busy: World) -> None:
    found = crawled(app.test_client(), busy, busy.colleague, "nn")
    assert any(path.endswith("/result") for path in found)
    assert_no_key_in(found)


def test_hr_meets_no_key_and_no_answer(app: Flask, busy: World) -> None:
    found = crawled(app.test_client(), busy, busy.hr, "en")
    assert {path.rsplit(".", 1)[-1] for path in found} >= {"csv", "xlsx"}
    assert_no_key_in(found)
    text = texts_in(found)
    with busy.database.read() as session:
        shown = session.scalars(select(Presentation.item_id)).all()
        keys = session.scalars(select(Answer.idempotency_key)).all()
        attempts = session.scalars(select(Attempt.public_id)).all()
    contents = {item.id: item.content for item in starter_sources()[1]}
    for item in set(shown):
        assert item not in text
        assert contents[item].stem.en not in text
    assert not [secret for secret in (*keys, *attempts) if secret in text]


def assert_no_key_in(found: dict[str, bytes]) -> None:
    assert len(found) >= 5
    text = texts_in(found)
    assert [said for said in rationales() if said in text] == []
    for address, content in found.items():
        if content[:2] != b"PK" and not address.startswith("/static"):
            page = content.decode("utf-8-sig")
            main = page.partition("<main")[2].partition("</main>")[0]
            attributes = " ".join(re.findall(r"<[^>]*>", main))
            assert not NAMED.findall(attributes), address
            assert "<!--" not in page, address


def test_the_search_for_keys_finds_them_where_authors_read_them(app: Flask, busy: World) -> None:
    client = app.test_client()
    busy.sign_in(client, busy.author, language="nb")
    text = texts_in({"item": client.get("/bank/TB-101?key=1").data})
    assert [said for said in rationales() if said in text]


def test_authors_meet_nobody_who_is_tested(app: Flask, busy: World) -> None:
    found = crawled(app.test_client(), busy, busy.author, "nb")
    assert len(found) == MOST_PAGES
    text = texts_in(found)
    with busy.database.read() as session:
        others = session.scalars(select(Person).where(Person.id != busy.author)).all()
    met = [
        said
        for person in others
        for said in (person.name, person.email, f"{person.family_name}, {person.given_name}")
        if said in text
    ]
    assert met == []
    numbers = "|".join(person.employee_number for person in others)
    outside_questions = re.sub(
        r"<(?:article|form|fieldset)\b.*?</(?:article|form|fieldset)>", "", text, flags=re.DOTALL
    )
    assert re.findall(rf"\b(?:{numbers})\b", outside_questions) == []


@pytest.mark.parametrize("path", ["", "/result", "/answers", "/review"])
def test_nobody_opens_another_persons_attempt(app: Flask, busy: World, path: str) -> None:
    with busy.database.read() as session:
        theirs = session.scalar(
            select(Attempt.public_id).where(
                Attempt.invitation_id == busy.invitations[busy.colleague]
            )
        )
    for person in (busy.employee, busy.author, busy.hr):
        client = app.test_client()
        busy.sign_in(client, person)
        token = re.findall(
            r'name="csrf_token" value="([^"]+)"', client.get("/start").get_data(as_text=True)
        )[0]
        form = {"csrf_token": token, "position": "1", "key": "k" * 20, "choice": "dont_know"}
        address = f"/attempts/{theirs}{path}"
        posted = path in {"/answers", "/review"}
        response = client.post(address, data=form) if posted else client.get(address)
        assert response.status_code == 404


def test_what_a_person_writes_stays_text_for_hr(app: Flask, busy: World) -> None:
    found = crawled(app.test_client(), busy, busy.hr, "nb")
    pages = {path: data.decode() for path, data in found.items() if b"<html" in data}
    assert any(escape(MESSAGE) in page for page in pages.values()), "HR reads it nowhere"
    assert not any("<script>alert" in page for page in pages.values())
    files = [data for path, data in found.items() if ".csv" in path]
    for content in files:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]
