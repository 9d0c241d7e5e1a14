"""Requests as bytes, whether a browser would send them or not; and what a database holds."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from sqlalchemy import text

from webapp.tables import metadata

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from webapp.database import Database

FORM = "application/x-www-form-urlencoded"
Fields = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Sending:
    """One request; `path` and `query` are percent-encoded, or broken on purpose."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = FORM
    headers: tuple[tuple[str, str], ...] = ()


def send(client: FlaskClient, sending: Sending) -> TestResponse:
    """Send exactly these bytes, as a WSGI server hands them over."""
    return client.open(
        "/",
        method=sending.method,
        data=sending.body,
        content_type=sending.content_type if sending.body else None,
        headers=list(sending.headers),
        buffered=True,
        environ_overrides={
            "PATH_INFO": unquote_to_bytes(sending.path).decode("latin-1"),
            "QUERY_STRING": sending.query,
            "REQUEST_URI": sending.path,
            "RAW_URI": sending.path,
        },
    )


def quoted(value: bytes) -> str:
    return quote_from_bytes(value, safe="")


def encoded(fields: Fields) -> str:
    """Fields as a form or a query sends them; a name may stand more than once."""
    return "&".join(f"{quoted(name.encode())}={quoted(value)}" for name, value in fields)


def csrf_token(client: FlaskClient, page: str = "/privacy") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found, f"no form on {page}"
    return found[1]


def digest(database: Database) -> dict[str, str]:
    """Every table's rows as one digest, sign-ins apart: they may come and go."""
    digests = {}
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name != "sign_in":
                rows = connection.execute(text(f"SELECT * FROM {table.name}"))
                written = sorted(json.dumps([*row], default=str) for row in rows)
                digests[table.name] = hashlib.sha256("\n".join(written).encode()).hexdigest()
    return digests


def main_of(page: str) -> str:
    return page.split("<main")[1].split("</main>", maxsplit=1)[0]


def lang_of(page: str) -> str:
    found = re.search(r'<html lang="(\w+)"', page)
    return found[1] if found else ""
