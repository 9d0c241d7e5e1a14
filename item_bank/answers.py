"""What a person answered: read from a form, kept as JSON, written back into the form.

An answer speaks of the revision's own parts, by their index in its content, whatever order the
person saw them in. So it can be scored and analysed without the seed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, assert_never

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

    from item_bank.content.model import ItemContent

LONGEST_TEXT = 200
DONT_KNOW = "dont_know"


@dataclass(frozen=True, slots=True)
class Choice:
    option: int


@dataclass(frozen=True, slots=True)
class Choices:
    options: frozenset[int]


@dataclass(frozen=True, slots=True)
class Order:
    """The steps' indexes, in the order the person gave them: 0, 1, 2, … is right."""

    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The right side given to each pair's left side; pair `i` is right with `i`. None: no side."""

    rights: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ShortText:
    text: str


@dataclass(frozen=True, slots=True)
class DontKnow:
    pass


Answer = Choice | Choices | Order | Matches | ShortText | DontKnow


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


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Write plain JSON data; equal answers give equal data."""
    match answer:
        case Choice(option):
            return {"choice": option}
        case Choices(options):
            return {"choices": sorted(options)}
        case Order(steps):
            return {"order": list(steps)}
        case Matches(rights):
            return {"matches": list(rights)}
        case ShortText(text):
            return {"text": text}
        case DontKnow():
            return {DONT_KNOW: True}
        case _:
            assert_never(answer)


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Read what `answer_to_json` wrote; ValueError for any other data."""
    match dict(data):
        case {"choice": int(option)}:
            return Choice(option)
        case {"choices": list(options)} if _are_indexes(options):
            return Choices(frozenset(options))
        case {"order": list(steps)} if _are_indexes(steps):
            return Order(tuple(steps))
        case {"matches": list(rights)} if _are_indexes(
            [right for right in rights if right is not None]
        ):
            return Matches(tuple(rights))
        case {"text": str(text)}:
            return ShortText(text)
        case {"dont_know": True}:
            return DontKnow()
        case _:
            raise ValueError(f"no answer: {data!r}")


def _are_indexes(values: list[object]) -> bool:
    return all(isinstance(value, int) for value in values)


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
