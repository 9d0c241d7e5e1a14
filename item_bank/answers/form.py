"""Answers read from the question's form and written back into it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal, assert_never

from item_bank.answers.values import Choice, Choices, DontKnow, Matches, Order, ShortText
from item_bank.content.model import (
    HotSpot,
    Matching,
    MultipleResponse,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from item_bank.shuffling import Layout, Shown, layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from item_bank.answers.values import Answer
    from item_bank.content.model import ItemContent

LONGEST_TEXT = 200
DONT_KNOW = "dont_know"


class IncompleteAnswer(Exception):
    """The person is asked again. `reason` says what is lacking.

    nothing: nothing was chosen or written. rows: a row has no place or match. repeated: two rows
    have the same.
    """

    def __init__(self, reason: Literal["nothing", "rows", "repeated"]) -> None:
        self.reason = reason
        super().__init__(reason)


class MalformedAnswer(ValueError):
    """A form that our page does not send."""


def read_answer(content: ItemContent, form: Mapping[str, list[str]], *, seed: int) -> Answer:
    """Read the answer to a question that was laid out with `seed`.

    Fields of the form that are not about the question are passed over. «I don't know» sets aside
    whatever else was filled in, as the page says it does. IncompleteAnswer where the person must
    be asked again; MalformedAnswer for what the page never offered.
    """
    if _says_dont_know(content, form):
        return DontKnow()
    shown = layout(content, seed=seed)
    match content.body:
        case SingleChoice() | HotSpot():
            return _choice(form, shown.parts)
        case MultipleResponse():
            return _choices(form, shown.parts)
        case Ordering():
            return _order(form, shown.parts)
        case Matching():
            return _matches(form, shown)
        case ShortAnswer():
            return _short_text(form)
        case _:
            assert_never(content.body)


def answer_fields(  # noqa: PLR0911  (a return per kind)
    content: ItemContent, answer: Answer, *, seed: int
) -> dict[str, list[str]]:
    """Write the form that `read_answer` reads as this answer; ValueError for another kind's."""
    shown = layout(content, seed=seed)
    match answer, content.body:
        case DontKnow(), SingleChoice() | HotSpot():
            return {"choice": [DONT_KNOW]}
        case DontKnow(), _:
            return {DONT_KNOW: ["1"]}
        case Choice(option), SingleChoice() | HotSpot():
            return {"choice": [shown.parts.value(option)]}
        case Choices(options), MultipleResponse():
            return {"choice": sorted(shown.parts.value(option) for option in options)}
        case Order(steps), Ordering():
            return {_row(shown.parts, step): [str(at)] for at, step in enumerate(steps, start=1)}
        case Matches(rights), Matching():
            return {
                _row(shown.parts, left): ["" if right is None else shown.rights.value(right)]
                for left, right in enumerate(rights)
            }
        case ShortText(text), ShortAnswer():
            return {"text": [text]}
        case _:
            raise ValueError(f"{answer!r} answers no question of the kind {content.kind}")


def _says_dont_know(content: ItemContent, form: Mapping[str, list[str]]) -> bool:
    if isinstance(content.body, SingleChoice | HotSpot) and form.get("choice") == [DONT_KNOW]:
        return True
    flags = form.get(DONT_KNOW, [])
    if flags and flags != ["1"]:
        raise MalformedAnswer(f"{DONT_KNOW} is sent as 1")
    return bool(flags)


def _row(shown: Shown, index: int) -> str:
    return f"row-{shown.value(index)}"


def _choice(form: Mapping[str, list[str]], shown: Shown) -> Choice:
    value = _one(form, "choice")
    if not value:
        raise IncompleteAnswer("nothing")
    return Choice(_offered(shown, value))


def _choices(form: Mapping[str, list[str]], shown: Shown) -> Choices:
    values = form.get("choice", [])
    if not values:
        raise IncompleteAnswer("nothing")
    if len(set(values)) < len(values):
        raise MalformedAnswer("an option is sent twice")
    return Choices(frozenset(_offered(shown, value) for value in values))


def _order(form: Mapping[str, list[str]], shown: Shown) -> Order:
    places = _rows(form, shown)
    offered = {str(number) for number in range(1, len(places) + 1)}
    if any(place not in offered for place in places.values() if place):
        raise MalformedAnswer("a place that is not on the page")
    _require_distinct(places)
    return Order(tuple(sorted(places, key=lambda step: int(places[step]))))


def _matches(form: Mapping[str, list[str]], shown: Layout) -> Matches:
    values = _rows(form, shown.parts)
    rights = {left: _offered(shown.rights, value) for left, value in values.items() if value}
    _require_distinct(values)
    return Matches(tuple(rights[left] for left in sorted(rights)))


def _rows(form: Mapping[str, list[str]], shown: Shown) -> dict[int, str]:
    """Read what each row was given, "" for nothing, by the part's index in the content."""
    expected = {f"row-{value}": index for value, index in shown.values()}
    unknown = {name for name in form if name.startswith("row-")} - expected.keys()
    if unknown:
        raise MalformedAnswer(f"rows that are not on the page: {sorted(unknown)}")
    return {index: _one(form, name) for name, index in expected.items()}


def _require_distinct(values: dict[int, str]) -> None:
    if not any(values.values()):
        raise IncompleteAnswer("nothing")
    if not all(values.values()):
        raise IncompleteAnswer("rows")
    if len(set(values.values())) < len(values):
        raise IncompleteAnswer("repeated")


def _short_text(form: Mapping[str, list[str]]) -> ShortText:
    sent = _one(form, "text")
    if len(sent) > LONGEST_TEXT:
        raise MalformedAnswer(f"more than {LONGEST_TEXT} characters")
    text = unicodedata.normalize("NFC", sent).replace("\t", " ").strip()
    # Cc: a control character, which the field cannot hold; Cs: half a character, which no
    # database can.
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise MalformedAnswer("a character that nobody can type")
    if not text:
        raise IncompleteAnswer("nothing")
    return ShortText(text)


def _one(form: Mapping[str, list[str]], name: str) -> str:
    """Read a field that is sent at most once; "" where it is missing."""
    values = form.get(name, [])
    if len(values) > 1:
        raise MalformedAnswer(f"{name} is sent more than once")
    return values[0] if values else ""


def _offered(shown: Shown, value: str) -> int:
    try:
        return shown.index(value)
    except LookupError:
        raise MalformedAnswer(f"{value!r} is not on the page") from None
