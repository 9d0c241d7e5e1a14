"""The migrations give exactly the tables that the models speak of, on both databases."""

from __future__ import annotations

from alembic import command
from sqlalchemy import inspect

from webapp.database import Database
from webapp.migrating import configuration, migrate
from webapp.tables import metadata


def test_models_and_migrations_agree(database: Database) -> None:
    command.check(configuration(database.engine))


def test_every_table_is_there(database: Database) -> None:
    there = set(inspect(database.engine).get_table_names())
    assert there == {*metadata.tables, "alembic_version"}


def test_migrating_twice_is_harmless(database: Database) -> None:
    migrate(database.engine)
    command.check(configuration(database.engine))


def test_one_can_go_back_to_nothing_and_forth(database: Database) -> None:
    command.downgrade(configuration(database.engine), "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate(database.engine)
    command.check(configuration(database.engine))
