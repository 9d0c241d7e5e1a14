"""Responses and what is known of items, from the text of CSV files, every fault named at once.

RESPONSES.csv is wide (first column `person`, then a column an item, empty where nothing was asked)
or long (`person,item,score`); its header tells which. META.csv has a row an item: `item`, and of
`module`, `category`, `enemy`, `model`, `level` what is known; other columns are passed over.
"""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from math import isfinite

import numpy as np

from calibration.answers import MISSING, Bytes
from calibration.responses import HIGHEST_SCORE, Responses
from placement.arrays import Integers
from placement.reading import (
    ReadingError,
    Rows,
    UnreadableError,
    again,
    number,
    table,
    twice,
    width,
)

LONG = {"item", "score"}
DICHOTOMOUS = 2
SCORE = f"a whole number from 0 to {HIGHEST_SCORE}"
# A score that a spreadsheet has written as a fraction, "1.0" or "1,0", is a whole number all the
# same.
CODES: Mapping[str, int] = {
    "": MISSING,
    **{str(score): score for score in range(HIGHEST_SCORE + 1)},
    **{f"{score}{mark}0": score for score in range(HIGHEST_SCORE + 1) for mark in ".,"},
}
Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class ResponseSheet:
    """What a text holds: the responses, and what its further columns say of each person.

    `passed_over` are the other columns, or in the long form the other items.
    """

    responses: Responses
    columns: Columns
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of an item before anybody answers; `level` is its author's, in logits."""

    item: str
    module: str = ""
    category: str = ""
    enemy: str = ""
    model: str = ""
    level: float | None = None


def read_sheet(
    text: str, columns: Sequence[str] = (), sizes: Mapping[str, int] | None = None
) -> ResponseSheet:
    """Return the responses of a RESPONSES.csv; `columns` are about persons, and no items.

    `sizes` gives a pool's items and their numbers of categories: every further column is passed
    over, and no score may be above. `UnreadableError` names all that is wrong at once.
    """
    return read_rows(*table(text), columns, sizes)


def read_rows(
    header: list[str],
    rows: Rows,
    columns: Sequence[str] = (),
    sizes: Mapping[str, int] | None = None,
) -> ResponseSheet:
    """Return what `read_sheet` does, of a header and rows with their lines, however they came."""
    long = header[:1] == ["person"] and set(header) >= LONG
    errors = _header(header, columns, long=long)
    others = [name for name in header if name not in {"person", *columns}]
    if long and sizes is None:
        strange = sorted(set(others) - LONG)
        errors += [ReadingError(1, name, "no such column is known") for name in strange if name]
    elif not (long or errors or sizes is None or set(others) & set(sizes)):
        errors.append(ReadingError(1, "", "a column for an item; these hold no item of the pool"))
    if errors:
        raise UnreadableError(errors)
    return (_long if long else _wide)(header, rows, columns, sizes)


def read_facts(text: str) -> dict[str, ItemFacts]:
    """Return what a META.csv says of each item; `UnreadableError` names all that is wrong."""
    header, rows = table(text)
    if "item" not in header:
        raise UnreadableError([ReadingError(1, "item", "this column is required")])
    errors, facts, first = twice(header), dict[str, ItemFacts](), dict[str, int]()
    for line, cells in rows:
        errors += width(header, cells, line)
        row = dict(zip(header, map(str.strip, cells), strict=False))
        name = row.get("item", "")
        errors += again("item", name, line, first)
        level, text = None, row.get("level", "")
        if text and ((level := number(text)) is None or not isfinite(level)):
            errors.append(ReadingError(line, "level", f"a number of logits, not {text!r}"))
        facts[name] = ItemFacts(
            name,
            row.get("module", ""),
            row.get("category", ""),
            row.get("enemy", ""),
            row.get("model", ""),
            level,
        )
    if errors:
        raise UnreadableError(errors)
    return facts


def _header(header: list[str], columns: Sequence[str], *, long: bool) -> list[ReadingError]:
    if not any(header):
        return [ReadingError(1, "", "a header; this line is empty")]
    if header[:1] != ["person"]:
        return [ReadingError(1, header[0] if header else "", "'person' as the first column")]
    errors = twice(header)
    errors += [ReadingError(1, "", "a name for every column")] * ("" in header)
    missing = [name for name in columns if name not in header]
    errors += [ReadingError(1, name, "this column is required") for name in missing]
    if not long and len(header) - 1 <= len(set(columns)):
        errors.append(ReadingError(1, "", "a column for each item"))
    return errors


def _wide(
    header: list[str], rows: Rows, columns: Sequence[str], sizes: Mapping[str, int] | None
) -> ResponseSheet:
    places = [
        i
        for i, name in enumerate(header)
        if i and name not in columns and (sizes is None or name in sizes)
    ]
    about = {name: header.index(name) for name in columns}
    errors, first = list[ReadingError](), dict[str, int]()
    given, told = list[list[int]](), {name: list[str]() for name in columns}
    lines = list[int]()
    for line, cells in rows:
        if len(cells) != len(header):
            errors += width(header, cells, line)
            continue
        errors += again("person", cells[0].strip(), line, first)
        lines.append(line)
        try:
            given.append([CODES[cells[i]] for i in places])
        except KeyError:
            strange = [i for i in places if cells[i].strip() not in CODES]
            errors += [
                ReadingError(line, header[i], f"{SCORE}, or nothing, not {cells[i]!r}")
                for i in strange
            ]
            given.append([CODES.get(cells[i].strip(), MISSING) for i in places])
        errors += _told(told, {n: cells[i].strip() for n, i in about.items()}, line)
    errors += _no_rows(lines)
    items = [header[i] for i in places]
    scores = np.array(given, dtype=np.int8).reshape(len(given), len(items))
    for j, item in enumerate(items if sizes else ()):
        errors += _too_high(item, (sizes or {})[item], scores[:, j], lines)
    if errors:
        raise UnreadableError(sorted(errors, key=lambda error: error.line))
    responses = Responses.from_matrix(
        np.ma.masked_equal(scores, MISSING), items=items, persons=list(first)
    )
    passed = [name for name in header[1:] if name not in about and name not in items]
    facts = {name: tuple(values) for name, values in told.items()}
    return ResponseSheet(responses, facts, tuple(passed))


def _long(
    header: list[str], rows: Rows, columns: Sequence[str], sizes: Mapping[str, int] | None
) -> ResponseSheet:
    errors, lines = list[ReadingError](), dict[tuple[str, str], int]()
    scores, told = list[int](), dict[str, dict[str, str]]()
    for line, cells in rows:
        if len(cells) != len(header):
            errors += width(header, cells, line)
            continue
        row = dict(zip(header, map(str.strip, cells), strict=True))
        person, item, score = row["person"], row["item"], row["score"]
        errors += [ReadingError(line, n, "a name") for n in ("person", "item") if not row[n]]
        if CODES.get(score, MISSING) == MISSING:
            errors.append(ReadingError(line, "score", f"{SCORE}, not {score!r}"))
        if lines.setdefault((person, item), line) != line:
            earlier = f"an answer that line {lines[person, item]} has not"
            errors.append(ReadingError(line, "item", f"{earlier}: {person!r} to {item!r}"))
        scores.append(CODES.get(score, MISSING))
        facts = {name: row[name] for name in columns}
        known = told.setdefault(person, facts)
        errors += [
            ReadingError(line, n, f"{known[n]!r} as before, not {facts[n]!r}")
            for n in columns
            if known[n] != facts[n]
        ]
        errors += _told({}, facts, line)
    errors += _no_rows(lines)
    if errors:
        raise UnreadableError(errors)
    persons, items = [person for person, _ in lines], [item for _, item in lines]
    if sizes is not None:
        _refuse_high(sizes, items, scores, list(lines.values()))
    different = tuple(dict.fromkeys(items))
    responses = Responses.from_list(persons, items, scores, all_items=different)
    about = {n: tuple(told[p][n] for p in responses.persons) for n in columns}
    passed = () if sizes is None else tuple(item for item in different if item not in sizes)
    return ResponseSheet(responses, about, passed)


def _refuse_high(
    sizes: Mapping[str, int], items: Sequence[str], scores: Sequence[int], lines: Sequence[int]
) -> None:
    """Refuse scores of a long list that its items cannot have."""
    names, values, places = np.array(items), np.array(scores), np.array(lines)
    order = np.argsort(names, kind="stable")
    different, starts = np.unique(names[order], return_index=True)
    errors = [
        ReadingError(error.line, "score", f"{error.expected} to {error.column!r}")
        for item, mine in zip(different.tolist(), np.split(order, starts[1:]), strict=True)
        for error in _too_high(item, sizes.get(item), values[mine], places[mine].tolist())
    ]
    if errors:
        raise UnreadableError(sorted(errors, key=lambda error: error.line))


def _too_high(
    item: str, size: int | None, scores: Integers | Bytes, lines: Sequence[int]
) -> list[ReadingError]:
    """Name the scores that an item of K = `size` categories, 0 … K - 1 or 1 … K, cannot have."""
    if size is None or from_one(scores, size):
        return []
    wanted = f"a whole number from 0 to {size - 1}, or nothing"
    return [
        ReadingError(lines[n], item, f"{wanted}, not '{scores[n]}'")
        for n in np.flatnonzero(scores >= size).tolist()
    ]


def from_one(scores: Integers | Bytes, size: int) -> bool:
    """Return whether an item of K categories has scores (N,) 1 … K: K occurs, and 0 does not."""
    return size > DICHOTOMOUS and int(scores.max(initial=0)) == size and not (scores == 0).any()


def _told(told: dict[str, list[str]], facts: Mapping[str, str], line: int) -> list[ReadingError]:
    """Note what a row says of its person; a fault where it says nothing."""
    for name, value in facts.items():
        told.get(name, []).append(value)
    return [ReadingError(line, name, "a text") for name, value in facts.items() if not value]


def _no_rows(lines: Sized) -> list[ReadingError]:
    return [] if lines else [ReadingError(2, "", "an answer; there is none")]
