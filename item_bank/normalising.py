"""Written answers made comparable, so that a right answer is not lost to its spelling.

`comparable` gives every way a text can be read. Nearly always that is one; a formula such as
`=SUM(1,5)` is two (1.5 as a Norwegian writes it, 1 and 5 as the English do), and it is right when
either is.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from item_bank.formulas import formula_readings

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUS_SIGNS = str.maketrans({"−": "-", "–": "-"})
NUMBER = re.compile(r"([+-]?)(\d+|\d{1,3}(?:\s\d{3})+)?(?:[.,](\d+))?")


def comparable(kind: Literal["formula", "number", "text"], text: str) -> frozenset[str]:
    """The canonical readings of an answer; empty where it cannot be read as that kind at all.

    Two answers are the same when they share a reading.
    """
    if kind == "formula":
        return formula_readings(text.translate(MINUS_SIGNS))
    if kind == "number":
        number = read_number(text)
        return frozenset() if number is None else frozenset({format(Decimal(repr(number)), "f")})
    plain = plain_text(text)
    return frozenset({plain}) if plain else frozenset()


def plain_text(text: str) -> str:
    """Case, surrounding and repeated space and one final full stop do not count."""
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return folded.removesuffix(".").rstrip()


def read_number(text: str, units: Sequence[str] = ()) -> float | None:
    """A number as Norwegians and Britons write it; None for other texts.

    Passed over: a final full stop, `%` or `kr` beside it, and one of `units` behind it. Comma or
    point is the decimal sign; groups of three may be parted by any one space. `1.234,5` is
    nobody's Norwegian and could be a slip, so it is not a number.
    """
    bare = unicodedata.normalize("NFC", text).casefold().translate(MINUS_SIGNS).strip()
    bare = without_unit(bare.removesuffix(".").rstrip(), units)
    bare = re.sub(r"^kr\.?\s*|\s*(?:%|kr)$", "", bare)
    bare = re.sub(r"^([+-])\s+", r"\1", bare)
    match = NUMBER.fullmatch(bare)
    if match is None or (match[2] is None and match[3] is None):
        return None
    whole = re.sub(r"\s", "", match[2] or "0")
    number = float(f"{match[1]}{whole}.{match[3] or '0'}")
    return number if math.isfinite(number) else None


def without_unit(text: str, units: Sequence[str]) -> str:
    """The text without one of `units` at its end; the text is in small letters."""
    spellings = (plain_text(unit) for unit in units)
    for unit in sorted(spellings, key=len, reverse=True):  # `cm` before `m`
        if unit and text.endswith(unit):
            return text.removesuffix(unit).rstrip()
    return text
