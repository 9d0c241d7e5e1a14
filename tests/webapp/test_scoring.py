"""`spor score`: golden against the engine itself, faults refused together, no half-written file."""

import csv
import os
import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from placement.ability import Estimate, Warm, abilities
from placement.curves import CurveSet
from placement.items import ItemParameters
from placement.priors import HistogramPrior, NormalPrior
from placement.reading import ResponseTable, write_pool
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


def table_of(text: str) -> ResponseTable:
    header, *rows = csv.reader(text.splitlines())
    answers = [[int(cell or -1) for cell in row[1:]] for row in rows]
    return ResponseTable(tuple(row[0] for row in rows), tuple(header[1:]), np.array(answers))


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
    expected = score_table(ITEMS, table_of(ANSWERS), estimator)
    assert [(r["person"], r["module"]) for r in rows(tmp_path)] == [
        (one.person, one.module) for one in expected
    ]
    for row, one in zip(rows(tmp_path), expected, strict=True):
        if isinstance(one.outcome, Estimate):
            assert float(row["theta"]) == pytest.approx(one.outcome.theta, abs=1e-6)
            assert float(row["se"]) == pytest.approx(one.outcome.se, abs=1e-6)
        else:
            assert (row["theta"], row["se"]) == ("", "")


HISTOGRAM = "theta,weight\n-1,1\n0,2\n1,1\n"


@pytest.mark.parametrize("prior", ["normal:0.5,0.7", "HISTOGRAM.csv"])
def test_a_prior_moves_scores_as_the_engine_says(tmp_path: Path, prior: str) -> None:
    file = tmp_path / "HISTOGRAM.csv"
    file.write_text(HISTOGRAM)
    normal = prior.startswith("normal:")
    result = run(tmp_path, "--prior", prior if normal else str(file))
    assert result.exit_code == 0, result.output
    believed = NormalPrior(0.5, 0.7) if normal else HistogramPrior((-1, 0, 1), (1, 2, 1))
    expected = score_table(ITEMS, table_of(ANSWERS), "eap", believed)
    plain = score_table(ITEMS, table_of(ANSWERS), "eap")
    for row, one, before in zip(rows(tmp_path), expected, plain, strict=True):
        if isinstance(one.outcome, Estimate):
            assert isinstance(before.outcome, Estimate)
            assert float(row["theta"]) == pytest.approx(one.outcome.theta, abs=1e-6)
            assert abs(one.outcome.theta - before.outcome.theta) > 0.01


def test_a_prior_by_brute_force() -> None:
    """One item, one answer, three cells that end half-way to the next node or at the last."""
    item = ItemParameters("i", "X", "", "2PL", 1, 0)
    (found,) = score_table(
        [item], table_of("person,i\na,1\n"), "eap", HistogramPrior((-2, 0, 2), (1, 6, 1))
    )
    points = np.linspace(-2, 2, 40_001)
    mass = np.where(abs(points) < 1, 3.0, 1.0) / (1 + np.exp(-points))
    assert isinstance(found.outcome, Estimate)
    assert found.outcome.theta == pytest.approx((mass * points).sum() / mass.sum(), abs=2e-3)


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ("normal:0", "--prior: expected normal:MEAN,SD with an SD above 0, not 'normal:0'"),
        ("normal:0,0", "--prior: expected normal:MEAN,SD with an SD above 0"),
        ("normal:nan,1", "--prior: expected normal:MEAN,SD with an SD above 0"),
        ("normal:7,1", "--prior: mean 7.0, sd 1.0 leaves the scale"),
        ("nowhere.csv", "--prior: neither normal:MEAN,SD nor a file: nowhere.csv"),
    ],
)
def test_a_prior_that_is_none_is_refused(tmp_path: Path, prior: str, said: str) -> None:
    result = run(tmp_path, "--prior", prior)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "SCORES.csv").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theta;mass\n", "HISTOGRAM.csv: line 1: the header `theta,weight`"),
        ("theta,weight\nx,1\n0,2,3\n", "line 2, column theta: a number, not 'x'"),
        ("theta,weight\nx,1\n0,2,3\n", "line 3: 2 fields as in the header, not 3"),
        ("theta,weight\n1,1\n0,1\n", "line 1, column theta: nodes do not rise"),
        ("theta,weight\n0,1\n", "line 1, column theta: a histogram needs two nodes or more"),
    ],
)
def test_a_histogram_s_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "HISTOGRAM.csv"
    file.write_text(text)
    result = run(tmp_path, "--prior", str(file))
    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize("estimator", ["ml", "wle"])
def test_who_takes_nothing_for_granted_takes_no_prior(tmp_path: Path, estimator: str) -> None:
    result = run(tmp_path, "--estimator", estimator, "--prior", "normal:0,1")
    assert result.exit_code == 1
    assert f"--prior: {estimator} takes nothing for granted; use eap or map" in result.stderr


def test_map_needs_a_normal_prior(tmp_path: Path) -> None:
    file = tmp_path / "HISTOGRAM.csv"
    file.write_text(HISTOGRAM)
    result = run(tmp_path, "--estimator", "map", "--prior", str(file))
    assert result.exit_code == 1
    assert "--prior: map needs a normal one; use eap with a histogram" in result.stderr


def test_the_documented_example_of_priors_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    (example,) = re.findall(r"```sh\n(cat > POOL.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for name, content in re.findall(r"cat > (\S+) <<END\n(.*?)END\n", example, re.DOTALL):
        Path(name).write_text(content)
    said = ""
    for line in re.findall(r"^spor (.*)$", example, re.MULTILINE):
        result = CliRunner().invoke(main, shlex.split(line))
        assert result.exit_code == 0, result.output
        said = result.stderr
    assert said.strip() in text
    shown = re.search(r"^\$ spor (score .*)\n(.*)$", text, re.MULTILINE)
    assert shown
    assert CliRunner().invoke(main, shlex.split(shown[1])).stdout.strip() == shown[2]
    anna = {
        name: Path(f"{name}.csv").read_text().splitlines()[1].split(",")[2]
        for name in ("NORMAL", "EARLIER-SCORES", "ML")
    }
    assert anna["ML"] == ""
    assert float(anna["NORMAL"]) > float(anna["EARLIER-SCORES"]) > 0


def test_a_module_is_scored_from_its_own_items_only() -> None:
    found = score_table(ITEMS, table_of(ANSWERS), "wle")
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


MODELS = "1PL, 2PL, 3PL, 4PL, GRM, GPCM, PCM, NRM"


def test_every_fault_of_the_pool_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    result = run(tmp_path, pool="item,module,model,a,b\nx,X,2PL,steep,0\ny,X,8PL,1,0\n")
    assert [line.rpartition("/")[2] for line in result.stderr.splitlines()] == [
        "POOL.csv: line 2, column a: a number, not 'steep'",
        f"POOL.csv: line 3, column model: one of {MODELS}, not '8PL'",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["POOL.csv", "RESPONSES.csv"]


def test_every_fault_of_answers_and_prior_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    answers = "person,x0,y0\nanna,right,3\nbo,1,2,0\nbo,0,0\n"
    result = run(tmp_path, "--prior", "normal:x", answers=answers)
    whole = "a whole number from 0"
    assert [line.rpartition("/")[2] for line in result.stderr.splitlines()] == [
        f"RESPONSES.csv: line 2, column x0: {whole} to 99, or nothing, not 'right'",
        f"RESPONSES.csv: line 2, column y0: {whole} to 2, or nothing, not '3'",
        "RESPONSES.csv: line 3: 3 fields as in the header, not 4",
        "--prior: expected normal:MEAN,SD with an SD above 0, not 'normal:x'",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["POOL.csv", "RESPONSES.csv"]


def test_columns_that_the_pool_lacks_are_passed_over_and_named(tmp_path: Path) -> None:
    result = run(tmp_path, answers="person,unit,x0,z9\nanna,here,1,1\n")
    assert result.exit_code == 0, result.output
    assert "note: passed over, since the pool has no such item: unit, z9" in result.stderr
    assert "2 scores of 1 person\n" in result.stdout
    plain = rows(tmp_path)
    run(tmp_path, answers="person,x0\nanna,1\n")
    assert rows(tmp_path) == plain
    none = run(tmp_path, answers="person,unit\nanna,here\n")
    assert "RESPONSES.csv: line 1: a column for an item; these hold no item" in none.stderr


def test_long_form_semicolons_and_scores_from_one_say_the_same(tmp_path: Path) -> None:
    run(tmp_path)
    plain = rows(tmp_path)
    header, *lines = (line.split(",") for line in ANSWERS.splitlines())
    long = ["person;item;score"] + [
        f"{line[0]};{item};{int(score) + (item[0] == 'y')}"
        for line in lines
        for item, score in zip(header[1:], line[1:], strict=True)
        if score
    ]
    answers = "\ufeff" + "\r\n".join([*long, "cy;y0;1", "cy;z;1", "di;y1;3", "di;y2;3", "di;y3;3"])
    result = run(tmp_path, answers=answers)
    assert result.exit_code == 0, result.output
    assert "scored from 1, so 1 is the lowest category: y0, y1, y3, y2" in result.stderr
    assert "the pool has no such item: z" in result.stderr
    found = rows(tmp_path)
    assert found[:5] == plain[:5]
    mixed = run(tmp_path, answers="person,y0,y1,y2\nanna,1,1,0\nbo,3,2,1\n").stderr
    assert "lowest category: y0\n" in mixed
    assert "neither the lowest nor the highest score occurs, taken as counted from 0: y1\n" in mixed
    low = run(tmp_path, answers="person,item,score\nanna,y0,0\nanna,y1,3\nbo,y0,3\nbo,y1,0\n")
    for line, item in ((3, "y1"), (4, "y0")):
        wanted = f"a whole number from 0 to 2, or nothing, not '3' to '{item}'"
        assert f"line {line}, column score: {wanted}" in low.stderr


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "POOL.csv").write_bytes(b"item\xff\xfe")
    paths = {name: str(tmp_path / f"{name.upper()}.csv") for name in ("pool", "responses")}
    arguments = [part for name, path in paths.items() for part in (f"--{name}", path)]
    result = CliRunner().invoke(main, ["score", *arguments, "--out", str(tmp_path / "S.csv")])
    assert result.exit_code == 1
    assert "expected text in UTF-8" in result.stderr


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "--out", str(tmp_path / "nowhere" / "SCORES.csv"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["POOL.csv", "RESPONSES.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_what_is_no_file_on_a_disk_stays_what_it_is(tmp_path: Path) -> None:
    """A pipe, a device or a link is written to, never replaced by a file."""
    pipe, link, behind = (tmp_path / name for name in ("PIPE", "LINK", "BEHIND.csv"))
    os.mkfifo(pipe)
    link.symlink_to(behind)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        assert run(tmp_path, "--out", str(pipe)).exit_code == 0
        assert reader.communicate()[0].startswith("person,module,theta,se\n")
    assert pipe.is_fifo()
    assert run(tmp_path, "--out", str(link)).exit_code == 0
    assert link.is_symlink()
    assert behind.read_text().startswith("person,module,theta,se\n")
    full = run(tmp_path, "--out", "/dev/full")
    assert full.exit_code == 1
    assert "/dev/full: cannot be written: No space left on device" in full.output


def test_an_earlier_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "SCORES.csv").write_text("x" * 10_000)
    assert run(tmp_path).exit_code == 0
    assert len(rows(tmp_path)) == 6
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_items_that_were_not_presented_need_no_column(tmp_path: Path) -> None:
    assert run(tmp_path, answers="person,x0\nanna,1\n").exit_code == 0
    assert [row["theta"] == "" for row in rows(tmp_path)] == [False, True]
