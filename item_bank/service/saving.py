"""New items and new revisions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from item_bank.content.as_json import content_to_json
from item_bank.content.faults import Code, Finding
from item_bank.content.rules import broken_rules
from item_bank.models import Item, ItemRevision, Status
from item_bank.service.errors import InvalidContent, NoSuchItem, StaleItem
from item_bank.service.reading import Revision, latest_revision, revision_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.content.model import ItemContent, ItemSource


def save_revision(
    session: Session,
    item_id: str,
    content: ItemContent,
    *,
    expected_version: int,
    author_id: int | None,
    note: str,
    now: datetime,
) -> Revision:
    """Add a revision and return it; the latest one where the content is the same to the letter.

    `expected_version` is the item's version when its author opened it. NoSuchItem; StaleItem when
    another has saved since; InvalidContent when a rule is broken or the kind is another.
    """
    latest = latest_revision(session, item_id)
    _check(item_id, content, kind=latest.content.kind)
    if content == latest.content:
        _require_version(session, item_id, expected_version)
        return latest
    claimed = session.scalar(
        update(Item)
        .where(Item.id == item_id, Item.version == expected_version)
        .values(version=Item.version + 1)
        .returning(Item.id)
    )
    if claimed is None:
        _require_version(session, item_id, expected_version)
    row = ItemRevision(
        item_id=item_id,
        number=latest.number + 1,
        content=content_to_json(content),
        created_at=now,
        author_id=author_id,
        note=note,
    )
    session.add(row)
    session.flush()
    return revision_of(row)


def create_item(
    session: Session,
    source: ItemSource,
    *,
    now: datetime,
    author_id: int | None = None,
    note: str = "",
    status: Status = Status.DRAFT,
) -> Revision:
    """Add an item with its first revision; InvalidContent when a rule is broken.

    An id that is taken, or a category that is not there, is the database's IntegrityError.
    """
    _check(source.id, source.content, kind=source.kind)
    row = Item(id=source.id, status=status.value, created_at=now, kind=source.kind)
    describe(row, source)
    session.add(row)
    session.flush()
    first = ItemRevision(
        item_id=source.id,
        number=1,
        content=content_to_json(source.content),
        created_at=now,
        author_id=author_id,
        note=note,
    )
    session.add(first)
    session.flush()
    return revision_of(first)


def describe(row: Item, source: ItemSource) -> dict[str, list[Any]]:
    """Give the item what the source says about it, content apart; each change, before and after."""
    described = {
        "module_code": source.module,
        "category_code": source.category,
        **asdict(source.description),
    }
    changes = {
        name: [getattr(row, name), value]
        for name, value in described.items()
        if getattr(row, name) != value
    }
    for name, (_before, after) in changes.items():
        setattr(row, name, after)
    return changes


def _check(item_id: str, content: ItemContent, *, kind: str) -> None:
    findings = list(broken_rules(content))
    if content.kind != kind:
        findings.append(Finding("kind", Code.KIND, {"kind": kind}))
    if findings:
        raise InvalidContent(item_id, findings)


def _require_version(session: Session, item_id: str, expected: int) -> None:
    """StaleItem unless the item is at the version expected."""
    actual = session.scalar(select(Item.version).where(Item.id == item_id))
    if actual is None:
        raise NoSuchItem(item_id)
    if actual != expected:
        raise StaleItem(item_id, expected=expected, actual=actual)
