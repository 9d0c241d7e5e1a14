"""Writing the source form that `read_items` and `read_module` read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, assert_never

import tomli_w

from item_bank.content.model import (
    Body,
    HotSpot,
    Matching,
    MultipleResponse,
    Option,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from item_bank.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from item_bank.content.model import ItemContent, ItemSource, ModuleSource

NORWEGIAN_LETTERS = str.maketrans({"å": "a", "ø": "o", "æ": "ae", "é": "e"})


def write_items(items: Sequence[ItemSource]) -> str:
    """Write one file of questions, all of the first one's category; ValueError for none."""
    if not items:
        raise ValueError("a file of questions has at least one")
    first = items[0]
    data = {
        "module": first.module,
        "category": first.category,
        "item": [_item(item) for item in items],
    }
    return tomli_w.dumps(data, multiline_strings=True)


def write_module(module: ModuleSource) -> str:
    data = {
        "code": module.code,
        "position": module.position,
        "name": _text(module.name),
        "category": [
            {
                "code": category.code,
                "ref": category.ref,
                "weight": category.weight,
                "name": _text(category.name),
            }
            for category in module.categories
        ],
    }
    return tomli_w.dumps(data)


def file_name(category: str, name: str) -> str:
    """Name a category's file: its number and its name in small plain letters."""
    plain = name.lower().translate(NORWEGIAN_LETTERS)
    return f"{category.rpartition('.')[2]}-{'-'.join(re.findall(r'[a-z0-9]+', plain))}.toml"


def _item(item: ItemSource) -> dict[str, Any]:
    described = {
        "id": item.id,
        "ref": item.ref,
        "topic": item.topic,
        "level": item.level,
        "kind": item.kind,
        "setting": item.setting,
        "digcomp": item.digcomp,
        "program": item.program,
    }
    return {**_without_none(described), **_content(item.content)}


def _content(content: ItemContent) -> dict[str, Any]:
    return {
        **({"fixed_order": True} if content.fixed_order else {}),
        "stem": _text(content.stem),
        **({} if content.material is None else {"material": _text(content.material)}),
        **_body(content.body),
    }


def _body(body: Body) -> dict[str, Any]:
    match body:
        case SingleChoice(options) | MultipleResponse(options):
            return {"option": [_option(option) for option in options]}
        case HotSpot(scene, alt, options):
            picture = {"scene": scene, "alt": _text(alt)}
            return {"picture": picture, "option": [_option(option) for option in options]}
        case Ordering(steps):
            return {
                "step": [
                    _without_none({**_text(step.text), "rationale": step.rationale})
                    for step in steps
                ]
            }
        case Matching(pairs, extras):
            written = [
                _without_none(
                    {
                        "rationale": pair.rationale,
                        "left": _text(pair.left),
                        "right": _text(pair.right),
                    }
                )
                for pair in pairs
            ]
            return {"pair": written, **({"extra": [_text(e) for e in extras]} if extras else {})}
        case ShortAnswer():
            return {"answer": _answer(body)}
        case _:
            assert_never(body)


def _option(option: Option) -> dict[str, Any]:
    return _without_none(
        {
            "place": option.place,
            "correct": True if option.correct else None,
            **_text(option.text),
            "rationale": option.rationale,
        }
    )


def _answer(answer: ShortAnswer) -> dict[str, Any]:
    key: dict[str, Any] = {"accept": list(answer.accept)} if answer.accept else {}
    if answer.value is not None:
        key |= {"value": answer.value, "tolerance": answer.tolerance}
    if answer.units:
        key["units"] = list(answer.units)
    return {"type": answer.type, **key, "rationale": answer.rationale}


def _text(text: Text) -> dict[str, str]:
    if text.is_same():
        return {"same": text.nb}
    return {language: text.in_(language) for language in LANGUAGES}


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
