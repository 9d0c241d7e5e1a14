"""The database runs as `docs/operating.md` says it does."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from webapp import database as module
from webapp.database import Database, make_engine


def test_sqlite_runs_with_what_keeps_an_answer(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with database.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size")
        }
    database.engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0}


@pytest.fixture
def counted(database: Database) -> Database:
    """A database with one more, empty table: t(n)."""
    with database.write() as session:
        session.execute(text("CREATE TABLE t (n INTEGER)"))
    return database


def rows(database: Database) -> int:
    with database.read() as session:
        return session.execute(text("SELECT count(*) FROM t")).scalar_one()


def test_a_reader_is_not_kept_out_by_a_writer(counted: Database) -> None:
    with counted.write() as writer:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        assert rows(counted) == 0
    assert rows(counted) == 1


def test_a_reader_sees_one_snapshot(counted: Database) -> None:
    with counted.read() as session:
        before = session.execute(text("SELECT count(*) FROM t")).scalar_one()
        with counted.write() as writer:
            writer.execute(text("INSERT INTO t VALUES (1)"))
        assert session.execute(text("SELECT count(*) FROM t")).scalar_one() == before == 0


def test_writes_that_are_to_be_alone_queue_instead_of_failing(counted: Database) -> None:
    """Each reads before it writes: side by side, two of them would read the same.

    On SQLite every write is alone; with a deferred BEGIN most of these would fail.
    """
    asked = counted.engine.name == "postgresql"

    def read_then_write() -> None:
        with counted.write(alone=asked) as session:
            n = session.execute(text("SELECT count(*) FROM t")).scalar_one()
            session.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})

    with ThreadPoolExecutor(8) as people:
        for done in [people.submit(read_then_write) for _ in range(40)]:
            done.result()
    assert rows(counted) == 40
    with counted.read() as session:
        assert session.execute(text("SELECT count(DISTINCT n) FROM t")).scalar_one() == 40


def test_a_failed_write_leaves_nothing(counted: Database) -> None:
    def fail() -> None:
        with counted.write() as session:
            session.execute(text("INSERT INTO t VALUES (1)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rows(counted) == 0


def test_an_unsound_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    old = SimpleNamespace(sqlite_version_info=(3, 51, 2), sqlite_version="3.51.2")
    monkeypatch.setattr(module, "sqlite3", old)
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(RuntimeError, match=r"3\.51\.2 can lose data"):
        make_engine("sqlite://")


def test_the_bundled_sqlite_is_taken_where_pythons_own_is_too_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = SimpleNamespace(sqlite_version_info=(3, 53, 0), sqlite_version="3.53.0")
    monkeypatch.setattr(module, "sqlite3", SimpleNamespace(sqlite_version_info=(3, 40, 1)))
    monkeypatch.setattr(module, "find_spec", lambda _name: True)
    monkeypatch.setattr(module, "import_module", lambda _name: new)
    assert module._sound_sqlite() is new
    assert sqlite3.sqlite_version_info


def test_other_databases_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="not on mysql"):
        make_engine("mysql://localhost/spor")
