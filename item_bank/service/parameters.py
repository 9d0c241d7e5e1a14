"""Item parameters in the bank: what each revision has, in a pool or in the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from item_bank.content.as_json import content_from_json
from item_bank.keys import item_key
from item_bank.models import Calibration, ItemRevision, PoolItem, RevisionParameters
from item_bank.priors import prior_parameters
from item_bank.service.reading import newest_calibrations
from placement.items import ItemParameters, Model

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.models import Item, ParameterColumns

NUMBERS = ("a", "b", "c", "d", "se_a", "se_b", "cov_ab")
STEPS = ("b_steps", "a_steps", "d_steps")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a revision: its parameters, how many answers and which calibration say so.

    `calibration_id` is None, and `n_responses` 0, where its author's level stands for it.
    """

    parameters: ItemParameters
    n_responses: int = 0
    calibration_id: int | None = None
    measured_at: datetime | None = None


def known_parameters(session: Session, rows: list[tuple[Item, ItemRevision]]) -> dict[int, Known]:
    """Map each revision to what a pool published now would take: measured, or else the prior."""
    measured = _newest_measured(session)
    return {
        revision.id: _measured(item.id, item.module_code, item.category_code, measured[revision.id])
        if revision.id in measured
        else Known(_prior(item, revision))
        for item, revision in rows
    }


def pool_parameters(
    session: Session, number: int, *, measured_only: bool = False
) -> list[ItemParameters]:
    """List a pool's items as it holds them, each under its revision's name (TB-101@2)."""
    query = (
        select(PoolItem, ItemRevision.number)
        .join(ItemRevision, ItemRevision.id == PoolItem.revision_id)
        .where(PoolItem.pool_number == number)
        .order_by(PoolItem.item_id)
    )
    if measured_only:
        query = query.where(PoolItem.n_responses > 0)
    return [
        from_columns(item_key(row.item_id, revision), row.module, row.category, row)
        for row, revision in session.execute(query)
    ]


def pooled(session: Session, item_id: str, number: int) -> Known | None:
    """What a pool holds of an item; None where it does not hold it."""
    row = session.execute(
        select(PoolItem, Calibration.adopted_at)
        .outerjoin(Calibration, Calibration.id == PoolItem.calibration_id)
        .where(PoolItem.pool_number == number, PoolItem.item_id == item_id)
    ).one_or_none()
    if row is None:
        return None
    held: PoolItem = row.PoolItem
    parameters = from_columns(item_id, held.module, held.category, held)
    return Known(parameters, held.n_responses, held.calibration_id, row.adopted_at)


def to_columns(parameters: ItemParameters) -> dict[str, Any]:
    """Return the parameters as `ParameterColumns` keeps them."""
    return {
        "model": parameters.model,
        **{name: getattr(parameters, name) for name in NUMBERS},
        **{name: list(getattr(parameters, name)) for name in STEPS},
    }


def from_columns(name: str, module: str, category: str, row: ParameterColumns) -> ItemParameters:
    """Return the parameters that a row holds, of an item by this name."""
    numbers: dict[str, Any] = {name: getattr(row, name) for name in NUMBERS}
    return ItemParameters(
        name,
        module,
        category,
        cast("Model", row.model),
        **numbers,
        b_steps=tuple(row.b_steps),
        a_steps=tuple(row.a_steps),
        d_steps=tuple(row.d_steps),
    )


def _newest_measured(session: Session) -> dict[int, tuple[RevisionParameters, datetime]]:
    newest = newest_calibrations().subquery()
    query = (
        select(RevisionParameters, Calibration.adopted_at)
        .join(Calibration, Calibration.id == RevisionParameters.calibration_id)
        .join(
            newest,
            (newest.c.revision_id == RevisionParameters.revision_id)
            & (newest.c.calibration_id == RevisionParameters.calibration_id),
        )
    )
    return {row.revision_id: (row, adopted_at) for row, adopted_at in session.execute(query)}


def _measured(
    item_id: str, module: str, category: str, found: tuple[RevisionParameters, datetime]
) -> Known:
    row, adopted_at = found
    parameters = from_columns(item_id, module, category, row)
    return Known(parameters, row.n_responses, row.calibration_id, adopted_at)


def _prior(item: Item, revision: ItemRevision) -> ItemParameters:
    return prior_parameters(
        item.id,
        item.module_code,
        item.category_code,
        level=item.level,
        body=content_from_json(revision.content).body,
    )
