"""What `spor calibrate` says of what it was given: priors that hold nothing, pools of nothing."""

import json

import numpy as np
import pytest

from placement.reading import read_pool
from tests.webapp.commands.shell import spor, table, wide

SLOPES = "a prior is of one slope and one difficulty, and the model has several"


@pytest.fixture
def answers(tmp_path):
    file = tmp_path / "RESPONSES.csv"
    file.write_text(wide(table(items=4)), encoding="utf-8")
    return file


def test_nominal_items_have_no_priors_and_that_is_said(answers, tmp_path):
    pool, report = tmp_path / "POOL.csv", tmp_path / "REPORT.json"
    result = spor(
        "calibrate", answers, "--model", "nrm", "--priors", "weak", "--out", pool, "--json", report
    )
    assert result.exit_code == 0, result.output
    text = f"4 nominal items without a prior: {SLOPES}"
    assert f"note: {text}\n" in result.stderr
    assert text in json.loads(report.read_text())["notices"]
    assert (
        "without a prior" not in spor("calibrate", answers, "--model", "nrm", "--out", pool).stderr
    )


def test_one_nominal_item_among_others(answers, tmp_path):
    meta, pool = tmp_path / "META.csv", tmp_path / "POOL.csv"
    meta.write_text("item;model;level\nq1;nrm;0,5\nq2;;-0,5\n", encoding="utf-8")
    args = ("calibrate", answers, "--items", meta, "--out", pool, "--priors")
    result = spor(*args, "author")
    assert result.exit_code == 0, result.output
    assert f"note: 1 nominal item without a prior: {SLOPES}\n" in result.stderr
    pool.unlink()
    result = spor(*args, "hierarchical")
    assert result.exit_code == 1
    assert f"hierarchical priors cannot hold 1 nominal item: {SLOPES}\n" in result.stderr
    assert not pool.exists()


def test_a_pool_of_nothing_is_not_written(tmp_path):
    file, pool, report = (tmp_path / name for name in ("R.csv", "POOL.csv", "R.json"))
    file.write_text("person,q1,q2,q3\na,1,1,0\nb,0,0,1\n", encoding="utf-8")
    result = spor("calibrate", file, "--out", pool, "--json", report)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == f"Error: {file}: no item is left for a pool"
    assert any("q1: left out of the pool" in line for line in lines)
    assert not pool.exists()
    assert not report.exists()


def test_what_stands_alone_is_one(tmp_path):
    file = tmp_path / "R.csv"
    scores = table(persons=50, items=5)
    scores[0] = -1
    file.write_text(wide(scores), encoding="utf-8")
    result = spor("calibrate", file, "--out", tmp_path / "P.csv", "--priors", "weak")
    assert "note: 1 person answered no item in use\n" in result.stderr
    scores[:, 2] = -1
    scores[1, 2] = 1
    file.write_text(wide(scores), encoding="utf-8")
    result = spor("calibrate", file, "--out", tmp_path / "P.csv", "--priors", "weak")
    assert "q2: every answer scored 1 (1 answer), so nothing can be told of it" in result.stderr
    assert len(read_pool((tmp_path / "P.csv").read_text())) == 4


def test_an_item_of_chance_asks_for_a_prior(tmp_path):
    file, pool = tmp_path / "R.csv", tmp_path / "P.csv"
    scores = table(persons=300)
    scores[:, 3] = np.random.default_rng(6).random(300) < 0.8
    file.write_text(wide(scores), encoding="utf-8")
    result = spor("calibrate", file, "--out", pool)
    (item,) = [i for i in read_pool(pool.read_text()) if i.item == "q3"]
    text = (
        f"q3: the answers do not determine its difficulty ({item.b:.1f} ± {item.se_b:.1f} logits)"
    )
    assert f"note: {text}; a prior would hold it\n" in result.stderr
    assert "determine" not in spor("calibrate", file, "--out", pool, "--priors", "weak").stderr


def test_facts_of_other_items_are_named_and_no_author_speaks_of_nothing(answers, tmp_path):
    meta, pool = tmp_path / "META.csv", tmp_path / "POOL.csv"
    meta.write_text("item,level\nq1,0.5\nQ2,1\n", encoding="utf-8")
    args = ("calibrate", answers, "--items", meta, "--priors", "author", "--out", pool)
    result = spor(*args)
    assert result.exit_code == 0, result.output
    assert f"note: {meta}: passed over, since nobody was asked them: Q2\n" in result.stderr
    meta.write_text("item,level\nQ2,1\n", encoding="utf-8")
    assert "priors of the author need a level of the items" in spor(*args).stderr
