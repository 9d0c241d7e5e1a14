"""What a person answered, scored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """One scored answer: category 0 is wrong or "don't know", 1 is right."""

    item: str
    category: int
