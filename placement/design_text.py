"""Designs as TOML that a person can read: the same document as the JSON, with comments."""

import re
import tomllib
from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

import tomli_w

from placement.design import Design
from placement.documents import from_plain, to_plain
from placement.errors import DesignError
from placement.kinds import KINDS

NUMBERS = re.compile(r"\[\n([-+.\deE,\s]+?),?\n *\]")
WORDS: Mapping[str, str] = {
    "version": "counts up when the design is changed; a stored attempt keeps its own",
    "modules": "in the order they are taken; * stands for every module of the pool not named here",
    "tracks": "from the least able to the most; hours of course",
    "losses": "rows: the track a person belongs in; columns: the track proposed; hours lost",
    "review": "a person looks when no track is this certain, or two differ by less than the margin",
    "opening": "so many of a sitting's first questions are ones that most people answer right",
}


def to_toml(design: Design, *, comments: bool = True) -> str:
    """Return the design as TOML; `from_toml` gives an equal value back."""
    plain = _without_empty_plans(to_plain(design, KINDS))
    parts = [(name, _flat(tomli_w.dumps({name: value}))) for name, value in plain.items()]
    # In TOML what follows a [table] belongs to it: plain values come first.
    ordered = sorted(parts, key=lambda part: part[1].startswith("["))
    if not comments:
        return "\n".join(text for _, text in ordered)
    return "\n".join(_comment(design, name) + text for name, text in ordered)


def from_toml(text: str) -> Design:
    """Return the design that `text` holds; `DesignError` names every fault by its key's path."""
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        raise DesignError([f"not a TOML document: {error}"]) from error
    design = from_plain(Design, document, KINDS)
    assert isinstance(design, Design)
    return design


def _flat(text: str) -> str:
    """Put lists of numbers on one line each."""
    return NUMBERS.sub(
        lambda found: "[" + ", ".join(found[1].replace(",", " ").split()) + "]", text
    )


def _comment(design: Design, name: str) -> str:
    """Return what the field is for, or what its strategy says of itself, as a line of comment."""
    value = getattr(design, name)
    strategies = {cls for known in KINDS.values() for cls in known.values()}
    said = cleandoc(type(value).__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    text = WORDS.get(name, said if type(value) in strategies else "")
    return f"# {name}: {text}\n" if text else ""


def _without_empty_plans(value: Any) -> Any:
    """Leave out the plans of a design that no pilot has fitted: their default is none."""
    if isinstance(value, list):
        return [_without_empty_plans(part) for part in value]
    if not isinstance(value, dict):
        return value
    kept = {name: part for name, part in value.items() if (name, part) != ("plans", [])}
    return {name: _without_empty_plans(part) for name, part in kept.items()}
