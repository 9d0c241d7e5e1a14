"""What a person reads when something is wrong: what happened, that nothing is lost, what to do."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)


def _page(status: int, kind: str) -> tuple[str, int]:
    return render_template("error.html", status=status, kind=kind), status


def _refused(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    return _page(status, str(status))


def _form_expired(error: CSRFError) -> tuple[str, int]:  # noqa: ARG001
    return _page(400, "form_expired")


def _database_failed(error: DBAPIError) -> tuple[str, int]:
    log.error("database: %s", error.orig, exc_info=error)
    return _page(503, "503")


def _broken(error: Exception) -> tuple[str, int]:
    log.error("unexpected", exc_info=error)
    return _page(500, "500")


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(Exception, _broken)
