"""HR's pages about rounds: the list, and who has come how far in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, render_template, request

from webapp import access
from webapp.i18n import gettext
from webapp.rounds import paging, service, words
from webapp.rounds.forms import RoundFilterForm

if TYPE_CHECKING:
    from webapp.database import Database

blueprint = Blueprint("rounds", __name__)


def _database() -> Database:
    database: Database = current_app.extensions["spor"]
    return database


@blueprint.get("/rounds")
@access.open_to(access.hr)
def index() -> str:
    return render_template(
        "rounds/index.html", rounds=service.rounds(_database()), phase_name=words.phase_name
    )


@blueprint.get("/rounds/<int:round_id>")
@access.open_to(access.hr)
def show(round_id: int) -> str:
    form = RoundFilterForm(request.args)
    if not form.validate():
        abort(400)
    try:
        overview = service.overview(_database(), round_id, form.wanted())
        page = paging.page_of(overview.people, form.page_number)
    except service.UnknownChoice:
        abort(400)
    except (service.UnknownRound, paging.NoSuchPage):
        abort(404)
    _label(form, overview)
    return render_template(
        "rounds/show.html",
        overview=overview,
        page_of_people=page,
        form=form,
        filters=_filters(form),
        statuses=list(service.Status),
        status_name=words.status_name,
        phase_name=words.phase_name,
    )


def _label(form: RoundFilterForm, overview: service.RoundOverview) -> None:
    form.offer_units(gettext("Unit"), gettext("All units"), overview.units)
    form.status.label.text = gettext("Status")
    form.status.choices = [
        ("", gettext("All")),
        *((status.value, words.status_name(status)) for status in service.Status),
    ]


def _filters(form: RoundFilterForm) -> dict[str, str]:
    """The chosen filters as parameters of an address, for links to other pages of the list."""
    chosen = {"status": form.status.data, "unit": form.unit.data}
    return {name: value for name, value in chosen.items() if value}
