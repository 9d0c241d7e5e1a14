"""The order of the Norwegian alphabet, for lists of people and places."""

from __future__ import annotations

# Æ, Ø and Å come last, in this order; older spellings stand with their letter.
_PLACES = str.maketrans({"æ": "{a", "ä": "{b", "ø": "|a", "ö": "|b", "å": "}"})


def alphabetical(text: str) -> str:
    """A key to sort by: letters before case, and æ, ø, å last."""
    return text.casefold().translate(_PLACES)
