"""What several commands need: the settings and the database they name, or a clear refusal."""

from __future__ import annotations

import os

import click

from webapp.database import Database
from webapp.settings import Settings, SettingsError


def settings(*, demo: bool = False) -> Settings:
    try:
        return Settings.from_environ(os.environ, demo=demo)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def database() -> Database:
    """The database of SPOR_DATABASE_URL, or the demo's own when nothing else is named."""
    return Database(settings(demo="SPOR_DATABASE_URL" not in os.environ).database_url)
