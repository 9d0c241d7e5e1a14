"""`spor calibrate --correlated`: from answers to the correlations that a design believes in."""

import json
import re

import numpy as np
import pytest

from placement.dependence import Correlated
from placement.design_text import from_toml, to_toml
from placement.designs import built_in, for_modules
from placement.reading import read_pool
from tests.webapp.commands.shell import spor

MODULES = ("text", "tables", "web")


@pytest.fixture
def sheet(tmp_path):
    """500 persons, three modules of six questions, abilities that correlate by 0.6."""
    rng = np.random.default_rng(8)
    theta = 0.6**0.5 * rng.normal(size=(500, 1)) + 0.4**0.5 * rng.normal(size=(500, 3))
    z = 1.5 * (np.repeat(theta, 6, axis=1) - np.tile(np.linspace(-1.2, 1.2, 6), 3))
    scores = (rng.random(z.shape) < 1 / (1 + np.exp(-z))).astype(int)
    names = [f"q{j}" for j in range(18)]
    rows = [["person", *names], *([f"p{n}", *row] for n, row in enumerate(scores.tolist()))]
    answers, facts = tmp_path / "RESPONSES.csv", tmp_path / "META.csv"
    answers.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    facts.write_text(
        "item,module\n" + "\n".join(f"{q},{MODULES[j // 6]}" for j, q in enumerate(names)),
        encoding="utf-8",
    )
    return answers, facts


def test_correlations_reach_the_report_and_a_design(sheet, tmp_path):
    pool, report, snippet = (tmp_path / name for name in ("P.csv", "R.json", "D.toml"))
    arguments = ("--correlated", "--out", pool, "--json", report, "--dependence", snippet)
    result = spor("calibrate", sheet[0], "--items", sheet[1], *arguments)
    assert result.exit_code == 0, result.output
    assert result.output.count("correlation of") == 3
    told = json.loads(report.read_text())
    found = told["correlations"]
    assert found["modules"] == list(MODULES)
    matrix, errors = np.array(found["matrix"]), np.array(found["se"])
    off = ~np.eye(3, dtype=bool)
    assert (np.abs(matrix - 0.6)[off] < 3.5 * errors[off]).all()
    assert (errors[off] < 0.1).all()
    assert told["n_parameters"] == 39
    assert told["aic"] == pytest.approx(78 - 2 * told["log_likelihood"])
    assert told["log_likelihood"] > sum(m["log_likelihood"] for m in told["modules"]) + 50
    assert [item.module for item in read_pool(pool.read_text())] == np.repeat(MODULES, 6).tolist()

    prior = designed(snippet).dependence
    assert isinstance(prior, Correlated)
    np.testing.assert_allclose(prior(3)[off], 0.7 * matrix[off], atol=1e-4)
    np.testing.assert_allclose(np.array(found["dependence"]["matrix"]), prior(3), atol=1e-4)


def designed(snippet):
    """A built-in design for these modules, with the snippet in place of its own lines."""
    text = to_toml(for_modules(built_in("placement-joint"), MODULES), comments=False)
    without, cuts = re.subn(r"\[dependence\]\n(?:[^\[\n]+\n)*", "", text)
    assert cuts == 1
    return from_toml(without + "\n" + snippet.read_text(encoding="utf-8"))


def test_what_does_not_go_together_is_said(sheet, tmp_path):
    pool = tmp_path / "P.csv"
    base = ("calibrate", sheet[0], "--items", sheet[1], "--out", pool)
    for more, said in (
        (("--dependence", tmp_path / "D.toml"), "--dependence needs --correlated"),
        (("--correlated", "--threads", "2"), "works in one thread"),
        (("--correlated", "--priors", "hierarchical"), "drawn module by module"),
        (("--correlated", "--ability", "histogram"), "histogram"),
    ):
        result = spor(*base, *more)
        assert result.exit_code != 0
        assert said in result.output
        assert "Traceback" not in result.output
    alone = spor("calibrate", sheet[0], "--out", pool, "--correlated")
    assert "fewer than two modules" in alone.output
    assert not pool.exists()
