"""Each page is open to the roles that need it, and to nobody else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.world import World
from webapp import access

OPEN_TO_ALL = {
    "people.home",
    "people.sign_in",
    "people.signed_out",
    "people.sign_out",
    "people.choose_language",
    "operations.accessibility",
    "operations.privacy",
    "operations.health",
}


def test_every_view_says_whom_it_is_for(app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "audience")
    ]
    assert silent == []


def test_only_the_pages_listed_here_are_open_to_everybody(app: Flask) -> None:
    opened = {
        name
        for name, view in app.view_functions.items()
        if getattr(view, "audience", None) is access.everybody
    }
    assert opened == OPEN_TO_ALL


@pytest.mark.parametrize(
    ("who", "forbidden"),
    [
        (
            "employee",
            ["/rounds", "/rounds/1", "/rounds/1/outcomes", "/rounds/1/outcomes.csv", "/bank"],
        ),
        ("author", ["/rounds", "/rounds/1", "/rounds/1/outcomes", "/rounds/1/outcomes.xlsx"]),
        ("hr", ["/bank", "/bank/TB-101", "/bank/TB-101/edit"]),
    ],
)
def test_a_role_opens_its_own_doors_only(
    client: FlaskClient, world: World, who: str, forbidden: list[str]
) -> None:
    world.sign_in(client, getattr(world, who))
    assert [client.get(path).status_code for path in forbidden] == [403] * len(forbidden)


def test_a_visitor_is_led_to_the_explanation(client: FlaskClient) -> None:
    for path in ("/start", "/rounds", "/bank", "/attempts/unknown"):
        response = client.get(path)
        assert (response.status_code, response.location) == (303, "/signed-out")


def test_a_visitor_cannot_post(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    assert app.test_client().post("/invitations/1/attempt").status_code == 403


def test_an_unmarked_view_is_closed_even_to_hr(app: Flask, world: World) -> None:
    app.add_url_rule("/unmarked", "unmarked", lambda: "secret")
    client = app.test_client()
    world.sign_in(client, world.hr)
    assert client.get("/unmarked").status_code == 403


def test_signing_out_ends_the_sign_in_on_the_server(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.employee)
    stolen = client.get_cookie(access.COOKIE)
    assert stolen is not None
    page = client.get("/start").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    client.set_cookie(access.COOKIE, stolen.value)
    assert client.get("/start").status_code == 303


def test_headers_keep_others_out(client: FlaskClient) -> None:
    headers = client.get("/privacy").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_link_is_explained(client: FlaskClient) -> None:
    response = client.get("/sign-in/nothing")
    assert response.status_code == 404
    assert 'data-page="unknown-link"' in response.get_data(as_text=True)
