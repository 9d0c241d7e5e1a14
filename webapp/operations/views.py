"""Pages about the service itself, and its health."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from sqlalchemy import text

from webapp import access

blueprint = Blueprint("operations", __name__)


@blueprint.get("/accessibility")
@access.open_to(access.everybody)
def accessibility() -> str:
    return render_template("operations/accessibility.html")


@blueprint.get("/privacy")
@access.open_to(access.everybody)
def privacy() -> str:
    return render_template("operations/privacy.html")


@blueprint.get("/health")
@access.open_to(access.everybody)
def health() -> dict[str, str]:
    """For whoever watches the server; a database that does not answer gives 503."""
    with current_app.extensions["spor"].read() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}
