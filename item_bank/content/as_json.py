"""Content as plain JSON data and back, exactly: what a revision's row holds."""

from __future__ import annotations

from typing import Any, TypeVar, assert_never, cast

from item_bank.content.model import (
    AnswerType,
    Body,
    HotSpot,
    ItemContent,
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

T = TypeVar("T")


def content_to_json(content: ItemContent) -> dict[str, Any]:
    material = content.material
    return {
        "kind": content.kind,
        "stem": _text_to_json(content.stem),
        "material": None if material is None else _text_to_json(material),
        "fixed_order": content.fixed_order,
        "body": _body_to_json(content.body),
    }


def content_from_json(data: dict[str, Any]) -> ItemContent:
    """The content that `content_to_json` wrote; ValueError for data of any other shape."""
    try:
        material = data["material"]
        return ItemContent(
            stem=_text(data["stem"]),
            material=None if material is None else _text(material),
            body=_body(data["kind"], data["body"]),
            fixed_order=_of(bool, data["fixed_order"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no item content: {error!r}") from error


def _text_to_json(text: Text) -> dict[str, str]:
    return {language: text.in_(language) for language in LANGUAGES}


def _option_to_json(option: Option) -> dict[str, Any]:
    return {
        "text": _text_to_json(option.text),
        "correct": option.correct,
        "rationale": option.rationale,
        "place": option.place,
    }


def _body_to_json(body: Body) -> dict[str, Any]:
    match body:
        case SingleChoice(options) | MultipleResponse(options):
            return {"options": [_option_to_json(option) for option in options]}
        case HotSpot(scene, alt, options):
            return {
                "scene": scene,
                "alt": _text_to_json(alt),
                "options": [_option_to_json(option) for option in options],
            }
        case Ordering(steps):
            return {
                "steps": [
                    {"text": _text_to_json(step.text), "rationale": step.rationale}
                    for step in steps
                ]
            }
        case Matching(pairs, extras):
            return {
                "pairs": [_pair_to_json(pair) for pair in pairs],
                "extras": [_text_to_json(extra) for extra in extras],
            }
        case ShortAnswer():
            return {
                "type": body.type,
                "rationale": body.rationale,
                "accept": list(body.accept),
                "value": body.value,
                "tolerance": body.tolerance,
                **({"units": list(body.units)} if body.units else {}),
            }
        case _:
            assert_never(body)


def _pair_to_json(pair: Pair) -> dict[str, Any]:
    return {
        "left": _text_to_json(pair.left),
        "right": _text_to_json(pair.right),
        "rationale": pair.rationale,
    }


def _body(kind: str, data: dict[str, Any]) -> Body:
    match kind:
        case "single":
            return SingleChoice(_options(data))
        case "multiple":
            return MultipleResponse(_options(data))
        case "hotspot":
            return HotSpot(_of(str, data["scene"]), _text(data["alt"]), _options(data))
        case "ordering":
            return Ordering(tuple(_step(step) for step in data["steps"]))
        case "matching":
            extras = tuple(_text(extra) for extra in data["extras"])
            return Matching(tuple(_pair(pair) for pair in data["pairs"]), extras)
        case "short":
            return _short_answer(data)
        case _:
            raise ValueError(f"no kind of question: {kind!r}")


def _short_answer(data: dict[str, Any]) -> ShortAnswer:
    value = data["value"]
    return ShortAnswer(
        type=cast("AnswerType", _of(str, data["type"])),
        rationale=_of(str, data["rationale"]),
        accept=tuple(_of(str, accepted) for accepted in data["accept"]),
        value=None if value is None else float(value),
        tolerance=float(data["tolerance"]),
        units=tuple(_of(str, unit) for unit in data.get("units", ())),
    )


def _options(data: dict[str, Any]) -> tuple[Option, ...]:
    return tuple(
        Option(
            text=_text(option["text"]),
            correct=_of(bool, option["correct"]),
            rationale=_of(str, option["rationale"]),
            place=_optional_string(option["place"]),
        )
        for option in data["options"]
    )


def _step(data: dict[str, Any]) -> Step:
    return Step(_text(data["text"]), _optional_string(data["rationale"]))


def _pair(data: dict[str, Any]) -> Pair:
    return Pair(_text(data["left"]), _text(data["right"]), _optional_string(data["rationale"]))


def _text(data: dict[str, Any]) -> Text:
    return Text(*(_of(str, data[language]) for language in LANGUAGES))


def _optional_string(value: object) -> str | None:
    return None if value is None else _of(str, value)


def _of(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
