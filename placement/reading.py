"""Item parameters from the text of a CSV file, every fault named at once; and back.

`POOL.csv` has the columns `item,module,model,a,b,c,d`, for several categories `b1,b2,…` (NRM:
`a1,a2,…` and `d1,d2,…`), and optionally `category,enemy,se_a,se_b,cov_ab`. A histogram of ability
has `theta` and `weight`. Fields stand between commas, or between semicolons or tabs, as
spreadsheets write them where the comma is the decimal mark; numbers may have either mark.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Protocol

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
MARKS = (",", ";", "\t")
Rows = Iterator[tuple[int, list[str]]]


class Parser(Protocol):
    """What reads a CSV file row by row, and knows the line."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...


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
    names, rows = table(text)
    errors = _pool_header(names)
    items: list[ItemParameters] = []
    first: dict[str, int] = {}
    for line, cells in rows if not errors else ():
        row = dict(zip(names, map(str.strip, cells), strict=False))
        faults = [*width(names, cells, line), *_faults(row, line)]
        errors += faults or _item(row, line, items)
        errors += again("item", row["item"], line, first) if row.get("item") else []
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


def read_histogram(text: str) -> HistogramPrior:
    """Return the prior whose rising nodes and weights, one of each a line, `text` holds.

    `UnreadableError` names all that is wrong at once.
    """
    names, rows = table(text)
    wanted = ("theta", "weight")
    if tuple(names) != wanted:
        raise UnreadableError([ReadingError(1, "", "the header `theta,weight`")])
    errors, pairs = list[ReadingError](), list[list[float]]()
    for line, cells in rows:
        values = list(map(number, cells))
        errors += width(names, cells, line)
        errors += [
            ReadingError(line, name, f"a number, not {cell!r}")
            for name, cell, value in zip(wanted, cells, values, strict=False)
            if value is None
        ]
        pairs.append([value for value in values if value is not None])
    if errors:
        raise UnreadableError(errors)
    try:
        return HistogramPrior(*(tuple(pair[k] for pair in pairs) for k in range(2)))
    except DesignError as error:
        faults = [fault.removeprefix("prior: ") for fault in error.faults]
        raise UnreadableError([ReadingError(1, "theta", fault) for fault in faults]) from error


def table(text: str) -> tuple[list[str], Rows]:
    """Return the header, and each row that is not blank with its line.

    The mark between fields is the one that the first line has most of, or that a line `sep=` before
    the header names.
    """
    text = text.removeprefix("\ufeff")
    first = text[: text.find("\n") + 1] or text
    told = first.rstrip("\r\n")[4:] if first.startswith("sep=") else ""
    mark = told if told in MARKS else max(MARKS, key=first.count)
    rows = _parsed(csv.reader(StringIO(text, newline=""), delimiter=mark))
    if told in MARKS:
        next(rows)
    header = [name.strip() for name in next(rows, (1, []))[1]]
    return header, ((line, row) for line, row in rows if any(row))


def _parsed(reader: Parser) -> Rows:
    """Yield each row with its line; `UnreadableError` where no row can be made of the text."""
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        fault = ReadingError(reader.line_num, "", f"fields of a CSV file: {error}")
        raise UnreadableError([fault]) from error


def number(text: str) -> float | None:
    """Return the number that `text` holds, with a decimal point or a decimal comma, or None.

    Its digits are 0 to 9 with nothing between them: `float` also takes 1_0 and other scripts'.
    """
    plain = text.strip()
    if "_" in plain or not plain.isascii():
        return None
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return None


def width(names: Sequence[str], cells: Sequence[str], line: int) -> list[ReadingError]:
    """Return a fault where a row is not as wide as the header."""
    if len(cells) == len(names):
        return []
    fields = "1 field" if len(names) == 1 else f"{len(names)} fields"
    return [ReadingError(line, "", f"{fields} as in the header, not {len(cells)}")]


def again(column: str, name: str, line: int, first: dict[str, int]) -> list[ReadingError]:
    """Note where a name comes first; a fault where it is missing or comes again."""
    if not name:
        return [ReadingError(line, column, "a name")]
    if first.setdefault(name, line) == line:
        return []
    return [ReadingError(line, column, f"another name than line {first[name]}, not {name!r}")]


def twice(names: Sequence[str]) -> list[ReadingError]:
    """Return a fault for each name that two columns have."""
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    return [ReadingError(1, name, "one column of this name") for name in repeated]


def _pool_header(names: Sequence[str]) -> list[ReadingError]:
    required = [*TEXTS, "a", *([] if {"b1", "a1"} & set(names) else ["b"])]
    missing = [ReadingError(1, n, "this column is required") for n in required if n not in names]
    strange = [
        ReadingError(1, n, "no such column is known")
        for n in names
        if n not in KNOWN and not STEP.fullmatch(n)
    ]
    return [*missing, *strange, *twice(names)]


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
        if number(row.get(n, "") or ("" if n in needed else "0")) is None
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


def _item(row: Mapping[str, str], line: int, items: list[ItemParameters]) -> list[ReadingError]:
    """Append the row's item, or return what is wrong with its values."""
    found = {n: value for n, cell in row.items() if (value := number(cell)) is not None}
    numbers: dict[str, Any] = {n: found.get(n, DEFAULTS.get(n, 1.0)) for n in NUMBERS}
    b_steps, a_steps, d_steps = (
        tuple(found[n] for n in (f"{letter}{k}" for k in range(1, 100)) if n in found)
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
        texts = [fault.removeprefix(f"item {row['item']}: ") for fault in error.faults]
        return [ReadingError(line, *found) for found in zip(error.columns, texts, strict=True)]
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
