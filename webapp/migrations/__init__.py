"""The database's history, step by step (Alembic); all floors' tables grow together."""
