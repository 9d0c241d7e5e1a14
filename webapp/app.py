"""The application factory."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, g, request, url_for

from webapp import access, addresses, errors, i18n, security
from webapp.authoring.calibration_views import blueprint as calibrations
from webapp.authoring.views import blueprint as authoring
from webapp.database import Database
from webapp.operations.views import blueprint as operations
from webapp.outcomes.views import blueprint as outcomes
from webapp.people.views import blueprint as people
from webapp.rounds.views import blueprint as rounds
from webapp.taking.views import blueprint as taking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from webapp.settings import Settings

BLUEPRINTS = (people, taking, rounds, outcomes, authoring, calibrations, operations)

MINE = ("/start", "/practice", "/attempts")
"""Where the pages about one's own test are."""


class KnownHost:
    """Lets the application know its own address from the settings alone.

    So it does not matter what a request, or a proxy on its behalf, says about host and scheme.
    """

    def __init__(self, app: WSGIApplication, base_url: str) -> None:
        self.app = app
        self.scheme, self.host, *_ = urlsplit(base_url)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = self.scheme, self.host
        return self.app(environ, start_response)


def create_app(settings: Settings) -> Flask:
    """Spor as a WSGI application. The database must have been migrated (`spor migrate`)."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="spor_form",
        WTF_CSRF_TIME_LIMIT=None,  # a question left open over lunch must still be answerable
        WTF_CSRF_SSL_STRICT=True,
        SPOR_SETTINGS=settings,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["spor"] = Database(settings.database_url)
    app.wsgi_app = KnownHost(app.wsgi_app, settings.base_url)  # type: ignore[method-assign]
    for part in (addresses, i18n, access, security, errors):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(_page_context)
    return app


def _page_context() -> dict[str, object]:
    """What every page's frame needs."""
    return {
        "lang": i18n.current_language(),
        "languages": i18n.OWN_NAMES,
        "person": g.get("person"),
        "here": _here(),
        "navigation": list(_navigation()),
    }


def _here() -> str:
    """Where choosing a language leads back to."""
    if request.method != "GET":
        return "/"
    return addresses.with_query(request.path)


def _navigation() -> Iterator[tuple[str, str, bool]]:
    """The doors that this person may open: label, address, and whether they stand in it."""
    doors = (
        (i18n.gettext("My mapping"), "taking.start", access.signed_in, MINE),
        (i18n.gettext("Rounds"), "rounds.index", access.hr, ("/rounds",)),
        (i18n.gettext("Question bank"), "authoring.index", access.authors, ("/bank",)),
    )
    for label, endpoint, audience, places in doors:
        if audience(g.get("person")):
            yield label, url_for(endpoint), request.path.startswith(places)
