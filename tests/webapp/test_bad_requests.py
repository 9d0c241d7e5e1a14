"""Whatever is sent, by whomever: a right status, a page that helps, and nothing changed.

The routes come from the application itself: one without a case here fails the first test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.pages import LintedClient
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
from webapp.app import create_app
from webapp.people import service as people
from webapp.settings import Settings
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
anything = st.one_of(
    st.sampled_from(WORST),
    st.text(max_size=30).map(lambda typed: typed.encode("utf-8", "surrogatepass")),
    st.text(st.characters(codec=None), max_size=20).map(
        lambda typed: typed.encode("utf-8", "surrogatepass")
    ),
    st.integers().map(lambda number: str(number).encode()),
    st.binary(max_size=30),
)
few = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Made once, since compiling the templates takes time; each test lends it its database."""
    nowhere = f"sqlite:///{tmp_path_factory.mktemp('app')}/none.sqlite3"
    app = create_app(
        Settings(nowhere, "a secret that is long enough for tests", "http://localhost")
    )
    app.test_client_class = LintedClient
    app.extensions["spor"].engine.dispose()
    return app


@pytest.fixture
def app(shared_app: Flask, busy: World) -> Flask:
    shared_app.extensions["spor"] = busy.database
    return shared_app


@pytest.fixture(params=ROLES)
def visit(request: pytest.FixtureRequest, busy: World, app: Flask) -> Iterator[Visit]:
    visit = Visit(busy, app, request.param)
    yield visit
    visit.assert_unchanged()


def test_every_route_has_a_case(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(CASES)


def test_a_digest_sees_one_changed_cell(busy: World) -> None:
    before = digest(busy.database)
    with busy.database.write() as session:
        session.scalars(select(Attempt)).first().version += 1
    after = digest(busy.database)
    assert [name for name in before if before[name] != after[name]] == ["attempt"]


def test_a_wrong_method_is_refused_and_says_which_are_right(visit: Visit) -> None:
    addresses = visit.app.url_map.bind("localhost")
    for path in {visit.path(rule) for rule in visit.rules()}:
        right = set(addresses.allowed_methods(path))
        reading = {"GET", "HEAD"}  # leads on: the next test
        for method in [method for method in METHODS if method not in right | reading]:
            response = visit.sends(Sending(method, path))
            assert response.status_code == 405, f"{method} {path}"
            assert set(response.allow) == right, f"{method} {path}"


def test_reading_an_address_that_only_takes_forms_leads_to_a_page(visit: Visit) -> None:
    """A reload, a restored tab or the address bar reads what a form was sent to."""
    theirs = {"public_id"} if visit.role != "employee" else set()
    for rule in [rule for rule in visit.open_rules("POST") if not theirs & rule.arguments]:
        path = visit.path(rule)
        read = visit.client.get(path, follow_redirects=True, headers=visit.headers)
        assert read.status_code == 200, f"{visit.role}: {path}"
        assert 'data-page="error"' not in read.get_data(as_text=True), path
        assert visit.sends(Sending("HEAD", path)).status_code in {200, 303}


def test_what_the_address_asked_for_is_still_asked_for(visit: Visit) -> None:
    asked = visit.sends(Sending("GET", "/bank/TB-101/try", "in=nn&key=1"))
    assert (asked.status_code, asked.location) == (303, "/bank/TB-101?in=nn&key=1")


def test_head_and_options_answer_like_get_and_without_a_body(visit: Visit) -> None:
    for rule in visit.rules():
        options = visit.sends(Sending("OPTIONS", visit.path(rule)))
        assert options.status_code in {200, 403}
        if "GET" in (rule.methods or ()):
            head = visit.sends(Sending("HEAD", visit.path(rule)))
            get = visit.sends(Sending("GET", visit.path(rule)))
            assert (head.status_code, head.data) == (get.status_code, b""), rule


def test_without_the_forms_own_token_nothing_is_done(visit: Visit) -> None:
    for rule in [rule for rule in visit.rules() if "POST" in (rule.methods or ())]:
        for token in (None, b"forged", b"\x00\xff"):
            body = b"a=1" if token is None else encoded([("csrf_token", token)]).encode()
            response = visit.sends(Sending("POST", visit.path(rule), body=body))
            assert response.status_code in {400, 403}, rule


def test_a_request_larger_than_any_form_is_refused(visit: Visit) -> None:
    for rule in visit.open_rules("POST"):
        size = 5_000_000 if rule.endpoint in TAKES_FILES else 300_000
        body = visit.form(rule, []) + b"&large=" + b"x" * size
        assert visit.sends(Sending("POST", visit.path(rule), body=body)).status_code == 413, rule


JSON = "application/json"
STRANGE_BODIES = {
    "a list": (JSON, b"[1, 2]"),
    "numbers for texts": (JSON, b'{"position": {"a": 1}, "key": 5, "next": 5, "message": 7}'),
    "nothing": (JSON, b"null"),
    "half": (JSON, b'{"a": '),
    "deep": (JSON, b"[" * 5000),
    "plain": ("text/plain", b"position=1"),
    "xml": ("application/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "no boundary": ("multipart/form-data", b"--x\r\n"),
}


def test_another_content_type_is_refused(visit: Visit) -> None:
    """Also with the token in a header, where a script may put it."""
    for rule in visit.open_rules("POST"):
        for content_type, body in STRANGE_BODIES.values():
            token = (("X-CSRFToken", visit.token.decode()),)
            sending = Sending("POST", visit.path(rule), "", body, content_type, token)
            files = rule.endpoint in TAKES_FILES and content_type.startswith("multipart/")
            assert visit.sends(sending).status_code == (422 if files else 415), (rule, body)


def test_a_file_where_a_text_belongs_is_refused(visit: Visit) -> None:
    for rule in visit.open_rules("POST"):
        for name in ("csrf_token", *CASES[rule.endpoint].fields[:2]):
            parts = {"csrf_token": visit.token, name: None}
            body = b"".join(_part(part, value) for part, value in parts.items()) + b"--limit--\r\n"
            kind = "multipart/form-data; boundary=limit"
            token = (("X-CSRFToken", visit.token.decode()),)
            sending = Sending("POST", visit.path(rule), "", body, kind, token)
            refused = 422 if rule.endpoint in TAKES_FILES else 415
            assert visit.sends(sending).status_code == refused, rule


def _part(name: str, value: bytes | None) -> bytes:
    head = f'--limit\r\nContent-Disposition: form-data; name="{name}"'
    if value is None:
        return f'{head}; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\n1\r\n'.encode()
    return f"{head}\r\n\r\n".encode() + value + b"\r\n"


def test_broken_encoding_and_unknown_parameters_do_no_harm(visit: Visit) -> None:
    for broken in ("%", "a=%&%zz=b&&&=;", "\xff=\xfe&%00=%00"):
        for rule in visit.open_rules("GET"):
            visit.sends(Sending("GET", visit.path(rule), broken))
        for rule in visit.open_rules("POST"):
            if CASES[rule.endpoint].spoilt:
                body = visit.form(rule, []) + b"&" + broken.encode("latin-1")
                assert visit.sends(Sending("POST", visit.path(rule), body=body)).status_code >= 400


def test_an_address_that_does_not_exist_is_explained(visit: Visit) -> None:
    for path in ("/%", "/%zz", "/rounds//1", "/%2e%2e/x", "/\x00", "/.git"):
        assert visit.sends(Sending("GET", path)).status_code == 404, path
        assert visit.sends(Sending("POST", path, body=b"a=1")).status_code in {400, 404}, path


def test_the_worst_values_in_addresses(visit: Visit) -> None:
    for rule in {r.rule: r for m in ("GET", "POST") for r in visit.open_rules(m)}.values():
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        body = visit.form(rule, []) if method == "POST" else b""
        for name in rule.arguments:
            for value in WORST:
                response = visit.sends(
                    Sending(method, visit.path(rule, **{name: value}), body=body)
                )
                assert response.status_code >= 400 or value == "٣".encode(), (rule, value)


def test_the_worst_values_in_filters(visit: Visit) -> None:
    for rule in visit.open_rules("GET"):
        for at, value in enumerate(WORST if CASES[rule.endpoint].query else ()):
            name = CASES[rule.endpoint].query[at % len(CASES[rule.endpoint].query)]
            visit.sends(Sending("GET", visit.path(rule), encoded([(name, value), (name, b"1")])))


def pairs(names: tuple[str, ...]) -> st.SearchStrategy[Fields]:
    return st.lists(st.tuples(st.sampled_from([*names, "unknown"]), anything), max_size=6)


def drawn_arguments(data: st.DataObject, rule: Rule) -> dict[str, bytes]:
    return {
        name: data.draw(anything) for name in sorted(rule.arguments) if data.draw(st.booleans())
    }


@few
@given(st.data())
def test_anything_in_addresses_and_filters(visit: Visit, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(visit.open_rules("GET")))
    changed = {
        name: data.draw(anything) for name in sorted(rule.arguments) if data.draw(st.booleans())
    }
    query = data.draw(pairs(CASES[rule.endpoint].query))
    visit.sends(Sending("GET", visit.path(rule, **changed), encoded(query)))


@few
@given(st.data())
def test_anything_in_a_form(visit: Visit, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(visit.open_rules("POST")))
    case = CASES[rule.endpoint]
    changed = {
        name: data.draw(anything) for name in sorted(rule.arguments) if data.draw(st.booleans())
    }
    fields = data.draw(
        st.lists(st.tuples(st.sampled_from([*case.fields, "unknown"]), anything), max_size=8)
    )
    query = data.draw(
        st.lists(st.tuples(st.sampled_from([*case.query, "unknown"]), anything), max_size=2)
    )
    body = visit.form(rule, fields)
    response = visit.sends(Sending("POST", visit.path(rule, **changed), encoded(query), body))
    if case.spoilt:
        assert response.status_code >= 400


@few
@given(text=anything, repeats=st.integers(1, 3))
def test_anything_in_an_answer_or_a_draft_that_is_otherwise_right(
    visit: Visit, text: bytes, repeats: int
) -> None:
    """Past the first check of shape, so that the meaning is read as well."""
    answer = [
        ("position", b"3"),
        ("key", b"k" * 20),
        ("row-zz", text),
        *[("choice", text)] * repeats,
    ]
    by_endpoint = {rule.endpoint: rule for rule in visit.rules()}
    if text != b"dont_know":
        path = visit.path(by_endpoint["taking.answer"])
        own = [("csrf_token", visit.token)]
        answered = visit.sends(Sending("POST", path, body=encoded(own + answer).encode()))
        assert answered.status_code in {400, 403, 404, 422}
    draft = [
        *(("expected_version", b"1"), ("preview_language", b"nb"), ("action", b"preview")),
        *(("rows", b"2"), ("stem-nb", text), ("rows-0-text-nb", text), ("correct", text)),
        *(("note", text), ("scene", text), ("value", text), ("units", text), ("accept", text)),
    ]
    path = visit.path(by_endpoint["authoring.save"])
    visit.sends(Sending("POST", path, body=encoded([("csrf_token", visit.token), *draft]).encode()))


def test_a_forged_cookie_opens_nothing(busy: World, app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for cookie in ("x", "\x7f", "æ", "a" * 3000, '"', "spor_sign_in="):
        forged = {"Cookie": f"spor_sign_in={cookie}; spor_form={cookie}; spor_language={cookie}"}
        for path in ("/start", "/rounds", "/bank"):
            response = client.get(path, headers=forged)
            assert (response.status_code, response.location) == (303, "/signed-out")
        assert client.get("/privacy", headers=forged).status_code == 200


def test_no_address_is_made_from_the_host_that_the_request_names(busy: World, app: Flask) -> None:
    client = app.test_client()
    for host in ("evil.example", "a b", "[::", "x" * 300, "localhost:99999", "ÿ"):
        for path in ("/", "/privacy", "/nothing"):
            response = client.get(path, headers={"Host": host, "X-Forwarded-Host": host})
            assert response.status_code in ALLOWED, host
            assert host not in response.get_data(as_text=True)
            assert host not in response.headers.get("Location", "")
