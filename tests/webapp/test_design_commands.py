"""`spor design` and `spor simulate`, as they are called in a shell."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from placement.arrays import Integers
from placement.design_text import from_toml
from placement.designs import BUILT_IN
from placement.lockstep import right_answers
from placement.pool import Pool
from tests.placement.examples import items_by_law
from webapp.commands import simulation
from webapp.commands.design import design
from webapp.commands.simulation import simulate
from webapp.commands.simulation_input import read_theta

ITEMS = items_by_law(3, 30, "TB")
KEYS = {
    "n_examinees", "decision_accuracy", "claimed_accuracy", "adjacent_accuracy", "expected_loss",
    "mean_length", "p95_length", "bias", "rmse", "coverage", "confusion", "exposure_max",
    "overlap", "seconds",
}  # fmt: skip


def call(command: object, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    rows = [f"{i.item},TB,2PL,{i.a},{i.b}" for i in ITEMS]
    file = tmp_path / "POOL.csv"
    file.write_text("\n".join(["item,module,model,a,b", *rows]) + "\n")
    return file


def test_list_names_every_design_with_its_purpose() -> None:
    lines = call(design, "list").output.splitlines()
    assert [line.split()[0] for line in lines] == list(BUILT_IN)
    assert all(len(line.split()) > 5 for line in lines)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_what_show_prints_is_a_design_that_check_finds_fine(name: str, tmp_path: Path) -> None:
    shown = call(design, "show", name)
    file = tmp_path / "DESIGN.toml"
    file.write_text(shown.output)
    assert from_toml(shown.output).name == name
    assert call(design, "check", file).output.startswith(f"{file}: fine.")


def test_check_tells_every_fault_with_file_and_path(tmp_path: Path) -> None:
    file = tmp_path / "DESIGN.toml"
    text = call(design, "show", "placement").output
    text = text.replace("certainty = 0.6", "certainty = 6").replace("cost = 0.0125", 'cost = "x"')
    file.write_text("colour = 'red'\n" + text)
    found = call(design, "check", file)
    assert found.exit_code == 1
    for fault in (
        "colour: is not known here",
        "review: certainty",
        "stopping.cost: expected float",
    ):
        assert f"{file}: {fault}" in found.output


@pytest.mark.parametrize("law", ["mean = 9.0", "sd = 4.0", "sd = 0.001"])
def test_check_finds_a_prior_that_the_scale_cannot_hold(law: str, tmp_path: Path) -> None:
    file = tmp_path / "DESIGN.toml"
    name = law.partition(" ")[0]
    text = call(design, "show", "placement").output
    file.write_text(text.replace({"mean": "mean = 0.0", "sd": "sd = 1.0"}[name], law))
    found = call(design, "check", file)
    assert found.exit_code == 1
    assert f"{file}: prior: mean" in found.output


@pytest.mark.parametrize(("name", "deep"), [("D.toml", "x = "), ("D.json", "")])
def test_a_design_nested_without_end_is_refused(name: str, deep: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(deep + "[" * 100_000 + "]" * 100_000)
    found = call(design, "check", file)
    assert found.exit_code == 1
    assert "nested too deeply" in found.output


def test_a_module_without_items_is_refused(pool: Path, tmp_path: Path) -> None:
    toml = tmp_path / "D.toml"
    text = call(design, "show", "placement").output
    toml.write_text(text.replace('module = "*"', 'module = "XX"'))
    ran = call(simulate, "--pool", pool, "--design", toml, "--examinees", 2)
    assert ran.exit_code == 1
    assert f"{toml}: modules: the pool has no items of XX" in ran.output


def test_a_blueprint_of_what_the_pool_lacks_is_told(pool: Path, tmp_path: Path) -> None:
    toml = tmp_path / "D.toml"
    text = call(design, "show", "fixed-length-20").output
    testlet = f'["{ITEMS[0].item}", "m99"]'
    bounds = f'bounds = [{{ category = "TB.8" }}], testlets = [{testlet}]'
    penalty = f'kind = "weighted_penalty"\nconstraints = {{ length = 20, {bounds} }}'
    text = text.replace('kind = "blueprint"\nrequired = 0.075', penalty)
    toml.write_text(text.replace("shares = []", 'shares = [{ category = "TB.9", weight = 1.0 }]'))
    ran = call(simulate, "--pool", pool, "--design", toml, "--examinees", 2)
    assert ran.exit_code == 0
    told = "note: passed over, since the pool has no such"
    assert ran.stderr == f"{told} category: TB.8, TB.9\n{told} item: m99\n"


def test_a_mark_at_the_beginning_is_no_fault(tmp_path: Path) -> None:
    """Some editors put a byte order mark before all text."""
    file = tmp_path / "DESIGN.toml"
    file.write_text("\ufeff" + call(design, "show", "placement").output, encoding="utf-8")
    assert call(design, "check", file).exit_code == 0


def test_a_folder_that_is_none_is_told_before_the_run(pool: Path, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "OUT.json"
    ran = call(simulate, "--pool", pool, "--examinees", 2, "--json", file)
    assert ran.exit_code == 1
    assert ran.output == f"Error: {file}: cannot be written: no such folder\n"


def test_a_seed_below_nothing_is_refused(pool: Path) -> None:
    ran = call(simulate, "--pool", pool, "--examinees", 2, "--seed", "-1")
    assert ran.exit_code == 2
    assert "--seed" in ran.output


def test_what_is_no_text_is_refused_with_its_line(pool: Path, tmp_path: Path) -> None:
    file = tmp_path / "FILE.csv"
    file.write_bytes(b"theta\n\xe6\n")
    told = f"{file}: line 2: expected text in UTF-8, found byte 0xe6"
    for call_of in (
        (design, "check", file),
        (simulate, "--pool", file),
        (simulate, "--pool", pool, "--theta", file),
        (simulate, "--pool", pool, "--responses", file),
    ):
        ran = call(*call_of)
        assert ran.exit_code == 1
        assert told in ran.output


def test_check_reads_json_too(tmp_path: Path) -> None:
    file = tmp_path / "DESIGN.json"
    file.write_text("{")
    assert "not a JSON document" in call(design, "check", file).output


def test_simulate_takes_toml_and_writes_figures_and_a_picture(pool: Path, tmp_path: Path) -> None:
    toml, out, svg = (tmp_path / name for name in ("D.toml", "OUT.json", "OUT.svg"))
    toml.write_text(call(design, "show", "classification-sprt").output)
    ran = call(
        simulate, "--pool", pool, "--design", toml, "--examinees", 300, "--json", out, "--plot", svg
    )
    assert ran.exit_code == 0, ran.output
    report = json.loads(out.read_text())
    assert set(report) >= KEYS
    assert report["n_examinees"] == 300
    assert np.sum(report["confusion"]) == np.sum(report["lengths"]) == 300
    assert max(report["exposure"].values()) == report["exposure_max"]
    ends = [(band["from"], band["to"]) for band in report["conditional"]]
    assert ends[0][0] is None
    assert ends[-1][1] is None
    assert np.sum([band["n_examinees"] for band in report["conditional"]]) == 300
    texts = [e.text for e in ET.fromstring(svg.read_text()).iter() if e.tag.endswith("text")]
    assert "Share placed in the right track" in texts


@pytest.mark.slow
def test_a_blueprint_that_cannot_be_kept_is_told(pool: Path, tmp_path: Path) -> None:
    toml = tmp_path / "D.toml"
    bound = '{ category = "nowhere", minimum = 2, maximum = 3 }'
    shadow = f'kind = "shadow_test"\nconstraints = {{ length = 6, bounds = [{bound}] }}'
    text = call(design, "show", "fixed-length-20").output
    toml.write_text(text.replace('kind = "blueprint"\nrequired = 0.075', shadow))
    ran = call(simulate, "--pool", pool, "--design", toml, "--examinees", 2)
    assert ran.exit_code == 0, ran.output
    assert "module TB: no test keeps all constraints" in ran.output


def test_abilities_from_a_file(pool: Path, tmp_path: Path) -> None:
    theta, out = tmp_path / "THETA.csv", tmp_path / "OUT.json"
    theta.write_text("theta\n" + "-2.5\n" * 40)
    ran = call(simulate, "--pool", pool, "--theta", theta, "--json", out)
    assert ran.exit_code == 0, ran.output
    confusion = np.array(json.loads(out.read_text())["confusion"])
    assert confusion[0].sum() == 40
    theta.write_text("theta\n1\nhigh\n1,2\n")
    bad = call(simulate, "--pool", pool, "--theta", theta)
    assert bad.exit_code == 1
    assert "line 3" in bad.output
    assert "line 4" in bad.output


@pytest.mark.parametrize(
    ("text", "abilities"),
    [
        ("RA,TB\n1,-2\n0.5,0\n", [[-2, 1], [0, 0.5]]),
        ("\ufeffRA;TB\r\n1,5;-2\r\n;\r\n", [[-2, 1.5]]),
        ("1,-2\n", [[1, -2]]),
        ("theta\n1\n-2\n", [[1, 1], [-2, -2]]),
        ("1\n", [[1, 1]]),
        ("person,theta\np1,1\np2,-2\n", [[1, 1], [-2, -2]]),
        ("person,RA,TB\n7,1,-2\n", [[-2, 1]]),
    ],
)
def test_a_header_of_abilities_says_whose_they_are(
    tmp_path: Path, text: str, abilities: list[list[float]]
) -> None:
    file = tmp_path / "THETA.csv"
    file.write_text(text)
    assert read_theta(file, ["TB", "RA"]).tolist() == abilities


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("RA,XX\n1,-2\n", "line 1: the modules TB, RA in any order, or theta for all of them"),
        ("RA\n1\n", "line 1: the modules TB, RA in any order"),
        ("TB,RA,IK\n1,2,3\n", "line 1: the modules TB, RA in any order"),
        ("TB,RA\n1,2\n1\n", "line 3: 2 fields as in the header, not 1"),
        ("TB,RA\n1,\n", "line 2, column RA: a number of logits, not ''"),
        ("TB,RA\n1,inf\n", "line 2, column RA: a number of logits, not 'inf'"),
        ("1;2;3\n", "line 1: one number, or one for each of TB, RA, not 3 fields"),
        ("TB,RA\n", "line 1: an ability; there is none"),
        ("person,theta\np1,x\n", "line 2, column theta: a number of logits, not 'x'"),
        ("person,theta\np1\n", "line 2: 2 fields as in the header, not 1"),
        ("person\np1\n", "line 1: the modules TB, RA in any order"),
        ("", "line 1: "),
    ],
)
def test_abilities_that_are_none_are_refused(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "THETA.csv"
    file.write_text(text)
    with pytest.raises(click.ClickException) as caught:
        read_theta(file, ["TB", "RA"])
    assert f"{file}: {fault}" in caught.value.message


@pytest.fixture
def answers() -> Integers:
    generator = np.random.default_rng(2)
    return right_answers(
        Pool.tabulate(ITEMS), generator.normal(size=50), generator.random((50, 30))
    )


def written(file: Path, answers: Integers) -> Path:
    """Write a wide file of answers to `ITEMS`, below 0 as empty cells."""
    cells = [["" if score < 0 else str(score) for score in row] for row in answers.tolist()]
    rows = [",".join([f"p{n}", *row]) for n, row in enumerate(cells)]
    file.write_text("\n".join([",".join(["person", *Pool.tabulate(ITEMS).items]), *rows]) + "\n")
    return file


def test_real_answers_again(pool: Path, tmp_path: Path, answers: Integers) -> None:
    out = tmp_path / "OUT.json"
    nothing = np.full((1, 30), -1)
    file = written(tmp_path / "RESPONSES.csv", np.concatenate([answers, nothing]))
    ran = call(simulate, "--pool", pool, "--responses", file, "--json", out)
    assert ran.exit_code == 0, ran.output
    assert ran.stderr == "left out, without an answer in every module: 1 person\n"
    report = json.loads(out.read_text())
    assert report["n_examinees"] == 50
    assert report["decision_accuracy"] > 0.6
    both = call(simulate, "--pool", pool, "--responses", file, "--theta", file)
    assert "exclude one another" in both.output


def test_answers_with_gaps_again(pool: Path, tmp_path: Path, answers: Integers) -> None:
    out, table = tmp_path / "OUT.json", Pool.tabulate(ITEMS)
    answers[:, 3] = -1
    answers[:20, ::2] = -1
    answers[0, 2:] = -1
    file = written(tmp_path / "RESPONSES.csv", answers)
    ran = call(simulate, "--pool", pool, "--responses", file, "--json", out)
    assert ran.exit_code == 0, ran.output
    assert f"never given, since nobody answered it: {table.items[3]}\n" in ran.stderr
    assert "given only what they answered, with the truth from that alone: 50 people" in ran.stderr
    report = json.loads(out.read_text())
    assert report["n_examinees"] == 50
    assert report["exposure"][table.items[3]] == 0
    assert report["lengths"][:3] == [0, 1, 0]


def test_answers_to_nothing_are_refused(pool: Path, tmp_path: Path, answers: Integers) -> None:
    file = written(tmp_path / "RESPONSES.csv", np.full_like(answers, -1))
    ran = call(simulate, "--pool", pool, "--responses", file)
    assert ran.exit_code == 1
    assert ran.output == f"Error: {file}: nobody has answered something of every module\n"


def test_a_long_run_shows_a_bar(
    pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "BATCH", 100)
    out = tmp_path / "OUT.json"
    ran = call(simulate, "--pool", pool, "--examinees", 250, "--json", out)
    assert ran.exit_code == 0, ran.output
    assert "Simulating" in ran.stderr
    assert json.loads(out.read_text())["n_examinees"] == 250
