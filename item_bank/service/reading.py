"""Looking into the bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Select, func, select

from item_bank.content.as_json import content_from_json
from item_bank.content.model import Description
from item_bank.models import (
    PUBLISHED,
    Item,
    ItemRevision,
    Module,
    Pool,
    PoolItem,
    RevisionParameters,
)
from item_bank.priors import B_OF_LEVEL
from item_bank.service.errors import NoSuchItem, NoSuchRevision

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.content.model import ItemContent, Setting
    from item_bank.texts import Text

LEVEL_OF_B = {b: level for level, b in B_OF_LEVEL.items()}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as a list shows it."""

    id: str
    module: str
    category: str
    level: int
    kind: str
    setting: Setting
    ref: str
    topic: str
    digcomp: str | None
    program: str | None
    status: str
    version: int
    """To hand back as `expected_version` when saving."""
    created_at: datetime
    revision_id: int
    """The latest revision."""
    revision: int
    """The latest revision's number within the item."""
    pool_revision: int | None
    """The number of the revision in the newest pool; None: the item is not in it."""
    pool_level: int | None
    """The level that its difficulty in the newest pool stands for; None where answers stand for it,
    or nothing does."""
    pool_calibration: int | None
    """The calibration that its parameters in the newest pool are from."""
    calibration: int | None
    """The newest calibration of the latest revision; None: its author's level stands for it."""
    stem: Text

    @property
    def description(self) -> Description:
        return Description(
            ref=self.ref,
            topic=self.topic,
            level=self.level,
            setting=self.setting,
            digcomp=self.digcomp,
            program=self.program,
        )

    @property
    def is_published(self) -> bool:
        """Whether a pool published now would hold it."""
        return self.status in PUBLISHED

    @property
    def in_pool(self) -> bool:
        return self.pool_revision is not None

    @property
    def is_ahead_of_pool(self) -> bool:
        """Whether tests still show an older wording than the latest."""
        return self.pool_revision is not None and self.pool_revision < self.revision

    @property
    def level_changed(self) -> bool:
        """Whether tests still take the item to be as difficult as its author thought before."""
        return self.pool_level is not None and self.pool_level != self.level

    @property
    def is_measured_anew(self) -> bool:
        """Whether a pool published now would hold what answers have measured since."""
        return self.pool_revision == self.revision and self.pool_calibration != self.calibration


@dataclass(frozen=True, slots=True)
class Revision:
    """One wording of an item."""

    id: int
    item_id: str
    number: int
    content: ItemContent
    created_at: datetime
    author_id: int | None
    note: str


def modules(session: Session) -> list[Module]:
    """List the modules in their order, each with its categories."""
    return list(session.scalars(select(Module).order_by(Module.position, Module.code)))


def items(
    session: Session, module: str | None = None, category: str | None = None
) -> list[ItemRow]:
    """List the items, of one module or category where that is asked for, by id."""
    query = _rows().order_by(Item.id)
    if module is not None:
        query = query.where(Item.module_code == module)
    if category is not None:
        query = query.where(Item.category_code == category)
    return [_item_row(*row) for row in session.execute(query)]


def item(session: Session, item_id: str) -> ItemRow:
    """Look one item up; NoSuchItem where there is none."""
    row = session.execute(_rows().where(Item.id == item_id)).one_or_none()
    if row is None:
        raise NoSuchItem(item_id)
    return _item_row(*row)


def revision(session: Session, revision_id: int) -> Revision:
    """Look a revision up; NoSuchRevision where there is none."""
    row = session.get(ItemRevision, revision_id)
    if row is None:
        raise NoSuchRevision(revision_id)
    return revision_of(row)


def latest_revision(session: Session, item_id: str) -> Revision:
    """Look up the wording that authors see; NoSuchItem where there is no such item."""
    query = select(ItemRevision).where(ItemRevision.item_id == item_id)
    row = session.scalars(query.order_by(ItemRevision.number.desc()).limit(1)).one_or_none()
    if row is None:
        raise NoSuchItem(item_id)
    return revision_of(row)


def revisions(session: Session, item_id: str) -> list[Revision]:
    """List all the wordings an item has had, the newest first."""
    query = select(ItemRevision).where(ItemRevision.item_id == item_id)
    rows = session.scalars(query.order_by(ItemRevision.number.desc()))
    return [revision_of(row) for row in rows]


def latest_rows() -> Select[Item, ItemRevision]:
    """Select every item with its latest revision."""
    newest = (
        select(ItemRevision.item_id, func.max(ItemRevision.number).label("number"))
        .group_by(ItemRevision.item_id)
        .subquery()
    )
    return (
        select(Item, ItemRevision)
        .join(newest, newest.c.item_id == Item.id)
        .join(
            ItemRevision,
            (ItemRevision.item_id == Item.id) & (ItemRevision.number == newest.c.number),
        )
    )


def newest_calibrations() -> Select[int, int]:
    """Select each measured revision with the calibration that counts: the newest."""
    return select(
        RevisionParameters.revision_id,
        func.max(RevisionParameters.calibration_id).label("calibration_id"),
    ).group_by(RevisionParameters.revision_id)


def revision_of(row: ItemRevision) -> Revision:
    return Revision(
        id=row.id,
        item_id=row.item_id,
        number=row.number,
        content=content_from_json(row.content),
        created_at=row.created_at,
        author_id=row.author_id,
        note=row.note,
    )


def _rows() -> Select[Any]:
    newest_pool = select(func.max(Pool.number)).scalar_subquery()
    pooled = (
        select(
            PoolItem.item_id,
            ItemRevision.number,
            PoolItem.b,
            PoolItem.n_responses,
            PoolItem.calibration_id,
        )
        .join(ItemRevision, ItemRevision.id == PoolItem.revision_id)
        .where(PoolItem.pool_number == newest_pool)
        .subquery()
    )
    measured = newest_calibrations().subquery()
    query = (
        latest_rows()
        .outerjoin(pooled, pooled.c.item_id == Item.id)
        .outerjoin(measured, measured.c.revision_id == ItemRevision.id)
    )
    return query.add_columns(
        pooled.c.number,
        pooled.c.b,
        pooled.c.n_responses,
        pooled.c.calibration_id,
        measured.c.calibration_id.label("newest_calibration"),
    )


def _item_row(
    row: Item,
    latest: ItemRevision,
    pool_revision: int | None,
    pool_b: float | None,
    n_responses: int | None,
    pool_calibration: int | None,
    calibration: int | None,
) -> ItemRow:
    return ItemRow(
        id=row.id,
        module=row.module_code,
        category=row.category_code,
        level=row.level,
        kind=row.kind,
        setting=cast("Setting", row.setting),
        ref=row.ref,
        topic=row.topic,
        digcomp=row.digcomp,
        program=row.program,
        status=row.status,
        version=row.version,
        created_at=row.created_at,
        revision_id=latest.id,
        revision=latest.number,
        pool_revision=pool_revision,
        pool_level=LEVEL_OF_B.get(pool_b) if pool_b is not None and n_responses == 0 else None,
        pool_calibration=pool_calibration,
        calibration=calibration,
        stem=content_from_json(latest.content).stem,
    )
