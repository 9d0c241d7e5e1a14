"""Alembic's entry: the engine is Spor's own, so that migrations run under the same pragmas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context

from item_bank.base import UtcDateTime
from webapp.tables import metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

config = context.config


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name plain types, so that old ones survive a change of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    with config.attributes["engine"].connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
