from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from tests.webapp.rounds.scene import Scene
from webapp.outcomes.export import defused

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def spring(scene: Scene) -> int:
    spring = scene.round()
    unit = scene.unit("=HYPERLINK(1)")
    anne = scene.attempt(scene.person("@Anne Ås; leder", unit=unit, number="0042"), spring)
    scene.place(anne, "TB", "short", near=True, p_drift=0.004, n_rapid=5)
    scene.place(anne, "RA", "direct")
    scene.wish(anne, "=1+1")
    cato = scene.attempt(scene.person("Cato Zahl", unit=unit, number="-7"), spring)
    scene.place(cato, "TB", "long")
    return spring


@pytest.fixture
def hr(scene: Scene) -> FlaskClient:
    return scene.browser(scene.person("Hilde Reader", unit=scene.unit("HR"), role="hr"))


def _table(client: FlaskClient, address: str) -> list[list[str]]:
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert response.data.startswith(b"\xef\xbb\xbf")
    text = response.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+47", "'+47"),
        ("-7", "'-7"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("0042", "0042"),
        ("Ås; leder", "Ås; leder"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_text_that_looks_like_a_formula_is_defused_and_no_other(text, expected):
    assert defused(text) == expected


def test_the_csv_holds_one_row_a_person_and_module(hr, spring):
    head, *rows = _table(hr, f"/rounds/{spring}/outcomes.csv")
    assert head == [
        "Employee number",
        "Name",
        "Unit",
        "Group",
        "Round",
        "Module",
        "Proposed placement",
        "Probability",
        "Close to the limit",
        "Differs from the other modules",
        "Unusual pattern of answers",
        "Many very fast answers",
        "New review requested",
        "Date",
        "Course hours",
        "Questions calibrated",
    ]
    common = ["'=HYPERLINK(1)", "administration", "Spring"]
    anne, day, yes = ["0042", "'@Anne Ås; leder", *common], "2026-03-06", ["No", "Yes", "Yes"]
    assert rows == [
        [
            "'-7",
            "Cato Zahl",
            *common,
            "Word processing",
            "Long course",
            "0.9",
            *["No"] * 5,
            day,
            "15",
            "No",
        ],
        [*anne, "Word processing", "Short course", "0.7", "Yes", *yes, "Yes", day, "4", "No"],
        [
            *anne,
            "Spreadsheets",
            "Direct to certification",
            "0.96",
            *["No"] * 4,
            "Yes",
            day,
            "0",
            "No",
        ],
    ]


@pytest.mark.parametrize(("language", "probability"), [("nb", "0,96"), ("nn", "0,96")])
def test_norwegian_files_have_a_decimal_comma(hr, spring, language, probability):
    hr.post("/language", data={"language": language, "next": "/rounds"})
    *_, last = _table(hr, f"/rounds/{spring}/outcomes.csv")
    assert last[7] == probability
    assert last[5] == f"Spreadsheets {language}"


def test_the_files_hold_what_the_filter_lets_through(hr, spring):
    _head, *rows = _table(hr, f"/rounds/{spring}/outcomes.csv?track=long")
    assert [row[1] for row in rows] == ["Cato Zahl"]


def test_the_files_are_named_for_what_they_are(hr, spring):
    for kind in ("csv", "xlsx"):
        response = hr.get(f"/rounds/{spring}/outcomes.{kind}")
        assert re.search(
            rf'attachment; filename="?placements-{spring}\.{kind}', str(response.headers)
        )


def _cells(content: bytes) -> list[list[tuple[str | None, str | None]]]:
    """Every cell of the sheet: its type and its value, shared texts resolved."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = [
            "".join(part.text or "" for part in text.iter(f"{SHEET}t"))
            for text in ET.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{SHEET}f"))
    assert not list(sheet.iter(f"{SHEET}hyperlink"))
    found = []
    for row in sheet.iter(f"{SHEET}row"):
        cells = []
        for cell in row:
            value = cell.findtext(f"{SHEET}v")
            kind = cell.get("t")
            cells.append((kind, shared[int(value or 0)] if kind == "s" else value))
        found.append(cells)
    return found


def test_the_sheet_holds_texts_as_texts_and_numbers_as_numbers(hr, spring):
    response = hr.get(f"/rounds/{spring}/outcomes.xlsx")
    assert response.mimetype.endswith("spreadsheetml.sheet")
    head, *rows = _cells(response.data)
    assert [value for _, value in head][:3] == ["Employee number", "Name", "Unit"]
    anne = rows[1]
    assert anne[0] == ("s", "0042")
    assert anne[1] == ("s", "@Anne Ås; leder")
    assert anne[2] == ("s", "=HYPERLINK(1)")
    assert anne[7] == (None, "0.7")
    assert anne[8:12] == [("s", "Yes"), ("s", "No"), ("s", "Yes"), ("s", "Yes")]
    assert anne[13] == (None, "46087")  # 6 March 2026
    assert anne[14] == (None, "4")
    assert len(rows) == 3


def test_a_round_without_results_makes_files_with_a_header_only(scene, hr):
    empty = scene.round()
    assert len(_table(hr, f"/rounds/{empty}/outcomes.csv")) == 1
    assert len(_cells(hr.get(f"/rounds/{empty}/outcomes.xlsx").data)) == 1
