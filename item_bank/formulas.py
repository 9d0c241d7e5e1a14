"""Spreadsheet formulas, Norwegian or English, brought to one canonical spelling.

The subtle sign is the comma: a decimal sign to a Norwegian (`=SUMMER(1,5;2)`), a separator to the
English (`=SUM(1.5,2)`). It is read so:

1. Outside a function call a comma between digits can only be a decimal sign.
2. With a `;` anywhere, or inside a call, the writer parts arguments with `;`: a comma between
   digits is a decimal sign.
3. With a decimal point and no `;`, commas part arguments.
4. With neither, a comma between two digits inside a call may be either, and the formula has both
   readings; a space after the comma, or a third number (`1,5,2`), leaves the separator only.

A comma that touches a reference, a text or a bracket always parts arguments.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from item_bank.function_names import ENGLISH_NAMES, ENGLISH_VALUES

TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<name>\$?[^\W\d][\w.$]*)
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<space>\s+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
STRAIGHT_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'"})
CLOSING = {")": "(", "}": "{"}


class Token(NamedTuple):
    kind: str
    text: str


def formula_readings(formula: str) -> frozenset[str]:
    """Every canonical spelling of the formula; empty where it lacks its `=` or is not whole."""
    tokens = _tokens(formula)
    if len(tokens) < 2 or tokens[0].text != "=" or not _is_balanced(tokens):
        return frozenset()
    inside = _inside_call(tokens)
    candidates = [i for i in range(1, len(tokens) - 1) if _is_decimal_candidate(tokens, i)]
    decimals = {i for i in candidates if not inside[i]}
    doubtful = {i for i in candidates if inside[i]}
    if any(token.text == ";" for token in tokens):
        readings = [decimals | doubtful]
    elif any("." in token.text for token in tokens if token.kind == "number"):
        readings = [decimals]
    else:
        readings = [decimals, decimals | doubtful]
    return frozenset(_spelling(tokens, commas) for commas in readings if _are_apart(commas))


def _tokens(formula: str) -> list[Token]:
    """The formula in capitals, cut into tokens; spaces stay, since `1, 5` is never a decimal."""
    text = unicodedata.normalize("NFC", formula).translate(STRAIGHT_QUOTES).strip().upper()
    return [Token(str(match.lastgroup), match.group()) for match in TOKEN.finditer(text)]


def _is_balanced(tokens: list[Token]) -> bool:
    opened: list[str] = []
    for _, text in tokens:
        if text in CLOSING.values():
            opened.append(text)
        elif (text in CLOSING and (not opened or opened.pop() != CLOSING[text])) or text in {
            '"',
            "'",
        }:
            return False
    return not opened


def _inside_call(tokens: list[Token]) -> list[bool]:
    """Per token whether the innermost bracket around it is that of a function call or an array."""
    brackets: list[bool] = []
    inside = []
    before = ""
    for kind, text in tokens:
        if text in CLOSING:
            brackets.pop()
        inside.append(bool(brackets) and brackets[-1])
        if text in CLOSING.values():
            brackets.append(text == "{" or before == "name")
        if kind != "space":
            before = kind
    return inside


def _is_decimal_candidate(tokens: list[Token], index: int) -> bool:
    before, comma, after = tokens[index - 1 : index + 2]
    return comma.text == "," and before.text.isdecimal() and after.text.isdecimal()


def _are_apart(commas: set[int]) -> bool:
    """No number holds two decimal signs: `1,5,2` is three numbers."""
    return all(index + 2 not in commas for index in commas)


def _spelling(tokens: list[Token], decimal_commas: set[int]) -> str:
    pieces: list[str] = []
    index = 0
    while index < len(tokens):
        if index + 1 in decimal_commas:
            pieces.append(_number(f"{tokens[index].text}.{tokens[index + 2].text}"))
            index += 3
            continue
        pieces.append(_canonical(tokens, index))
        index += 1
    return "".join(pieces)


def _canonical(tokens: list[Token], index: int) -> str:
    kind, text = tokens[index]
    match kind:
        case "space":
            return ""
        case "number":
            return _number(text)
        case "name":
            rest = (token.text for token in tokens[index + 1 :] if token.kind != "space")
            names = ENGLISH_NAMES if next(rest, "") == "(" else ENGLISH_VALUES
            return names.get(text, text)
        case _:
            return ";" if text == "," else text


def _number(digits: str) -> str:
    """The shortest spelling: `0,50` and `.5` are one number; a row of `$1` keeps its own."""
    return format(Decimal(digits).normalize(), "f")
