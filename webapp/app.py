"""The application factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, g, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import access, errors, i18n, security
from webapp.authoring.views import blueprint as authoring
from webapp.database import Database
from webapp.operations.views import blueprint as operations
from webapp.outcomes.views import blueprint as outcomes
from webapp.people.views import blueprint as people
from webapp.rounds.views import blueprint as rounds
from webapp.taking.views import blueprint as taking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webapp.settings import Settings

BLUEPRINTS = (people, taking, rounds, outcomes, authoring, operations)

MINE = ("/start", "/practice", "/attempts")
"""Where the pages about one's own test are."""


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
    if settings.secure_cookies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    for part in (i18n, access, security, errors):
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
        "navigation": list(_navigation()),
    }


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
