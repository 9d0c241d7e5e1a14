"""What an author has typed, whole or half done, and the way from there to a revision's content.

A draft keeps every value as it was sent, so that nothing is lost when something has to be mended.
Field names are built here and in `templates/authoring/edit.html`, nowhere else:
`stem-nb`, `rows-0-text-nb`, `rows-0-right-nb`, `extras-1-en`, `correct` (a row's number), …
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast, get_args

from item_bank.content.model import (
    AnswerType,
    Body,
    HotSpot,
    ItemContent,
    Kind,
    Matching,
    MultipleResponse,
    Option,
    Ordering,
    Pair,
    ShortAnswer,
    SingleChoice,
    Step,
)
from item_bank.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.datastructures import MultiDict

MOST_ROWS = 10
"""More options, steps or pairs than any kind allows."""

T = TypeVar("T")


class Malformed(ValueError):
    """A form that no page of ours sends."""


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A text in three languages; with `same`, the first field holds all three."""

    nb: str = ""
    nn: str = ""
    en: str = ""
    same: bool = False

    def is_empty(self) -> bool:
        return not (self.nb.strip() or self.nn.strip() or self.en.strip())

    def text(self) -> Text:
        if self.same:
            return Text.same(self.nb.strip())
        return Text(self.nb.strip(), self.nn.strip(), self.en.strip())


@dataclass(frozen=True, slots=True)
class Row:
    """An option, a step or a pair. `right` is the pair's other side."""

    text: TextDraft = TextDraft()
    right: TextDraft = TextDraft()
    correct: bool = False
    rationale: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    kind: Kind
    stem: TextDraft = TextDraft()
    material: TextDraft = TextDraft()
    rows: tuple[Row, ...] = ()
    extras: tuple[TextDraft, ...] = ()
    fixed_order: bool = False
    answer_type: AnswerType = "text"
    accept: str = ""
    """One accepted answer a line."""
    value: str = ""
    tolerance: str = ""
    units: str = ""
    """With commas between them."""
    rationale: str = ""
    scene: str = ""
    alt: TextDraft = TextDraft()


# From a revision to a draft


def draft_of(content: ItemContent) -> Draft:
    """The content as a form that shows it."""
    draft = Draft(
        kind=content.kind,
        stem=_typed(content.stem),
        material=_typed(content.material) if content.material else TextDraft(),
        fixed_order=content.fixed_order,
    )
    body = content.body
    if isinstance(body, Ordering):
        rows = tuple(Row(_typed(step.text), rationale=step.rationale or "") for step in body.steps)
        return replace(draft, rows=rows)
    if isinstance(body, Matching):
        return replace(
            draft,
            rows=tuple(
                Row(_typed(pair.left), _typed(pair.right), rationale=pair.rationale or "")
                for pair in body.pairs
            ),
            extras=tuple(_typed(extra) for extra in body.extras),
        )
    if isinstance(body, ShortAnswer):
        return replace(
            draft,
            answer_type=body.type,
            accept="\n".join(body.accept),
            value="" if body.value is None else _number_as_typed(body.value),
            tolerance=_number_as_typed(body.tolerance) if body.tolerance else "",
            units=", ".join(body.units),
            rationale=body.rationale,
        )
    if isinstance(body, HotSpot):
        draft = replace(draft, scene=body.scene, alt=_typed(body.alt))
    rows = tuple(
        Row(
            _typed(option.text),
            correct=option.correct,
            rationale=option.rationale,
            place=option.place or "",
        )
        for option in body.options
    )
    return replace(draft, rows=rows)


def _typed(text: Text) -> TextDraft:
    return TextDraft(text.nb, text.nn, text.en, same=text.is_same())


def _number_as_typed(number: float) -> str:
    """A number with a decimal comma, as Norwegians type it."""
    return f"{number:.12g}".replace(".", ",")


# From a request to a draft


def read_draft(form: MultiDict[str, str], kind: Kind) -> Draft:
    """What was sent, as it was typed. Malformed when it cannot come from our form.

    The kind is the item's own: a form cannot turn one kind into another.
    """
    answer_type = form.get("answer_type", "text")
    if answer_type not in get_args(AnswerType):
        raise Malformed("answer_type")
    correct = set(form.getlist("correct"))
    return Draft(
        kind=kind,
        stem=_read_text(form, "stem"),
        material=_read_text(form, "material"),
        rows=tuple(
            Row(
                text=_read_text(form, f"rows-{index}-text"),
                right=_read_text(form, f"rows-{index}-right"),
                correct=str(index) in correct,
                rationale=_read(form, f"rows-{index}-rationale"),
                place=_read(form, f"rows-{index}-place"),
            )
            for index in range(_count(form, "rows"))
        ),
        extras=tuple(
            _read_text(form, f"extras-{index}") for index in range(_count(form, "extras"))
        ),
        fixed_order="fixed_order" in form,
        answer_type=cast("AnswerType", answer_type),
        accept=_read(form, "accept"),
        value=_read(form, "value"),
        tolerance=_read(form, "tolerance"),
        units=_read(form, "units"),
        rationale=_read(form, "rationale"),
        scene=_read(form, "scene"),
        alt=_read_text(form, "alt"),
    )


def clean(text: str) -> str:
    """Line breaks as one character, and none of the control characters that no text needs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")


def _read(form: Mapping[str, str], name: str) -> str:
    return clean(form.get(name, ""))


def _read_text(form: Mapping[str, str], name: str) -> TextDraft:
    nb, nn, en = (_read(form, f"{name}-{language}") for language in LANGUAGES)
    return TextDraft(nb, nn, en, same=f"{name}-same" in form)


def _count(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "0")
    if not text.isdecimal() or len(text) > 2 or int(text) > MOST_ROWS:
        raise Malformed(name)
    return int(text)


# What the row buttons do


def change_rows(draft: Draft, action: str) -> tuple[Draft, str]:
    """The draft after a row button, and the name of the field where the author goes on.

    Actions are `add rows`, `remove rows 2`, `up rows 2`, `down rows 2`, and the same for `extras`.
    Malformed for any other.
    """
    verb, _, rest = action.partition(" ")
    name, _, number = rest.partition(" ")
    if name == "rows":
        rows, at = _changed(draft.rows, verb, number, new=Row())
        return replace(draft, rows=rows), f"rows-{at}-text-nb" if rows else "add-rows"
    if name == "extras":
        extras, at = _changed(draft.extras, verb, number, new=TextDraft())
        return replace(draft, extras=extras), f"extras-{at}-nb" if extras else "add-extras"
    raise Malformed("action")


def _changed(rows: tuple[T, ...], verb: str, number: str, *, new: T) -> tuple[tuple[T, ...], int]:
    if verb == "add":
        if len(rows) >= MOST_ROWS:
            return rows, len(rows) - 1
        return (*rows, new), len(rows)
    if not number.isdecimal() or not 0 <= int(number) < len(rows):
        raise Malformed("row")
    at = int(number)
    left = list(rows)
    moved = left.pop(at)
    if verb == "remove":
        return tuple(left), max(min(at, len(left) - 1), 0)
    if verb not in {"up", "down"}:
        raise Malformed("action")
    to = max(at - 1, 0) if verb == "up" else min(at + 1, len(left))
    left.insert(to, moved)
    return tuple(left), to


# From a draft to a revision


class NotANumber(ValueError):
    """Typed where a number belongs; `args[0]` is the field's name."""


def content_of(draft: Draft) -> ItemContent:
    """The content that the draft says, right or wrong: the bank's rules judge it afterwards.

    NotANumber when it cannot be said at all.
    """
    return ItemContent(
        stem=draft.stem.text(),
        material=None if draft.material.is_empty() else draft.material.text(),
        body=_body(draft),
        fixed_order=draft.fixed_order,
    )


def _body(draft: Draft) -> Body:
    if draft.kind == "single":
        return SingleChoice(_options(draft.rows))
    if draft.kind == "multiple":
        return MultipleResponse(_options(draft.rows))
    if draft.kind == "hotspot":
        return HotSpot(draft.scene.strip(), draft.alt.text(), _options(draft.rows, places=True))
    if draft.kind == "ordering":
        return Ordering(
            tuple(Step(row.text.text(), row.rationale.strip() or None) for row in draft.rows)
        )
    if draft.kind == "matching":
        return Matching(
            tuple(
                Pair(row.text.text(), row.right.text(), row.rationale.strip() or None)
                for row in draft.rows
            ),
            tuple(extra.text() for extra in draft.extras),
        )
    return _short_answer(draft)


def _options(rows: Iterable[Row], *, places: bool = False) -> tuple[Option, ...]:
    return tuple(
        Option(
            row.text.text(),
            row.correct,
            row.rationale.strip(),
            row.place.strip() if places else None,
        )
        for row in rows
    )


def _short_answer(draft: Draft) -> ShortAnswer:
    rationale = draft.rationale.strip()
    accept = _parts(draft.accept, "\n")
    if draft.answer_type != "number":
        return ShortAnswer(draft.answer_type, rationale, accept)
    return ShortAnswer(
        "number",
        rationale,
        accept,
        value=_number(draft.value, "value") if draft.value.strip() else None,
        tolerance=_number(draft.tolerance, "tolerance") if draft.tolerance.strip() else 0.0,
        units=_parts(draft.units, ","),
    )


def _parts(text: str, sign: str) -> tuple[str, ...]:
    """What stands between the signs, nothing for what is empty."""
    return tuple(part.strip() for part in text.split(sign) if part.strip())


def _number(typed: str, field: str) -> float:
    squeezed = "".join(typed.split()).replace(",", ".").replace("−", "-")
    try:
        number = float(squeezed)
    except ValueError:
        raise NotANumber(field) from None
    if not abs(number) < 1e15:  # nan and inf are refused too
        raise NotANumber(field)
    return number
