"""The bank as it stands beside the newest pool: read in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank import service as bank
from webapp.people.models import Person
from webapp.rounds.models import DesignVersion

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.service import ItemRow


class Standing(StrEnum):
    """An item's newest revision beside the newest pool."""

    CURRENT = "current"
    NEWER = "newer"
    """The pool holds an earlier revision, the prior of another level, or an older measurement."""
    COMING = "coming"
    """Approved, and not in the pool yet."""
    LEAVING = "leaving"
    """In the pool, and no longer approved."""
    OUTSIDE = "outside"


CHANGED = frozenset({Standing.NEWER, Standing.COMING, Standing.LEAVING})
"""A new pool would hold these otherwise than the newest pool does."""


@dataclass(frozen=True, slots=True)
class ShelvedItem:
    row: ItemRow
    standing: Standing


@dataclass(frozen=True, slots=True)
class PoolFacts:
    number: int
    published_at: datetime
    published_by: str | None
    """A name; None where it was published from the command line."""
    note: str
    n_items: int
    has_design: bool
    """Whether rounds can use it."""


@dataclass(frozen=True, slots=True)
class Shelves:
    items: tuple[ShelvedItem, ...]
    """Every item, by its id."""
    pool: PoolFacts | None
    """The newest."""

    @property
    def n_changed(self) -> int:
        return sum(item.standing in CHANGED for item in self.items)

    def standing(self, *standings: Standing) -> tuple[ItemRow, ...]:
        return tuple(item.row for item in self.items if item.standing in standings)


def read_shelves(session: Session) -> Shelves:
    items = tuple(ShelvedItem(row, _standing(row)) for row in bank.items(session))
    return Shelves(items, newest_pool(session))


def newest_pool(session: Session) -> PoolFacts | None:
    number = bank.latest_pool_number(session)
    if number is None:
        return None
    pool = bank.pool_facts(session, number)
    person = None if pool.published_by is None else session.get(Person, pool.published_by)
    fitted = select(DesignVersion.number).where(DesignVersion.pool_number == number).limit(1)
    return PoolFacts(
        number=number,
        published_at=pool.published_at,
        published_by=None if person is None else person.name,
        note=pool.note,
        n_items=pool.n_items,
        has_design=session.scalar(fitted) is not None,
    )


def _standing(row: ItemRow) -> Standing:
    if not row.in_pool:
        return Standing.COMING if row.is_published else Standing.OUTSIDE
    if not row.is_published:
        return Standing.LEAVING
    is_newer = row.is_ahead_of_pool or row.level_changed or row.is_measured_anew
    return Standing.NEWER if is_newer else Standing.CURRENT
