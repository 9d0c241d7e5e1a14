"""Signing in by a personal link, signing out, and choosing a language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from webapp import access
from webapp.i18n import COOKIE as LANGUAGE_COOKIE
from webapp.i18n import as_language, gettext
from webapp.people import service
from webapp.people.forms import LanguageForm
from webapp.people.models import Role

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("people", __name__)

A_YEAR = timedelta(days=365)
OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")
WHOSE_FORMS = "person"
"""In the forms' cookie: whose they are. Another person on the same computer gets a new token and
none of the first one's messages; the same one, back by their link, can still send an open form."""


@blueprint.get("/")
@access.open_to(access.everybody)
def home() -> Response:
    """Everybody's own first page."""
    if g.person is None:
        return redirect(url_for("people.signed_out"), 303)
    if Role.HR in g.person.roles:
        return redirect(url_for("rounds.index"), 303)
    if Role.AUTHOR in g.person.roles:
        return redirect(url_for("authoring.index"), 303)
    return redirect(url_for("taking.start"), 303)


@blueprint.get("/sign-in/<token>")
@access.open_to(access.everybody)
def sign_in(token: str) -> Response | tuple[str, int]:
    """Follow a personal link; it works until it expires, so that a mail scanner cannot spoil it."""
    database = current_app.extensions["spor"]
    try:
        sign_in_token = service.sign_in(database, token)
    except service.UnknownLink:
        return render_template("people/unknown_link.html"), 404
    person = service.signed_in_person(database, sign_in_token)
    if person is not None and session.get(WHOSE_FORMS) != person.id:
        session.clear()
        session[WHOSE_FORMS] = person.id
    response = redirect(url_for("people.home"), 303)
    _set_cookie(response, access.COOKIE, sign_in_token, service.SIGN_IN_LASTS)
    if person is not None and person.language:
        # For the pages that must do without the database.
        _set_cookie(response, LANGUAGE_COOKIE, person.language, A_YEAR)
    return response


def _set_cookie(response: Response, name: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


@blueprint.get("/signed-out")
@access.open_to(access.everybody)
def signed_out() -> str:
    return render_template("people/signed_out.html")


@blueprint.post("/sign-out")
@access.open_to(access.everybody)
def sign_out() -> Response:
    service.sign_out(current_app.extensions["spor"], request.cookies.get(access.COOKIE, ""))
    session.clear()
    response = redirect(url_for("people.signed_out"), 303)
    response.delete_cookie(access.COOKIE)
    flash(gettext("You have signed out."), "success")
    return response


@blueprint.post("/language")
@access.open_to(access.everybody)
def choose_language() -> Response:
    """Remember the language, for the person where there is one, and go back to the same page."""
    form = LanguageForm()
    language = as_language(form.language.data)
    if not form.validate_on_submit() or language is None:
        abort(400)
    if g.person is not None:
        service.choose_language(current_app.extensions["spor"], g.person.id, language)
    response = redirect(_own_path(form.next.data), 303)
    _set_cookie(response, LANGUAGE_COOKIE, language, A_YEAR)
    return response


def _own_path(path: str | None) -> str:
    """A path on this site, never an address that leads elsewhere.

    Only the signs that our own pages send: a browser passes over a tab between two slashes.
    """
    if path and OWN_PATH.fullmatch(path):
        return path
    return url_for("people.home")
