"""Who may open a page. Every view says so; a view that does not say is closed to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from flask import abort, current_app, g, redirect, request, url_for

from webapp.people import service as people
from webapp.people.models import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.wrappers import Response

COOKIE = "spor_sign_in"

View = TypeVar("View", bound="Callable[..., object]")


class Audience(Protocol):
    def __call__(self, person: people.SignedIn | None, /) -> bool: ...


def everybody(person: people.SignedIn | None, /) -> bool:  # noqa: ARG001
    return True


def signed_in(person: people.SignedIn | None, /) -> bool:
    return person is not None


def hr(person: people.SignedIn | None, /) -> bool:
    return person is not None and Role.HR in person.roles


def authors(person: people.SignedIn | None, /) -> bool:
    return person is not None and Role.AUTHOR in person.roles


def open_to(audience: Audience) -> Callable[[View], View]:
    """Say which people a view is for."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark


def current_person() -> people.SignedIn:
    """The signed-in person; only for views that are not open to everybody."""
    person: people.SignedIn | None = g.get("person")
    if person is None:
        abort(403)
    return person


def _recognise() -> None:
    g.person = None
    if request.endpoint == "static":
        return  # styles are everybody's, also while the database is away
    token = request.cookies.get(COOKIE, "")
    if token:
        g.person = people.signed_in_person(current_app.extensions["spor"], token)


def _guard() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    audience: Audience | None = getattr(view, "audience", None)
    if audience is not None and audience(g.person):
        return None
    if g.person is not None or request.method not in {"GET", "HEAD"}:
        abort(403)
    return redirect(url_for("people.signed_out"), 303)


def init_app(app: Flask) -> None:
    app.before_request(_recognise)
    app.before_request(_guard)
