"""The bank's tables. Revisions and pools are written once: what was asked can always be shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from item_bank.base import Base


class Status(StrEnum):
    """Where an item stands on its way into tests and out of them."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PILOT = "pilot"
    IN_USE = "in_use"
    PAUSED = "paused"
    RETIRED = "retired"


PUBLISHED = (Status.APPROVED, Status.IN_USE)
"""The states whose items a new pool takes in."""


class Immutable(RuntimeError):
    """Somebody tried to change or delete a row that is written once."""


class Module(Base):
    """A part of the test with its own result: word processing, spreadsheets, …"""

    __tablename__ = "module"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    position: Mapped[int]
    """Modules are listed by ascending position."""
    name: Mapped[dict[str, Any]]
    """{nb, nn, en}."""

    categories: Mapped[list[Category]] = relationship(order_by="Category.position", lazy="selectin")


class Category(Base):
    """A part of a module that gets its share of every test."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    """The module's code, a dot, the category's number: TB.1."""
    module_code: Mapped[str] = mapped_column(ForeignKey("module.code"), index=True)
    position: Mapped[int]
    ref: Mapped[str] = mapped_column(String(100))
    """Syllabus references by number, never the syllabus' own words."""
    weight: Mapped[float]
    """Share of the module's tests, 0 to 1; a module's shares sum to 1."""
    name: Mapped[dict[str, Any]]
    """{nb, nn, en}."""


class Item(Base):
    """A question's lasting identity; what it says is in its revisions."""

    __tablename__ = "item"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 3", name="level"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """Module, category digit, two digits: TB-101."""
    module_code: Mapped[str] = mapped_column(ForeignKey("module.code"), index=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    level: Mapped[int]
    """The author's difficulty: 1 easy, 2 medium, 3 hard. A prior, until answers say otherwise."""
    kind: Mapped[str] = mapped_column(String(20))
    """single, multiple, ordering, matching, short or hotspot; the same in every revision."""
    setting: Mapped[str] = mapped_column(String(20))
    """municipal or general."""
    ref: Mapped[str] = mapped_column(String(50))
    """Syllabus reference by number."""
    topic: Mapped[str] = mapped_column(Text)
    digcomp: Mapped[str | None] = mapped_column(String(10))
    program: Mapped[str | None] = mapped_column(String(100))
    """The one program the question is about, where it is about one."""
    status: Mapped[str] = mapped_column(String(20), default=Status.DRAFT.value)
    """One of Status."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    """Counts saves: a save that read an older version is refused."""


class ItemRevision(Base):
    """One wording of an item. Written once."""

    __tablename__ = "item_revision"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    """Counts from 1 within the item."""
    content: Mapped[dict[str, Any]]
    """As `content_to_json` writes it."""
    created_at: Mapped[datetime]
    author_id: Mapped[int | None]
    """A person of webapp's, which this floor does not know; None: imported."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What was changed and why, in the author's words."""


class ItemChange(Base):
    """What was changed of an item beside its wording: its description or its status. Written once.

    Such a change makes no revision, so that answers already given still speak of the same question.
    """

    __tablename__ = "item_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"), index=True)
    changes: Mapped[dict[str, Any]]
    """Each column that changed, with its value before and after: {"level": [2, 3]}."""
    created_at: Mapped[datetime]
    author_id: Mapped[int | None]
    """A person of webapp's; None: from the command line."""
    note: Mapped[str] = mapped_column(Text, default="")


class Pool(Base):
    """A frozen, numbered set of revisions that tests may draw on. Written once."""

    __tablename__ = "pool"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime]
    published_by: Mapped[int | None]
    """A person of webapp's; None: published from the command line."""
    note: Mapped[str] = mapped_column(Text, default="")


class ParameterColumns:
    """An item's parameters (logits, D = 1): the fields of `placement.items.ItemParameters`."""

    model: Mapped[str] = mapped_column(String(10))
    """One of `placement.items.MODELS`."""
    a: Mapped[float]
    b: Mapped[float]
    c: Mapped[float]
    d: Mapped[float] = mapped_column(default=1.0)
    b_steps: Mapped[list[float]] = mapped_column(default=list)
    a_steps: Mapped[list[float]] = mapped_column(default=list)
    d_steps: Mapped[list[float]] = mapped_column(default=list)
    """Empty for answers that are right or wrong."""
    se_a: Mapped[float]
    se_b: Mapped[float]
    cov_ab: Mapped[float]
    n_responses: Mapped[int] = mapped_column(default=0)
    """Answers behind the parameters; 0: the author's prior alone."""


class Calibration(Base):
    """Parameters that were taken in together: who did it, when, and from which files. Written once.

    Decision 0015.
    """

    __tablename__ = "calibration"

    id: Mapped[int] = mapped_column(primary_key=True)
    adopted_at: Mapped[datetime]
    adopted_by: Mapped[int | None]
    """A person of webapp's; None: from the command line."""
    files: Mapped[dict[str, Any]]
    """What they were called, and their SHA-256: {"pool": {"name": …, "sha256": …}, …}."""
    settings: Mapped[dict[str, Any]]
    """What the calibration says of itself: model, priors, ability, persons, answers."""
    note: Mapped[str] = mapped_column(Text, default="")


class RevisionParameters(ParameterColumns, Base):
    """What a calibration measured of a revision. Written once."""

    __tablename__ = "revision_parameters"

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(
        ForeignKey("item_revision.id"), primary_key=True, index=True
    )


class PoolItem(ParameterColumns, Base):
    """A revision in a pool, with its parameters as they were that day."""

    __tablename__ = "pool_item"

    pool_number: Mapped[int] = mapped_column(ForeignKey("pool.number"), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("item_revision.id"))
    module: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(12))
    calibration_id: Mapped[int | None] = mapped_column(ForeignKey("calibration.id"))
    """Where the parameters are from; None: the author's level."""


def _refuse(_mapper: object, _connection: object, row: Base) -> NoReturn:
    raise Immutable(f"{type(row).__name__} is written once")


for _written_once in (ItemRevision, ItemChange, Pool, PoolItem, Calibration, RevisionParameters):
    event.listen(_written_once, "before_update", _refuse)
    event.listen(_written_once, "before_delete", _refuse)
