"""Ability as a histogram that is estimated with the items (Bock & Aitkin 1981)."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

from calibration import CalibrationError, Model, Responses, fit
from calibration.modules import Request, calibrate
from calibration.population import Standard, histogram, moments
from placement.design import default_design
from placement.design_text import from_toml, to_toml
from placement.quadrature import STANDARD, Quadrature
from tests.calibration.examples import dichotomous
from webapp.commands.reports import calibration_report, plain

NODES = np.linspace(-4, 4, 33)


def skewed(persons, items, *, seed):
    """Scores, a and b where ability is gamma(2), standardised: skewness 1.41."""
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(0.2, 0.3, items), rng.normal(0, 1, items)
    theta = (rng.gamma(2.0, 1.0, (persons, 1)) - 2) / 2**0.5
    return (rng.random((persons, items)) < expit(a * (theta - b))).astype(float), a, b


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_the_most_likely_histogram_has_the_moments_that_are_held(seed, mean, sd) -> None:
    rng = np.random.default_rng(seed)
    centre, spread = rng.uniform(-0.4, 0.4), rng.uniform(0.8, 1.3)
    mass = rng.gamma(1.0, np.exp(-(((NODES - centre) / spread) ** 2) / 2)) * 100
    found = histogram(mass, NODES, Standard(mean, sd))
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)
    own_mean, own_sd = moments(mass / mass.sum(), NODES)
    # Without a mean the sd is that about nought.
    at, size = moments(found, NODES)
    assert at == pytest.approx(0 if mean else at, abs=1e-9)
    if sd:
        assert size**2 + at**2 == pytest.approx(1)
    if not (mean or sd):
        assert (at, size) == pytest.approx((own_mean, own_sd))
    # No other weights with these moments are more likely: not in any direction that keeps them.
    held = np.stack([np.ones(NODES.size), *[NODES] * mean, *[NODES**2] * sd])
    for _ in range(5):
        direction = rng.normal(size=NODES.size) * found
        direction -= held.T @ np.linalg.lstsq(held.T, direction, rcond=None)[0]
        safe = mass > 1e-9 * mass.sum()
        other = found + 1e-4 * direction / np.abs(direction / np.maximum(found, 1e-300))[safe].max()
        if (other[safe] > 0).all() and (other >= 0).all():
            assert mass[safe] @ np.log(other[safe]) <= mass[safe] @ np.log(found[safe]) + 1e-9


def test_the_top_by_a_general_optimiser() -> None:
    """Six items and weights at seven nodes, mean 0 and sd 1 as constraints, by SLSQP."""
    scores, _, _ = skewed(1500, 6, seed=2)
    patterns, counts = np.unique(scores, axis=0, return_counts=True)
    nodes = np.linspace(-3, 3, 7)

    def deviance(x):
        chance = expit(x[:6, None] * nodes + x[6:12, None])
        each = np.where(patterns[:, :, None] == 1, chance, 1 - chance).prod(axis=1)
        return -counts @ np.log(each @ np.exp(log_softmax(x[12:]))) / 1500

    def held(x):
        weights = np.exp(log_softmax(x[12:]))
        return np.array([weights @ nodes, weights @ nodes**2 - 1])

    start = np.r_[np.ones(6), np.zeros(6), -(nodes**2) / 2]
    top = minimize(
        deviance,
        start,
        method="SLSQP",
        constraints={"type": "eq", "fun": held},
        bounds=[(-20, 20)] * 12 + [(-12, 12)] * 7,
        options={"maxiter": 1000, "ftol": 1e-12},
    )
    ours = fit(scores, ability="histogram", quadrature=Quadrature(-3, 3, 7), tolerance=1e-5)
    assert ours.converged
    assert ours.log_likelihood == pytest.approx(-1500 * top.fun, abs=0.02)
    assert ours.log_likelihood > fit(scores, quadrature=Quadrature(-3, 3, 7)).log_likelihood
    np.testing.assert_allclose([i["a"] for i in ours.items], top.x[:6], atol=0.05)
    assert moments(ours.weights[0], nodes) == pytest.approx((0, 1), abs=1e-9)


def test_skewed_ability_is_found_and_items_with_it() -> None:
    scores, a, b = skewed(2000, 20, seed=4)
    normal, free = fit(scores), fit(scores, ability="histogram")
    assert free.converged
    assert (np.diff(free.trace) >= 0).all()
    assert free.log_likelihood > normal.log_likelihood + 50
    errors = [
        [float(np.sqrt(np.mean((np.array([i[n] for i in c.items]) - true) ** 2))) for c in pair]
        for n, true in (("a", a), ("b", b))
        for pair in [(free, normal)]
    ]
    for ours, theirs in errors:
        assert ours < 0.75 * theirs
    skewness = free.weights[0] @ free.nodes**3
    assert 1.0 < skewness < 1.9
    assert (free.groups[0].mean, free.groups[0].sd) == pytest.approx((0, 1), abs=1e-9)


@pytest.mark.slow
def test_intervals_of_items_hold_though_the_shape_counts_as_known() -> None:
    hits = []
    for seed in range(3):
        scores, a, b = skewed(1000, 15, seed=40 + seed)
        for j, item in enumerate(fit(scores, ability="histogram").items):
            hits += [abs(item["a"] - a[j]) < 1.96 * item.se["a"]]
            hits += [abs(item["b"] - b[j]) < 1.96 * item.se["b"]]
    # 90 intervals, those of one sample not independent.
    assert 0.88 < np.mean(hits) <= 1


def test_normal_ability_loses_a_little_by_it() -> None:
    scores, a, b = dichotomous(1500, 15, seed=3)
    normal, free = fit(scores), fit(scores, ability="histogram")
    for name, true in (("a", a), ("b", b)):
        theirs, ours = (
            float(np.std([item[name] for item in found.items] - true)) for found in (normal, free)
        )
        assert ours < 1.6 * theirs
    assert free.n_parameters == normal.n_parameters + 61 - 3
    assert normal.n_parameters == 30


def test_each_group_has_its_own() -> None:
    rng = np.random.default_rng(6)
    a, b = np.ones(20), np.linspace(-2, 2, 20)
    theta = np.r_[rng.normal(0, 1, 1500), np.where(rng.random(1500) < 0.5, -1.0, 2.0)]
    scores = (rng.random((3000, 20)) < expit(a * (theta[:, None] - b))).astype(float)
    data = Responses.from_matrix(scores, groups=["one"] * 1500 + ["two"] * 1500)
    ours = fit(data, ability="histogram")
    one, two = ours.groups
    assert (one.mean, one.sd) == pytest.approx((0, 1), abs=1e-9)
    assert np.isnan([one.se_mean, one.se_sd]).all()
    assert abs(two.mean - 0.5) < 3.3 * two.se_mean < 0.2
    assert abs(two.sd - 1.5) < 3.3 * two.se_sd < 0.3
    between = (ours.nodes > 0) & (ours.nodes < 1)
    assert ours.weights[1][between].sum() < 0.6 * ours.weights[0][between].sum()


def test_rasch_s_model_keeps_its_unit_and_finds_the_spread() -> None:
    rng = np.random.default_rng(8)
    theta = 1.5 * rng.normal(size=(2000, 1))
    scores = (rng.random((2000, 15)) < expit(theta - np.linspace(-2, 2, 15))).astype(float)
    normal = fit(scores, models=Model.RASCH)
    free = fit(scores, models=Model.RASCH, ability="histogram")
    assert free.groups[0].mean == pytest.approx(0, abs=1e-9)
    assert free.groups[0].sd == pytest.approx(normal.groups[0].sd, rel=0.05)
    assert free.groups[0].se_sd == pytest.approx(normal.groups[0].se_sd, rel=0.3)


def test_the_engine_reads_what_a_calibration_reports() -> None:
    scores, _, _ = skewed(800, 15, seed=9)
    request = Request(ability="histogram")
    found = calibrate(Responses.from_matrix(scores), {}, request)
    told = json.loads(json.dumps(plain(calibration_report(found, request, 1.0, ()))))
    prior = told["modules"][0]["groups"][0]["prior"]
    text = to_toml(default_design())
    begin = text.index("[prior]")
    end = text.index("[", begin + 1)
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in prior.items())
    text = text[:begin] + "[prior]\n" + lines + "\n" + text[end:]
    begin = text.index("[dependence]")
    design = from_toml(text[:begin] + '[dependence]\nkind = "independent"\n')
    mass = design.prior(STANDARD.nodes)
    mean = float(mass @ STANDARD.nodes)
    assert mean == pytest.approx(0, abs=0.02)
    assert mass @ (STANDARD.nodes - mean) ** 2 == pytest.approx(1, abs=0.05)
    assert mass @ STANDARD.nodes**3 > 0.7


def test_another_form_is_refused() -> None:
    with pytest.raises(CalibrationError, match="'flat' is neither normal nor a histogram"):
        fit(dichotomous(50, 4)[0], ability="flat")
