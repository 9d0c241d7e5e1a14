"""Headers and limits that every response and request gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import abort, current_app, request
from flask_wtf import CSRFProtect

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

View = TypeVar("View", bound="Callable[..., object]")

csrf = CSRFProtect()

LARGEST_REQUEST_BYTES = 256 * 1024
"""Ample for the longest form."""

LARGEST_UPLOAD_BYTES = 4 * 1024 * 1024
"""Ample for the parameters and the report of some thousand questions."""

FORM = "application/x-www-form-urlencoded"
"""What our forms are sent as. No page takes JSON: a form would find neither texts nor lists of
texts in it."""

FORM_WITH_FILES = "multipart/form-data"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def takes_files(view: View) -> View:
    """Let a view be sent files, and a larger request than others."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def _refuse_other_content() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    taken = {"", FORM}
    if getattr(view, "takes_files", False):
        request.max_content_length = LARGEST_UPLOAD_BYTES
        taken.add(FORM_WITH_FILES)
    if request.mimetype not in taken:
        abort(415)
    if not request.query_string.isascii():  # a browser percent-encodes, whatever was typed
        abort(400)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        # A shared computer's back button must not show the last person's pages.
        response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    app.before_request(_refuse_other_content)
    csrf.init_app(app)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST_BYTES
    app.config["MAX_FORM_PARTS"] = 1000
    app.after_request(_add_headers)
