"""Responses and what is known of items, from the text of CSV files, every fault named at once.

RESPONSES.csv is wide (first column `person`, then a column an item, empty where nothing was asked)
or long (`person,item,score`); its header tells which. META.csv has a row an item: `item`, and of
`module`, `category`, `enemy`, `model`, `level` what is known; other columns are passed over.
"""

import csv
from collections.abc import Container, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from io import StringIO
from math import isfinite
from typing import Protocol

import numpy as np

from calibration.answers import MISSING
from calibration.responses import HIGHEST_SCORE, Responses
from placement.reading import ReadingError, UnreadableError

LONG = {"item", "score"}
SCORE = f"a whole number from 0 to {HIGHEST_SCORE}"
# A score that a spreadsheet has written as a fraction, "1.0", is a whole number all the same.
CODES: Mapping[str, int] = {
    "": MISSING,
    **{str(score): score for score in range(HIGHEST_SCORE + 1)},
    **{f"{score}.0": score for score in range(HIGHEST_SCORE + 1)},
}
# What some spreadsheets put between fields.
OTHER_MARKS = (";", "\t", "|")
Rows = Iterator[tuple[int, list[str]]]
Columns = Mapping[str, tuple[str, ...]]


class Parser(Protocol):
    """What reads a CSV file row by row, and knows the line."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True, eq=False)
class ResponseSheet:
    """What a text holds: the responses, and what its further columns say of each person."""

    responses: Responses
    columns: Columns


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
    text: str, columns: Sequence[str] = (), items: Container[str] | None = None
) -> ResponseSheet:
    """Return the responses of a RESPONSES.csv; `columns` are about persons, and no items.

    With `items` every further column is passed over. `UnreadableError` names all that is wrong at
    once.
    """
    return read_rows(*_table(text), columns, items)


def read_rows(
    header: list[str],
    rows: Rows,
    columns: Sequence[str] = (),
    items: Container[str] | None = None,
) -> ResponseSheet:
    """Return what `read_sheet` does, of a header and rows with their lines, however they came."""
    long = header[:1] == ["person"] and set(header) >= LONG
    errors = _header(header, columns, long=long)
    if items is not None and not errors:
        wanted = {"person", *LONG, *columns} if long else {"person", *columns}
        wanted |= set() if long else {name for name in header if name in items}
        header, rows = _narrowed(header, rows, wanted)
        if not long and header == ["person", *columns]:
            errors.append(
                ReadingError(1, "", "a column for an item; these hold no item of the pool")
            )
    elif long and not errors:
        strange = set(header) - {"person", *LONG, *columns}
        errors = [ReadingError(1, name, "no such column is known") for name in sorted(strange)]
    if errors:
        raise UnreadableError(errors)
    return (_long if long else _wide)(header, rows, columns)


def read_facts(text: str) -> dict[str, ItemFacts]:
    """Return what a META.csv says of each item; `UnreadableError` names all that is wrong."""
    header, rows = _table(text)
    if "item" not in header:
        raise UnreadableError([ReadingError(1, "item", "this column is required")])
    errors, facts, first = _twice(header), dict[str, ItemFacts](), dict[str, int]()
    for line, cells in rows:
        errors += _width(header, cells, line)
        row = dict(zip(header, map(str.strip, cells), strict=False))
        name = row.get("item", "")
        errors += _again("item", name, line, first)
        level = row.get("level", "")
        if level and not _is_number(level):
            errors.append(ReadingError(line, "level", f"a number of logits, not {level!r}"))
            level = ""
        facts[name] = ItemFacts(
            name,
            row.get("module", ""),
            row.get("category", ""),
            row.get("enemy", ""),
            row.get("model", ""),
            float(level) if level else None,
        )
    if errors:
        raise UnreadableError(errors)
    return facts


def _table(text: str) -> tuple[list[str], Rows]:
    """Return the header, and each row that is not blank with its line."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""))
    rows = _parsed(reader)
    header = [name.strip() for name in next(rows, (1, []))[1]]
    return header, ((line, row) for line, row in rows if row)


def _parsed(reader: Parser) -> Rows:
    """Yield each row with its line; `UnreadableError` where no row can be made of the text."""
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        fault = ReadingError(reader.line_num, "", f"fields of a CSV file: {error}")
        raise UnreadableError([fault]) from error


def _narrowed(header: list[str], rows: Rows, wanted: Container[str]) -> tuple[list[str], Rows]:
    """Leave out other columns; a row of another width is left as it is, to be named later."""
    places = [i for i, name in enumerate(header) if name in wanted]
    size = len(header)
    kept = (
        (line, [cells[i] for i in places] if len(cells) == size else [*cells, *[""] * size])
        for line, cells in rows
    )
    return [header[i] for i in places], kept


def _header(header: list[str], columns: Sequence[str], *, long: bool) -> list[ReadingError]:
    if not any(header):
        return [ReadingError(1, "", "a header; this line is empty")]
    other = next((mark for mark in OTHER_MARKS if header[0].startswith(f"person{mark}")), "")
    if other:
        return [ReadingError(1, "", f"commas between the fields, not {other!r}")]
    if header[:1] != ["person"]:
        return [ReadingError(1, header[0] if header else "", "'person' as the first column")]
    errors = _twice(header)
    errors += [ReadingError(1, "", "a name for every column")] * ("" in header)
    missing = [name for name in columns if name not in header]
    errors += [ReadingError(1, name, "this column is required") for name in missing]
    if not long and len(header) - 1 <= len(set(columns)):
        errors.append(ReadingError(1, "", "a column for each item"))
    return errors


def _wide(header: list[str], rows: Rows, columns: Sequence[str]) -> ResponseSheet:
    places = [i for i, name in enumerate(header) if i and name not in columns]
    about = {name: header.index(name) for name in columns}
    errors, first = list[ReadingError](), dict[str, int]()
    table, told = list[list[int]](), {name: list[str]() for name in columns}
    for line, cells in rows:
        if len(cells) != len(header):
            errors += _width(header, cells, line)
            continue
        errors += _again("person", cells[0].strip(), line, first)
        try:
            table.append([CODES[cells[i]] for i in places])
        except KeyError:
            strange = [i for i in places if cells[i].strip() not in CODES]
            errors += [
                ReadingError(line, header[i], f"{SCORE}, or nothing, not {cells[i]!r}")
                for i in strange
            ]
            table.append([CODES.get(cells[i].strip(), MISSING) for i in places])
        errors += _told(told, {n: cells[i].strip() for n, i in about.items()}, line)
    errors += _no_rows(first)
    if errors:
        raise UnreadableError(errors)
    items = [header[i] for i in places]
    scores = np.array(table, dtype=np.int8).reshape(len(table), len(items))
    responses = Responses.from_matrix(
        np.ma.masked_equal(scores, MISSING), items=items, persons=list(first)
    )
    return ResponseSheet(responses, {name: tuple(values) for name, values in told.items()})


def _long(header: list[str], rows: Rows, columns: Sequence[str]) -> ResponseSheet:
    errors, lines = list[ReadingError](), dict[tuple[str, str], int]()
    scores, told = list[int](), dict[str, dict[str, str]]()
    for line, cells in rows:
        if len(cells) != len(header):
            errors += _width(header, cells, line)
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
    responses = Responses.from_list(persons, items, scores, all_items=tuple(dict.fromkeys(items)))
    about = {n: tuple(told[p][n] for p in responses.persons) for n in columns}
    return ResponseSheet(responses, about)


def _told(told: dict[str, list[str]], facts: Mapping[str, str], line: int) -> list[ReadingError]:
    """Note what a row says of its person; a fault where it says nothing."""
    for name, value in facts.items():
        told.get(name, []).append(value)
    return [ReadingError(line, name, "a text") for name, value in facts.items() if not value]


def _no_rows(lines: Sized) -> list[ReadingError]:
    return [] if lines else [ReadingError(2, "", "an answer; there is none")]


def _width(header: Sequence[str], cells: Sequence[str], line: int) -> list[ReadingError]:
    if len(cells) == len(header):
        return []
    return [ReadingError(line, "", f"{len(header)} fields as in the header, not {len(cells)}")]


def _again(column: str, name: str, line: int, first: dict[str, int]) -> list[ReadingError]:
    """Note where a name comes first; a fault where it is missing or comes again."""
    if not name:
        return [ReadingError(line, column, "a name")]
    if first.setdefault(name, line) == line:
        return []
    return [ReadingError(line, column, f"another name than line {first[name]}, not {name!r}")]


def _twice(header: Sequence[str]) -> list[ReadingError]:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    return [ReadingError(1, name, "one column of this name") for name in twice]


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
