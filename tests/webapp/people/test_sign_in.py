"""Signing in: which links open, what the cookie is, and where nobody can be led."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.pages import LintedClient
from tests.world import World
from webapp import access, clock
from webapp.app import create_app
from webapp.cli import main
from webapp.people import service
from webapp.people.models import Person, SignIn, SignInLink
from webapp.settings import Settings

SECRET = "a secret that is long enough for tests"


def link_for(world: World, person_id: int) -> str:
    with world.database.write() as session:
        return f"/sign-in/{service.make_link(session, person_id, lasts=timedelta(days=1))}"


def change(world: World, table: type, **values: object) -> None:
    with world.database.write() as session:
        session.execute(update(table).values(**values))


def token_on(client: FlaskClient, path: str = "/privacy") -> str:
    page = client.get(path).get_data(as_text=True)
    return re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (SignInLink, {"expires_at": clock.now() - timedelta(seconds=1)}),
        (SignInLink, {"withdrawn_at": clock.now()}),
        (Person, {"active": False}),
    ],
    ids=["expired", "withdrawn", "inactive"],
)
def test_a_link_that_is_no_longer_good_opens_nothing(
    client: FlaskClient, world: World, table: type, values: dict[str, object]
) -> None:
    link = link_for(world, world.employee)
    change(world, table, **values)
    response = client.get(link)
    assert response.status_code == 404
    assert client.get_cookie(access.COOKIE) is None
    assert client.get("/start").location == "/signed-out"


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (SignIn, {"expires_at": clock.now() - timedelta(seconds=1)}),
        (SignIn, {"ended_at": clock.now()}),
        (Person, {"active": False}),
    ],
    ids=["expired", "ended", "inactive"],
)
def test_a_sign_in_that_is_no_longer_good_opens_nothing(
    client: FlaskClient, world: World, table: type, values: dict[str, object]
) -> None:
    world.sign_in(client, world.employee)
    assert client.get("/start").status_code == 200
    change(world, table, **values)
    assert client.get("/start").location == "/signed-out"


def test_a_cookie_from_before_is_never_the_one_after(client: FlaskClient, world: World) -> None:
    """Session fixation: whoever planted a cookie knows nothing about the next one."""
    client.set_cookie(access.COOKIE, "planted")
    seen = {"planted"}
    for _ in range(3):
        client.get(link_for(world, world.employee))
        cookie = client.get_cookie(access.COOKIE)
        assert cookie is not None
        assert cookie.value not in seen
        seen.add(cookie.value)


def test_the_next_person_gets_forms_of_their_own(client: FlaskClient, world: World) -> None:
    client.get(link_for(world, world.employee))
    first = token_on(client)
    client.get(link_for(world, world.hr))
    used = client.post("/language", data={"csrf_token": first, "language": "nn", "next": "/"})
    assert used.status_code == 400


def test_the_same_person_back_by_the_link_can_send_an_open_form(
    client: FlaskClient, world: World
) -> None:
    client.get(link_for(world, world.employee))
    opened = token_on(client)
    change(world, SignIn, ended_at=clock.now())
    refused = client.post("/practice", data={"csrf_token": opened, "choice": "dont_know"})
    assert refused.status_code == 403
    client.get(link_for(world, world.employee))
    sent = client.post("/practice", data={"csrf_token": opened, "choice": "dont_know"})
    assert sent.status_code == 200


def test_what_was_sent_after_the_sign_in_ended_is_kept_for_sending_once_more(
    client: FlaskClient, world: World
) -> None:
    client.get(link_for(world, world.employee))
    opened = token_on(client)
    change(world, SignIn, ended_at=clock.now())
    page = client.post("/practice", data={"csrf_token": opened, "choice": "dont_know"}).text
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split("<main")[1]))
    assert kept["choice"] == "dont_know"
    assert client.post("/practice", data=kept).status_code == 403
    client.get(link_for(world, world.employee))
    assert client.post("/practice", data=kept).status_code == 200
    change(world, SignIn, ended_at=clock.now())
    forged = client.post("/practice", data={"csrf_token": "forged", "choice": "dont_know"})
    assert 'value="dont_know"' not in forged.text


def test_signing_out_leaves_nothing_for_the_next(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.employee)
    token = token_on(client)
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert client.get_cookie(access.COOKIE) is None
    again = client.post("/language", data={"csrf_token": token, "language": "nn", "next": "/"})
    assert again.status_code == 400


@pytest.mark.parametrize(
    ("base_url", "secure"), [("https://spor.example", True), ("http://localhost", False)]
)
def test_cookies_are_kept_from_scripts_other_sites_and_plain_http(
    world: World, base_url: str, secure: bool
) -> None:
    app = https_app(world, base_url)
    client = app.test_client()
    client.get("/privacy", base_url=base_url)
    response = client.get(link_for(world, world.employee), base_url=base_url)
    cookies = response.headers.getlist("Set-Cookie")
    assert any(cookie.startswith(access.COOKIE) for cookie in cookies)
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == secure
    assert ("Strict-Transport-Security" in response.headers) == secure


def https_app(world: World, base_url: str) -> Flask:
    url = world.database.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(url, SECRET, base_url))
    app.extensions["spor"].engine.dispose()
    app.extensions["spor"] = world.database
    app.test_client_class = LintedClient
    return app


def test_under_https_a_form_from_another_site_is_refused(world: World) -> None:
    """The proxy speaks plain HTTP to us and may name any host: only the settings count."""
    client = https_app(world, "https://spor.example").test_client()
    token = token_on(client)
    form = {"csrf_token": token, "language": "nn", "next": "/"}
    at_home = {"base_url": "http://127.0.0.1:8000", "data": form}
    client.set_cookie("spor_form", client.get_cookie("spor_form").value, domain="127.0.0.1")
    for referrer, status in (
        ("https://evil.example/", 400),
        ("http://127.0.0.1:8000/", 400),
        ("https://spor.example/", 303),
    ):
        headers = {"Referer": referrer, "X-Forwarded-Host": "evil.example"}
        assert client.post("/language", headers=headers, **at_home).status_code == status


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://example.com/", "//example.com", "/\\example.com", "\\\\example.com", ""),
        *("/\t/example.com", "/\r/example.com", "/\n/example.com", " //example.com"),
        *("javascript:alert(1)", "/\x00/example.com", "example.com", "///example.com"),
    ],
)
def test_choosing_a_language_never_leads_off_the_site(
    client: FlaskClient, world: World, elsewhere: str
) -> None:
    sent = client.post(
        "/language", data={"csrf_token": token_on(client), "language": "nn", "next": elsewhere}
    )
    assert sent.status_code == 303
    assert sent.location == "/"


def test_an_address_for_settings_is_a_whole_one() -> None:
    from webapp.settings import SettingsError

    environ = {"SPOR_DATABASE_URL": "sqlite://", "SPOR_SECRET_KEY": SECRET}
    for base_url in (
        "spor.example",
        "//spor.example",
        "ftp://spor.example",
        "https://",
        "http:// x",
    ):
        with pytest.raises(SettingsError, match="SPOR_BASE_URL"):
            Settings.from_environ(environ | {"SPOR_BASE_URL": base_url})
    whole = Settings.from_environ(environ | {"SPOR_BASE_URL": "https://spor.example/"})
    assert (whole.base_url, whole.secure_cookies) == ("https://spor.example", True)


def test_the_command_prints_a_link_that_opens_the_right_persons_door(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = world.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SPOR_DATABASE_URL", url)
    monkeypatch.setenv("SPOR_INSTANCE", str(tmp_path))
    run = CliRunner().invoke(main, ["sign-in-link", "0001", "--days", "2"])
    assert run.exit_code == 0, run.output
    path = run.output.strip().removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 303
    assert "Solveig Strandheim" in client.get("/start").get_data(as_text=True)
    unknown = CliRunner().invoke(main, ["sign-in-link", "9999"])
    assert unknown.exit_code == 1
    assert "9999" in unknown.output
