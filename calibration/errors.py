"""What can be wrong with data or a request, and what was noticed on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


class CalibrationError(ValueError):
    """Responses or settings that cannot be calibrated; `faults` names everything found."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class ResponseDataError(CalibrationError):
    """Responses that no model can have produced: text, fractions, scores out of range."""


class ModelError(CalibrationError):
    """A model that does not fit an item's scores, or a model or a prior for no item."""


class TooFewError(CalibrationError):
    """Nothing is left to calibrate: one person, no item that tells people apart."""


class ClusterError(CalibrationError):
    """A cluster that is not there, or no longer."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: 1 person, 2 persons."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def refuse(error: type[CalibrationError], faults: Sequence[str]) -> None:
    """Raise `error` when there is any fault."""
    if faults:
        raise error(faults)


Kind = Literal[
    "item set aside", "persons set aside", "categories", "boundary", "reversed", "twins", "unsure"
]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know. `subject` names the item, or is empty."""

    kind: Kind
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}" if self.subject else self.text
