"""Whatever is sent, by whomever: a right status, a page that helps, and nothing changed.

The routes come from the application itself: one without a case here fails the first test.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests.webapp.bad_requests.visiting import (
    ALLOWED,
    CASES,
    METHODS,
    TAKES_FILES,
    WORST,
    Visit,
)
from tests.webapp.requests import (
    Sending,
    digest,
    encoded,
)
from tests.world import World
from webapp.taking.models import Attempt


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
