"""What may stand in an address. Anything else leads nowhere, before a view or the database sees it.

A NUL, which PostgreSQL takes in no text, and a number that fits no column are such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, quote_from_bytes

from flask import request
from werkzeug.routing import BaseConverter, IntegerConverter

if TYPE_CHECKING:
    from flask import Flask


class Name(BaseConverter):
    """A public id, an item's id, a token: short, and without control characters."""

    regex = r"[^/\x00-\x1f\x7f]{1,200}"


class Number(IntegerConverter):
    """An id: nine digits fit every database's integer."""

    regex = r"[0-9]{1,9}"


def with_query(path: str) -> str:
    """An address of ours with the query of this request; path and query may hold anything."""
    query = quote_from_bytes(request.query_string, safe="%&=+,;:@/?~!$'()*")
    return f"{quote(path)}?{query}" if query else quote(path)


def init_app(app: Flask) -> None:
    # Also: no redirect to a tidier address, since it would repeat the host that was asked for.
    app.url_map.merge_slashes = False
    app.url_map.converters |= {"default": Name, "string": Name, "int": Number}
