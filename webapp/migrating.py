"""Bringing a database to the newest shape, and writing the next step of its history."""

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


def write_revision(engine: Engine, message: str) -> None:
    """Write a new migration from the difference between the database and the models."""
    command.revision(configuration(engine), message=message, autogenerate=True)
