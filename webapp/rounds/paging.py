"""Long lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = TypeVar("Row")

ROWS_A_PAGE = 100


class NoSuchPage(Exception):
    """The list has fewer pages than that."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`number` counts from 1; an empty list still has one page."""

    rows: Sequence[Row]
    number: int
    n_pages: int
    n_rows: int
    """In the whole list."""

    @property
    def first(self) -> int:
        """The place in the whole list of this page's first row, counted from 1."""
        return (self.number - 1) * ROWS_A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page_of(rows: Sequence[Row], number: int) -> Page[Row]:
    """One page of a list; NoSuchPage outside it."""
    n_pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    if not 1 <= number <= n_pages:
        raise NoSuchPage
    start = (number - 1) * ROWS_A_PAGE
    return Page(rows[start : start + ROWS_A_PAGE], number, n_pages, len(rows))
