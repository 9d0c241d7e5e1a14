"""Taking a calibration into the bank in the browser: the files, what they change, and yes or no."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from item_bank import service as bank
from placement.reading import UnreadableError
from webapp import access
from webapp.authoring import adopting
from webapp.authoring.drafts import clean
from webapp.authoring.forms import AdoptForm, CalibrationForm
from webapp.authoring.problems import LONGEST_NOTE
from webapp.i18n import gettext as _
from webapp.security import takes_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import FileStorage
    from werkzeug.wrappers import Response

    from placement.reading import ReadingError
    from webapp.database import Database

blueprint = Blueprint("calibrations", __name__)

Page = str | tuple[str, int]

MOST_FAULTS = 100
LONGEST_NAME = 100


def _database() -> Database:
    database: Database = current_app.extensions["spor"]
    return database


def _signer() -> URLSafeSerializer:
    """What a page was shown comes back exactly so, without a place to keep it meanwhile."""
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="calibration")


@blueprint.get("/bank/calibrations/new")
@access.open_to(access.authors)
def new() -> str:
    return _upload_page(CalibrationForm(formdata=None))


@blueprint.get("/bank/calibrations")
@blueprint.get("/bank/calibrations/preview")
@access.open_to(access.authors)
def again() -> Response:
    """Where a reload comes to."""
    return redirect(url_for(".new"), 303)


@blueprint.post("/bank/calibrations/preview")
@access.open_to(access.authors)
@takes_files
def preview() -> Page:
    """Read the files and show what they would change. Nothing is kept."""
    form = CalibrationForm()
    valid = form.validate_on_submit()
    if form.errors.get("csrf_token"):
        abort(400)
    if not valid:
        return _upload_page(form), 422
    pool, report = _file(form.pool.data), _file(form.report.data)
    try:
        found = adopting.read_files(pool, report)
        return _preview_page(found, AdoptForm(formdata=None), skip_edited=form.skip_edited.data)
    except adopting.NotText as error:
        unreadable = _("%(name)s is no text in UTF-8.", name=error.name)
        return _upload_page(form, message=unreadable), 422
    except adopting.NotAReport:
        not_a_report = _("%(name)s is no report of spor calibrate.", name=report.name)
        return _upload_page(form, message=not_a_report), 422
    except UnreadableError as error:
        return _upload_page(form, faults=error.errors), 422


@blueprint.post("/bank/calibrations")
@access.open_to(access.authors)
def adopt() -> Response | Page:
    form = AdoptForm()
    valid = form.validate_on_submit()
    if form.looked_at.errors or form.errors.get("csrf_token"):
        abort(400)
    try:
        looked_at = _signer().loads(form.looked_at.data or "")
    except BadSignature:
        abort(400)
    found = adopting.Calibrated(**looked_at["found"])
    skip_edited = looked_at["skip_edited"]
    try:
        if not valid:
            form.note.errors = [_("Shorten the note to %(most)s characters.", most=LONGEST_NOTE)]
            return _preview_page(found, form, skip_edited=skip_edited), 422
        adopting.adopt(
            _database(),
            found,
            skip_edited=skip_edited,
            by=access.current_person().id,
            note=" ".join(clean(form.note.data or "").split()),
        )
    except UnreadableError as error:  # a question was edited after the page was shown
        return _upload_page(CalibrationForm(formdata=None), faults=error.errors), 409
    except bank.NothingMeasured:
        flash(_("The bank has these parameters already. Nothing was changed."), "info")
        return redirect(url_for("authoring.index"), 303)
    flash(_("The parameters are taken in. They are used once a new pool is published."), "success")
    return redirect(url_for("authoring.plan"), 303)


def _file(sent: FileStorage) -> adopting.File:
    return adopting.File(clean(sent.filename or "")[:LONGEST_NAME], sent.read())


def _upload_page(
    form: CalibrationForm, *, message: str | None = None, faults: Sequence[ReadingError] = ()
) -> str:
    form.name_fields()
    return render_template(
        "authoring/calibration.html",
        form=form,
        message=message,
        faults=faults[:MOST_FAULTS],
        n_further=max(0, len(faults) - MOST_FAULTS),
    )


def _preview_page(found: adopting.Calibrated, form: AdoptForm, *, skip_edited: bool) -> str:
    with _database().read() as session:
        adoption = adopting.preview(session, found, skip_edited=skip_edited)
    return render_template(
        "authoring/adopt.html",
        found=found,
        adoption=adoption,
        changes=bank.module_changes(adoption.measured),
        form=form,
        looked_at=_signer().dumps({"found": asdict(found), "skip_edited": skip_edited}),
    )
