"""Item parameters from the text of a POOL.csv, with every error named by line and column."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from placement.errors import PoolError
from placement.items import MODELS, ItemParameters

REQUIRED = ("item", "module", "model", "a", "b")
NUMBERS = ("a", "b", "c", "se_a", "se_b", "cov_ab")
KNOWN = (*REQUIRED, "c", "d", "category", "se_a", "se_b", "cov_ab")


@dataclass(frozen=True, slots=True)
class ReadingError:
    """One thing wrong in a file: line from 1, the column's name, what was expected."""

    line: int
    column: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.expected}"


class UnreadableError(ValueError):
    """A text that holds no pool; `errors` names everything found."""

    def __init__(self, errors: Sequence[ReadingError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(map(str, errors)))


def read_pool(text: str) -> list[ItemParameters]:
    """Return the items that `text` holds; `UnreadableError` names all that is wrong at once."""
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), restkey="", restval="")
    errors = _header(list(rows.fieldnames or ()))
    items: list[ItemParameters] = []
    first: dict[str, int] = {}
    for row in rows if not errors else ():
        line = rows.line_num
        errors += _faults(row, line) or _item(row, line, items)
        if line > first.setdefault(row["item"], line):
            errors.append(
                ReadingError(line, "item", f"another name than line {first[row['item']]}")
            )
    if errors:
        raise UnreadableError(errors)
    return items


def _header(names: list[str]) -> list[ReadingError]:
    missing = [ReadingError(1, n, "this column is required") for n in REQUIRED if n not in names]
    strange = [ReadingError(1, n, "no such column is known") for n in names if n not in KNOWN]
    twice = [ReadingError(1, n, "one column") for n in sorted(set(names)) if names.count(n) > 1]
    return [*missing, *strange, *twice]


def _faults(row: Mapping[str, str], line: int) -> list[ReadingError]:
    texts = [ReadingError(line, n, "a text") for n in ("item", "module") if not row[n]]
    models = [] if row["model"] in MODELS else ["model"]
    numbers = [n for n in NUMBERS if not _is_number(row.get(n, "") or _default(n))]
    upper = [] if _is_number(row.get("d") or "1") and float(row.get("d") or 1) == 1 else ["d"]
    return [
        *texts,
        *(ReadingError(line, n, f"one of {', '.join(MODELS)}, not {row[n]!r}") for n in models),
        *(ReadingError(line, n, f"a number, not {row.get(n, '')!r}") for n in numbers),
        *(ReadingError(line, n, f"1 or empty, not {row[n]!r}") for n in upper),
        *([ReadingError(line, "", "no more fields than the header has")] if "" in row else []),
    ]


def _default(name: str) -> str:
    """Return what an empty cell means: 0, but a and b must be given."""
    return "" if name in REQUIRED else "0"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _item(row: Mapping[str, str], line: int, items: list[ItemParameters]) -> list[ReadingError]:
    """Append the row's item, or return what is wrong with its values."""
    values = {name: float(row.get(name) or "0") for name in NUMBERS}
    model = next(model for model in MODELS if model == row["model"])
    try:
        items.append(
            ItemParameters(row["item"], row["module"], row.get("category") or "", model, **values)
        )
    except PoolError as error:
        return [ReadingError(line, "item", fault) for fault in error.faults]
    return []
