"""What `simulate` reads: abilities, or answers that are already there."""

from __future__ import annotations

from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import click
import numpy as np

from placement.reading import ReadingError, UnreadableError, number, table, width
from webapp.commands.answers import answers_to
from webapp.commands.files import faults_of, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from placement.arrays import Floats, Integers
    from placement.pool import Pool

ONE, PERSON = "theta", "person"


def read_theta(file: Path, modules: Sequence[str]) -> Floats:
    """Return abilities (N, D), in logits: one column for all of the D modules, or one a module.

    A first line without a number is a header: the modules in any order, or `theta` for all; a
    column `person` before them is passed over. Without a header, columns are in the order of
    `modules`. `ClickException` names every bad line.
    """
    with faults_of(file):
        return _abilities(text_of(file), modules)


def _abilities(text: str, modules: Sequence[str]) -> Floats:
    first, rows = table(text)
    about = int(first[:1] == [PERSON])
    names, errors, values = first, _header(first[about:], modules), list[list[float]]()
    if any(number(cell) is not None for cell in first):
        names = list(modules) if len(first) == len(modules) else [ONE]
        rows, errors = chain([(1, first)], rows), _count(first, modules)
    for line, cells in rows if not errors else ():
        errors += width(names, cells, line)
        told = list(zip(names, cells, strict=False))[about:]
        found = [_ability(cell) for _, cell in told]
        errors += [
            ReadingError(line, name, f"a number of logits, not {cell!r}")
            for (name, cell), value in zip(told, found, strict=True)
            if value is None
        ]
        values.append([value for value in found if value is not None])
    names = names[about:]
    if not (errors or values):
        errors.append(ReadingError(1, "", "an ability; there is none"))
    if errors:
        raise UnreadableError(errors)
    places = [0] * len(modules) if names == [ONE] else [names.index(m) for m in modules]
    return np.array(values)[:, places]


def _header(names: Sequence[str], modules: Sequence[str]) -> list[ReadingError]:
    if list(names) == [ONE] or sorted(names) == sorted(modules):
        return []
    wanted = f"the modules {', '.join(modules)} in any order, or {ONE} for all of them"
    return [ReadingError(1, "", f"{wanted}, not {', '.join(names)}")]


def _count(cells: Sequence[str], modules: Sequence[str]) -> list[ReadingError]:
    """Return a fault where a first line without a header has not one number, nor one a module."""
    if len(cells) in {1, len(modules)}:
        return []
    wanted = f"one number, or one for each of {', '.join(modules)}"
    return [ReadingError(1, "", f"{wanted}, not {len(cells)} fields")]


def _ability(text: str) -> float | None:
    value = number(text)
    return value if value is not None and isfinite(value) else None


class PostHoc(NamedTuple):
    """Answers that are given again."""

    answers: Integers
    """(N, J), in the pool's order; -1 where there is none."""
    left_out: int
    """How many people lack a module altogether, and are not among the N."""
    never: Sequence[str]
    """The items that none of the N answered."""


def read_answers(file: Path, pool: Pool) -> PostHoc:
    """Return the answers of those who answered something of every module of the pool.

    `ClickException` when the file is at fault, or there is nobody who did.
    """
    sizes = dict(zip(pool.items, map(int, pool.n_categories()), strict=True))
    found = answers_to(file, sizes)
    rows = {item: j for j, item in enumerate(found.items)}
    answers = np.full((len(found.categories), len(pool)), -1, dtype=np.int64)
    for j, item in enumerate(pool.items):
        if item in rows:
            answers[:, j] = found.categories[:, rows[item]]
    there, modules = answers >= 0, np.array(pool.modules)
    some_of_each = [there[:, modules == module].any(axis=1) for module in set(pool.modules)]
    whole = np.logical_and.reduce(some_of_each)
    if not whole.any():
        raise click.ClickException(f"{file}: nobody has answered something of every module")
    never = np.array(pool.items)[~there[whole].any(axis=0)]
    return PostHoc(answers[whole], int((~whole).sum()), never.tolist())
