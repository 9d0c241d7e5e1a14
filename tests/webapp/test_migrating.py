"""The migrations give exactly the tables that the models speak of, on both databases."""

from __future__ import annotations

from alembic import command
from sqlalchemy import inspect, text

from item_bank.models import PoolItem
from item_bank.service.parameters import from_columns, to_columns
from placement.items import ItemParameters
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


POOL_OF_0003 = (
    "INSERT INTO module VALUES ('QA', 1, '{}')",
    "INSERT INTO category VALUES ('QA.1', 'QA', 1, 'X 1', 1, '{}')",
    (
        "INSERT INTO item VALUES ('QA-100', 'QA', 'QA.1', 2, 'short', 'general', 'X', 'x', NULL,"
        " NULL, 'in_use', '2026-09-01', 1)"
    ),
    "INSERT INTO item_revision VALUES (1, 'QA-100', 1, '{}', '2026-09-01', NULL, '')",
    "INSERT INTO pool VALUES (1, '2026-09-01', NULL, '')",
    (
        "INSERT INTO pool_item VALUES (1, 'QA-100', 1, 'QA', 'QA.1', '3PL', 1.0, -0.4, 0.15, 0.3,"
        " 0.6, 0.0, 0)"
    ),
)
"""A pool as it stood before parameters could be measured."""


def test_a_pool_from_before_measured_parameters_is_as_it_was(database: Database) -> None:
    config = configuration(database.engine)
    command.downgrade(config, "0003")
    writing = database.engine.execution_options(spor_write=True)
    with writing.begin() as connection:
        for statement in POOL_OF_0003:
            connection.execute(text(statement))
    migrate(database.engine)
    command.check(config)
    with database.read() as session:
        kept = session.get_one(PoolItem, (1, "QA-100"))
        assert to_columns(held(kept)) == to_columns(
            ItemParameters("QA-100", "QA", "QA.1", "3PL", 1.0, -0.4, 0.15, 0.3, 0.6)
        )
        assert (kept.n_responses, kept.calibration_id) == (0, None)
    command.downgrade(config, "0003")
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM pool_item")).mappings().all()
    assert [(row["b"], row["c"]) for row in rows] == [(-0.4, 0.15)]
    assert "d" not in rows[0]


def held(row: PoolItem) -> ItemParameters:
    return from_columns(row.item_id, row.module, row.category, row)
