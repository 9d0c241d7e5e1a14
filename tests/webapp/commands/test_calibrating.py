"""`spor calibrate`: answers in, a pool, a report and a page out."""

import contextlib
import csv
import io
import json
import re
import shlex
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from justhtml import JustHTML

from calibration import author_priors, draw, fit, modules
from calibration.modules import law_of
from placement.reading import read_pool
from tests.webapp.commands.shell import spor, table, wide

ROOT = Path(__file__).parents[3]
KEYS = {
    "log_likelihood", "aic", "bic", "n_parameters", "cycles", "converged", "seconds", "n_persons",
    "n_items", "n_responses", "reliability",
}  # fmt: skip


def test_a_pool_and_a_report_come_of_answers(answers, tmp_path):
    pool, report = tmp_path / "POOL.csv", tmp_path / "REPORT.json"
    result = spor("calibrate", answers, "--out", pool, "--json", report)
    assert result.exit_code == 0, result.output
    items = read_pool(pool.read_text())
    assert [item.item for item in items] == [f"q{j}" for j in range(8)]
    assert all(item.se_a > 0 and item.se_b > 0 and item.cov_ab for item in items)
    told = json.loads(report.read_text())
    assert told.keys() >= KEYS
    assert (told["n_persons"], told["n_items"], told["n_responses"]) == (400, 8, 3200)
    assert told["n_parameters"] == 16
    assert told["aic"] == pytest.approx(32 - 2 * told["log_likelihood"])


def test_long_and_wide_say_the_same(answers, tmp_path):
    rows = list(csv.reader(answers.read_text(encoding="utf-8").splitlines()))
    lines = ["person,item,score"]
    lines += [
        f"{row[0]},{i},{s}" for row in rows[1:] for i, s in zip(rows[0][1:], row[1:], strict=True)
    ]
    long = tmp_path / "long.csv"
    long.write_text("\n".join(lines), encoding="utf-8")
    pools = []
    for file in (answers, long):
        assert spor("calibrate", file, "--out", tmp_path / "P.csv").exit_code == 0
        pools.append(read_pool((tmp_path / "P.csv").read_text()))
    for ours, theirs in zip(*pools, strict=True):
        assert (ours.item, ours.a, ours.b) == pytest.approx((theirs.item, theirs.a, theirs.b))


@pytest.mark.parametrize("model", ["rasch", "2pl", "3pl", "grm", "gpcm", "nrm"])
def test_every_model_gives_a_pool_that_reads(answers, tmp_path, model):
    pool = tmp_path / "POOL.csv"
    result = spor("calibrate", answers, "--out", pool, "--model", model, "--priors", "weak")
    assert result.exit_code == 0, result.output
    assert len(read_pool(pool.read_text())) == 8
    assert spor("fit", answers, "--pool", pool).exit_code == 0


def test_facts_give_modules_models_and_levels(answers, tmp_path):
    meta = tmp_path / "META.csv"
    rows = [f"q{j},{'RA' if j < 4 else 'TB'},rasch,{j / 4 - 1},said by someone" for j in range(8)]
    meta.write_text("\n".join(["item,module,model,level,remark", *rows]), encoding="utf-8")
    pool, report = tmp_path / "POOL.csv", tmp_path / "REPORT.json"
    args = ("--items", meta, "--priors", "author", "--out", pool, "--json", report)
    result = spor("calibrate", answers, *args)
    assert result.exit_code == 0, result.output
    assert [item.module for item in read_pool(pool.read_text())] == ["RA"] * 4 + ["TB"] * 4
    told = json.loads(report.read_text())
    assert [part["module"] for part in told["modules"]] == ["RA", "TB"]
    assert told["n_persons"] == 400
    assert told["log_likelihood"] == pytest.approx(
        sum(part["log_likelihood"] for part in told["modules"])
    )


@pytest.mark.parametrize("persons", [120, 400])
def test_hierarchical_priors_give_posterior_means(tmp_path, persons):
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(wide(table(persons)), encoding="utf-8")
    result = spor("calibrate", file, "--priors", "hierarchical", "--out", pool)
    assert result.exit_code == 0, result.output
    items = read_pool(pool.read_text())
    assert all(0.05 < item.se_a < 0.6 and 0.05 < item.se_b < 0.6 for item in items)
    b = [item.b for item in items]
    assert np.corrcoef(b, np.linspace(-1.5, 1.5, 8))[0, 1] > 0.95


@pytest.mark.parametrize("persons", [100, 300, 600])
def test_the_report_says_which_laws_the_priors_had(tmp_path, persons):
    """Fixed where persons are few, drawn with the items where they are many; none without."""
    file, report = tmp_path / "R.csv", tmp_path / "REPORT.json"
    file.write_text(wide(table(persons)), encoding="utf-8")
    args = ("calibrate", file, "--out", tmp_path / "P.csv", "--json", report)
    assert spor(*args, "--priors", "hierarchical").exit_code == 0
    law = json.loads(report.read_text())["modules"][0]["law"]
    believed = law_of(author_priors({}))
    if persons < modules.MANY:
        assert law == {**asdict(believed), "estimated": False}
    else:
        # Slopes of 1 all over: the drawn spread is below what was believed.
        assert law["estimated"]
        assert 0.05 < law["sd_log_a"] < believed.sd_log_a
        assert -0.3 < law["mean_log_a"] < 0.3
        assert 0.4 < law["sd_b"] < 2
    assert spor(*args).exit_code == 0
    assert json.loads(report.read_text())["modules"][0]["law"] is None


def test_a_module_that_nobody_was_asked_is_set_aside(answers, tmp_path):
    file, meta, pool = (tmp_path / name for name in ("R.csv", "META.csv", "P.csv"))
    header, *rows = answers.read_text().splitlines()
    file.write_text("\n".join([f"{header},x0,x1", *(f"{row},," for row in rows)]) + "\n")
    names = [*(f"q{j},{'RA' if j % 2 else 'TB'}" for j in range(8)), "x0,IK", "x1,IK"]
    meta.write_text("\n".join(["item,module", *names]) + "\n")
    for together in ((), ("--correlated",)):
        result = spor("calibrate", file, "--items", meta, "--out", pool, *together)
        assert result.exit_code == 0, result.output
        assert "note: module IK: nobody answered any of 2 items\n" in result.stderr
        assert {item.module for item in read_pool(pool.read_text())} == {"TB", "RA"}
    file.write_text("\n".join([f"{header},x0,x1", *(f"{row[:4]}{',' * 10}" for row in rows)]))
    nobody = spor("calibrate", file, "--items", meta, "--out", tmp_path / "NONE.csv")
    assert nobody.exit_code == 1
    assert not (tmp_path / "NONE.csv").exists()


@pytest.mark.parametrize(
    ("persons", "options", "told"),
    [
        (120, (), True),
        (120, ("--priors", "weak"), True),
        (120, ("--priors", "hierarchical"), False),
        (120, ("--model", "rasch"), False),
        (400, (), False),
    ],
)
def test_where_answers_are_few_better_priors_are_named(tmp_path, persons, options, told):
    file, report = tmp_path / "R.csv", tmp_path / "REPORT.json"
    file.write_text(wide(table(persons)), encoding="utf-8")
    result = spor("calibrate", file, "--out", tmp_path / "P.csv", "--json", report, *options)
    text = f"about {persons} answers a question: with so few, --priors hierarchical"
    assert (text in result.stderr) is told
    assert any(text in notice for notice in json.loads(report.read_text())["notices"]) is told


def test_steps_are_shown_where_it_is_asked_for(tmp_path, answers):
    args = ("calibrate", answers, "--out", tmp_path / "P.csv")
    assert spor(*args).stderr == ""
    told = spor(*args, "--progress").stderr
    assert re.search(r"all \[[#-]{24}\] cycle 1, change \S+, objective -\d+\.\d\d\n", told)
    drawn = spor(*args, "--progress", "--priors", "hierarchical").stderr
    assert re.search(r"all, draws \[[#-]{24}\] draw \d+, objective", drawn)


def test_whoever_watches_sees_the_climb():
    seen = []
    found = fit(table(200).astype(float), watch=lambda *step: seen.append(step))
    cycles, values, changes = zip(*seen, strict=True)
    assert list(cycles) == sorted(cycles)
    assert values[-1] == pytest.approx(found.trace[-1])
    assert list(values) == sorted(values)
    assert changes[-1] == found.change <= 1e-4 < changes[0]
    seen.clear()
    draw(
        table(60).astype(float), priors=author_priors({}), draws=5, watch=lambda *s: seen.append(s)
    )
    assert [cycle for cycle, _, _ in seen] == list(range(1, 86))
    assert seen[-1][2] == 0


def test_groups_have_their_own_mean(tmp_path):
    rng = np.random.default_rng(4)
    theta = np.repeat([0.0, 0.8], 400)[:, None] + rng.standard_normal((800, 1))
    scores = (rng.random((800, 8)) < 1 / (1 + np.exp(np.linspace(-1, 1, 8) - theta))).astype(int)
    file, report = tmp_path / "R.csv", tmp_path / "REPORT.json"
    file.write_text(wide(scores, ["first"] * 400 + ["second"] * 400), encoding="utf-8")
    args = ("--groups", "unit", "--out", tmp_path / "P.csv", "--json", report)
    assert spor("calibrate", file, *args).exit_code == 0
    first, second = json.loads(report.read_text())["modules"][0]["groups"]
    assert (first["group"], first["mean"]) == ("first", 0.0)
    assert second["mean"] == pytest.approx(0.8, abs=0.25)


def test_threads_change_nothing_and_a_cluster_that_is_not_there_is_said(answers, tmp_path):
    one, other = tmp_path / "ONE.csv", tmp_path / "OTHER.csv"
    assert spor("calibrate", answers, "--out", one).exit_code == 0
    assert spor("calibrate", answers, "--out", other, "--threads", 2).exit_code == 0
    assert one.read_bytes() == other.read_bytes()
    left = tmp_path / "LEFT.csv"
    both = spor("calibrate", answers, "--out", left, "--threads", 2, "--scheduler", "tcp://x:1")
    assert (both.exit_code, "not both" in both.output) == (2, True)
    lost = spor("calibrate", answers, "--out", left, "--scheduler", "nowhere://")
    assert lost.exit_code == 1
    assert "Error: expected a scheduler as tcp://HOST:PORT, not 'nowhere://'" in lost.output
    assert not left.exists()


def test_an_item_without_an_end_is_no_item_of_a_pool(tmp_path):
    rows = [[int(n > 12 * j) for j in range(5)] for n in range(60)]
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(wide(np.array(rows)), encoding="utf-8")
    result = spor("calibrate", file, "--out", pool)
    assert result.exit_code == 0, result.output
    assert "left out of the pool: no end of its slope can be told" in result.stderr
    assert all(item.a < 20 for item in read_pool(pool.read_text()))


@pytest.mark.parametrize("model", ["2pl", "grm"])
def test_the_page_stands_alone_and_shows_every_item(answers, tmp_path, model):
    page = tmp_path / "REPORT.html"
    args = ("--model", model, "--out", tmp_path / "P.csv", "--html", page)
    assert spor("calibrate", answers, *args).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert not JustHTML(text, collect_errors=True).errors
    assert text.count("<h1>") == 1
    assert "Wright map" in text
    assert "Information of all items" in text
    assert text.count("<svg") == 8 + 2
    assert "nan" not in text
    assert not re.search(r"https?://|<script|<link|url\(|@import", text)


@pytest.mark.parametrize("command", ["calibrate", "fit"])
def test_the_page_checks_questions_where_not_everybody_was_asked_everything(tmp_path, command):
    file, pool, page = tmp_path / "R.csv", tmp_path / "P.csv", tmp_path / "R.html"
    scores = table(150, 6)
    scores[np.random.default_rng(2).random(scores.shape) < 0.3] = -1
    file.write_text(wide(scores), encoding="utf-8")
    pages = {"calibrate": (), "fit": (), command: ("--html", page)}
    args = ("--priors", "weak", "--out", pool, "--progress", *pages["calibrate"])
    calibrated = spor("calibrate", file, *args)
    fitted = spor("fit", file, "--pool", pool, "--progress", *pages["fit"])
    for result, checks in ((calibrated, command == "calibrate"), (fitted, True)):
        assert result.exit_code == 0, result.output
        seen = re.search(r"all, checks \[[#-]{24}\] draw \d+\n", result.stderr)
        assert bool(seen) is checks
    text = page.read_text(encoding="utf-8")
    assert not JustHTML(text, collect_errors=True).errors
    assert ("<h1>Fit: " if command == "fit" else "<h1>Calibration: ") in text
    assert text.count("Questions that behave otherwise than the model says") == 1
    assert "answers of 150 persons are compared" in text


def test_names_are_text_on_the_page(tmp_path):
    file, page = tmp_path / "R.csv", tmp_path / "R.html"
    file.write_text(wide(table()).replace("q0", "<b>&q0"), encoding="utf-8")
    assert spor("calibrate", file, "--out", tmp_path / "P.csv", "--html", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;q0" in text


def test_a_page_of_items_with_a_category_that_never_occurs(tmp_path):
    rng = np.random.default_rng(4)
    scores = rng.choice([0, 2, 3], (200, 4)) * (rng.random((200, 1)) < 0.8)
    scores[:, 3] = 1
    file, pool, page = tmp_path / "R.csv", tmp_path / "P.csv", tmp_path / "R.html"
    file.write_text(wide(scores), encoding="utf-8")
    result = spor("calibrate", file, "--model", "grm", "--out", pool, "--html", page)
    assert result.exit_code == 0, result.output
    assert "note: q0: scores 0, 2, 3 are 0, 1, 2 in the pool" in result.stderr
    assert "note: q3: every answer scored 1" in result.stderr
    assert page.read_text(encoding="utf-8").count("<figure") >= 3


def test_the_example_in_the_docs_runs(tmp_path, monkeypatch):
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    program = text.split("$ cat > people.py\n")[1].split("$ python")[0]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "RESPONSES.csv").write_text(out.getvalue(), encoding="utf-8")
    lines = text.split("$ python people.py > RESPONSES.csv\n")[1].split("```")[0].splitlines()
    commands = [line.removeprefix("$ spor ") for line in lines if line.startswith("$ spor ")]
    assert len(commands) == 4
    for command in commands:
        result = spor(*shlex.split(command))
        assert result.exit_code == 0, result.output
    assert result.output.startswith("all: A 1.000000, B ")


def test_a_calibrated_pool_scores_answers(answers, tmp_path):
    pool, scores = tmp_path / "POOL.csv", tmp_path / "SCORES.csv"
    assert spor("calibrate", answers, "--out", pool).exit_code == 0
    result = spor("score", "--pool", pool, "--responses", answers, "--out", scores)
    assert result.exit_code == 0, result.output
    assert len(scores.read_text().splitlines()) == 401
