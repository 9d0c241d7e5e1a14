"""Tables of a page, and how numbers stand in them."""

from collections.abc import Sequence
from html import escape
from math import isnan

DASH = "–"


def table(names: Sequence[str], rows: str, caption: str, *, words: int = 1) -> str:
    """Return a table with a heading a column; it scrolls by itself where it is too wide.

    `rows` is HTML, made by `row`; names and caption are text. The first `words` columns are no
    numbers, and their headings stand to the left.
    """
    header = "".join(
        f'<th scope="col"{" class=words" * (place < words)}>{escape(name)}</th>'
        for place, name in enumerate(names)
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{header}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def row(name: str, cells: Sequence[str]) -> str:
    """Return one row: its name, HTML, and its other cells, HTML."""
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def text(html: str) -> str:
    """Return a cell's content, HTML, to the left."""
    return f'<span class="words">{html}</span>'


def bold(html: str, *, stands_out: bool) -> str:
    return f"<strong>{html}</strong>" if stands_out else html


def number(value: float, decimals: int) -> str:
    """Return a number with a true minus and spaces between thousands; a dash where it is none."""
    if isnan(value):
        return DASH
    said = f"{value:,.{decimals}f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return said.replace("-", "−") if said.strip("-0.") else said.removeprefix("-")


def signed(value: float) -> str:
    """Return a whole number with its sign; none before 0."""
    whole = round(value)
    return f"+{whole}" if whole > 0 else number(whole, 0)


def chance(p: float) -> str:
    """Return a probability with three decimals, as HTML; a dash where it is none."""
    return "&lt; 0.001" if p < 0.0005 else number(p, 3)
