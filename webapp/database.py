"""The database: one engine, reads and short writes, and what keeps an acknowledged answer.

SQLite runs with WAL and `synchronous=FULL`, so that a commit survives a power cut, and every write
begins with BEGIN IMMEDIATE, so that two writers queue instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.orm import Session, sessionmaker

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_SOUND_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL when two connections write and checkpoint at the same instant."""

BUSY_TIMEOUT_MS = 10_000

ALONE = 0x53706F72
"""The key of PostgreSQL's lock for writes that are to be alone."""


class Database:
    """Where services read and write.

    A read sees one snapshot; a write commits on leaving, or not at all. A write `alone` waits for
    any other such write to end, so that what it has looked at is still so when it commits: SQLite
    lets every write be alone, PostgreSQL only those that ask.
    """

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reads = sessionmaker(_snapshots(self.engine), expire_on_commit=False)
        self._writes = sessionmaker(
            self.engine.execution_options(spor_write=True), expire_on_commit=False
        )

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._reads() as session:
            yield session

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Session]:
        with self._writes.begin() as session:
            if alone and self.engine.name == "postgresql":
                # Held until the transaction ends; every statement after it sees what is committed.
                session.execute(select(func.pg_advisory_xact_lock(ALONE)))
            yield session


def make_engine(url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL address; ValueError for any other."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        return _sqlite_engine(url)
    if backend == "postgresql":
        psycopg_url = make_url(url).set(drivername="postgresql+psycopg")
        return create_engine(psycopg_url, pool_pre_ping=True, pool_size=16, max_overflow=16)
    raise ValueError(f"Spor runs on SQLite and PostgreSQL, not on {backend}")


def _snapshots(engine: Engine) -> Engine:
    """An engine whose transactions see one snapshot: with SQLite they always do."""
    if engine.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        module=_sound_sqlite(),
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=16,
        max_overflow=16,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _sound_sqlite() -> Any:
    """Python's own SQLite where it is new enough, otherwise the bundled one."""
    candidates = [sqlite3]
    if find_spec("pysqlite3"):
        candidates.append(import_module("pysqlite3.dbapi2"))
    for candidate in candidates:
        if candidate.sqlite_version_info >= FIRST_SOUND_SQLITE:
            return candidate
    raise RuntimeError(
        f"SQLite {sqlite3.sqlite_version} can lose data under load; install pysqlite3 0.6.1 or "
        "newer, use a newer Python, or set SPOR_DATABASE_URL to a PostgreSQL database"
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "mmap_size=0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("spor_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
