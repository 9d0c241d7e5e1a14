"""A text in Spor's three languages, and the two marks that a text may carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Language = Literal["nb", "nn", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """What a person reads, in bokmål, nynorsk and English."""

    nb: str
    nn: str
    en: str

    @classmethod
    def same(cls, text: str) -> Text:
        """A text that reads alike in all three languages: a formula, a file name."""
        return cls(text, text, text)

    def in_(self, language: Language) -> str:
        return {"nb": self.nb, "nn": self.nn, "en": self.en}[language]

    def is_same(self) -> bool:
        return self.nb == self.nn == self.en


class Run(NamedTuple):
    """A stretch of text, either ordinary or code (a formula, key presses, an address)."""

    text: str
    is_code: bool


def runs(text: str) -> tuple[Run, ...]:
    """The text cut at its backticks; every second piece is code."""
    pieces = enumerate(text.split("`"))
    return tuple(Run(piece, index % 2 == 1) for index, piece in pieces if piece)


def paragraphs(text: str) -> tuple[tuple[Run, ...], ...]:
    """The text cut at its blank lines; a single line break is a space."""
    pieces = re.split(r"\n\s*\n", text)
    return tuple(runs(" ".join(piece.split())) for piece in pieces if piece.strip())
