"""What a new pool would be, and publishing it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from item_bank import service as bank
from webapp import clock
from webapp.authoring.shelves import Standing, newest_pool, read_shelves
from webapp.rounds import designs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from item_bank.models import Module
    from item_bank.service import ItemRow
    from webapp.authoring.shelves import PoolFacts
    from webapp.database import Database

FEWEST_IN_CATEGORY = 3
"""With fewer, everybody meets the same questions from it."""


class UnknownPool(Exception):
    """It is not the newest pool."""


class NothingNew(Exception):
    """A new pool would be the same as the newest."""


class PublishedMeanwhile(Exception):
    """The bank or its newest pool has changed since the author looked."""


class TooFew(Exception):
    """A module has too few questions to be asked from."""


@dataclass(frozen=True, slots=True)
class Thin:
    """A module or category with too few questions; `name` by language."""

    code: str
    name: Mapping[str, str]
    n_items: int


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """What a pool published now would be."""

    newest: PoolFacts | None
    new: tuple[ItemRow, ...]
    changed: tuple[ItemRow, ...]
    removed: tuple[ItemRow, ...]
    n_unchanged: int
    thin: tuple[Thin, ...]
    """Categories to think about."""
    too_thin: tuple[Thin, ...]
    """Modules that stand in the way of publishing."""
    mark: str
    """Stands for exactly this plan: publishing asks for it, so that nothing slips in unseen."""

    @property
    def n_items(self) -> int:
        return len(self.new) + len(self.changed) + self.n_unchanged

    @property
    def is_new(self) -> bool:
        return bool(self.new or self.changed or self.removed)


def plan_pool(database: Database) -> PoolPlan:
    with database.read() as session:
        return _plan(session)


def _plan(session: Session) -> PoolPlan:
    shelves = read_shelves(session)
    modules = bank.modules(session)
    coming = shelves.standing(Standing.COMING, Standing.NEWER, Standing.CURRENT)
    return PoolPlan(
        newest=shelves.pool,
        new=shelves.standing(Standing.COMING),
        changed=shelves.standing(Standing.NEWER),
        removed=shelves.standing(Standing.LEAVING),
        n_unchanged=len(shelves.standing(Standing.CURRENT)),
        thin=tuple(_thin_categories(modules, coming)),
        too_thin=tuple(_thin_modules(modules, coming)),
        mark=_mark(shelves.pool, coming),
    )


def _thin_categories(modules: Iterable[Module], coming: Sequence[ItemRow]) -> Iterator[Thin]:
    """Only of modules that the pool holds anything of: the others are not in the test at all."""
    used = {row.module for row in coming}
    for module in modules:
        for category in module.categories if module.code in used else ():
            n_items = sum(row.category == category.code for row in coming)
            if n_items < FEWEST_IN_CATEGORY:
                yield Thin(category.code, category.name, n_items)


def _thin_modules(modules: Iterable[Module], coming: Sequence[ItemRow]) -> Iterator[Thin]:
    for module in modules:
        n_items = sum(row.module == module.code for row in coming)
        if 0 < n_items < bank.FEWEST_ITEMS:
            yield Thin(module.code, module.name, n_items)


def _mark(pool: PoolFacts | None, coming: Iterable[ItemRow]) -> str:
    parts = [str(pool.number if pool else 0)]
    parts += sorted(f"{row.id}:{row.revision_id}:{row.level}:{row.calibration}" for row in coming)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def publish(database: Database, *, mark: str, by: int, note: str) -> int:
    """Publish the pool that the plan with this mark described; its number.

    PublishedMeanwhile when the bank or its newest pool is another by now, NothingNew when the
    pool would be the same as the newest, TooFew: none of them changes anything.
    """
    with database.write(alone=True) as session:
        plan = _plan(session)
        if plan.mark != mark:
            raise PublishedMeanwhile
        if not plan.is_new:
            raise NothingNew
        try:
            return bank.publish_pool(session, now=clock.now(), by=by, note=note)
        except bank.NothingToPublish as error:
            raise TooFew from error


def make_usable(database: Database, pool_number: int) -> int:
    """Fit a design to the newest pool, so that rounds can use it; the design's number. UnknownPool.

    It takes a few seconds, and is harmless when it has been done already.
    """
    with database.read() as session:
        newest = newest_pool(session)
    if newest is None or newest.number != pool_number:
        raise UnknownPool(pool_number)
    return designs.fit_to_pool(database, pool_number)
