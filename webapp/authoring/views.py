"""The authors' desk: the bank, one question, its form, and the next pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for

from item_bank import scenes
from item_bank.answers import IncompleteAnswer, MalformedAnswer, read_answer
from item_bank.presentation import present
from item_bank.scoring import score
from webapp import access
from webapp.authoring import pools, service, words
from webapp.authoring.comparison import differences
from webapp.authoring.drafts import Malformed, change_rows, clean, draft_of, read_draft
from webapp.authoring.facts import (
    Facts,
    description_of,
    differing,
    facts_of,
    problems_with,
    read_facts,
    told,
)
from webapp.authoring.forms import EditForm, FilterForm, PublishForm, StatusForm, ViewForm
from webapp.authoring.problems import LONGEST_NOTE, Problem, advice_on, judge
from webapp.i18n import as_language, current_language
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response

    from item_bank.answers import Answer
    from item_bank.content import ItemContent, Language
    from item_bank.question_view import Question
    from webapp.authoring.comparison import Difference
    from webapp.authoring.drafts import Draft
    from webapp.authoring.service import Saved, ShownItem
    from webapp.database import Database

blueprint = Blueprint("authoring", __name__)

Page = str | tuple[str, int]


class Typed(NamedTuple):
    """All that the edit form holds of a question."""

    draft: Draft
    facts: Facts


SEED = 0
"""Previews are laid out as one and the same person would get them."""


def _database() -> Database:
    database: Database = current_app.extensions["spor"]
    return database


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {
        "kinds": words.kinds(),
        "levels": words.levels(),
        "settings": words.settings(),
        "statuses": words.statuses(),
        "status_actions": words.status_actions(),
        "standings": words.standings(),
    }


# The bank


@blueprint.get("/bank")
@access.open_to(access.authors)
def index() -> Page:
    form = FilterForm(request.args)
    filters = form.filters()
    overview = service.overview(_database(), filters)
    form.offer(overview.modules, current_language())
    if not form.validate():
        abort(400)
    return render_template("authoring/index.html", overview=overview, form=form, filters=filters)


# One question


@blueprint.get("/bank/<item_id>")
@access.open_to(access.authors)
def item(item_id: str) -> Page:
    shown, language, with_key = _asked_for(item_id)
    return _item_page(shown, language, with_key=with_key)


@blueprint.post("/bank/<item_id>/try")
@access.open_to(access.authors)
def try_item(item_id: str) -> Page:
    """Answer as a test taker would. Nothing is kept."""
    shown, language, with_key = _asked_for(item_id)
    sent = request.form.to_dict(flat=False)
    try:
        answer = read_answer(shown.content, sent, seed=SEED)
    except IncompleteAnswer:
        error = _("Answer first. “I don’t know” is also an answer.")
        return _item_page(shown, language, with_key=with_key, entered=sent, error=error), 422
    except MalformedAnswer:
        abort(400)
    return _item_page(shown, language, with_key=with_key, answer=answer)


def _asked_for(item_id: str) -> tuple[ShownItem, Language, bool]:
    """The question, the language to show it in, and whether with its key, as the address says."""
    form = ViewForm(request.args)
    if not form.validate():
        abort(400)
    language = as_language(form.language.data) or current_language()
    return _shown(item_id, form.revision.data), language, bool(form.key.data)


def _shown(item_id: str, revision: int | None = None) -> ShownItem:
    try:
        return service.item(_database(), item_id, revision)
    except service.UnknownItem:
        abort(404)


def _item_page(
    shown: ShownItem,
    language: Language,
    *,
    with_key: bool,
    answer: Answer | None = None,
    entered: dict[str, list[str]] | None = None,
    error: str | None = None,
    status_form: StatusForm | None = None,
) -> str:
    content = shown.content
    status_form = status_form or StatusForm(formdata=None)
    status_form.note.label.text = _("Note")
    return render_template(
        "authoring/item.html",
        shown=shown,
        q=present(content, language, seed=SEED, answer=answer, entered=entered, reveal=with_key),
        language=language,
        with_key=with_key,
        # What this very view is, so that a link changes one thing and keeps the others.
        view={
            "item_id": shown.row.id,
            "in": language,
            "key": "1" if with_key else None,
            "revision": None if shown.is_newest else shown.revision.number,
        },
        advice=advice_on(draft_of(content)),
        is_right=None if answer is None else bool(score(content, answer)),
        error=error,
        changes=[(one, told(one.changes)) for one in shown.changes],
        status_form=status_form,
    )


@blueprint.post("/bank/<item_id>/status")
@access.open_to(access.authors)
def change_status(item_id: str) -> Response | Page:
    """Pause, retire or bring back."""
    shown = _shown(item_id)
    form = StatusForm()
    valid = form.validate_on_submit()
    if form.action.errors or form.seen.errors or form.errors.get("csrf_token"):
        abort(400)
    if not valid:
        form.note.errors = [_("Shorten the note to %(most)s characters.", most=LONGEST_NOTE)]
        return _status_page(shown, form), 422
    try:
        service.change_status(
            _database(),
            item_id,
            service.StatusAction(form.action.data or ""),
            seen=form.seen.data or "",
            author_id=access.current_person().id,
            note=_note(),
        )
    except service.MovedMeanwhile:
        shown = _shown(item_id)
        flash(_what_came_first(shown), "warning")
        return _status_page(shown, StatusForm(formdata=None)), 409
    flash(_("Saved. The next pool will follow it; the pool in use stays as it is."), "success")
    return redirect(url_for(".item", item_id=item_id), 303)


def _what_came_first(shown: ShownItem) -> str:
    last = next((one for one in shown.changes if "status" in one.changes), None)
    if last is not None and last.author_id == access.current_person().id:
        return _(
            "You changed the status yourself meanwhile, in another tab or by a second click, so "
            "nothing more was done. See how it stands."
        )
    return _("Somebody else changed the status meanwhile, so nothing was done. See how it stands.")


def _status_page(shown: ShownItem, form: StatusForm) -> str:
    return _item_page(shown, current_language(), with_key=False, status_form=form)


# The form


@blueprint.get("/bank/<item_id>/edit")
@access.open_to(access.authors)
def edit(item_id: str) -> str:
    shown = _shown(item_id)
    return _form_page(shown, _kept(shown), expected_version=shown.row.version)


@blueprint.post("/bank/<item_id>/edit")
@access.open_to(access.authors)
def save(item_id: str) -> Response | Page:
    """One form, several buttons: save, preview, and those that add, move and remove rows."""
    shown = _shown(item_id)
    form = EditForm()
    action, version = form.action.data, form.expected_version.data
    if not form.validate_on_submit() or action is None or version is None:
        abort(400)
    try:
        draft = read_draft(request.form, shown.content.kind)
        facts = read_facts(request.form)
        if action not in {"save", "preview"}:
            changed, focus = change_rows(draft, action)
            return _form_page(shown, Typed(changed, facts), focus=focus)
    except Malformed:
        abort(400)
    typed = Typed(draft, facts)
    content, problems = judge(draft)
    if action == "preview":
        preview = _preview(content, problems)
        page = _form_page(shown, typed, problems=problems, preview=preview)
        return page, 422 if problems else 200
    problems = (*problems, *problems_with(facts))
    note = _note()
    if len(note) > LONGEST_NOTE:
        too_long = _("Shorten the note to %(most)s characters.", most=LONGEST_NOTE)
        problems = (*problems, Problem("note", too_long))
    if content is None or problems:
        return _form_page(shown, typed, problems=problems), 422
    return _save(item_id, typed, content, expected_version=version)


def _save(
    item_id: str, typed: Typed, content: ItemContent, *, expected_version: int
) -> Response | Page:
    address = url_for(".item", item_id=item_id)
    try:
        saved = service.save(
            _database(),
            item_id,
            content,
            description=description_of(typed.facts),
            expected_version=expected_version,
            author_id=access.current_person().id,
            note=_note(),
        )
    except service.SavedMeanwhile:
        shown = _shown(item_id)
        own = shown.newest_author_id == access.current_person().id
        if own and not _differences(_kept(shown), typed):  # a second click
            flash(_("This is saved already."), "success")
            return redirect(address, 303)
        version = shown.row.version
        return _form_page(shown, typed, conflict=True, expected_version=version), 409
    except service.NothingNew:
        flash(_("Nothing was changed, so no new revision was made."), "info")
        return redirect(address, 303)
    flash(_what_was_saved(saved), "success")
    return redirect(address, 303)


def _what_was_saved(saved: Saved) -> str:
    if saved.revision is None:
        return _("Saved. The wording is as before, so no new revision was made.")
    return _(
        "Saved as revision %(number)s. Tests get it once a new pool is published.",
        number=saved.revision,
    )


def _note() -> str:
    return " ".join(clean(request.form.get("note", "")).split())


def _preview(content: ItemContent | None, problems: Iterable[Problem]) -> Question | None:
    """The question as typed; None where it has no shape yet that could be shown."""
    in_the_way = ("rows", "scene", "value", "tolerance")
    if content is None or any(
        problem.field in in_the_way or problem.field.endswith("-place") for problem in problems
    ):
        return None
    language = as_language(request.form.get("preview_language")) or current_language()
    return present(content, language, seed=SEED)


def _form_page(
    shown: ShownItem,
    typed: Typed,
    *,
    expected_version: int | None = None,
    problems: Sequence[Problem] = (),
    preview: Question | None = None,
    conflict: bool = False,
    focus: str | None = None,
) -> str:
    """The form as it was typed. The version is the one it came with, unless another is given."""
    draft = typed.draft
    errors: dict[str, list[str]] = {}
    for field, message in problems:
        errors.setdefault(field, []).append(message)
    return render_template(
        "authoring/edit.html",
        shown=shown,
        draft=draft,
        note=clean(request.form.get("note", "")),
        expected_version=expected_version or request.form["expected_version"],
        problems=problems,
        errors=errors,
        advice=advice_on(draft),
        preview=preview,
        preview_language=request.form.get("preview_language", current_language()),
        facts=typed.facts,
        theirs=_differences(_kept(shown), typed) if conflict else None,
        focus="preview" if preview and not problems else focus,
        places=_places(draft),
        row_words=words.rows(draft.kind),
        answer_types=words.answer_types(),
    )


def _kept(shown: ShownItem) -> Typed:
    """The form as it would show what is saved."""
    return Typed(draft_of(shown.content), facts_of(shown.row.description))


def _differences(theirs: Typed, yours: Typed) -> tuple[Difference, ...]:
    return (*differences(theirs.draft, yours.draft), *differing(theirs.facts, yours.facts))


def _places(draft: Draft) -> list[str]:
    if draft.kind != "hotspot":
        return []
    try:
        return sorted(scenes.load(draft.scene).places)
    except scenes.SceneError:
        return []


# The next pool


@blueprint.get("/bank/pools/new")
@access.open_to(access.authors)
def plan() -> str:
    return _plan_page(PublishForm(formdata=None))


@blueprint.post("/bank/pools")
@access.open_to(access.authors)
def publish() -> Response | Page:
    form = PublishForm()
    valid = form.validate_on_submit()
    if form.mark.errors or form.mark.data is None:
        abort(400)
    if not valid:
        form.note.errors = [_("Shorten the note to %(most)s characters.", most=LONGEST_NOTE)]
        return _plan_page(form), 422
    try:
        number = pools.publish(
            _database(),
            mark=form.mark.data,
            by=access.current_person().id,
            note=" ".join(clean(form.note.data or "").split()),
        )
    except (pools.PublishedMeanwhile, pools.NothingNew, pools.TooFew):
        return _plan_page(form, is_stale=True), 409
    return _make_usable(number)


@blueprint.get("/bank/pools")
@access.open_to(access.authors)
def publish_again() -> Response:
    """Where a reload comes to, when nothing was published."""
    return redirect(url_for(".plan"), 303)


@blueprint.post("/bank/pools/<int:number>/design")
@access.open_to(access.authors)
def make_usable(number: int) -> Response | Page:
    """Once more, where it did not come about right after publishing."""
    return _make_usable(number)


def _make_usable(number: int) -> Response | Page:
    try:
        pools.make_usable(_database(), number)
    except pools.UnknownPool:
        abort(404)
    flash(_("Pool %(number)s is published, and rounds can use it.", number=number), "success")
    return redirect(url_for(".index"), 303)


def _plan_page(form: PublishForm, *, is_stale: bool = False) -> str:
    return render_template(
        "authoring/plan.html", plan=pools.plan_pool(_database()), form=form, is_stale=is_stale
    )
