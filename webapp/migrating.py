"""Bringing a database to the newest shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Engine


def configuration(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", "webapp:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine.execution_options(spor_write=True)
    return config


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision; harmless when there already."""
    command.upgrade(configuration(engine), "head")
