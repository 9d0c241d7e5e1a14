"""The employee's own result, and HR's page and files of a round's proposals."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)

from webapp import access
from webapp.i18n import gettext, in_language
from webapp.outcomes import export, service, words
from webapp.outcomes.forms import TICKED, OutcomeFilterForm, ReviewForm
from webapp.outcomes.notices import Notice
from webapp.rounds import paging
from webapp.rounds.service import UnknownChoice, UnknownRound

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from webapp.database import Database

blueprint = Blueprint("outcomes", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _database() -> Database:
    database: Database = current_app.extensions["spor"]
    return database


@blueprint.get("/attempts/<public_id>/result")
@access.open_to(access.signed_in)
def result(public_id: str) -> Response | str:
    try:
        found = service.result(_database(), public_id, access.current_person().id)
    except service.NoSuchAttempt:
        abort(404)
    except service.Unfinished:
        return redirect(url_for("taking.attempt", public_id=public_id), 303)
    return _result_page(found, ReviewForm(message=found.review.message if found.review else ""))


@blueprint.post("/attempts/<public_id>/review")
@access.open_to(access.signed_in)
def ask_for_review(public_id: str) -> Response | tuple[str, int]:
    person_id = access.current_person().id
    form = ReviewForm()
    try:
        if not form.validate_on_submit():
            return _result_page(service.result(_database(), public_id, person_id), form), 422
        service.ask_for_review(_database(), public_id, person_id, form.message.data or "")
    except service.NoSuchAttempt:
        abort(404)
    except service.Unfinished:
        abort(409)
    flash(gettext("Your wish for a new review is noted. HR will read it."), "success")
    return redirect(url_for("outcomes.result", public_id=public_id), 303)


def _result_page(found: service.Result, form: ReviewForm) -> str:
    form.message.label.text = gettext("What should we know? (optional)")
    return render_template("outcomes/result.html", result=found, form=form, words=words)


@blueprint.get("/rounds/<int:round_id>/outcomes")
@access.open_to(access.hr)
def round_outcomes(round_id: int) -> str:
    form, found = _asked_for(round_id)
    try:
        page = paging.page_of(found.outcomes, form.page_number)
    except paging.NoSuchPage:
        abort(404)
    _label(form, found)
    return render_template(
        "outcomes/round.html",
        found=found,
        page_of_outcomes=page,
        form=form,
        filters=_filters(form),
        notices=list(Notice),
        words=words,
    )


@blueprint.get("/rounds/<int:round_id>/outcomes.csv")
@access.open_to(access.hr)
def round_csv(round_id: int) -> Response:
    _form, found = _asked_for(round_id)
    return _download(export.as_csv(found), "text/csv; charset=utf-8", f"{round_id}.csv")


@blueprint.get("/rounds/<int:round_id>/outcomes.xlsx")
@access.open_to(access.hr)
def round_xlsx(round_id: int) -> Response:
    _form, found = _asked_for(round_id)
    return _download(export.as_xlsx(found), XLSX, f"{round_id}.xlsx")


def _asked_for(round_id: int) -> tuple[OutcomeFilterForm, service.RoundOutcomes]:
    form = OutcomeFilterForm(request.args)
    if not form.validate():
        abort(400)
    try:
        return form, service.round_outcomes(_database(), round_id, form.wanted())
    except UnknownChoice:
        abort(400)
    except UnknownRound:
        abort(404)


def _download(content: bytes, kind: str, name: str) -> Response:
    placements = gettext("placements")
    return send_file(
        BytesIO(content),
        mimetype=kind,
        as_attachment=True,
        download_name=f"{placements}-{name}",
    )


def _label(form: OutcomeFilterForm, found: service.RoundOutcomes) -> None:
    form.offer_units(gettext("Unit"), gettext("All units"), found.units)
    form.module.label.text = gettext("Module")
    form.module.choices = [
        ("", gettext("All modules")),
        *((module.module, in_language(module.name)) for module in found.modules),
    ]
    form.track.label.text = gettext("Proposed placement")
    form.track.choices = [
        ("", gettext("All")),
        *words.named_tracks(),
    ]
    form.look.label.text = gettext("Only those a person should look at")


def _filters(form: OutcomeFilterForm) -> dict[str, str]:
    """The chosen filters as parameters of an address, for links to other pages of the list."""
    chosen = {
        "module": form.module.data,
        "track": form.track.data,
        "unit": form.unit.data,
        "look": TICKED if form.look.data else "",
    }
    return {name: value for name, value in chosen.items() if value}
