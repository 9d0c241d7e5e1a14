"""What a person answered, scored."""

from dataclasses import dataclass

import numpy as np

from placement.errors import CategoryError


@dataclass(frozen=True, slots=True)
class Response:
    """One scored answer: category 0 is wrong or "don't know", 1 is right.

    `CategoryError` where the category is no whole number: True or 1.0 would pass for 1.
    """

    item: str
    category: int

    def __post_init__(self) -> None:
        category: object = self.category
        if type(category) is not int and not isinstance(category, np.integer):
            text = f"item {self.item!r}: category {category!r} is not a whole number"
            raise CategoryError(text)
