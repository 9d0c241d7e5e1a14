"""Alembic's entry: the engine is Spor's own, so that migrations run under the same pragmas."""

from __future__ import annotations

from alembic import context

from webapp.tables import metadata

config = context.config


def run() -> None:
    with config.attributes["engine"].connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
