"""What revisions are called outside the bank, and where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank.keys import item_key
from item_bank.models import Item, ItemRevision
from item_bank.priors import B_OF_LEVEL

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class AskedRevision:
    key: str
    """TB-101@2."""
    module: str
    category: str
    level: float
    """The author's difficulty, in logits."""


def asked_revisions(session: Session) -> dict[int, AskedRevision]:
    """Map every revision's id to what a calibration may know of it, by item and number."""
    query = (
        select(ItemRevision.id, ItemRevision.number, Item)
        .join(Item, Item.id == ItemRevision.item_id)
        .order_by(Item.id, ItemRevision.number)
    )
    return {
        revision_id: AskedRevision(
            item_key(item.id, number), item.module_code, item.category_code, B_OF_LEVEL[item.level]
        )
        for revision_id, number, item in session.execute(query)
    }
