"""The framed text under a stem: plain lines, or a table written with `|` between its cells."""

from __future__ import annotations

from item_bank.content.faults import Code


def rows_of(material: str) -> list[list[str]] | None:
    """The cells, row by row and with the header first; None where the material is plain lines."""
    lines = material.strip("\n").split("\n")
    if not all("|" in line for line in lines):
        return None
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def lines_of(material: str) -> list[str]:
    return [line.rstrip() for line in material.strip("\n").split("\n")]


def material_fault(material: str) -> Code | None:
    """Which rule is broken, where the material is neither plain lines nor a whole table."""
    rows = rows_of(material)
    if rows is None:
        mixed = "|" in material
        return Code.MATERIAL_BARS if mixed else None
    if len({len(row) for row in rows}) > 1:
        return Code.MATERIAL_CELLS
    if all(row[0] == row[-1] == "" for row in rows):
        return Code.MATERIAL_ENDS
    return None
