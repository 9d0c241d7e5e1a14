"""What a person reads when something is wrong: what happened, that nothing is lost, what to do."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from flask import render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)


def error_page(
    status: int, *, detail: str | None = None, way_on: tuple[str, str] | None = None
) -> tuple[str, int]:
    """The page for a refused request; `way_on` is (address, label) of where to go from here."""
    address, label = way_on or (None, None)
    page = render_template(
        "error.html", status=status, detail=detail, home_href=address, home_label=label
    )
    return page, status


def _refused(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    return error_page(status)


def _form_expired(error: CSRFError) -> tuple[str, int]:  # noqa: ARG001
    return error_page(400)


def _failed(status: int, error: Exception) -> tuple[str, int]:
    """A number on the page leads to the traceback in the log, which no user sees."""
    reference = secrets.token_hex(4)
    log.error("%s reference %s", status, reference, exc_info=error)
    return render_template("error.html", status=status, reference=reference), status


def _database_failed(error: DBAPIError) -> tuple[str, int]:
    return _failed(503, error)


def _broken(error: Exception) -> tuple[str, int]:
    return _failed(500, error)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(Exception, _broken)
