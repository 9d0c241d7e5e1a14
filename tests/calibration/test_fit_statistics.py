"""Fit statistics against mirt 1.45's, against sums over all patterns, and by hand."""

import itertools
import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import calibration
from calibration import ItemPrior, Model, Priors, Responses, StandardErrors
from calibration import limited_information as limited
from calibration.collapsing import collapse
from calibration.empirical import curve_fits, without_item
from calibration.fitted import Fitted, FittedItem
from calibration.item_fit import s_x2, summed_scores
from calibration.limited_information import m2
from calibration.local_dependence import gamma, ld_x2, q3
from calibration.mean_squares import mean_squares
from calibration.priors import NO_PRIORS, Normal
from calibration.scoring import eap, in_population
from tests.calibration.examples import REFERENCE, reference_table

ON_GUESSING = Priors(ItemPrior(c=Normal(-1.386294, 0.5)))
MODELS = {
    "3PLnorm": Model.THREE_PL,
    "2PL": Model.TWO_PL,
    "Rasch": Model.RASCH,
    "graded": Model.GRM,
    "gpcm": Model.GPCM,
}
CASES = [
    ("lsat7", "2PL"),
    ("lsat7", "Rasch"),
    ("lsat7", "3PLnorm"),
    ("deayala", "3PLnorm"),
    ("science", "graded"),
    ("science", "gpcm"),
    ("deayala", "2PL"),
    ("sim2pl", "2PL"),
    ("sim2pl", "Rasch"),
    ("simgpcm", "graded"),
    ("simgpcm", "gpcm"),
]
# No degree of freedom for M2; and for GPCM mirt's slopes differ from the derivatives, ours do not.
NO_M2 = {
    ("lsat7", "3PLnorm"),
    ("deayala", "3PLnorm"),
    ("science", "graded"),
    ("science", "gpcm"),
    ("simgpcm", "gpcm"),
}


@cache
def golden(name):
    return json.loads((REFERENCE / "mirt" / f"{name}.json").read_text())


@cache
def fitted(name, model):
    table = reference_table(name)
    items = [row["item"] for row in golden(name)["fitstats"][model]["S_X2"]["table"]]
    responses = Responses.from_matrix(table, items=items)
    found = calibration.fit(
        responses,
        models=MODELS[model],
        priors=ON_GUESSING if model == "3PLnorm" else NO_PRIORS,
        tolerance=1e-6,
        se=StandardErrors.NONE,
    )
    form = Fitted.of_calibration(found)
    scores = form.scores(responses)
    return form, scores, eap(form, scores)


def stats(name, model):
    return golden(name)["fitstats"][model]


@pytest.mark.parametrize(("name", "model"), CASES)
def test_s_x2_agrees_with_mirt(name, model):
    form, scores, _ = fitted(name, model)
    for ours, theirs in zip(s_x2(form, scores), stats(name, model)["S_X2"]["table"], strict=True):
        assert ours.df == theirs["df.S_X2"]
        assert ours.s_x2 == pytest.approx(theirs["S_X2"], abs=4e-3)
        assert ours.p == pytest.approx(theirs["p.S_X2"], abs=1e-4)
        assert ours.rmsea == pytest.approx(theirs["RMSEA.S_X2"], abs=1e-4)


@pytest.mark.parametrize(("name", "model"), CASES)
def test_mean_squares_agree_with_mirt(name, model):
    form, scores, theta = fitted(name, model)
    table = stats(name, model)["infit_outfit"]["table"]
    for ours, theirs in zip(mean_squares(form, scores, theta), table, strict=True):
        assert ours.infit == pytest.approx(theirs["infit"], abs=2e-4)
        assert ours.outfit == pytest.approx(theirs["outfit"], abs=1e-4)
        assert ours.z_infit == pytest.approx(theirs["z.infit"], abs=6e-3)
        assert ours.z_h == pytest.approx(theirs["Zh"], abs=1e-3)
        # mirt lifts variances under 0.0032, which steep items of sim2pl have.
        within = 0.31 if name == "sim2pl" else 2e-3
        assert ours.z_outfit == pytest.approx(theirs["z.outfit"], abs=within)


@pytest.mark.parametrize(("name", "model"), CASES)
def test_q3_and_ld_x2_agree_with_mirt(name, model):
    form, scores, theta = fitted(name, model)
    expected = stats(name, model)
    np.testing.assert_allclose(q3(form, scores, theta), expected["Q3"]["matrix"], atol=5e-5)
    table = np.array(expected["LDX2"], dtype=float)
    lower, upper = np.triu_indices(len(table), 1)
    pairs = ld_x2(form, scores)
    np.testing.assert_allclose([pair.x2 for pair in pairs], table[upper, lower], atol=6e-3)
    np.testing.assert_allclose([pair.v for pair in pairs], table[lower, upper], atol=2e-5)


@pytest.mark.parametrize(("name", "model"), [case for case in CASES if case not in NO_M2])
def test_m2_agrees_with_mirt(name, model):
    form, scores, _ = fitted(name, model)
    ours, theirs = m2(form, scores), stats(name, model)["M2"]["table"][0]
    assert ours.df == theirs["df"]
    assert ours.m2 == pytest.approx(theirs["M2"], rel=1e-4)
    assert ours.p == pytest.approx(theirs["p"], abs=1e-4)
    assert ours.rmsea == pytest.approx(theirs["RMSEA"], abs=1e-5)
    # mirt's interval divides by N, its point estimate by N - 1.
    assert ours.rmsea_low == pytest.approx(theirs["RMSEA_5"], rel=1e-3, abs=1e-6)
    assert ours.rmsea_high == pytest.approx(theirs["RMSEA_95"], rel=1e-3)
    assert ours.srmsr == pytest.approx(theirs["SRMSR"], abs=1e-5)
    if model in {"2PL", "Rasch"}:
        assert ours.cfi == pytest.approx(theirs["CFI"], abs=1e-4)
        assert ours.tli == pytest.approx(theirs["TLI"], abs=1e-4)


def test_m2_slopes_are_derivatives_of_the_moments():
    form, _, _ = fitted("science", "gpcm")
    exact = limited._slopes(form, limited._moments(form))
    column = 0
    for j, item in enumerate(form.items):
        for k in range(item.parameters.size):
            both = []
            for step in (1e-5, -1e-5):
                moved = item.parameters.copy()
                moved[k] += step
                items = (*form.items[:j], replace(item, parameters=moved), *form.items[j + 1 :])
                both.append(limited._moments(replace(form, items=items)).expected)
            np.testing.assert_allclose(exact[:, column], (both[0] - both[1]) / 2e-5, atol=1e-8)
            column += 1


def small_form():
    """Four items of three models on nine nodes: few enough to sum over all patterns."""
    items = (
        FittedItem("a", Model.TWO_PL, np.array([1.2, 0.3]), (0, 1)),
        FittedItem("b", Model.THREE_PL, np.array([0.8, -0.4, -1.5]), (0, 1)),
        FittedItem("c", Model.GRM, np.array([1.5, 1.0, -0.7]), (0, 1, 2)),
        FittedItem("d", Model.GPCM, np.array([0.7, 0.4, 0.1]), (0, 1, 2)),
    )
    return Fitted(items, np.linspace(-4, 4, 9))


def patterns(form):
    """Every pattern and its chance."""
    ranges = [range(item.n_categories) for item in form.items]
    for pattern in itertools.product(*ranges):
        chance = form.weights.copy()
        for score, chances in zip(pattern, form.chances, strict=True):
            chance = chance * chances[score]
        yield pattern, chance.sum()


def test_summed_scores_are_sums_over_all_patterns():
    form = small_form()
    sums = np.zeros(7)
    for pattern, chance in patterns(form):
        sums[sum(pattern)] += chance
    np.testing.assert_allclose(summed_scores(list(form.chances)) @ form.weights, sums, atol=1e-14)


def test_covariance_of_moments_is_a_sum_over_all_patterns():
    form = small_form()
    moments = limited._moments(form)
    pairs = moments.pairs
    mean, square = np.zeros(10), np.zeros((10, 10))
    for pattern, chance in patterns(form):
        x = np.array(pattern, dtype=float)
        row = np.concatenate((x, x[pairs[0]] * x[pairs[1]]))
        mean += chance * row
        square += chance * np.outer(row, row)
    np.testing.assert_allclose(moments.expected, mean, atol=1e-14)
    np.testing.assert_allclose(moments.covariance(), square - np.outer(mean, mean), atol=1e-13)


def test_gamma_by_hand():
    # 10·(5 + 4 … ) pairs: concordant 10·7 = 70, discordant 3·2 = 6.
    assert gamma(np.array([[10.0, 3.0], [2.0, 7.0]])) == pytest.approx((70 - 6) / (70 + 6))


def test_collapsing_keeps_all_counts():
    rng = np.random.default_rng(3)
    observed = rng.poisson(2.0, (30, 4)).astype(float)
    expected = rng.gamma(1.0, 2.0, (30, 4))
    expected[0, 3] = expected[-1, 0] = np.nan
    o, e = collapse(observed, expected, 1.0)
    assert o.sum() == pytest.approx(observed.sum())
    assert ((e >= 1) | (e == 0)).all()


def test_population_of_the_calibration_sample_is_standard():
    form, scores, _ = fitted("lsat7", "2PL")
    moved = in_population(replace(form, mean=0.5, sd=1.5), scores, tolerance=1e-8)
    assert moved.mean == pytest.approx(0.0, abs=1e-4)
    assert moved.sd == pytest.approx(1.0, abs=1e-4)


def simulated(seed, persons=2000, items=20, *, asked=1.0):
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(0.1, 0.3, items), rng.standard_normal(items)
    form = Fitted(
        tuple(
            FittedItem(f"i{j}", Model.TWO_PL, np.array([a[j], -a[j] * b[j]]), (0, 1))
            for j in range(items)
        ),
        np.linspace(-6, 6, 61),
    )
    theta = rng.standard_normal(persons)
    chances = np.stack([item.chances(theta)[1] for item in form.items], axis=1)
    scores = (rng.random(chances.shape) < chances).astype(np.int8)
    scores[rng.random(scores.shape) >= asked] = -1
    return form, scores, theta


def test_points_of_a_true_curve_stray_as_chance_does():
    form, scores, _ = simulated(5, asked=0.6)
    z = np.array([point.z for fit in curve_fits(form, scores) for point in fit.points])
    assert z.size == 160
    assert abs(z.mean()) < 0.25
    assert 0.8 < z.std() < 1.2


def test_a_wrong_curve_strays():
    form, scores, _ = simulated(6)
    wrong = replace(form.items[3], parameters=form.items[3].parameters + np.array([0.0, 1.0]))
    items = (*form.items[:3], wrong, *form.items[4:])
    fits = curve_fits(replace(form, items=items), scores)
    assert fits[3].p < 1e-6
    assert np.median([fit.p for fit in fits]) > 0.01


def test_ability_without_an_item_ignores_its_answer():
    form, scores, _ = simulated(7, persons=50)
    turned = scores.copy()
    turned[:, 2] = 1 - turned[:, 2]
    np.testing.assert_allclose(
        without_item(form, scores)[:, 2], without_item(form, turned)[:, 2], atol=1e-12
    )


def test_gaps_leave_mean_squares_near_one():
    form, scores, theta = simulated(8, persons=4000, asked=0.5)
    found = mean_squares(form, scores, theta)
    assert np.mean([item.infit for item in found]) == pytest.approx(1.0, abs=0.02)
    # Deviates of a normal distribution: at the true abilities the transformation holds.
    assert 0.5 < np.std([item.z_infit for item in found]) < 1.5
    assert 0.5 < np.std([item.z_h for item in found]) < 1.5
    assert all(item.n_responses < 2200 for item in found)
