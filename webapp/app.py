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
from webapp.people.models import Role
from webapp.people.views import blueprint as people
from webapp.rounds.views import blueprint as rounds
from webapp.taking.views import blueprint as taking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webapp.settings import Settings

BLUEPRINTS = (people, taking, rounds, outcomes, authoring, operations)


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
    """The doors that this person's roles open: label, address, and whether one stands in it."""
    person = g.get("person")
    if person is None:
        return
    doors = [(i18n.gettext("My mapping"), "taking.start", True)]
    doors.append((i18n.gettext("Rounds"), "rounds.index", Role.HR in person.roles))
    doors.append((i18n.gettext("Question bank"), "authoring.index", Role.AUTHOR in person.roles))
    for label, endpoint, is_open in doors:
        if is_open:
            yield label, url_for(endpoint), request.blueprint == endpoint.partition(".")[0]
