"""What a person reads when something is wrong: what happened, that nothing is lost, what to do."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from flask import current_app, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from wtforms import ValidationError

from webapp.addresses import with_query

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

log = logging.getLogger(__name__)


def error_page(
    status: int,
    *,
    detail: str | None = None,
    way_on: tuple[str, str] | None = None,
    kept: list[tuple[str, str]] | None = None,
) -> tuple[str, int]:
    """The page for a refused request; `way_on` is (address, label) of where to go from here.

    `kept` are fields that were sent, for sending once more.
    """
    address, label = way_on or (None, None)
    page = render_template(
        "error.html", status=status, detail=detail, home_href=address, home_label=label, kept=kept
    )
    return page, status


def _refused(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    signed_out = status == 403 and g.get("person") is None
    return error_page(status, kept=_own_form() if signed_out else None)


def _wrong_method(error: MethodNotAllowed) -> Response | tuple[str, int, dict[str, str]]:
    """Reading an address that only takes forms is what a reload does: it leads to their page."""
    if request.method in {"GET", "HEAD"}:
        return redirect(_page_above(), 303)
    page, status = error_page(405)
    return page, status, {"Allow": ", ".join(sorted(error.valid_methods or ()))}


def _page_above() -> str:
    """The nearest address above this one that is a page, with the same query."""
    addresses = current_app.url_map.bind("localhost")
    parts = request.path.split("/")
    above = ("/".join(parts[:length]) for length in range(len(parts) - 1, 1, -1))
    path = next((path for path in above if addresses.test(path, "GET")), "/")
    return with_query(path)


def _form_expired(error: CSRFError) -> tuple[str, int]:  # noqa: ARG001
    return error_page(400)


def _failed(
    status: int, error: Exception, *, kept: list[tuple[str, str]] | None = None
) -> tuple[str, int]:
    """A number on the page leads to the traceback in the log, which no user sees."""
    reference = secrets.token_hex(4)
    log.error("%s reference %s", status, reference, exc_info=error)
    page = render_template("error.html", status=status, reference=reference, kept=kept)
    return page, status


def _database_failed(error: DBAPIError | NoConnection) -> tuple[str, int]:
    """The page needs no database, and keeps what was sent for sending once more.

    Whether it was stored cannot be known here. Sent again it has the same key, and is harmless.
    """
    return _failed(503, error, kept=_own_form())


def _own_form() -> list[tuple[str, str]]:
    """What a form of ours sent; nothing of a form that another site made."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except (ValidationError, HTTPException):
        return []
    sent = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    # A page cannot hold a NUL, and no field of ours sends one.
    return [pair for pair in sent if "\0" not in "".join(pair)]


def _broken(error: Exception) -> tuple[str, int]:
    return _failed(500, error)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(MethodNotAllowed, _wrong_method)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(NoConnection, _database_failed)
    app.register_error_handler(Exception, _broken)
