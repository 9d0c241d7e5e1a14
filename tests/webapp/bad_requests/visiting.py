"""Somebody's browser in the middle of a round, and what each route of the application takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.webapp.requests import (
    Fields,
    Sending,
    csrf_token,
    digest,
    encoded,
    lang_of,
    main_of,
    quoted,
    send,
)
from tests.world import World
from webapp import access
from webapp.people import service as people
from webapp.taking.models import Attempt

ALLOWED = {200, 303, 400, 403, 404, 405, 409, 413, 415, 422}
METHODS = ("GET", "HEAD", "POST", "DELETE", "BREW")
ROLES = {"nobody": "nn", "employee": "nn", "author": "en", "hr": "nb"}
"""Who asks, and the language each reads."""
HELPLESS = ("Wait a little", "Vent litt og prøv", "Vent litt")
"""What only a fault of ours may say: waiting never mends a bad request."""


@dataclass(frozen=True)
class Case:
    """What a route takes. `spoilt` are fields that make the whole request bad, whatever else."""

    fields: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    spoilt: Mapping[str, bytes] = field(default_factory=dict)


FILTERS = ("unit", "page", "module", "track", "look", "status")
VIEW = ("in", "key", "revision")
DRAFT = (
    *("expected_version", "action", "preview_language", "note", "rows", "extras", "correct"),
    *("stem-nb", "stem-same", "rows-0-text-nb", "rows-0-place", "value", "tolerance", "units"),
    *("answer_type", "scene", "accept", "level", "status"),
)
ANSWER = ("position", "key", "choice", "text", "dont_know", "row-zz")
CASES = {
    "people.home": Case(),
    "people.sign_in": Case(),
    "people.signed_out": Case(),
    "people.sign_out": Case(spoilt={"csrf_token": b"forged"}),
    "people.choose_language": Case(("language", "next"), spoilt={"language": b"da"}),
    "taking.start": Case(),
    "taking.practice": Case(ANSWER, query=("question",)),
    "taking.begin": Case(spoilt={"csrf_token": b"forged"}),
    "taking.begin_again": Case(),
    "taking.attempt": Case(),
    "taking.answer": Case(ANSWER, spoilt={"position": b"0"}),
    "outcomes.result": Case(),
    "outcomes.ask_for_review": Case(("message",), spoilt={"message": b"x" * 2001}),
    "outcomes.round_outcomes": Case(query=FILTERS),
    "outcomes.round_csv": Case(query=FILTERS),
    "outcomes.round_xlsx": Case(query=FILTERS),
    "rounds.index": Case(),
    "rounds.show": Case(query=FILTERS),
    "authoring.index": Case(query=("module", "category", "kind", "level", "q", "status")),
    "authoring.item": Case(query=VIEW),
    "authoring.try_item": Case(("choice", "text", "dont_know"), query=VIEW),
    "authoring.edit": Case(),
    "authoring.save": Case(DRAFT, spoilt={"expected_version": b"0"}),
    "authoring.change_status": Case(("action", "seen", "note"), spoilt={"seen": b"nowhere"}),
    "authoring.plan": Case(),
    "authoring.publish": Case(("mark", "note"), spoilt={"mark": b"0" * 31}),
    "authoring.publish_again": Case(),
    "authoring.make_usable": Case(spoilt={"csrf_token": b"forged"}),
    "calibrations.new": Case(),
    "calibrations.again": Case(),
    "calibrations.preview": Case(("pool", "report", "skip_edited")),
    "calibrations.adopt": Case(("looked_at", "note"), spoilt={"looked_at": b"forged"}),
    "operations.accessibility": Case(),
    "operations.privacy": Case(),
    "operations.health": Case(),
    "static": Case(),
}
TAKES_FILES = {"calibrations.preview"}
"""The pages for files: they are sent what others refuse, and larger."""

WORST = (
    *(b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"../../etc/passwd", b"..", b"%", b"", b" "),
    *(b"-1", b"0", b"1e3", b"NaN", b"9" * 20, b"9" * 5000, b"x" * 10_000, b"\xc3\xa6" * 5000),
    *("٣".encode(), "²".encode(), b"'; DROP TABLE answer; --", b"<script>alert(1)</script>"),
    *(b"{{ 7 * 7 }}", b"%(x)s", b"\r\nSet-Cookie: a=b", b"/\t/example.com", b"__proto__"),
)


class Visit:
    """One person's browser in the middle of a round, and the addresses that exist there."""

    def __init__(self, world: World, app: Flask, role: str) -> None:
        self.world, self.app, self.role, self.lang = world, app, role, ROLES[role]
        self.headers = (("Accept-Language", self.lang),) if role == "nobody" else ()
        self.client: FlaskClient = app.test_client()
        if role != "nobody":
            world.sign_in(self.client, getattr(world, role), language=self.lang)
        self.token = csrf_token(self.client).encode()
        with world.database.read() as session:
            attempts = dict(session.execute(select(Attempt.invitation_id, Attempt.public_id)).all())
        employee = world.invitations[world.employee]
        self.known: dict[str, object] = {
            "token": "no-such-token",
            "public_id": attempts[employee],
            "invitation_id": employee,
            "round_id": 1,
            "item_id": "TB-101",
            "number": 1,
            "filename": "app.css",
        }
        self.before = digest(world.database)

    def rules(self) -> list[Rule]:
        return list(self.app.url_map.iter_rules())

    def audience(self, rule: Rule) -> access.Audience:
        view = self.app.view_functions[rule.endpoint]
        return getattr(view, "audience", access.everybody)

    def open_rules(self, method: str) -> list[Rule]:
        """Those that this person gets past the door of."""
        with self.app.test_request_context():
            token = self.client.get_cookie(access.COOKIE)
            person = people.signed_in_person(self.world.database, token.value) if token else None
        return [
            rule
            for rule in self.rules()
            if method in (rule.methods or ())
            and getattr(self.app.view_functions[rule.endpoint], "audience", access.everybody)(
                person
            )
        ]

    def path(self, rule: Rule, **changed: bytes) -> str:
        values = {name: str(self.known[name]).encode() for name in rule.arguments}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: quoted((values | changed)[m[1]]), rule.rule)

    def form(self, rule: Rule, fields: Fields) -> bytes:
        """A form with these fields, spoilt so that it can never be a right one."""
        spoilt = CASES[rule.endpoint].spoilt
        kept = [(name, value) for name, value in fields if name not in spoilt]
        own = {"csrf_token": self.token} | spoilt
        return encoded([*own.items(), *kept]).encode()

    def sends(self, sending: Sending) -> TestResponse:
        sending = replace(sending, headers=(*self.headers, *sending.headers))
        response = send(self.client, sending)
        self.check(sending, response)
        return response

    def check(self, sending: Sending, response: TestResponse) -> None:
        said = f"{self.role}: {sending.method} {sending.path[:80]}?{sending.query[:80]}"
        said += f" {sending.body[:200]!r} → {response.status_code}"
        assert response.status_code in ALLOWED, said
        if response.status_code >= 400 and sending.method != "HEAD":
            assert response.mimetype == "text/html", said
        if response.mimetype != "text/html" or response.status_code == 303 or not response.data:
            return
        page = response.get_data(as_text=True)
        assert lang_of(page) == self.lang, f"{said}: in {lang_of(page)!r}"
        if response.status_code >= 400:
            main = main_of(page)
            assert re.search(r"<p[ >]", main), f"{said}: says nothing"
            assert re.search(r'<a [^>]*href="|<button', main), f"{said}: no way on"
            assert not any(words in main for words in HELPLESS), f"{said}: says to wait"

    def assert_unchanged(self) -> None:
        after = digest(self.world.database)
        changed = [name for name, value in self.before.items() if after[name] != value]
        assert changed == []
