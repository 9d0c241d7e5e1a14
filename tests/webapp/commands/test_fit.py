"""`spor fit`: how a pool fits the answers to it, in words and in JSON."""

import csv
import json
import re

import numpy as np
import pytest
from justhtml import JustHTML

from tests.webapp.commands.shell import spor, table, wide


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
        few = "note: group <third>: 1 person: too few to tell their mean and sd\n"
        assert few in result.stderr
        assert "group second" not in result.stderr
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
    # Too few answered both of some pairs to tell.
    looked_at = re.search(r"pairs that depend on one another: 0 of (\d+)\n", result.output)
    assert 8 < int(looked_at[1]) < 28
    (module,) = json.loads(out.read_text())["modules"]
    assert module["m2"] is None
    assert module["items"][0]["s_x2"] is None
    assert "S-X² and M2 need 100 persons" in module["notes"][0]


def test_other_columns_are_passed_over_by_fit(tmp_path):
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    file.write_text(wide(table(), ["here"] * 400), encoding="utf-8")
    args = ("calibrate", file, "--groups", "unit", "--out", pool)
    assert spor(*args).exit_code == 0
    assert spor("fit", file, "--pool", pool).exit_code == 0
    assert "without scores: unit\n" in spor("calibrate", file, "--out", pool).stderr
    file.write_text(file.read_text().replace("p7,here,", "p7,here,,"), encoding="utf-8")
    assert "line 9" in spor("fit", file, "--pool", pool).output


def test_answers_to_other_items_have_no_fit(answers, tmp_path):
    pool = tmp_path / "POOL.csv"
    pool.write_text("item,module,model,a,b\nother,all,2PL,1,0\n", encoding="utf-8")
    result = spor("fit", answers, "--pool", pool)
    assert result.exit_code == 1
    assert "hold no item of the pool" in result.output
