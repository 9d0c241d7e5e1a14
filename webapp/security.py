"""Headers and limits that every response and request gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, request
from flask_wtf import CSRFProtect

if TYPE_CHECKING:
    from flask import Flask, Response

csrf = CSRFProtect()

LARGEST_REQUEST_BYTES = 256 * 1024
"""Ample for the longest form; an upload page may raise it for itself."""

FORM = "application/x-www-form-urlencoded"
"""What our forms are sent as. No page takes files or JSON: a form would find neither texts nor
lists of texts in them."""

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


def _refuse_other_content() -> None:
    if request.mimetype not in {"", FORM}:
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
