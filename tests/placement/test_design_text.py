import tomllib
from pathlib import Path

import numpy as np
import pytest

from placement.design import default_design
from placement.design_text import from_toml, to_toml
from placement.designs import BUILT_IN, built_in, for_modules
from placement.errors import DesignError
from placement.lockstep import right_answers
from placement.planning import fit_design
from placement.pool import Pool
from placement.posthoc import simulate_answers
from placement.simulation import simulate
from tests.placement.examples import authored_items, items_by_law, standard_normal, study_design

names = pytest.mark.parametrize("name", sorted(BUILT_IN))


@names
def test_toml_gives_an_equal_design_back(name: str) -> None:
    design = built_in(name)
    for comments in (True, False):
        text = to_toml(design, comments=comments)
        assert ("#" in text) is comments
        assert from_toml(text) == design


@names
def test_every_built_in_design_gives_a_test(name: str) -> None:
    pool = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])
    design = fit_design(for_modules(built_in(name), ("TB", "RA")), pool, simulees=30)
    result = simulate(design, pool, standard_normal(20, 1), seed=1)
    assert 10 <= result.mean_length <= 60


def test_a_fitted_design_survives_toml_to_the_last_digit() -> None:
    pool = Pool.tabulate(items_by_law(1, 20))
    design = fit_design(study_design(), pool, simulees=30)
    assert from_toml(to_toml(design)) == design


def test_placement_for_the_starter_modules_is_the_default_design() -> None:
    assert for_modules(built_in("placement"), ("TB", "RA", "IE")) == default_design()


def test_a_star_stands_for_the_modules_that_are_not_named() -> None:
    text = to_toml(built_in("placement")).replace(
        "[[modules]]", '[[modules]]\nmodule = "RA"\ncuts = [-1.0, 0.0, 1.0]\n\n[[modules]]', 1
    )
    design = for_modules(from_toml(text), ("TB", "RA", "IE"))
    assert [m.module for m in design.modules] == ["RA", "TB", "IE"]
    assert design.modules[0].cuts == (-1, 0, 1)
    assert for_modules(built_in("placement"), ("RA",)).modules[0].module == "RA"


def test_a_star_for_nothing_leaves_no_design() -> None:
    with pytest.raises(DesignError, match="needs a module"):
        for_modules(built_in("placement"), ())


def test_every_fault_at_once_with_its_path() -> None:
    text = """
name = "mine"
version = "one"
colour = "red"
modules = [{ module = "TB", cuts = [0.0, "high", 1.0] }]
[stopping]
kind = "any_of"
rules = [{ kind = "standard_error", se = -1.0 }, { kind = "psychic" }]
"""
    with pytest.raises(DesignError) as caught:
        from_toml(text)
    faults = caught.value.faults
    assert len(faults) == 5
    assert {fault.split(":")[0] for fault in faults} == {
        "version",
        "colour",
        "modules[0].cuts[1]",
        "stopping.rules[0]",
        "stopping.rules[1]",
    }


def test_a_value_out_of_range_is_told_beside_an_unknown_key() -> None:
    stem = 'name = "mine"\nversion = 1\nmodules = [{ module = "TB" }]\n'
    with pytest.raises(DesignError) as caught:
        from_toml(f'{stem}[stopping]\nkind = "rate_of_return"\ncost = -1.0\ncolour = "red"\n')
    assert caught.value.faults == (
        "stopping.colour: is not known here",
        "stopping: cost -1.0 is below 0",
    )


@pytest.mark.parametrize("number", ["1" + "0" * 400, "9223372036854775808", "1e300", "9" * 5000])
@pytest.mark.parametrize("part", ["stopping", "exposure"])
def test_a_number_beyond_all_use_is_refused(number: str, part: str) -> None:
    kinds = {"stopping": ("rate_of_return", "cost"), "exposure": ("randomesque", "early")}
    kind, name = kinds[part]
    stem = 'name = "mine"\nversion = 1\nmodules = [{ module = "TB" }]\n'
    with pytest.raises(DesignError):
        from_toml(f'{stem}[{part}]\nkind = "{kind}"\n{name} = {number}\n')


def test_what_is_no_toml_says_where() -> None:
    with pytest.raises(DesignError, match="line 2"):
        from_toml("name = 'x'\nversion = = 1")


@names
def test_comments_do_not_hide_values(name: str) -> None:
    plain = tomllib.loads(to_toml(built_in(name), comments=False))
    assert tomllib.loads(to_toml(built_in(name))) == plain


@pytest.mark.parametrize("name", ["placement", "placement-joint"])
def test_post_hoc_agrees_with_the_whole_bank_more_than_with_the_truth(name: str) -> None:
    pool = Pool.tabulate([*authored_items("TB", 1), *authored_items("RA", 2)])
    design = fit_design(for_modules(built_in(name), ("TB", "RA")), pool, simulees=60)
    theta, generator = standard_normal(300, 5), np.random.default_rng(6)
    answers = right_answers(pool, theta, generator.random((300, 80)))
    result = simulate_answers(design, pool, answers, seed=1)
    again = simulate_answers(design, pool, answers, seed=1)
    assert result.n_examinees == 300
    assert result.confusion.tolist() == again.confusion.tolist()
    real = simulate(design, pool, theta, seed=1)
    assert result.rmse < real.rmse
    assert result.decision_accuracy > real.decision_accuracy


@names
def test_post_hoc_gives_nobody_what_they_did_not_answer(name: str) -> None:
    pool = Pool.tabulate([*authored_items("TB", 1), *authored_items("RA", 2)])
    design = fit_design(for_modules(built_in(name), ("TB", "RA")), pool, simulees=20)
    generator = np.random.default_rng(6)
    answers = right_answers(pool, standard_normal(40, 5), generator.random((40, 80)))
    answers[generator.random(answers.shape) < 0.8] = -1
    answers[0] = -1
    answers[0, [3, 50, 51]] = [1, 0, 1]
    result = simulate_answers(design, pool, answers, seed=1)
    for module, columns in zip(result.modules, (slice(0, 40), slice(40, 80)), strict=True):
        given, there = module.given.toarray(), answers[:, columns] >= 0
        assert not (given & ~there).any()
        assert given[0].sum() == there[0].sum()
        assert (given.sum(axis=1) > 0).all()


def test_the_documents_show_every_built_in_design_as_it_is() -> None:
    text = (Path(__file__).parents[2] / "docs" / "designs.md").read_text(encoding="utf-8")
    blocks = [part.partition("\n```")[0] for part in text.split("```toml\n")[1:]]
    extra, shown = blocks[0], blocks[1:]
    assert [from_toml(block) for block in shown] == [built_in(name) for name in BUILT_IN]
    stem = 'name = "mine"\nversion = 1\nmodules = [{ module = "TB" }]\n'
    assert from_toml(stem + extra).guard.required == 0.85
