"""What an installation decides, read once from the environment.

Psychometric choices are not settings: they are a design, stored with every round.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORT = 8000
SHORTEST_SECRET = 32


class SettingsError(Exception):
    """The environment does not say enough, or says something impossible."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation.

    `base_url` is where people reach it, without a final slash; cookies are marked Secure when it
    is https. `instance` holds what the embedded default keeps on disk.
    """

    database_url: str
    secret_key: str
    base_url: str
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    demo: bool = False

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, demo: bool = False) -> Settings:
        """Read the settings; SettingsError names the variable at fault.

        Only the demo may go without a secret and a database address: it keeps its own under
        `instance/`, or under `SPOR_INSTANCE`.
        """
        host, port = _where(environ)
        return cls(
            database_url=database_url(environ, demo=demo),
            secret_key=_secret_key(environ, demo=demo),
            base_url=base_url(environ),
            host=host,
            port=port,
            demo=demo,
        )


def instance_folder(environ: Mapping[str, str]) -> Path:
    """The folder for the demo's database and secret; made when missing, closed to other users."""
    folder = Path(environ.get("SPOR_INSTANCE", "instance")).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def base_url(environ: Mapping[str, str]) -> str:
    """Where people reach Spor, without a final slash."""
    host, port = _where(environ)
    address = environ.get("SPOR_BASE_URL", f"http://{host}:{port}").rstrip("/")
    if not re.match(r"https?://[^/\s]+", address):
        raise SettingsError(
            f"SPOR_BASE_URL should be a whole address with http or https, not {address!r}"
        )
    return address


def _where(environ: Mapping[str, str]) -> tuple[str, int]:
    """The host and port to listen on."""
    text = environ.get("PORT", str(DEFAULT_PORT))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT should be a number from 1 to 65535, not {text!r}")
    return environ.get("SPOR_HOST", "127.0.0.1"), int(text)


def database_url(environ: Mapping[str, str], *, demo: bool) -> str:
    """Where the database is; the demo, and batch jobs on it, may leave it unsaid."""
    url = environ.get("SPOR_DATABASE_URL", "")
    if url:
        return url
    if not demo:
        raise SettingsError("SPOR_DATABASE_URL is missing: say where the database is")
    return f"sqlite:///{instance_folder(environ) / 'spor.sqlite3'}"


def _secret_key(environ: Mapping[str, str], *, demo: bool) -> str:
    secret = environ.get("SPOR_SECRET_KEY", "")
    if not secret and demo:
        return _kept_secret(instance_folder(environ) / "secret-key")
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"SPOR_SECRET_KEY should be a secret of at least {SHORTEST_SECRET} characters"
        )
    return secret


def _kept_secret(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()
