"""The employee's pages up to the last answer: start, practice, one question at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for

from item_bank.answers import IncompleteAnswer, MalformedAnswer, read_answer
from item_bank.presentation import present
from webapp import access
from webapp.errors import error_page
from webapp.i18n import current_language, format_date, gettext
from webapp.taking import overview, service
from webapp.taking.forms import AnswerForm, new_key

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from webapp.database import Database
    from webapp.taking.service import OpenQuestion

blueprint = Blueprint("taking", __name__)

Page = str | tuple[str, int]


def _database() -> Database:
    database: Database = current_app.extensions["spor"]
    return database


@blueprint.get("/start")
@access.open_to(access.signed_in)
def start() -> str:
    """What this is, and where the person is in it."""
    invitations = overview.invitations_of(_database(), access.current_person().id)
    return render_template("taking/start.html", invitations=invitations)


@blueprint.route("/practice", methods=["GET", "POST"])
@access.open_to(access.signed_in)
def practice() -> Page:
    """Questions that count for nothing, one of a kind, to see how answering works."""
    items = overview.practice_items()
    number = request.args.get("question", 1, type=int)
    if not 1 <= number <= len(items):
        abort(404)
    item = items[number - 1]
    answered, error, status = False, None, 200
    if request.method == "POST":
        try:
            read_answer(item.content, _entered(), seed=0)
            answered = True
        except IncompleteAnswer as lack:
            error, status = _asked_again(lack), 422
        except MalformedAnswer:
            abort(400)
    question = present(item.content, current_language(), seed=0, entered=_entered())
    page = render_template(
        "taking/practice.html",
        q=question,
        item=item.id,
        number=number,
        total=len(items),
        answered=answered,
        error=error,
    )
    return page, status


@blueprint.post("/invitations/<int:invitation_id>/attempt")
@access.open_to(access.signed_in)
def begin(invitation_id: int) -> Response | Page:
    try:
        public_id = service.begin(_database(), invitation_id, access.current_person().id)
    except service.NoSuchAttempt:
        abort(404)
    except service.RoundClosed:
        return _closed()
    return redirect(url_for("taking.attempt", public_id=public_id), 303)


@blueprint.get("/invitations/<int:invitation_id>/attempt")
@access.open_to(access.signed_in)
def begin_again(invitation_id: int) -> Response:  # noqa: ARG001
    """Where a reload comes to, when the round was not open."""
    return redirect(url_for("taking.start"), 303)


@blueprint.get("/attempts/<public_id>")
@access.open_to(access.signed_in)
def attempt(public_id: str) -> Response | Page:
    """The next question. Reading it changes nothing, so reload and back are harmless."""
    try:
        question = service.open_question(_database(), public_id, access.current_person().id)
    except service.NoSuchAttempt:
        abort(404)
    except service.RoundClosed:
        return _closed()
    if question is None:
        return redirect(url_for("outcomes.result", public_id=public_id), 303)
    return _question_page(question)


@blueprint.post("/attempts/<public_id>/answers")
@access.open_to(access.signed_in)
def answer(public_id: str) -> Response | Page:
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    person_id = access.current_person().id
    try:
        service.answer(_database(), public_id, person_id, form.submission(request.form))
    except service.NoSuchAttempt:
        abort(404)
    except MalformedAnswer:
        abort(400)
    except service.RoundClosed:
        return _closed()
    except IncompleteAnswer as lack:
        return _ask_again(public_id, person_id, _asked_again(lack))
    except service.AlreadyAnswered:
        return _first_answer_stands(public_id, 409)
    except service.KeyReused:
        return _first_answer_stands(public_id, 422)
    return redirect(url_for("taking.attempt", public_id=public_id), 303)


def _question_page(question: OpenQuestion, error: str | None = None) -> str:
    return render_template(
        "taking/question.html",
        question=question,
        q=present(
            question.content, current_language(), seed=question.option_seed, entered=_entered()
        ),
        module_name=overview.module_name(_database(), question.module),
        key=new_key(),
        error=error,
    )


def _entered() -> dict[str, list[str]]:
    """What the person had filled in, when the page is shown again."""
    return request.form.to_dict(flat=False)


def _ask_again(public_id: str, person_id: int, error: str) -> Response | Page:
    question = service.open_question(_database(), public_id, person_id)
    if question is None:
        return redirect(url_for("outcomes.result", public_id=public_id), 303)
    return _question_page(question, error), 422


def _asked_again(lack: IncompleteAnswer) -> str:
    """What is lacking, in words that blame nobody."""
    match lack.reason:
        case "nothing":
            return gettext("Answer before you go on. “I don’t know” is also a good answer.")
        case "rows":
            return gettext("Choose something on every line, or “I don’t know”.")
        case "repeated":
            return gettext("Two lines have the same choice. Each one is used once.")


def _first_answer_stands(public_id: str, status: int) -> Page:
    return error_page(
        status,
        detail=gettext("This question has been answered already, and that answer stands."),
        way_on=(
            url_for("taking.attempt", public_id=public_id),
            gettext("Go on to your next question"),
        ),
    )


def _closed() -> Page:
    invitations = overview.invitations_of(_database(), access.current_person().id)
    detail = gettext("This round is not open for answers today.")
    if invitations:
        detail = gettext(
            "The round is open from %(first)s to %(last)s. Ask %(contact)s if you need more time.",
            first=format_date(invitations[0].opens_on),
            last=format_date(invitations[0].closes_on),
            contact=invitations[0].contact_name,
        )
    return error_page(
        403, detail=detail, way_on=(url_for("taking.start"), gettext("Go to my mapping"))
    )
