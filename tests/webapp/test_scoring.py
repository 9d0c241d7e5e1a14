"""`spor score`: golden against the engine itself, faults refused together, no half-written file."""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from placement.ability import Estimate, Warm, abilities
from placement.curves import CurveSet
from placement.items import ItemParameters
from placement.reading import read_responses, write_pool
from placement.scoring import score as score_table
from webapp.cli import main

ITEMS = [
    *(ItemParameters(f"x{j}", "X", "", "2PL", 1.2, j / 3 - 1) for j in range(6)),
    *(ItemParameters(f"y{j}", "Y", "", "GRM", 1.1, 0, b_steps=(-1.0, j / 3)) for j in range(4)),
]
ANSWERS = """person,x0,x1,x2,x3,x4,x5,y0,y1,y2,y3
anna,1,1,0,1,0,0,2,1,,0
bo,1,1,1,1,1,1,0,0,0,0
cy,0,1,,,,,,,,
"""


def run(folder: Path, *arguments: str, pool: str | None = None, answers: str = ANSWERS) -> Result:
    (folder / "POOL.csv").write_text(write_pool(ITEMS) if pool is None else pool)
    (folder / "RESPONSES.csv").write_text(answers)
    paths = ("--pool", "POOL.csv", "--responses", "RESPONSES.csv", "--out", "SCORES.csv")
    named = [part if part.startswith("--") else str(folder / part) for part in paths]
    return CliRunner().invoke(main, ["score", *named, *arguments])


def rows(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "SCORES.csv").read_text().splitlines()))


@pytest.mark.parametrize("estimator", ["eap", "map", "ml", "wle"])
def test_scores_are_the_engine_s(tmp_path: Path, estimator: str) -> None:
    result = run(tmp_path, "--estimator", estimator)
    assert result.exit_code == 0, result.output
    expected = score_table(ITEMS, read_responses(ANSWERS), estimator)
    assert [(r["person"], r["module"]) for r in rows(tmp_path)] == [
        (one.person, one.module) for one in expected
    ]
    for row, one in zip(rows(tmp_path), expected, strict=True):
        if isinstance(one.outcome, Estimate):
            assert float(row["theta"]) == pytest.approx(one.outcome.theta, abs=1e-6)
            assert float(row["se"]) == pytest.approx(one.outcome.se, abs=1e-6)
        else:
            assert (row["theta"], row["se"]) == ("", "")


def test_a_module_is_scored_from_its_own_items_only() -> None:
    found = score_table(ITEMS, read_responses(ANSWERS), "wle")
    alone = abilities(CurveSet.of(ITEMS[:6]), np.array([[1, 1, 0, 1, 0, 0]]), Warm())
    assert found[0].outcome == alone[0]


def test_who_has_no_finite_estimate_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, "--estimator", "ml")
    assert result.exit_code == 0
    assert "module X: 1 without a score, no finite estimate (above" in result.stderr
    assert "module Y: 1 without a score, no finite estimate (below" in result.stderr
    assert "nothing answered: cy" in result.stderr
    bo = [row for row in rows(tmp_path) if row["person"] == "bo"]
    assert [(row["theta"], row["se"]) for row in bo] == [("", ""), ("", "")]


def test_faults_of_both_files_are_named_together_and_nothing_is_written(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        pool="item,module,model,a,b\nx,X,2PL,steep,0\ny,X,8PL,1,0\n",
        answers="person,x\nanna,right\nbo,1,2\n",
    )
    assert result.exit_code == 1
    for text in (
        "POOL.csv: line 2, column a: a number, not 'steep'",
        "POOL.csv: line 3, column model: one of 1PL",
        "RESPONSES.csv: line 2, column x: a whole number",
        "RESPONSES.csv: line 3, column : no more fields",
    ):
        assert text in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["POOL.csv", "RESPONSES.csv"]


def test_an_item_that_the_pool_lacks_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, answers="person,x0,z9\nanna,1,1\n")
    assert result.exit_code == 1
    assert "line 1, column z9: an item of the pool" in result.stderr


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "POOL.csv").write_bytes(b"item\xff\xfe")
    paths = {name: str(tmp_path / f"{name.upper()}.csv") for name in ("pool", "responses")}
    arguments = [part for name, path in paths.items() for part in (f"--{name}", path)]
    result = CliRunner().invoke(main, ["score", *arguments, "--out", str(tmp_path / "S.csv")])
    assert result.exit_code == 1
    assert "not UTF-8 text" in result.stderr


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "--out", str(tmp_path / "nowhere" / "SCORES.csv"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["POOL.csv", "RESPONSES.csv"]


def test_an_earlier_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "SCORES.csv").write_text("x" * 10_000)
    assert run(tmp_path).exit_code == 0
    assert len(rows(tmp_path)) == 6
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_items_that_were_not_presented_need_no_column(tmp_path: Path) -> None:
    assert run(tmp_path, answers="person,x0\nanna,1\n").exit_code == 0
    assert [row["theta"] == "" for row in rows(tmp_path)] == [False, True]
