"""What is wrong with a source file, said so that its writer can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Finding(NamedTuple):
    """A broken rule within one question: the field, and what was expected of it."""

    field: str
    expected: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding with its address. `item` is None where the fault is the file's own."""

    file: str
    item: str | None
    field: str
    expected: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.item, self.field, self.expected) if part)


class SourceError(ValueError):
    """A source that cannot be taken in; `faults` holds every one that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
