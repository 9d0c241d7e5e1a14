"""Responses and what is known of items, from the text of CSV files, every fault named at once.

RESPONSES.csv is wide (first column `person`, then a column an item, empty where nothing was asked)
or long (`person,item,score`); its header tells which. META.csv has a row an item: `item`, and of
`module`, `category`, `enemy`, `model`, `level` what is known; other columns are passed over.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from calibration.answers import MISSING, Bytes
from calibration.models import NAMED
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
# A level further off is no author's belief: nobody, or everybody, would know the answer.
FURTHEST = 20
SCORE = f"a whole number from 0 to {HIGHEST_SCORE}"
# What a cell is as an unsigned byte; 255, read as a signed one, is -1. A score that a spreadsheet
# has written as a fraction, "1.0" or "1,0", is a whole number all the same.
NONE = MISSING % 256
BYTES: Mapping[str, int] = {
    "": NONE,
    **{str(score): score for score in range(HIGHEST_SCORE + 1)},
    **{f"{score}{mark}0": score for score in range(HIGHEST_SCORE + 1) for mark in ".,"},
}
Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class ResponseSheet:
    """What a text holds: the responses, and what its further columns say of each person.

    That is empty where they say nothing. `passed_over` are the other columns, and in the long form
    the other items.
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
    over, and no score may be above. Without it a column of texts alone is. `UnreadableError` names
    all that is wrong at once.
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
    if not (long or errors or sizes is None or set(others) & set(sizes)):
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
        if text and ((level := number(text)) is None or not abs(level) <= FURTHEST):
            wanted = f"a number of logits from -{FURTHEST} to {FURTHEST}, not {text!r}"
            errors.append(ReadingError(line, "level", wanted))
        model = row.get("model", "")
        if model and model.lower() not in NAMED:
            wanted = f"one of {', '.join(NAMED)}, not {model!r}"
            errors.append(ReadingError(line, "model", wanted))
        facts[name] = ItemFacts(
            name,
            row.get("module", ""),
            row.get("category", ""),
            row.get("enemy", ""),
            model,
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
    about, pick = {name: header.index(name) for name in columns}, _picked(places)
    errors, first = list[ReadingError](), dict[str, int]()
    strange = {i: list[tuple[int, str]]() for i in places}
    given, told = list[bytes](), {name: list[str]() for name in columns}
    lines = list[int]()
    for line, cells in rows:
        if len(cells) != len(header):
            errors += width(header, cells, line)
            continue
        errors += again("person", cells[0].strip(), line, first)
        lines.append(line)
        try:
            given.append(bytes(map(BYTES.__getitem__, pick(cells))))
        except KeyError:
            given.append(bytes(BYTES.get(cell.strip(), NONE) for cell in pick(cells)))
            for i in places:
                if cells[i].strip() not in BYTES:
                    strange[i].append((line, cells[i]))
        for name, i in about.items():
            told[name].append(cells[i].strip())
    errors += _no_rows(lines)
    scores = np.frombuffer(b"".join(given), dtype=np.int8).reshape(len(given), len(places))
    if sizes is None:
        kept = _without_words(strange, scores)
        places, scores = [places[k] for k in kept], scores[:, kept]
    errors += [
        ReadingError(line, header[i], f"{SCORE}, or nothing, not {cell!r}")
        for i in places
        for line, cell in strange[i]
    ]
    items = [header[i] for i in places]
    for j, item in enumerate(items if sizes else ()):
        errors += _too_high(item, (sizes or {})[item], scores[:, j], lines)
    if errors:
        raise UnreadableError(sorted(errors, key=lambda error: error.line))
    passed = [name for name in header[1:] if name not in about and name not in items]
    facts = {name: tuple(values) for name, values in told.items()}
    return ResponseSheet(Responses.of_codes(scores, items, list(first)), facts, tuple(passed))


def _picked(places: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    """Return what takes the cells at `places` out of a row."""
    if list(places) == list(range(places[0], places[-1] + 1)):
        return itemgetter(slice(places[0], places[-1] + 1))
    return itemgetter(*places)


def _without_words(strange: Mapping[int, Sequence[tuple[int, str]]], scores: Bytes) -> list[int]:
    """Return which columns of `scores` (N, J) stay: one of words is about persons, and no item.

    It has no score, and a word in most rows. Where all columns are such, they stay as faults.
    """
    most = max(len(scores), 2) / 2
    kept = [
        j
        for j, found in enumerate(strange.values())
        if len(found) <= most
        or (scores[:, j] != MISSING).any()
        or any(number(cell) is not None for _, cell in found)
    ]
    return kept or list(range(len(strange)))


def _long(
    header: list[str], rows: Rows, columns: Sequence[str], sizes: Mapping[str, int] | None
) -> ResponseSheet:
    pick = itemgetter(*map(header.index, ("person", "item", "score")))
    about = {name: header.index(name) for name in columns}
    errors, told = list[ReadingError](), dict[str, dict[str, str]]()
    persons, items = dict[str, int](), dict[str, int]()
    places, codes = array("q"), bytearray()
    for line, cells in rows:
        if len(cells) != len(header):
            errors += width(header, cells, line)
            continue
        person, item, score = map(str.strip, pick(cells))
        if not (person and item):
            names = zip(("person", "item"), (person, item), strict=True)
            errors += [ReadingError(line, n, "a name") for n, name in names if not name]
        code = BYTES.get(score, NONE)
        if code == NONE:
            errors.append(ReadingError(line, "score", f"{SCORE}, not {score!r}"))
        codes.append(code)
        row = persons.setdefault(person, len(persons)), items.setdefault(item, len(items)), line
        places.extend(row)
        if columns:
            facts = {name: cells[i].strip() for name, i in about.items()}
            errors += _as_before(told.setdefault(person, facts), facts, line)
    errors += _no_rows(codes)
    person_places, item_places, lines = np.frombuffer(places, np.int64).reshape(-1, 3).T
    keys = person_places * len(items) + item_places
    order = np.argsort(keys, kind="stable")
    errors += _answered_twice(keys[order], lines[order], list(persons), list(items))
    scores = np.frombuffer(codes, np.int8)
    if sizes is not None and not errors:
        errors += _high(sizes, items, item_places, scores, lines)
    if errors:
        raise UnreadableError(sorted(errors, key=lambda error: error.line))
    responses = Responses.of_places(
        person_places[order], item_places[order], scores[order], list(items), list(persons)
    )
    facts_of = {n: tuple(told[p][n] for p in persons) for n in columns}
    strangers = [name for name in header if name not in {"person", *LONG, *columns}]
    passed = [*strangers, *(item for item in items if sizes is not None and item not in sizes)]
    return ResponseSheet(responses, facts_of, tuple(passed))


def _as_before(known: Mapping[str, str], facts: Mapping[str, str], line: int) -> list[ReadingError]:
    """Return a fault where a row says otherwise of its person than an earlier one."""
    return [
        ReadingError(line, n, f"{known[n]!r} as before, not {value!r}")
        for n, value in facts.items()
        if known[n] != value
    ]


def _answered_twice(
    keys: Integers, lines: Integers, persons: Sequence[str], items: Sequence[str]
) -> list[ReadingError]:
    """Name the answers that come again, of rising `keys` person × J + item and their lines."""
    again = np.flatnonzero(keys[1:] == keys[:-1]) + 1
    firsts = np.searchsorted(keys, keys[again])
    return [
        ReadingError(
            int(lines[k]),
            "item",
            f"an answer that line {lines[first]} has not: {persons[key // len(items)]!r} to "
            f"{items[key % len(items)]!r}",
        )
        for k, first, key in zip(again, firsts, keys[again].tolist(), strict=True)
    ]


def _high(
    sizes: Mapping[str, int],
    items: Mapping[str, int],
    places: Integers,
    scores: Bytes,
    lines: Integers,
) -> list[ReadingError]:
    """Name scores of a long list that its items cannot have."""
    order = np.argsort(places, kind="stable")
    ends = np.cumsum(np.bincount(places, minlength=len(items)))[:-1]
    return [
        ReadingError(error.line, "score", f"{error.expected} to {error.column!r}")
        for item, mine in zip(items, np.split(order, ends), strict=True)
        for error in _too_high(item, sizes.get(item), scores[mine], lines[mine].tolist())
    ]


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


def _no_rows(lines: Sized) -> list[ReadingError]:
    return [] if lines else [ReadingError(2, "", "an answer; there is none")]
