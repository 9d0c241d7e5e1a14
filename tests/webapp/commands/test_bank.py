"""The bank from the command line: in, out, in again without a change, and published."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webapp.commands.shell import spor
from webapp.database import Database


@pytest.fixture
def empty(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SPOR_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    return database


def test_the_starter_bank_goes_in_out_and_in_again(empty: Database, tmp_path: Path) -> None:
    assert spor("bank", "import").output == "120 new, 0 changed, 0 unchanged.\n"
    assert spor("bank", "export", tmp_path / "bank").output.startswith("26 files")
    again = spor("bank", "import", tmp_path / "bank")
    assert again.output == "0 new, 0 changed, 120 unchanged.\n"
    file = next((tmp_path / "bank" / "RA").glob("1-*.toml"))
    file.write_text(file.read_text(encoding="utf-8").replace("level = 1", "level = 2", 1))
    assert spor("bank", "import", tmp_path / "bank").output.startswith("0 new, 1 changed")
    published = spor("bank", "publish", "--note", "First")
    assert published.output == "Pool 1 is published, with design 1 fitted to it.\n"
    assert spor("simulate", "--examinees", "50").exit_code == 0
    assert list(tmp_path.glob("instance*")) == [], "a batch job leaves no secret behind"


def test_a_bad_file_is_refused_with_every_fault_and_nothing_is_loaded(
    empty: Database, tmp_path: Path
) -> None:
    spor("bank", "export", tmp_path / "bank")
    folder = tmp_path / "bad" / "RA"
    folder.mkdir(parents=True)
    (folder / "1-x.toml").write_text('module = "RA"\ncategory = "RA.1"\n[[item]]\nid = "RA-1"\n')
    refused = spor("bank", "import", tmp_path / "bad")
    assert refused.exit_code == 1
    assert refused.output.count("1-x.toml") > 3
    assert spor("bank", "publish").exit_code == 1


def test_an_empty_bank_cannot_be_published(empty: Database) -> None:
    refused = spor("bank", "publish")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert spor("simulate").exit_code == 1


def test_an_unknown_attempt_cannot_be_replayed(empty: Database) -> None:
    refused = spor("attempt", "replay", "nobody")
    assert refused.exit_code == 1
    assert "there is no attempt nobody" in refused.output


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("sqlite:///{}/new.sqlite3", "the database: no such table: "),
        ("sqlite:///{}/no/folder.sqlite3", "the database: unable to open database file"),
        ("postgresql://127.0.0.1:1/spor", "the database: connection failed"),
        ("mysql://localhost/spor", "SPOR_DATABASE_URL: Spor runs on SQLite and PostgreSQL"),
        ("no address", "SPOR_DATABASE_URL: Could not parse"),
    ],
)
@pytest.mark.parametrize("command", [("simulate",), ("bank", "export", "out")])
def test_a_database_that_cannot_be_used_is_told_in_a_line(
    url: str, fault: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPOR_DATABASE_URL", url.format(tmp_path))
    monkeypatch.chdir(tmp_path)
    ran = spor(*command)
    assert ran.exit_code == 1
    assert ran.output.startswith(f"Error: {fault}")
    assert len(ran.output.splitlines()) == 1
