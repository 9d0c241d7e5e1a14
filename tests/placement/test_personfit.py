"""Person fit against mirt's Zh, its own distribution, and answers made odd on purpose."""

import csv

import numpy as np
import pytest

from placement.ability import Estimate, Likelihood, Posterior, Warm, Weight, abilities
from placement.curves import CurveSet
from placement.errors import UnknownItemError
from placement.items import ItemParameters
from placement.personfit import (
    PersonFit,
    _between,
    _projected,
    corrected_fit,
    cusum,
    hurried,
    log_likelihood_fit,
    person_fit,
    rapid_answers,
)
from placement.pool import Pool
from placement.posterior import moments, posterior_of
from placement.priors import NormalPrior
from placement.quadrature import STANDARD, Quadrature, interpolation
from placement.responses import Response
from tests.placement.examples import REFERENCE, items_by_law, needs_reference
from tests.placement.golden import first_number, mirt, mirt_cases, mirt_items
from tests.placement.test_ability import drawn, log_table
from tests.placement.test_curves import MIXED

PRIOR = NormalPrior()(STANDARD.nodes)
FIT_CASES = [(name, model) for name, model in mirt_cases() if model in mirt(name)["fitstats"]]


def data(name: str) -> np.ndarray:
    with (REFERENCE / "data" / f"{name}.csv").open() as stream:
        rows = list(csv.reader(stream))[1:21]
    return np.array(rows).astype(int)


@needs_reference
@pytest.mark.parametrize(("name", "model"), FIT_CASES)
def test_lz_is_mirt_s_zh(name: str, model: str) -> None:
    fit, golden = mirt(name)["fits"][f"{model}@1e-06"], mirt(name)["fitstats"][model]
    items, answers = mirt_items(fit), data(name)
    answers = answers - (1 if name == "science" else 0)
    mean, sd = first_number(fit["means"]), first_number(fit["cov"]) ** 0.5
    pool = Pool.tabulate(items, Quadrature(-6, 6, 61))
    density = np.exp(-0.5 * ((pool.nodes - mean) / sd) ** 2)
    theta, _ = moments(posterior_of(density, log_table(pool, answers)), pool.nodes)
    expected = [person["Zh"] for person in golden["personfit_first20"]]
    found = log_likelihood_fit(CurveSet.of(items), answers, theta)
    # All but one fit agree to 1e-5; deayala's Rasch differs in the fifth digit for everybody.
    loose = (name, model) == ("deayala", "Rasch")
    np.testing.assert_allclose(found, expected, atol=1e-4 if loose else 1e-5)


@pytest.mark.parametrize("weight", [Likelihood(), Posterior(), Warm()], ids=["ml", "map", "wle"])
def test_the_corrected_fit_is_standard_normal_where_lz_is_not(weight: Weight) -> None:
    items = items_by_law(3, 40)
    curves, answers = CurveSet.of(items), drawn(items, 1500, 4, 0)
    outcomes = abilities(curves, answers, weight)
    kept = np.array([isinstance(outcome, Estimate) for outcome in outcomes])
    theta = np.array([outcome.theta for outcome in outcomes if isinstance(outcome, Estimate)])
    plain = log_likelihood_fit(curves, answers[kept], theta)
    corrected = corrected_fit(curves, answers[kept], theta, weight)
    assert corrected.mean() == pytest.approx(0, abs=0.12)
    assert corrected.std() == pytest.approx(1, abs=0.08)
    assert plain.std() < corrected.std()


def test_lz_by_hand() -> None:
    item = ItemParameters("i", "m", "", "2PL", 1, 0)
    chance = 1 / (1 + np.exp(-1))
    logs = np.log([1 - chance, chance])
    mean = (1 - chance) * logs[0] + chance * logs[1]
    spread = np.sqrt(chance * (1 - chance)) * abs(logs[1] - logs[0])
    found = log_likelihood_fit(CurveSet.of([item]), np.array([[1], [0]]), np.ones(2))
    np.testing.assert_allclose(found, (logs[::-1] - mean) / spread)


def test_cusum_by_hand() -> None:
    upper, lower = cusum(np.array([[0.4, 0.4, -0.8, -0.4], [-0.4, 0.4, 0.4, 0.0]]))
    np.testing.assert_allclose(upper, [0.2, 0.2])
    np.testing.assert_allclose(lower, [-0.3, -0.1])


def sitting(theta: float, seed: int, items: list[ItemParameters]) -> list[Response]:
    generator = np.random.default_rng(seed)
    chances = CurveSet.of(items).at(np.array([theta])).chances[:, :, 0]
    return [
        Response(item.item, int((generator.random() >= row.cumsum()[:-1]).sum()))
        for item, row in zip(items, chances, strict=True)
    ]


def fit_of(responses: list[Response], items: list[ItemParameters], replicates: int) -> PersonFit:
    fit = person_fit(Pool.tabulate(items), PRIOR, responses, seed=1, replicates=replicates)
    assert fit is not None
    return fit


def test_p_values_of_people_like_the_model_are_even() -> None:
    items = items_by_law(6, 20)
    generator = np.random.default_rng(5)
    fits = [fit_of(sitting(generator.normal(), n, items), items, 100) for n in range(150)]
    for values in ([fit.p_lz for fit in fits], [fit.p_cusum for fit in fits]):
        assert np.mean(values) == pytest.approx(0.5, abs=0.1)
        assert np.mean(np.array(values) < 0.1) == pytest.approx(0.1, abs=0.08)


def test_answers_against_the_grain_are_odd() -> None:
    items = sorted(items_by_law(7, 30), key=lambda item: item.b)
    against = [Response(item.item, int(item.b > 0)) for item in items]
    with_it = [Response(item.item, int(item.b < 0)) for item in items]
    assert set(fit_of(against, items, 300).flags()) == {"lz", "cusum"}
    assert not fit_of(against, items, 300).flags(level=0.001)
    assert fit_of(with_it, items, 300).p_lz > 0.5


def test_several_categories_fit_too() -> None:
    fit = fit_of(sitting(0.5, 1, MIXED), MIXED, 200)
    assert 0 < fit.p_lz <= 1
    assert fit.lower <= 0 <= fit.upper
    assert fit == fit_of(sitting(0.5, 1, MIXED), MIXED, 200)


def test_nothing_answered_fits_nothing_and_strangers_are_refused() -> None:
    pool = Pool.tabulate(MIXED)
    assert person_fit(pool, PRIOR, [], seed=1) is None
    with pytest.raises(UnknownItemError, match="nobody"):
        person_fit(pool, PRIOR, [Response("nobody", 1)], seed=1)


def test_one_answer_surprises_nobody() -> None:
    item = ItemParameters("i", "m", "", "2PL", 1, 3)
    fit = fit_of([Response("i", 1)], [item], 100)
    assert (fit.lz, fit.p_lz) == (0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_the_fit_of_one_person_is_snijders_where_map_is_the_estimate(seed: int) -> None:
    """The tables' l_z* against the formula's, at an ability that solves the MAP equation."""
    items = items_by_law(seed, 25)
    pool, curves, answers = Pool.tabulate(items), CurveSet.of(items), drawn(items, 8, seed, 0)
    outcomes = abilities(curves, answers, Posterior())
    theta = np.array([one.theta for one in outcomes if isinstance(one, Estimate)])
    weights = interpolation(pool.nodes, theta)
    slopes = _between(np.gradient(pool.probabilities, pool.nodes, axis=2), weights)
    found = _projected(_between(pool.probabilities, weights), slopes, answers)
    np.testing.assert_allclose(found, corrected_fit(curves, answers, theta, Posterior()), atol=2e-3)


def test_rapid_answers_are_below_a_tenth_of_the_mean_and_ten_seconds() -> None:
    seconds, means = [1.9, 2.1, 9.0, 11.0, np.nan], [20, 20, 300, 300, 20]
    rapid = rapid_answers(np.array(seconds), np.array(means))
    assert rapid.tolist() == [True, False, True, False, False]


def test_an_item_that_few_have_answered_takes_three_seconds() -> None:
    rapid = rapid_answers(np.array([2.9, 3.1, np.nan]), np.full(3, np.nan))
    assert rapid.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("n_rapid", "n_items", "expected"),
    [(0, 0, False), (2, 5, False), (3, 30, False), (3, 29, True), (3, 3, True)],
)
def test_hurried_is_three_rapid_answers_and_more_than_a_tenth(
    n_rapid: int, n_items: int, expected: bool
) -> None:
    assert hurried(n_rapid, n_items) is expected
