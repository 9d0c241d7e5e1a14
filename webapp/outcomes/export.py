"""The list of proposals as a file: CSV for other systems, XLSX for reading and counting."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

import xlsxwriter

from webapp.clock import OSLO
from webapp.i18n import current_language, gettext, in_language
from webapp.outcomes.notices import Notice
from webapp.outcomes.words import notice_label, track_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from webapp.outcomes.service import Outcome, RoundOutcomes

Cell = str | float | date

# What a spreadsheet program may take as the beginning of a formula, full-width forms included.
FORMULA_SIGNS = tuple("=+-@＝＋－＠")
SEPARATORS = ("\t", "\r", "\n")
WIDE = ((1, 2), (4, 6))
"""First and last of the columns with long texts: name and unit; round, module and placement."""
PROBABILITY = 7
"""Its column."""


def header() -> list[str]:
    return [
        gettext("Employee number"),
        gettext("Name"),
        gettext("Unit"),
        gettext("Group"),
        gettext("Round"),
        gettext("Module"),
        gettext("Proposed placement"),
        gettext("Probability"),
        *(notice_label(notice) for notice in Notice),
        gettext("New review requested"),
        gettext("Date"),
        gettext("Course hours"),
        gettext("Questions calibrated"),
    ]


def rows(outcomes: RoundOutcomes) -> Iterator[list[Cell]]:
    title = in_language(outcomes.facts.title)
    return (
        [*_row(title, outcome), _yes_or_no(answer=outcomes.calibrated)]
        for outcome in outcomes.outcomes
    )


def _row(title: str, outcome: Outcome) -> list[Cell]:
    return [
        outcome.employee_number,
        outcome.name,
        outcome.unit,
        outcome.staff_group,
        title,
        in_language(outcome.module_name),
        track_name(outcome.track),
        round(outcome.certainty.probability, 2),
        *(_yes_or_no(answer=notice in outcome.notices) for notice in Notice),
        _yes_or_no(answer=outcome.review is not None),
        _day(outcome.proposed_at),
        outcome.hours,
    ]


def as_csv(outcomes: RoundOutcomes) -> bytes:
    """Semicolons, UTF-8 with a byte order mark, ISO dates, the reader's decimal sign."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([defused(name) for name in header()])
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows(outcomes))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(outcomes: RoundOutcomes) -> bytes:
    """One sheet: texts as texts, numbers as numbers, dates as dates; nothing is ever a formula."""
    content = io.BytesIO()
    names = header()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        last = 0
        for last, row in enumerate(rows(outcomes), start=1):
            for column, cell in enumerate(row):
                _write(sheet, last, column, cell, day)
        sheet.set_column(0, len(names) - 1, 18)
        for first, final in WIDE:
            sheet.set_column(first, final, 28)
        sheet.set_column(PROBABILITY, PROBABILITY, 18, book.add_format({"num_format": "0 %"}))
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last, len(names) - 1)
    return content.getvalue()


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, day: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    else:
        sheet.write_number(row, column, cell)


def defused(text: str) -> str:
    """A text that no spreadsheet program takes for a formula, by an apostrophe in front."""
    risky = text.lstrip().startswith(FORMULA_SIGNS) or text.startswith(SEPARATORS)
    return f"'{text}" if risky else text


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return defused(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:.10g}" if current_language() == "en" else f"{cell:.10g}".replace(".", ",")


def _yes_or_no(*, answer: bool) -> str:
    return gettext("Yes") if answer else gettext("No")


def _day(moment: datetime) -> date:
    """The date where the organisation is."""
    return moment.astimezone(OSLO).date()
