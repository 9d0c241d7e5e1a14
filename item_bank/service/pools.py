"""Publishing pools, and handing them to the engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import func, select, update

from item_bank.models import PUBLISHED, Item, ItemRevision, Pool, PoolItem, Status
from item_bank.service.errors import NoSuchPool, NothingToPublish
from item_bank.service.parameters import from_columns, known_parameters, to_columns
from item_bank.service.reading import latest_rows
from placement.pool import Pool as TabulatedPool

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session
    from sqlalchemy.pool import Pool as Connections

    from item_bank.service.parameters import Known
    from placement.items import ItemParameters

FEWEST_ITEMS = 5
"""A design asks at least this many questions of a module."""

KEPT_POOLS = 8
"""Tabulated pools kept per database: those of the rounds that run at the same time."""


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool as it was published; `published_by` is a person of webapp's."""

    number: int
    published_at: datetime
    published_by: int | None
    note: str
    n_items: int


class _Entry(NamedTuple):
    """A kept pool. A publication that was rolled back leaves its number to another moment's."""

    published_at: datetime
    pool: TabulatedPool


_kept: WeakKeyDictionary[Connections, dict[int, _Entry]] = WeakKeyDictionary()


def publish_pool(
    session: Session,
    *,
    now: datetime,
    by: int | None,
    note: str,
    modules: Collection[str] | None = None,
) -> int:
    """Freeze the latest revision of every approved item, of `modules` or of all; the pool's number.

    A revision has the parameters that answers gave it last; any other gets the prior of the
    item's present level. NothingToPublish when there is no item, or a module has too
    few to be asked from.
    """
    rows = _publishable(session, modules)
    _require_enough([item.module_code for item, _ in rows], modules)
    known = known_parameters(session, rows)
    number = (latest_pool_number(session) or 0) + 1
    session.add(Pool(number=number, published_at=now, published_by=by, note=note))
    session.flush()
    session.add_all(_pool_item(number, *row, known[row[1].id]) for row in rows)
    session.execute(
        update(Item)
        .where(Item.id.in_([item.id for item, _ in rows]))
        .values(status=Status.IN_USE.value)
    )
    session.flush()
    return number


def latest_pool_number(session: Session) -> int | None:
    return session.scalar(select(func.max(Pool.number)))


def pool_facts(session: Session, number: int) -> PoolFacts:
    """Look a pool up; NoSuchPool where there is none."""
    row = session.get(Pool, number)
    if row is None:
        raise NoSuchPool(number)
    held = select(func.count()).select_from(PoolItem).where(PoolItem.pool_number == number)
    return PoolFacts(
        number=row.number,
        published_at=row.published_at,
        published_by=row.published_by,
        note=row.note,
        n_items=session.scalar(held) or 0,
    )


def pool(session: Session, number: int) -> TabulatedPool:
    """Tabulate a pool, once in a process; NoSuchPool where there is none."""
    published_at = session.scalar(select(Pool.published_at).where(Pool.number == number))
    if published_at is None:
        raise NoSuchPool(number)
    kept = _kept.setdefault(session.get_bind().engine.pool, {})
    entry = kept.pop(number, None)
    if entry is None or entry.published_at != published_at:
        entry = _Entry(published_at, TabulatedPool.tabulate(_parameters(session, number)))
    kept[number] = entry  # at the end: the one used last is dropped last
    while len(kept) > KEPT_POOLS:
        kept.pop(next(iter(kept)))
    return entry.pool


def pool_revision_ids(session: Session, number: int) -> dict[str, int]:
    """Map each item of the pool to its revision there; empty for a pool that does not exist."""
    query = select(PoolItem.item_id, PoolItem.revision_id).where(PoolItem.pool_number == number)
    return dict(session.execute(query).all())


def is_calibrated(session: Session, number: int) -> bool:
    """Whether any item's difficulty in the pool rests on answers, not on its author alone."""
    answered = select(PoolItem.item_id).where(
        PoolItem.pool_number == number, PoolItem.n_responses > 0
    )
    return session.scalar(answered.limit(1)) is not None


def _publishable(
    session: Session, modules: Collection[str] | None
) -> list[tuple[Item, ItemRevision]]:
    query = latest_rows().where(Item.status.in_([status.value for status in PUBLISHED]))
    if modules is not None:
        query = query.where(Item.module_code.in_(modules))
    return [(item, revision) for item, revision in session.execute(query.order_by(Item.id))]


def _require_enough(found: list[str], wanted: Collection[str] | None) -> None:
    counts = Counter(found)
    reasons = [
        f"{module} has {counts[module]} approved items; {FEWEST_ITEMS} are needed"
        for module in sorted(counts if wanted is None else wanted)
        if counts[module] < FEWEST_ITEMS
    ]
    if not counts and not reasons:
        reasons = ["no item is approved"]
    if reasons:
        raise NothingToPublish(reasons)


def _pool_item(number: int, item: Item, revision: ItemRevision, known: Known) -> PoolItem:
    return PoolItem(
        pool_number=number,
        item_id=item.id,
        revision_id=revision.id,
        module=item.module_code,
        category=item.category_code,
        calibration_id=known.calibration_id,
        n_responses=known.n_responses,
        **to_columns(known.parameters),
    )


def _parameters(session: Session, number: int) -> list[ItemParameters]:
    rows = session.scalars(
        select(PoolItem).where(PoolItem.pool_number == number).order_by(PoolItem.item_id)
    )
    return [from_columns(row.item_id, row.module, row.category, row) for row in rows]
