"""What `simulate` reads: abilities, or answers that are already there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import numpy as np

from placement.reading import read_responses
from webapp.commands.files import faults_of, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from placement.arrays import Floats, Integers
    from placement.pool import Pool


def read_theta(file: Path, modules: Sequence[str]) -> Floats:
    """Return abilities (N, D), in logits: one column for all of the D modules, or one a module.

    A first line that holds no number is a header; with a column a module it names them, in any
    order. `ClickException` names every bad line.
    """
    size, places = len(modules), list(range(len(modules)))
    lines = text_of(file).removeprefix("\ufeff").splitlines()
    rows: list[list[float]] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.replace(";", ",").split(",")]
        values = _numbers(cells)
        if values is not None and len(values) in {1, size}:
            rows.append(values * size if len(values) == 1 else [values[i] for i in places])
        elif number == 1 and not any(map(_is_number, cells)):
            if len(cells) > 1 and sorted(cells) == sorted(modules):
                places = [cells.index(module) for module in modules]
            elif len(cells) > 1:
                wanted = f"the modules {', '.join(modules)}"
                faults.append(f"{file}: line 1: expected {wanted}, found {line!r:.60}")
        elif line.strip():
            wanted = "a number" if size == 1 else f"1 or {size} numbers"
            faults.append(f"{file}: line {number}: expected {wanted}, found {line!r:.60}")
    if faults or not rows:
        raise click.ClickException("\n".join(faults) or f"{file}: no abilities")
    return np.array(rows)


def read_answers(file: Path, pool: Pool) -> tuple[Integers, int]:
    """Return the answers (N, J) of those who answered every item of the pool, and how many did not.

    `ClickException` when the file is at fault, lacks an item, or nobody answered everything.
    """
    sizes = dict(zip(pool.items, map(int, pool.n_categories()), strict=True))
    text = text_of(file)
    with faults_of(file):
        table = read_responses(text, sizes)
    missing = [item for item in pool.items if item not in table.items]
    if missing:
        raise click.ClickException(f"{file}: no column for {', '.join(missing[:10])}")
    columns = table.categories[:, [table.items.index(item) for item in pool.items]]
    complete = (columns >= 0).all(axis=1)
    if not complete.any():
        raise click.ClickException(f"{file}: nobody has answered every item of the pool")
    return columns[complete], int((~complete).sum())


def _numbers(cells: list[str]) -> list[float] | None:
    values = [float(cell) for cell in cells if _is_number(cell)]
    return values if len(values) == len(cells) and np.isfinite(values).all() else None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
