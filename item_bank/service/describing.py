"""What is changed of an item beside its wording: its description, and its status."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from item_bank.content.rules import broken_description
from item_bank.models import Item, ItemChange, Status
from item_bank.service.errors import InvalidContent, NoSuchItem, OtherStatus, StaleItem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.content.model import Description


@dataclass(frozen=True, slots=True)
class Change:
    """One change, by column: the value before and after."""

    changes: Mapping[str, tuple[Any, Any]]
    created_at: datetime
    author_id: int | None
    note: str


def describe_item(
    session: Session,
    item_id: str,
    description: Description,
    *,
    expected_version: int,
    author_id: int | None,
    note: str,
    now: datetime,
) -> int:
    """Give the item this description; the item's version afterwards, the same if nothing changed.

    `expected_version` is the item's version when its author opened it. NoSuchItem; StaleItem when
    another has saved since; InvalidContent when a rule is broken.
    """
    findings = list(broken_description(description))
    if findings:
        raise InvalidContent(item_id, findings)
    row = _item(session, item_id)
    if row.version != expected_version:
        raise StaleItem(item_id, expected=expected_version, actual=row.version)
    after = asdict(description)
    changes = {
        name: [getattr(row, name), value]
        for name, value in after.items()
        if getattr(row, name) != value
    }
    if not changes:
        return expected_version
    claimed = session.scalar(
        update(Item)
        .where(Item.id == item_id, Item.version == expected_version)
        .values(version=Item.version + 1, **after)
        .returning(Item.id)
    )
    if claimed is None:
        session.refresh(row)
        raise StaleItem(item_id, expected=expected_version, actual=row.version)
    record(session, item_id, changes, author_id=author_id, note=note, now=now)
    return expected_version + 1


def set_status(
    session: Session,
    item_id: str,
    status: Status,
    *,
    expected: Status,
    author_id: int | None,
    note: str,
    now: datetime,
) -> None:
    """Move the item from the status its author saw. NoSuchItem; OtherStatus if it has left that.

    Its version stays: who is writing on its wording is not in the way, nor disturbed.
    """
    claimed = session.scalar(
        update(Item)
        .where(Item.id == item_id, Item.status == expected.value)
        .values(status=status.value)
        .returning(Item.id)
    )
    if claimed is None:
        actual = _item(session, item_id).status
        raise OtherStatus(item_id, expected=expected.value, actual=actual)
    changes = {"status": [expected.value, status.value]}
    record(session, item_id, changes, author_id=author_id, note=note, now=now)


def changes(session: Session, item_id: str) -> list[Change]:
    """List what has been changed beside the wording, the newest first."""
    query = select(ItemChange).where(ItemChange.item_id == item_id).order_by(ItemChange.id.desc())
    return [
        Change(
            changes={name: (before, after) for name, (before, after) in row.changes.items()},
            created_at=row.created_at,
            author_id=row.author_id,
            note=row.note,
        )
        for row in session.scalars(query)
    ]


def _item(session: Session, item_id: str) -> Item:
    row = session.get(Item, item_id, populate_existing=True)
    if row is None:
        raise NoSuchItem(item_id)
    return row


def record(
    session: Session,
    item_id: str,
    changes: Mapping[str, list[Any]],
    *,
    author_id: int | None,
    note: str,
    now: datetime,
) -> None:
    """Keep what was changed, by whom and why."""
    session.add(
        ItemChange(
            item_id=item_id, changes=dict(changes), created_at=now, author_id=author_id, note=note
        )
    )
    session.flush()
