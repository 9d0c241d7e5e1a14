"""A question's name outside the bank: TB-101@2 is revision 2 of TB-101."""

from __future__ import annotations

import re

KEY = re.compile(r"(?P<item>[^@]+)@(?P<number>[1-9][0-9]{0,8})")


def item_key(item_id: str, number: int) -> str:
    return f"{item_id}@{number}"


def parse_key(text: str) -> tuple[str, int] | None:
    """Return the item's id and its revision's number; None where `text` is no such name."""
    found = KEY.fullmatch(text)
    return (found["item"], int(found["number"])) if found else None
