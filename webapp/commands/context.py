"""What several commands need: the settings and the database they name, or a clear refusal."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import ArgumentError

from webapp import settings as reading
from webapp.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webapp.settings import Settings


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except reading.SettingsError as error:
        raise click.ClickException(str(error)) from error


def settings(*, demo: bool = False) -> Settings:
    with _refusing():
        return reading.Settings.from_environ(os.environ, demo=demo)


def database() -> Database:
    """The database of SPOR_DATABASE_URL, or the demo's own when nothing else is named.

    Its connections are closed when the command ends, however it ends.
    """
    with _refusing():
        url = reading.database_url(os.environ, demo=True)
    try:
        database = Database(url)
    except (ArgumentError, ValueError) as error:
        raise click.ClickException(f"SPOR_DATABASE_URL: {error}") from error
    click.get_current_context().find_root().call_on_close(database.engine.dispose)
    return database


def base_url() -> str:
    with _refusing():
        return reading.base_url(os.environ)
