"""One application for all, and a browser of each role that must leave everything unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.pages import LintedClient
from tests.webapp.bad_requests.visiting import (
    ROLES,
    Visit,
)
from tests.world import World
from webapp.app import create_app
from webapp.settings import Settings


@pytest.fixture(scope="session")
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
