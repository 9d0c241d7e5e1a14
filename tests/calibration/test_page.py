"""The page of a calibration: what it tells those who write questions, and how numbers stand."""

import re
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from justhtml import JustHTML

from calibration import Responses
from calibration.checks_section import checks_section, pattern
from calibration.fit_report import FitReport, fit_report
from calibration.predictive import ItemCheck, PairCheck, PredictiveFit
from calibration.report import html_page
from calibration.tables import chance, number, signed
from placement.items import ItemParameters
from tests.calibration.examples import adaptive, dichotomous


def item(name: str, residuals: tuple[float, ...], p: float, adjusted: float) -> ItemCheck:
    return ItemCheck(name, 200, 5 * (1 - p), 1.0, p, adjusted, residuals, adjusted < 0.05)


def section(items: tuple[ItemCheck, ...], pairs: tuple[PairCheck, ...] = (), n: int = 650) -> str:
    found = PredictiveFit(650, 100, items, 40, pairs)
    names = [one.item for one in items]
    return checks_section(found, dict.fromkeys(names, 1), {name: f"c-{name}" for name in names}, n)


def body_rows(html: str) -> list[list[str]]:
    """The text of each cell of each row of the first table's body."""
    table = JustHTML(html, sanitize=False).query("table")[0]
    return [
        [cell.to_text().strip() for cell in line.query("th, td")]
        for line in table.query("tbody tr")
    ]


def test_questions_that_stand_out_come_first_with_what_they_may_mean() -> None:
    html = section(
        (
            item("good", (0.01, -0.01, 0.0, 0.0, 0.01), 0.6, 0.8),
            item("key", (0.0, 0.0, -0.02, -0.1, -0.25), 0.0001, 0.0003),
            item("luck", (0.05, 0.0, 0.0, 0.0, 0.0), 0.03, 0.06),
            item("guess", (0.3, 0.15, 0.05, 0.0, 0.0), 0.002, 0.004),
            item("unknown", (), nan, nan),
        )
    )
    assert "2 of 5 questions stand out." in html
    rows = body_rows(html)
    assert [cells[0] for cells in rows] == ["key", "guess", "luck", "good", "unknown"]
    readings = [cells[1] for cells in rows]
    assert "The stronger do worse than expected" in readings[0]
    assert "The weaker do better than expected" in readings[1]
    assert "Perhaps chance" in readings[2]
    assert readings[3] == "No more than chance."
    assert rows[0][2] == "0, 0, −2, −10, −25"
    assert rows[0][5:] == ["< 0.001", "< 0.001"]
    assert rows[4][4:] == ["–", "–", "–"]
    assert 'href="#c-key"' in html


def test_where_none_stands_out_the_page_says_that_it_is_no_proof() -> None:
    items = tuple(item(f"q{j}", (0.0, 0.01), 0.5 + j / 100, 0.9) for j in range(8))
    html = section(items)
    assert "None of 8 questions stands out. That is no proof" in html
    assert len(body_rows(html)) == 5
    assert "<strong>" not in html
    assert "None of 40 pairs of which the answers tell enough stands out." in html


def test_all_that_stand_out_are_shown_and_of_many_persons_it_is_said_that_some_were_drawn() -> None:
    html = section(tuple(item(f"q{j}", (0.2, 0.2), 0.001, 0.002) for j in range(12)), n=20_000)
    assert len(body_rows(html)) == 12
    assert "650 persons, drawn at random from 20000," in html
    single = section((item("q", (0.2,), 0.001, 0.002),))
    assert "1 of 1 question stands out." in single


def test_pairs_that_depend_are_told_with_what_it_may_mean() -> None:
    pairs = (
        PairCheck("<a>", "b", 200, 1.1, 0.0001, 0.004, True),
        PairCheck("a", "c", 35, -3.0, 0.0001, 0.004, True),
        PairCheck("d", "e", 90, 0.1, 0.04, 0.9, False),
    )
    html = section((item("a", (0.0,), 0.5, 0.5),), pairs)
    assert "2 of 40 pairs of which the answers tell enough stand out." in html
    rows = body_rows(html[html.index("<h3>Pairs") :])
    assert [cells[:2] for cells in rows] == [["<a>", "b"], ["a", "c"]]
    assert rows[0][2].startswith("The same text, picture or idea")
    assert rows[1][2].startswith("Does the right answer to one lead astray")
    assert [cells[4] for cells in rows] == ["3.0", "< 0.1"]


@given(st.integers(2, 5), st.floats(0.001, 1.0), st.booleans())
def test_a_pure_pattern_is_known_by_its_name(n: int, size: float, above: bool) -> None:
    size = size if above else -size
    ramp = np.arange(n) - (n - 1) / 2
    assert pattern([size] * n) == ("level", above)
    assert pattern((size * ramp).tolist()) == ("slope", above)
    assert pattern([size] + [0.0] * (n - 1)) == ("weaker", above)
    assert pattern([0.0] * (n - 1) + [size]) == ("stronger", above)


@pytest.mark.parametrize("residuals", [(), (0.0, 0.0), (0.1, -0.1, 0.1, -0.1), (0.1, -0.2, 0.1)])
def test_what_has_no_simple_pattern_has_no_name(residuals: tuple[float, ...]) -> None:
    assert pattern(residuals)[0] == ""


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_numbers_on_the_page_read_back_and_have_no_negative_zero(value: float, n: int) -> None:
    said = number(value, n)
    plain = said.replace("\N{NARROW NO-BREAK SPACE}", "").replace("−", "-")
    assert float(plain) == pytest.approx(value, abs=0.5001 * 10.0**-n)
    assert not re.fullmatch(r"−[0.]*", said)
    assert "-" not in said


def test_what_is_none_is_a_dash_and_a_small_chance_is_below() -> None:
    assert number(nan, 2) == chance(nan) == "–"
    assert (chance(0.0004), chance(0.0005)) == ("&lt; 0.001", "0.001")
    assert [signed(value) for value in (2.6, -0.4, -2.6)] == ["+3", "0", "−3"]


def page(report: FitReport, pool: list[ItemParameters]) -> str:
    figures = {"n_persons": 12_350, "log_likelihood": -7239.2837, "converged": True}
    html = html_page("<Bank>", figures, [(report.modules[0], pool)], (-0.75, 0.25))
    assert not JustHTML(html, collect_errors=True).errors
    assert not re.search(r"https?://|<script|<link|url\(|@import|nan", html)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    return html


def known(a: np.ndarray, b: np.ndarray) -> list[ItemParameters]:
    rows = enumerate(zip(a.tolist(), b.tolist(), strict=True), start=1)
    return [
        ItemParameters(f"{j}", "m", "", "2PL", p, q, se_a=0.05, se_b=0.05) for j, (p, q) in rows
    ]


def test_the_page_of_an_adaptive_test_finds_the_question_that_can_be_guessed() -> None:
    scores, a, b, _ = adaptive(400, seed=3, j=12, given=7, guessed=[4])
    pool = known(a, b)
    html = page(fit_report(Responses.from_matrix(scores), pool), pool)
    rows = body_rows(html)
    assert "stands out." in html
    assert rows[0][0] == "5"
    assert re.match("The weaker do better|Easier for all", rows[0][1])
    assert "Bold calls for a look" not in html
    assert "Q3" not in html


def test_the_page_of_a_common_form_has_what_holds_for_one_and_no_replicated_answers() -> None:
    scores, a, b = dichotomous(300, 6, seed=8)
    scores[:, 5] = scores[:, 4]
    pool = known(a, b)
    html = page(fit_report(Responses.from_matrix(scores), pool), pool)
    assert "otherwise than the model says" not in html
    assert "p of S-X²" in html
    assert re.search(r"<caption>\d+ pairs? alike beyond what ability explains</caption>", html)
    assert "12\N{NARROW NO-BREAK SPACE}350" in html
    assert "−7\N{NARROW NO-BREAK SPACE}239.28" in html
    assert "<dt>converged</dt><dd>yes</dd>" in html
    assert "&lt;Bank&gt;" in html


def test_pairs_with_few_common_answers_are_not_called_alike_by_q3() -> None:
    scores, a, b = dichotomous(650, 40, seed=2, given=8)
    report = fit_report(Responses.from_matrix(scores), known(a, b), predictive=False)
    values = np.array(report.modules[0].q3)[np.triu_indices(40, 1)]
    assert (values - report.modules[0].q3_mean > 0.2).sum() > 50
    assert len(report.modules[0].q3_flagged) <= 5
