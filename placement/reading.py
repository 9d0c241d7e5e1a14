"""Item parameters and responses from the text of CSV files, every fault named at once; and back.

`POOL.csv` has the columns `item,module,model,a,b,c,d`, for several categories `b1,b2,…` (NRM:
`a1,a2,…` and `d1,d2,…`), and optionally `category,enemy,se_a,se_b,cov_ab`. `RESPONSES.csv` has
`person` and one column an item: a whole number from 0, empty where the item was not presented.
A histogram of ability has `theta` and `weight`.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np

from placement.arrays import Integers
from placement.errors import DesignError, PoolError
from placement.items import DICHOTOMOUS, MODELS, STEPPED, ItemParameters
from placement.priors import HistogramPrior

TEXTS = ("item", "module", "model")
NUMBERS = ("a", "b", "c", "d", "se_a", "se_b", "cov_ab")
KNOWN = (*TEXTS, *NUMBERS, "category", "enemy")
STEP = re.compile(r"([abd])[1-9][0-9]?")
DEFAULTS = {"b": 0.0, "c": 0.0, "d": 1.0, "se_a": 0.0, "se_b": 0.0, "cov_ab": 0.0}
NOT_PRESENTED = -1
HIGHEST = 126


@dataclass(frozen=True, slots=True)
class ReadingError:
    """One thing wrong in a file: line from 1, the column's name, what was expected."""

    line: int
    column: str
    expected: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"line {self.line}{column}: {self.expected}"


class UnreadableError(ValueError):
    """A text that does not hold what it should; `errors` names everything found."""

    def __init__(self, errors: Sequence[ReadingError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(map(str, errors)))


@dataclass(frozen=True, slots=True, eq=False)
class ResponseTable:
    """Answers of N persons: `categories` (N, J), -1 where an item was not presented."""

    persons: tuple[str, ...]
    items: tuple[str, ...]
    categories: Integers


def read_pool(text: str) -> list[ItemParameters]:
    """Return the items that `text` holds; `UnreadableError` names all that is wrong at once."""
    names, rows = _table(text)
    errors = _pool_header(names)
    items: list[ItemParameters] = []
    first: dict[str, int] = {}
    for line, cells in rows if not errors else ():
        row = dict(zip(names, cells, strict=False))
        faults = [*_width(names, cells, line), *_faults(row, line)]
        errors += faults or _item(row, line, items)
        errors += _again("item", row["item"], line, first)
    if errors:
        raise UnreadableError(errors)
    return items


def write_pool(items: Iterable[ItemParameters]) -> str:
    """Return the text of a POOL.csv; `read_pool` gives equal items back, to the last digit."""
    kept = list(items)
    steps = [
        f"{letter}{k + 1}"
        for letter in "bad"
        for k in range(max((len(getattr(i, f"{letter}_steps")) for i in kept), default=0))
    ]
    names = [*TEXTS, "a", "b", "c", "d", *steps, "category", "enemy", "se_a", "se_b", "cov_ab"]
    out = StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(_cells, kept))
    return out.getvalue()


def read_responses(text: str, sizes: Mapping[str, int] | None = None) -> ResponseTable:
    """Return the answers that `text` holds; `UnreadableError` names all that is wrong at once.

    `sizes` gives each known item's number of categories: no other item may then have a column.
    """
    names, rows = _table(text)
    items = names[1:]
    errors = _response_header(names, sizes)
    highest = [(sizes or {}).get(item, HIGHEST + 1) - 1 for item in items]
    persons: dict[str, int] = {}
    table: list[list[int]] = []
    for line, cells in rows if not errors else ():
        errors += _width(names, cells, line)
        errors += [] if cells[0] else [ReadingError(line, names[0], "a text")]
        errors += _again(names[0], cells[0], line, persons)
        table.append(_categories(items, cells[1 : len(names)], highest, line, errors))
    if errors:
        raise UnreadableError(errors)
    shaped = np.array(table, dtype=np.int64).reshape(len(table), len(items))
    return ResponseTable(tuple(persons), tuple(items), shaped)


def read_histogram(text: str) -> HistogramPrior:
    """Return the prior whose rising nodes and weights, one of each a line, `text` holds.

    `UnreadableError` names all that is wrong at once.
    """
    names, rows = _table(text)
    wanted = ("theta", "weight")
    if tuple(names) != wanted:
        raise UnreadableError([ReadingError(1, "", "the header `theta,weight`")])
    errors = [fault for line, cells in rows for fault in _width(names, cells, line)]
    errors += [
        ReadingError(line, name, f"a number, not {cell!r}")
        for line, cells in rows
        for name, cell in zip(wanted, cells, strict=False)
        if not _is_number(cell)
    ]
    if errors:
        raise UnreadableError(errors)
    nodes, weights = (tuple(float(cells[k]) for _, cells in rows) for k in range(2))
    try:
        return HistogramPrior(nodes, weights)
    except DesignError as error:
        faults = [fault.removeprefix("prior: ") for fault in error.faults]
        raise UnreadableError([ReadingError(1, "theta", fault) for fault in faults]) from error


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and each row that is not blank with its line."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""))
    names = next(reader, [])
    return names, [(reader.line_num, row) for row in reader if row]


def _width(names: Sequence[str], cells: Sequence[str], line: int) -> list[ReadingError]:
    if len(cells) == len(names):
        return []
    which = "no more" if len(cells) > len(names) else "as many"
    return [ReadingError(line, "", f"{which} fields than the header has, {len(names)}")]


def _again(column: str, name: str, line: int, first: dict[str, int]) -> list[ReadingError]:
    """Note where a name comes first; a fault where it comes again."""
    earlier = first.setdefault(name, line)
    if earlier == line or not name:
        return []
    return [ReadingError(line, column, f"another name than line {earlier}")]


def _twice(names: Sequence[str]) -> list[ReadingError]:
    return [ReadingError(1, n, "one column") for n in sorted(set(names)) if names.count(n) > 1]


def _pool_header(names: Sequence[str]) -> list[ReadingError]:
    required = [*TEXTS, "a", *([] if {"b1", "a1"} & set(names) else ["b"])]
    missing = [ReadingError(1, n, "this column is required") for n in required if n not in names]
    strange = [
        ReadingError(1, n, "no such column is known")
        for n in names
        if n not in KNOWN and not STEP.fullmatch(n)
    ]
    return [*missing, *strange, *_twice(names)]


def _response_header(names: Sequence[str], sizes: Mapping[str, int] | None) -> list[ReadingError]:
    first = names[0] if names else ""
    strange = [n for n in names[1:] if not n or (sizes is not None and n not in sizes)]
    return [
        *([] if first == "person" else [ReadingError(1, first, "the first column is `person`")]),
        *(ReadingError(1, n, "an item of the pool") for n in strange),
        *_twice(names),
    ]


def _categories(
    items: Sequence[str],
    cells: Sequence[str],
    highest: Sequence[int],
    line: int,
    errors: list[ReadingError],
) -> list[int]:
    """Return a person's categories; what is none is -1 and noted in `errors`."""
    found = []
    for item, cell, most in zip(items, cells, highest, strict=False):
        text = cell.strip()
        known = text.isascii() and text.isdigit() and int(text) <= most
        if text and not known:
            wanted = f"a whole number from 0 to {most}, or nothing, not {cell!r}"
            errors.append(ReadingError(line, item, wanted))
        found.append(int(text) if known else NOT_PRESENTED)
    return found + [NOT_PRESENTED] * (len(items) - len(found))


def _faults(row: Mapping[str, str], line: int) -> list[ReadingError]:
    texts = [ReadingError(line, n, "a text") for n in ("item", "module") if not row.get(n)]
    model = row.get("model", "")
    wanted = f"one of {', '.join(MODELS)}, not {model!r}"
    models = [] if model in MODELS else [ReadingError(line, "model", wanted)]
    return [*texts, *models, *_number_faults(row, line), *_step_faults(row, line)]


def _number_faults(row: Mapping[str, str], line: int) -> list[ReadingError]:
    """Name what is no number; `a` is needed unless a model fixes it, `b` where there is one."""
    several = row.get("model") in MODELS and row.get("model") not in DICHOTOMOUS
    free = {"a"} if row.get("model") in {"PCM", "NRM"} else set()
    needed = {"a", *(() if several else ("b",))} - free
    return [
        ReadingError(line, n, f"a number, not {row.get(n, '')!r}")
        for n in (*NUMBERS, *filter(STEP.fullmatch, row))
        if not _is_number(row.get(n, "") or ("" if n in needed else "0"))
    ]


def _step_faults(row: Mapping[str, str], line: int) -> list[ReadingError]:
    """Name a step that is missing between others, or has no place in the model."""
    model, faults = row.get("model", ""), list[ReadingError]()
    if model not in MODELS:
        return faults
    for letter in "bad":
        names = [f"{letter}{k}" for k in range(1, 100)]
        filled = [n for n in names if row.get(n)]
        wanted = model in STEPPED if letter == "b" else model == "NRM"
        if filled and not wanted:
            faults += [ReadingError(line, n, f"nothing for a {model} item") for n in filled]
        elif wanted:
            last = names.index(filled[-1]) + 1 if filled else 1
            gaps = [n for n in names[:last] if n not in filled]
            faults += [ReadingError(line, n, f"a number for a {model} item") for n in gaps]
    return faults


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _item(row: Mapping[str, str], line: int, items: list[ItemParameters]) -> list[ReadingError]:
    """Append the row's item, or return what is wrong with its values."""
    numbers: dict[str, Any] = {
        n: float(row[n]) if row.get(n) else DEFAULTS.get(n, 1.0) for n in NUMBERS
    }
    b_steps, a_steps, d_steps = (
        tuple(float(row[n]) for n in (f"{letter}{k}" for k in range(1, 100)) if row.get(n))
        for letter in "bad"
    )
    try:
        item = ItemParameters(
            row["item"],
            row["module"],
            row.get("category") or "",
            next(model for model in MODELS if model == row["model"]),
            **numbers,
            b_steps=b_steps,
            a_steps=a_steps,
            d_steps=d_steps,
            enemy=row.get("enemy") or "",
        )
    except PoolError as error:
        return [ReadingError(line, "item", fault) for fault in error.faults]
    items.append(item)
    return []


def _cells(item: ItemParameters) -> dict[str, str]:
    """Return what is not a default; the numbers of right and wrong are always said."""
    always = ("a", "b", "c", "d") if item.model in DICHOTOMOUS else ("a",)
    numbers = {
        n: repr(float(getattr(item, n)))
        for n in NUMBERS
        if n in always or getattr(item, n) != DEFAULTS[n]
    }
    steps = {
        f"{letter}{k}": repr(float(step))
        for letter in "bad"
        for k, step in enumerate(getattr(item, f"{letter}_steps"), start=1)
    }
    texts = {n: getattr(item, n) for n in ("item", "module", "model", "category", "enemy")}
    return {**texts, **numbers, **steps}
