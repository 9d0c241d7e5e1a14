"""Taking measured parameters into the bank: a POOL.csv held against the questions it speaks of."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from item_bank.keys import item_key, parse_key
from item_bank.models import Calibration, RevisionParameters
from item_bank.service.errors import NothingMeasured
from item_bank.service.parameters import known_parameters, to_columns
from item_bank.service.reading import latest_rows
from placement.pool import Pool
from placement.reading import ReadingError, UnreadableError, read_pool, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.models import Item, ItemRevision
    from item_bank.service.parameters import Known
    from placement.items import ItemParameters

FARTHEST = 10.0
"""Logits: a question farther out than this tells nothing of anybody."""
STEEPEST = 10.0
CATEGORIES = 2
"""`item_bank.scoring` scores an answer right or wrong."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file says anew of a revision."""

    item_id: str
    revision_id: int
    number: int
    before: Known
    after: ItemParameters
    n_responses: int

    @property
    def key(self) -> str:
        return item_key(self.item_id, self.number)


@dataclass(frozen=True, slots=True)
class Adoption:
    """What taking a file in would do."""

    measured: tuple[Measured, ...]
    unchanged: tuple[str, ...]
    """Rows that say what the bank says already."""
    edited: tuple[str, ...]
    """Rows of earlier wordings, passed over."""

    @property
    def without_guessing(self) -> tuple[str, ...]:
        """Questions that lose their chance of a right guess, and so seem to tell more than before.

        A model without it was calibrated; placements would claim too much.
        """
        lost = (one for one in self.measured if one.before.parameters.c > 0 and one.after.c == 0)
        return tuple(one.key for one in lost)


@dataclass(frozen=True, slots=True)
class ModuleChange:
    """What the measured questions of a module come to together."""

    module: str
    n_items: int
    harder: float
    """Logits that they become harder on average."""
    information: float
    """How many times as much they tell of a person whose ability is 0 ± 1."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    key: str
    parameters: ItemParameters


@dataclass(frozen=True, slots=True)
class _Bank:
    """The newest revision of each item, and what is known of it."""

    newest: Mapping[str, tuple[Item, ItemRevision]]
    known: Mapping[int, Known]


def read_adoption(
    session: Session, text: str, answers: Mapping[str, int], *, skip_edited: bool = False
) -> Adoption:
    """Hold a POOL.csv against the bank; `answers` says how many each of its rows rests on.

    UnreadableError names every fault at once. With `skip_edited`, rows of a question that has been
    edited since are passed over rather than refused.
    """
    rows, faults = _rows(text)
    pairs = [(item, revision) for item, revision in session.execute(latest_rows())]
    bank = _Bank({item.id: (item, rev) for item, rev in pairs}, known_parameters(session, pairs))
    measured, unchanged, edited = list[Measured](), list[str](), list[str]()
    for row in rows:
        named = parse_key(row.key)
        found = bank.newest.get(named[0]) if named else None
        if named is None or found is None or not 1 <= named[1] <= found[1].number:
            faults.append(ReadingError(row.line, "item", _no_such(row.key, named, found)))
            continue
        if skip_edited and named[1] < found[1].number:
            edited.append(row.key)
            continue
        one = _measured(row, found, bank.known[found[1].id], answers.get(row.key, 0))
        if named[1] == found[1].number and _same(one):
            unchanged.append(row.key)
            continue
        faults += _faults(row, named[1], one, found[0])
        measured.append(one)
    if faults:
        raise UnreadableError(sorted(faults, key=lambda fault: fault.line))
    return Adoption(tuple(measured), tuple(unchanged), tuple(edited))


def adopt(
    session: Session,
    adoption: Adoption,
    *,
    files: Mapping[str, Any],
    settings: Mapping[str, Any],
    now: datetime,
    by: int | None,
    note: str,
) -> int:
    """Write the measured parameters down; the calibration's id. The next pool will take them.

    `files` and `settings` are kept as they are (JSON). NothingMeasured where there is nothing new.
    """
    if not adoption.measured:
        raise NothingMeasured
    row = Calibration(
        adopted_at=now, adopted_by=by, files=dict(files), settings=dict(settings), note=note
    )
    session.add(row)
    session.flush()
    session.add_all(
        RevisionParameters(
            calibration_id=row.id,
            revision_id=one.revision_id,
            n_responses=one.n_responses,
            **to_columns(one.after),
        )
        for one in adoption.measured
    )
    session.flush()
    return row.id


def _rows(text: str) -> tuple[list[_Row], list[ReadingError]]:
    """Return the rows that can be read, and what is wrong with the others."""
    faults = list[ReadingError]()
    try:
        items = read_pool(text)
    except UnreadableError as error:
        faults = list(error.errors)
        bad = {fault.line for fault in faults}
        if 1 in bad:  # a header that is none: no row can be read
            return [], faults
        lines, kept = _without(text, bad)
        items = read_pool(kept)
    else:
        lines, _ = _without(text, set())
    rows = zip(lines, items, strict=True)
    return [_Row(line, item.item, item) for line, item in rows], faults


def _without(text: str, bad: set[int]) -> tuple[list[int], str]:
    """Return the lines of the rows that are not on `bad` lines, and the text of those rows."""
    header, rows = table(text)
    kept = [(line, row) for line, row in rows if line not in bad]
    out = StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([header, *(row for _, row in kept)])
    return [line for line, _ in kept], out.getvalue()


def _no_such(
    key: str, named: tuple[str, int] | None, found: tuple[Item, ItemRevision] | None
) -> str:
    if named is None:
        return f"a question with its revision, as TB-101@2, not {key!r}"
    if found is None:
        return f"a question of the bank, not {named[0]!r}"
    return f"a revision of {named[0]}, which has {found[1].number}"


def _measured(
    row: _Row, found: tuple[Item, ItemRevision], before: Known, n_responses: int
) -> Measured:
    item, revision = found
    after = replace(
        row.parameters,
        item=item.id,
        category=row.parameters.category or item.category_code,
    )
    return Measured(item.id, revision.id, revision.number, before, after, n_responses)


def _same(one: Measured) -> bool:
    return one.after == one.before.parameters


def _faults(row: _Row, number: int, one: Measured, item: Item) -> Iterator[ReadingError]:
    after = one.after
    two = f"a model of {CATEGORIES} categories, as answers to {item.id} are scored"
    claims = (
        (
            number == one.number,
            "item",
            f"the newest wording, {one.key}: the question has been edited since",
        ),
        (after.module == item.module_code, "module", f"{item.module_code}, not {after.module!r}"),
        (
            after.category == item.category_code,
            "category",
            f"{item.category_code}, not {after.category!r}",
        ),
        (
            after.n_categories == CATEGORIES,
            "model",
            f"{two}, not {after.model} of {after.n_categories}",
        ),
        (not after.enemy, "enemy", "nothing: the bank keeps no enemies"),
        (
            abs(after.location) <= FARTHEST,
            "b",
            f"a difficulty from {-FARTHEST:g} to {FARTHEST:g} logits, not {after.location:g}",
        ),
        (after.a <= STEEPEST, "a", f"a slope up to {STEEPEST:g}, not {after.a:g}"),
        (
            after.se_b > 0,
            "se_b",
            "a standard error above 0: calibrate with --se oakes",
        ),
        (
            one.n_responses > 0,
            "item",
            f"an item that the report has answers to; it has none to {row.key}",
        ),
    )
    for holds, column, expected in claims:
        if not holds:
            yield ReadingError(row.line, column, expected)


def module_changes(measured: Sequence[Measured]) -> list[ModuleChange]:
    """Say what the measured questions of each module come to, by the module's code."""
    by_module: dict[str, list[Measured]] = {}
    for one in measured:
        by_module.setdefault(one.after.module, []).append(one)
    return [_module_change(module, found) for module, found in sorted(by_module.items())]


def _module_change(module: str, measured: Sequence[Measured]) -> ModuleChange:
    before, after = [one.before.parameters for one in measured], [one.after for one in measured]
    harder = [new.location - old.location for old, new in zip(before, after, strict=True)]
    return ModuleChange(
        module, len(measured), sum(harder) / len(harder), _information(after) / _information(before)
    )


def _information(items: Sequence[ItemParameters]) -> float:
    """Return what the items tell together, averaged over ability 0 ± 1."""
    pool = Pool.tabulate(items)
    weights = np.exp(-(pool.nodes**2) / 2)
    return float((pool.information @ weights).sum() / weights.sum())
