"""Settings say what is missing, by the variable's name, and have no secret of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.settings import Settings, SettingsError

GOOD = {"SPOR_DATABASE_URL": "sqlite:///x", "SPOR_SECRET_KEY": "s" * 32}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SPOR_DATABASE_URL": ""}, "SPOR_DATABASE_URL"),
        ({"SPOR_SECRET_KEY": ""}, "SPOR_SECRET_KEY"),
        ({"SPOR_SECRET_KEY": "short"}, "SPOR_SECRET_KEY"),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
    ],
)
def test_a_bad_environment_is_refused_by_name(change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environ(GOOD | change)


def test_https_makes_cookies_secure() -> None:
    assert not Settings.from_environ(GOOD).secure_cookies
    assert Settings.from_environ(GOOD | {"SPOR_BASE_URL": "https://spor.example/"}).secure_cookies


def test_the_address_follows_host_and_port() -> None:
    assert Settings.from_environ(GOOD | {"PORT": "8123"}).base_url == "http://127.0.0.1:8123"


def test_the_demo_keeps_a_secret_of_its_own(tmp_path: Path) -> None:
    environ = {"SPOR_INSTANCE": str(tmp_path / "instance")}
    first = Settings.from_environ(environ, demo=True)
    assert first.secret_key == Settings.from_environ(environ, demo=True).secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "instance" / "secret-key").stat().st_mode & 0o077 == 0
    assert first.database_url.endswith("spor.sqlite3")
