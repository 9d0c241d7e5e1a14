"""What commands read of answers and items: RESPONSES.csv or .parquet, POOL.csv, META.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import numpy as np

from calibration import CalibrationError
from calibration.modules import in_groups
from calibration.reading import DICHOTOMOUS, from_one, read_facts, read_rows, read_sheet
from placement.reading import NOT_PRESENTED, ResponseTable, read_pool
from webapp.commands import files, parquet

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

    from calibration.reading import ItemFacts, ResponseSheet
    from calibration.responses import Responses
    from placement.arrays import Integers
    from placement.items import ItemParameters

SHOWN = 20


def responses_of(
    file: Path, columns: Sequence[str], sizes: Mapping[str, int] | None = None
) -> ResponseSheet:
    """Read RESPONSES.csv or .parquet; every fault is named with file, line and column.

    `columns` are about persons. `sizes` gives a pool's items and their numbers of categories: what
    the file has besides them is passed over, as are columns of texts without a pool, and told on
    standard error.
    """
    with files.faults_of(file):
        try:
            if file.suffix == parquet.SUFFIX:
                sheet = read_rows(*parquet.rows_of(file), columns, sizes)
            else:
                sheet = read_sheet(files.text_of(file), columns, sizes)
        except CalibrationError as error:
            raise click.ClickException(faults(file, error)) from error
    if sheet.passed_over:
        why = "without scores" if sizes is None else "since the pool has no such item"
        text = f"passed over, {why}"
        click.echo(f"note: {text}: {some(sheet.passed_over)}", err=True)
    return sheet


def grouped(file: Path, sheet: ResponseSheet, column: str | None) -> Responses:
    """Return the responses with the groups that a column says; who has none is left out, and told.

    Without a column everybody is in one group.
    """
    if column is None:
        return sheet.responses
    try:
        found, notes = in_groups(sheet.responses, sheet.columns[column], column)
    except CalibrationError as error:
        raise click.ClickException(faults(file, error)) from error
    for note in notes:
        click.echo(f"note: {note}", err=True)
    return found


def answers_to(file: Path, sizes: Mapping[str, int]) -> ResponseTable:
    """Return the categories that persons reached of a pool's items, -1 where there is no answer.

    Which items are scored from 1 is told on standard error.
    """
    responses = responses_of(file, [], sizes).responses
    starts, item, score = responses.answers.triplets()
    given = np.full((responses.answers.n_persons, len(responses.items)), NOT_PRESENTED)
    given[np.repeat(np.arange(starts.size - 1), np.diff(starts)), item] = score
    known = [(j, name) for j, name in enumerate(responses.items) if name in sizes]
    higher = [j for j, name in known if from_one(given[:, j], sizes[name])]
    if higher:
        _tell_from_one(responses.items, given, higher, sizes)
        given[:, higher] = np.maximum(given[:, higher] - 1, NOT_PRESENTED)
    return ResponseTable(responses.persons, responses.items, given)


def _tell_from_one(
    items: Sequence[str], given: Integers, higher: Sequence[int], sizes: Mapping[str, int]
) -> None:
    """Name the items `higher` whose scores go from 1, and those of which it cannot be told."""
    names = some([items[j] for j in higher])
    click.echo(f"note: scored from 1, so 1 is the lowest category: {names}", err=True)
    unclear = [
        name
        for j, name in enumerate(items)
        if 0 < given[:, j].max(initial=0) < sizes.get(name, 0)
        and sizes[name] > DICHOTOMOUS
        and not (given[:, j] == 0).any()
    ]
    if unclear:
        text = "neither the lowest nor the highest score occurs, taken as counted from 0"
        click.echo(f"note: {text}: {some(unclear)}", err=True)


def pool_of(file: Path) -> list[ItemParameters]:
    """Read POOL.csv."""
    with files.faults_of(file):
        pool = read_pool(files.text_of(file))
    if not pool:
        raise click.ClickException(f"{file}: holds no item")
    return pool


def sizes_of(pool: Sequence[ItemParameters]) -> dict[str, int]:
    """Return the number of categories of each item."""
    return {item.item: item.n_categories for item in pool}


def facts_of(file: Path, known: Container[str]) -> Mapping[str, ItemFacts]:
    """Read META.csv; items that are not `known` are passed over, and told on standard error."""
    with files.faults_of(file):
        facts = read_facts(files.text_of(file))
    strange = [item for item in facts if item not in known]
    if strange:
        text = f"{file}: passed over, since nobody was asked them"
        click.echo(f"note: {text}: {some(strange)}", err=True)
    return {item: fact for item, fact in facts.items() if item in known}


def faults(file: Path, error: CalibrationError) -> str:
    """Return the faults of the data in `file`, one a line."""
    return files.listed(file, error.faults)


def some(names: Sequence[str]) -> str:
    """Return the first names, and how many there are further."""
    more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])
