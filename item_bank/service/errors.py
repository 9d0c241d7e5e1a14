"""What can go wrong with the bank, as events that a caller may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from item_bank.content.faults import Finding


class NoSuchItem(LookupError):
    def __init__(self, item_id: str) -> None:
        self.item_id = item_id
        super().__init__(f"no item {item_id}")


class NoSuchRevision(LookupError):
    def __init__(self, revision_id: int) -> None:
        self.revision_id = revision_id
        super().__init__(f"no revision {revision_id}")


class NoSuchPool(LookupError):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"no pool {number}")


class StaleItem(Exception):
    """Somebody else saved the item after this author opened it; nothing was written."""

    def __init__(self, item_id: str, *, expected: int, actual: int) -> None:
        self.item_id, self.expected, self.actual = item_id, expected, actual
        super().__init__(f"{item_id} is at version {actual}, not {expected}")


class OtherStatus(Exception):
    """The item no longer has the status that this author saw; nothing was written."""

    def __init__(self, item_id: str, *, expected: str, actual: str) -> None:
        self.item_id, self.expected, self.actual = item_id, expected, actual
        super().__init__(f"{item_id} is {actual}, not {expected}")


class InvalidContent(ValueError):
    """The content breaks rules of the format."""

    def __init__(self, item_id: str, findings: Iterable[Finding]) -> None:
        self.item_id = item_id
        self.findings = tuple(findings)
        said = "; ".join(f"{one.field}: {one.expected}" for one in self.findings)
        super().__init__(f"{item_id}: {said}")


class NothingToPublish(Exception):
    """No pool can be made of the items as they stand; `reasons` says why, one per module."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


class NothingMeasured(Exception):
    """Every row of the file says what the bank says already."""

    def __init__(self) -> None:
        super().__init__("nothing new: every row is as the bank has it")
