"""A question as a page shows it: texts in one language, parts in their order, names for the form.

The key is in it only with `reveal`, which is for authors' pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from item_bank import scenes
from item_bank.answers import DONT_KNOW, answer_fields
from item_bank.content.material import lines_of, rows_of
from item_bank.content.model import (
    HotSpot,
    Matching,
    MultipleResponse,
    Option,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from item_bank.question_view import Cells, ChoiceView, Lines, OptionView, Question, RowView
from item_bank.shuffling import Layout, layout
from item_bank.texts import paragraphs, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from item_bank.answers import Answer
    from item_bank.content.model import ItemContent
    from item_bank.question_view import Runs
    from item_bank.texts import Language, Text


def present(
    content: ItemContent,
    language: Language,
    *,
    seed: int,
    answer: Answer | None = None,
    entered: Mapping[str, list[str]] | None = None,
    reveal: bool = False,
) -> Question:
    """Show the question in `language`, laid out by `seed`.

    It stands filled in with `answer`, or with the fields a person `entered` so far and is asked
    again about; what the page does not offer is left out. `reveal` adds the key and rationales.
    """
    fields = dict(entered or {}) if answer is None else answer_fields(content, answer, seed=seed)
    page = _Page(language, layout(content, seed=seed), fields, reveal)
    material = content.material
    question = Question(
        kind=content.kind,
        lang=language,
        stem=paragraphs(content.stem.in_(language)),
        material=None if material is None else _material(material.in_(language)),
        dont_know=DONT_KNOW in fields or DONT_KNOW in page.sent("choice"),
    )
    return _with_body(question, content, page)


@dataclass(frozen=True, slots=True)
class _Page:
    """What all parts of one showing share."""

    language: Language
    shown: Layout
    fields: Mapping[str, list[str]]
    reveal: bool

    def runs(self, text: Text) -> Runs:
        return runs(text.in_(self.language))

    def sent(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    def first(self, name: str) -> str | None:
        return next(iter(self.sent(name)), None) or None


def _with_body(question: Question, content: ItemContent, page: _Page) -> Question:
    body = content.body
    match body:
        case SingleChoice(options) | MultipleResponse(options):
            return _with_options(question, options, page)
        case HotSpot():
            return _with_scene(question, body, page)
        case Ordering():
            return _with_steps(question, body, page)
        case Matching():
            return _with_pairs(question, body, page)
        case ShortAnswer():
            return _with_text(question, body, page)
        case _:
            assert_never(body)


def _with_options(question: Question, options: tuple[Option, ...], page: _Page) -> Question:
    values = page.shown.parts.values()
    key = frozenset(value for value, index in values if options[index].correct)
    return replace(
        question,
        options=tuple(_option(options[index], value, page) for value, index in values),
        key=key if page.reveal else None,
    )


def _option(option: Option, value: str, page: _Page) -> OptionView:
    return OptionView(
        value=value,
        runs=page.runs(option.text),
        checked=value in page.sent("choice"),
        correct=option.correct if page.reveal else None,
        rationale=option.rationale if page.reveal else None,
    )


def _with_scene(question: Question, body: HotSpot, page: _Page) -> Question:
    scene = scenes.load(body.scene)
    listed = _with_options(question, body.options, page)
    places = [body.options[index].place or "" for index in page.shown.parts.order]
    numbered = zip(listed.options, places, strict=True)
    return replace(
        listed,
        options=tuple(
            replace(option, marker=number, box=scene.places[place])
            for number, (option, place) in enumerate(numbered, start=1)
        ),
        svg=scene.render(page.language),
        view_box=scene.view_box,
        alt=body.alt.in_(page.language),
    )


def _with_steps(question: Question, body: Ordering, page: _Page) -> Question:
    values = page.shown.parts.values()
    return replace(
        question,
        rows=tuple(
            _row(value, body.steps[index].text, body.steps[index].rationale, page)
            for value, index in values
        ),
        choices=tuple(
            ChoiceView(str(number), runs(str(number))) for number in range(1, len(values) + 1)
        ),
        key={value: str(index + 1) for value, index in values} if page.reveal else None,
    )


def _with_pairs(question: Question, body: Matching, page: _Page) -> Question:
    values = page.shown.parts.values()
    rights = page.shown.rights
    return replace(
        question,
        rows=tuple(
            _row(value, body.pairs[index].left, body.pairs[index].rationale, page)
            for value, index in values
        ),
        choices=tuple(
            ChoiceView(value, page.runs(body.rights[index])) for value, index in rights.values()
        ),
        key={value: rights.value(index) for value, index in values} if page.reveal else None,
    )


def _row(value: str, text: Text, rationale: str | None, page: _Page) -> RowView:
    return RowView(
        name=value,
        runs=page.runs(text),
        selected=page.first(f"row-{value}"),
        rationale=rationale if page.reveal else None,
    )


def _with_text(question: Question, body: ShortAnswer, page: _Page) -> Question:
    return replace(
        question,
        value=page.first("text") or "",
        answer_type=body.type,
        key=_accepted(body, page.language) if page.reveal else None,
        rationale=body.rationale if page.reveal else None,
    )


def _accepted(body: ShortAnswer, language: Language) -> tuple[str, ...]:
    if body.value is None:
        return body.accept
    number, tolerance = (f"{value:.12g}" for value in (body.value, body.tolerance))
    shown = f"{number} ± {tolerance}" if body.tolerance else number
    return (shown if language == "en" else shown.replace(".", ","), *body.accept)


def _material(text: str) -> Lines | Cells:
    rows = rows_of(text)
    if rows is None:
        return Lines(tuple(lines_of(text)))
    header, *others = (tuple(row) for row in rows)
    return Cells(header, tuple(others))
