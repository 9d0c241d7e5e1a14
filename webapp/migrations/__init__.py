"""The database's history, step by step (Alembic). Tables of `item_bank` and `webapp` grow together."""
