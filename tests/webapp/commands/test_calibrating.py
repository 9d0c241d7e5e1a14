"""`spor calibrate` and `spor fit`: files in, files out, and every fault named."""

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
from click.testing import CliRunner
from justhtml import JustHTML

from calibration import author_priors, draw, fit, modules
from calibration.modules import law_of
from placement.reading import read_pool
from webapp.cli import main

ROOT = Path(__file__).parents[3]
KEYS = {
    "log_likelihood", "aic", "bic", "n_parameters", "cycles", "converged", "seconds", "n_persons",
    "n_items", "n_responses", "reliability",
}  # fmt: skip


def spor(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def table(persons=400, items=8, seed=1):
    rng = np.random.default_rng(seed)
    theta, b = rng.standard_normal((persons, 1)), np.linspace(-1.5, 1.5, items)
    return (rng.random((persons, items)) < 1 / (1 + np.exp(b - theta))).astype(int)


def wide(scores, extra=None):
    names = [f"q{j}" for j in range(scores.shape[1])]
    head, tail = (["unit"], [[u] for u in extra]) if extra else ([], [[] for _ in scores])
    rows = [["person", *head, *names]]
    rows += [
        [f"p{n}", *tail[n], *("" if s < 0 else s for s in row)] for n, row in enumerate(scores)
    ]
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


@pytest.fixture
def answers(tmp_path):
    file = tmp_path / "RESPONSES.csv"
    file.write_text(wide(table()), encoding="utf-8")
    return file


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


BAD = {
    "": ["line 1: a header; this line is empty"],
    "person|q1|q2\na|1|0\n": ["line 1, column person|q1|q2: 'person' as the first column"],
    "person;q1\na;0,5\n": ["line 2, column q1: a whole number from 0 to 99, or nothing, not '0,5'"],
    "person,item,score\n": ["line 2: an answer; there is none"],
    "person,q1\na,1\nb," + "1" * 200_000 + "\n": ["line 3: fields of a CSV file: field"],
    "person,q1\na,1\nb,0\n": ["1 items in use, with 2 parameters and 2 patterns of answers"],
    "id,q1\n": ["line 1, column id: 'person' as the first column"],
    "person,q1,q1\n": ["line 1, column q1: one column of this name"],
    "person,q1,q2\na,x,NaN\na,1\n,1,-1\n": [
        "line 2, column q1: a whole number from 0 to 99, or nothing, not 'x'",
        "line 2, column q2: a whole number from 0 to 99, or nothing, not 'NaN'",
        "line 3: 3 fields as in the header, not 2",
        "line 4, column person: a name",
        "line 4, column q2: a whole number from 0 to 99, or nothing, not '-1'",
    ],
    "person,q1\na,1\na,0\n": ["line 3, column person: another name than line 2, not 'a'"],
    "person,item,score\na,q,1\na,q,0\nb,q,\n": [
        "line 3, column item: an answer that line 2 has not: 'a' to 'q'",
        "line 4, column score: a whole number from 0 to 99, not ''",
    ],
    "person,q1,q2\na,1,0\n": ["1 person with answers: at least two are needed"],
    "person,q1,q2\na,1,0\nb,1,0\n": ["no item tells persons apart"],
    "person,q1,q2\n": ["line 2: an answer; there is none"],
    "person,q1,q2\na,1,2\nb,0,1\nc,1,0\n": ["item q2: the 2PL model takes 0 and 1, not 2"],
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_bad_answers_are_refused_by_line_and_column(tmp_path, text):
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(text, encoding="utf-8")
    result = spor("calibrate", file, "--out", pool)
    assert result.exit_code == 1
    for fault in BAD[text]:
        assert f"{file}: {fault}" in result.output
    assert not pool.exists()


def test_a_column_of_texts_does_not_bury_the_first_faults(tmp_path):
    file = tmp_path / "R.csv"
    file.write_text("person,language,q1\n" + "".join(f"p{n},nb,1\n" for n in range(300)))
    result = spor("calibrate", file, "--out", tmp_path / "P.csv")
    faults = result.stderr.splitlines()
    assert "line 2, column language" in faults[0]
    assert (len(faults), faults[-1]) == (101, f"{file}: and 200 more")


def test_what_is_not_there_yet_is_refused(answers, tmp_path):
    result = spor("calibrate", answers, "--out", tmp_path / "P.csv", "--priors", "author")
    assert "need a level" in result.output


def test_no_file_is_left_of_what_was_broken_off(answers, tmp_path, monkeypatch):
    pool = tmp_path / "POOL.csv"
    pool.write_text("as it was", encoding="utf-8")

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(modules, "fit", interrupted)
    assert spor("calibrate", answers, "--out", pool).exit_code != 0
    assert pool.read_text(encoding="utf-8") == "as it was"
    assert {file.name for file in tmp_path.iterdir()} == {"POOL.csv", "RESPONSES.csv"}


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
    assert "Error: no scheduler answers at nowhere://" in lost.output
    assert not left.exists()


def test_a_folder_that_is_not_there_leaves_nothing(answers, tmp_path):
    args = ("--out", tmp_path / "P.csv", "--json", tmp_path / "none" / "R.json")
    result = spor("calibrate", answers, *args)
    assert result.exit_code == 1
    assert "cannot be written" in result.output
    assert {file.name for file in tmp_path.iterdir()} == {"RESPONSES.csv"}


def test_fit_of_a_pool_to_its_own_answers(answers, tmp_path):
    pool, out = tmp_path / "POOL.csv", tmp_path / "FIT.json"
    assert spor("calibrate", answers, "--out", pool).exit_code == 0
    result = spor("fit", answers, "--pool", pool, "--json", out)
    assert result.exit_code == 0, result.output
    (module,) = json.loads(out.read_text())["modules"]
    assert module["mean"] == pytest.approx(0, abs=0.01)
    assert module["sd"] == pytest.approx(1, abs=0.01)
    assert module["m2"]["df"] == 20
    assert len(module["items"]) == 8
    assert len(module["ld_x2"]) == 28
    assert {"infit", "outfit", "s_x2", "curve", "distractors"} <= module["items"][0].keys()


def test_groups_end_to_end_wide_and_long(tmp_path):
    """Own mean and sd in the calibration, own fit in both reports; the third group has one."""
    rng = np.random.default_rng(4)
    theta = np.repeat([0.0, 0.8], 300)[:, None] + rng.standard_normal((600, 1))
    scores = (rng.random((600, 6)) < 1 / (1 + np.exp(np.linspace(-1, 1, 6) - theta))).astype(int)
    scores[300:, 5] = -1
    units = ["first"] * 300 + ["second"] * 299 + ["<third>"]
    text = wide(scores, units)
    rows = list(csv.reader(text.splitlines()))
    long = ["person,unit,item,score"] + [
        f"{row[0]},{row[1]},{name},{score}"
        for row in rows[1:]
        for name, score in zip(rows[0][2:], row[2:], strict=True)
        if score
    ]
    told = []
    for name, content in (("wide", text), ("long", "\n".join(long))):
        file, pool = tmp_path / f"{name}.csv", tmp_path / f"{name}-POOL.csv"
        file.write_text(content, encoding="utf-8")
        out, page = tmp_path / f"{name}.json", tmp_path / f"{name}.html"
        args = ("--groups", "unit", "--out", pool, "--html", page, "--model", "rasch")
        args = (*args, "--json", tmp_path / "REPORT.json")
        result = spor("calibrate", file, *args)
        assert result.exit_code == 0, result.output
        assert not JustHTML(page.read_text(encoding="utf-8"), collect_errors=True).errors
        assert "<h2>Groups</h2>" in page.read_text(encoding="utf-8")
        result = spor("fit", file, "--pool", pool, "--groups", "unit", "--json", out)
        assert result.exit_code == 0, result.output
        assert "all, second: 299 persons, mean 0." in result.stdout
        assert "note: group <third>: module all: 1 person" in result.stderr
        told.append(json.loads(out.read_text()))
    wide_one, long_one = told
    assert [g["group"] for g in wide_one["groups"]] == ["first", "second"]
    first, second = (group["modules"][0] for group in wide_one["groups"])
    calibrated = json.loads((tmp_path / "REPORT.json").read_text())["modules"][0]["groups"]
    assert [group["n_persons"] for group in calibrated] == [300, 299, 1]
    assert calibrated[1]["mean"] > 0.2
    assert second["mean"] - first["mean"] == pytest.approx(calibrated[1]["mean"], abs=0.02)
    assert second["sd"] == pytest.approx(calibrated[1]["sd"], abs=0.02)
    assert [len(m["items"]) for m in (first, second)] == [6, 5]
    assert first["n_whole"] == 300
    assert {g["group"]: g["modules"][0]["n_persons"] for g in long_one["groups"]} == {
        "first": 300,
        "second": 299,
    }
    mean = {g["group"]: g["modules"][0]["mean"] for g in long_one["groups"]}
    assert mean["second"] == pytest.approx(second["mean"], abs=1e-6)


def test_fit_tells_of_a_wrong_key_and_of_a_question_twice(answers, tmp_path):
    pool = tmp_path / "POOL.csv"
    assert spor("calibrate", answers, "--out", pool).exit_code == 0
    scores = table()
    scores[:, 2], scores[:, 7] = 1 - scores[:, 2], scores[:, 0]
    answers.write_text(wide(scores), encoding="utf-8")
    result = spor("fit", answers, "--pool", pool)
    assert result.exit_code == 0, result.output
    notes = [line for line in result.stderr.splitlines() if "note: " in line]
    assert len(notes) == 2
    assert "q2: the better answer it wrong (r = -0." in notes[0]
    assert "q7: every answer to it is the same as to q0" in notes[1]
    # Where the pool's slopes are kept, a calibration of the others says it too.
    again = spor("calibrate", answers, "--fix", pool, "--out", tmp_path / "NEW.csv")
    assert "q2: those who do better on the others do worse on it; the key?" in again.stderr


def test_an_item_without_an_end_is_no_item_of_a_pool(tmp_path):
    rows = [[int(n > 12 * j) for j in range(5)] for n in range(60)]
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(wide(np.array(rows)), encoding="utf-8")
    result = spor("calibrate", file, "--out", pool)
    assert result.exit_code == 0, result.output
    assert "left out of the pool: no end of its slope can be told" in result.stderr
    assert all(item.a < 20 for item in read_pool(pool.read_text()))


def test_fit_with_gaps_leaves_out_what_needs_a_whole_form(tmp_path):
    scores = table()
    scores[np.random.default_rng(2).random(scores.shape) < 0.5] = -1
    file, pool, out = (tmp_path / name for name in ("R.csv", "P.csv", "F.json"))
    file.write_text(wide(scores), encoding="utf-8")
    args = ("calibrate", file, "--out", pool, "--model", "rasch")
    assert spor(*args).exit_code == 0
    result = spor("fit", file, "--pool", pool, "--json", out)
    assert result.exit_code == 0, result.output
    assert "replicated answers, 100 draws" in result.output
    assert "pairs that depend on one another: 0 of 28" in result.output
    (module,) = json.loads(out.read_text())["modules"]
    assert module["m2"] is None
    assert module["items"][0]["s_x2"] is None
    assert "no S-X² and no M2" in module["notes"][0]


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


def test_names_are_text_on_the_page(tmp_path):
    file, page = tmp_path / "R.csv", tmp_path / "R.html"
    file.write_text(wide(table()).replace("q0", "<b>&q0"), encoding="utf-8")
    assert spor("calibrate", file, "--out", tmp_path / "P.csv", "--html", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;q0" in text


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


def test_what_is_wrong_with_facts_is_named(answers, tmp_path):
    meta = tmp_path / "META.csv"
    meta.write_text("item,level\nq0,hard\nq0,1\n,2\nq1\n", encoding="utf-8")
    result = spor("calibrate", answers, "--items", meta, "--out", tmp_path / "P.csv")
    for fault in (
        "line 2, column level: a number of logits, not 'hard'",
        "line 3, column item: another name than line 2, not 'q0'",
        "line 4, column item: a name",
        "line 5: 2 fields as in the header, not 1",
    ):
        assert f"{meta}: {fault}" in result.output
    meta.write_text("item,model\nq0,5pl\n", encoding="utf-8")
    result = spor("calibrate", answers, "--items", meta, "--out", tmp_path / "P.csv")
    assert "item q0: '5pl' is none of" in result.output


def test_other_columns_are_passed_over_by_fit(tmp_path):
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(wide(table(), ["here"] * 400), encoding="utf-8")
    args = ("calibrate", file, "--groups", "unit", "--out", pool)
    assert spor(*args).exit_code == 0
    assert spor("fit", file, "--pool", pool).exit_code == 0
    assert "column unit" in spor("calibrate", file, "--out", pool).output
    file.write_text(file.read_text().replace("p7,here,", "p7,here,,"), encoding="utf-8")
    assert "line 9" in spor("fit", file, "--pool", pool).output


def test_answers_to_other_items_have_no_fit(answers, tmp_path):
    pool = tmp_path / "POOL.csv"
    pool.write_text("item,module,model,a,b\nother,all,2PL,1,0\n", encoding="utf-8")
    result = spor("fit", answers, "--pool", pool)
    assert result.exit_code == 1
    assert "hold no item of the pool" in result.output
