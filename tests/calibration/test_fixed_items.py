"""New items on the scale of a pool whose parameters stay what they are (Kim 2006)."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from calibration import WEAK_PRIORS, CalibrationError, Model, Responses, draw, fit
from calibration.anchoring import first_cycle
from calibration.building import pose
from calibration.errors import ModelError, TooFewError
from calibration.fitted import fitted_item, usual_values
from calibration.modules import Request, calibrate
from calibration.priors import NO_PRIORS
from calibration.reading import ItemFacts
from calibration.screening import screen
from placement.items import ItemParameters

NODES = np.linspace(-6, 6, 61)


def right_or_wrong(theta, a, b, c=0.0, *, seed=0):
    chance = c + (1 - c) * expit(a * (theta[:, None] - b))
    return (np.random.default_rng(seed).random(chance.shape) < chance).astype(float)


def in_steps(theta, a, b, *, seed=0):
    """Graded scores: `b` (J, K - 1) rises."""
    star = expit(a[:, None] * (theta[:, None, None] - b))
    uniform = np.random.default_rng(seed).random((theta.size, a.size, 1))
    return (uniform < star).sum(axis=2).astype(float)


def known(a, b, model="2PL", **more):
    return [
        ItemParameters(f"{j + 1}", "RA", "RA.1", model, float(a[j]), float(b[j]), 0.0, 0.1, 0.2)
        if not more
        else ItemParameters(f"{j + 1}", "RA", "", model, float(a[j]), float(b[j]), float(more["c"]))
        for j in range(len(a))
    ]


@pytest.fixture(scope="module")
def shifted():
    """3 000 persons half a standard deviation above the pool's population, 20 old items, 15 new."""
    rng = np.random.default_rng(11)
    a, b = rng.lognormal(0.1, 0.3, 35), rng.normal(0, 1, 35)
    theta = rng.normal(0.5, 1.2, 3000)
    return right_or_wrong(theta, a, b, seed=12), a, b


def test_new_items_are_found_in_a_population_that_has_moved(shifted) -> None:
    scores, a, b = shifted
    ours = fit(scores, fixed=known(a[:20], b[:20]))
    assert ours.converged
    (group,) = ours.groups
    assert abs(group.mean - 0.5) < 3 * group.se_mean < 0.15
    assert abs(group.sd - 1.2) < 3 * group.se_sd < 0.15
    new = ours.items[20:]
    z_b = [(item["b"] - b[20 + j]) / item.se["b"] for j, item in enumerate(new)]
    z_a = [(item["a"] - a[20 + j]) / item.se["a"] for j, item in enumerate(new)]
    assert np.abs(z_b).max() < 3.3
    assert np.abs(z_a).max() < 3.3
    assert abs(np.mean([item["b"] for item in new] - b[20:])) < 0.05
    # A calibration of its own has another scale: there the new items are half a unit too easy.
    alone = fit(scores)
    assert np.mean([item["b"] for item in alone.items[20:]] - b[20:]) < -0.3


def test_fixed_items_stay_the_same_to_the_last_bit(shifted) -> None:
    scores, a, b = shifted
    pool = known(a[:20], b[:20])
    ours = fit(scores, fixed=pool)
    for item in pool:
        estimate = ours[item.item]
        assert estimate.fixed
        assert (estimate["a"], estimate["b"]) == (item.a, item.b)
        assert np.isnan(estimate.covariance).all()
    assert not any(item.fixed for item in ours.items[20:])
    assert ours.n_parameters == 2 * 15 + 2


def test_a_pool_keeps_its_items_first_and_whole(shifted) -> None:
    scores, a, b = shifted
    names = [f"{j + 1}" for j in range(35)]
    unasked = ItemParameters("unasked", "RA", "RA.2", "3PL", 1.1, 0.3, 0.2, 0.05, 0.06, 0.001)
    elsewhere = ItemParameters("other", "TB", "", "2PL", 1.0, 0.0)
    pool = [unasked, *known(a[:20], b[:20]), elsewhere]
    facts = {name: ItemFacts(name, "RA") for name in names[20:]}
    found = calibrate(Responses.from_matrix(scores, items=names), facts, Request(), fixed=pool)
    assert list(found.items[:22]) == pool
    assert [item.item for item in found.items[22:]] == names[20:]
    assert all(item.module == "RA" and item.se_b > 0 for item in found.items[22:])


def test_the_likelihood_s_top_by_a_general_optimiser() -> None:
    """Four old and three new items: (a, d) of the new ones, mean and log sd, all by BFGS."""
    rng = np.random.default_rng(5)
    a, b = rng.lognormal(0, 0.3, 7), rng.normal(0, 1, 7)
    scores = right_or_wrong(rng.normal(0.4, 0.9, 600), a, b)
    patterns, counts = np.unique(scores, axis=0, return_counts=True)

    def deviance(x):
        slopes, intercepts = np.r_[a[:4], x[:3]], np.r_[-a[:4] * b[:4], x[3:6]]
        chance = expit(slopes[:, None] * NODES + intercepts[:, None])
        each = np.where(patterns[:, :, None] == 1, chance, 1 - chance).prod(axis=1)
        weights = np.exp(-(((NODES - x[6]) / np.exp(x[7])) ** 2) / 2)
        return -counts @ np.log(each @ weights / weights.sum())

    top = minimize(deviance, np.r_[np.ones(3), np.zeros(5)], method="BFGS", options={"gtol": 1e-4})
    ours = fit(scores, fixed=known(a[:4], b[:4]), tolerance=1e-7)
    assert ours.log_likelihood == pytest.approx(-top.fun, abs=1e-5)
    np.testing.assert_allclose([i.intercepts[0] for i in ours.items[4:]], top.x[:3], atol=2e-3)
    assert ours.groups[0].mean == pytest.approx(top.x[6], abs=2e-3)
    assert ours.groups[0].sd == pytest.approx(np.exp(top.x[7]), abs=2e-3)


def test_several_categories_and_guessing() -> None:
    rng = np.random.default_rng(7)
    theta = rng.normal(0.5, 1, 4000)
    a, b = rng.lognormal(0.2, 0.2, 24), rng.normal(0, 1, 24)
    steps = np.sort(rng.normal(0, 1, (8, 3)), axis=1)
    guessed = right_or_wrong(theta, a[:16], b[:16], 0.2, seed=1)
    graded = in_steps(theta, a[16:], steps, seed=2)
    pool = known(a[:12], b[:12], "3PL", c=0.2)
    pool += [
        ItemParameters(f"{17 + j}", "RA", "", "GRM", float(a[16 + j]), 0.0, b_steps=tuple(steps[j]))
        for j in range(6)
    ]
    scores = np.concatenate((guessed, graded), axis=1)
    models = [Model.THREE_PL] * 16 + [Model.GRM] * 8
    ours = fit(scores, models=models, priors=WEAK_PRIORS, fixed=pool)
    assert ours.groups[0].mean == pytest.approx(0.5, abs=0.07)
    assert ours.groups[0].sd == pytest.approx(1, abs=0.07)
    for item in pool:
        np.testing.assert_array_equal(ours[item.item].values, usual_values(item))
    for j in (12, 13, 14, 15):
        assert ours.items[j]["b"] == pytest.approx(b[j], abs=3.3 * ours.items[j].se["b"])
    for j in (6, 7):
        errors = [ours.items[16 + j].se[f"b{k}"] for k in (1, 2, 3)]
        assert (np.abs(ours.items[16 + j].values[1:] - steps[j]) < 3.3 * np.array(errors)).all()


def test_the_first_cycle_sees_ability_through_fixed_items_alone(shifted) -> None:
    """Whatever the new items' answers are, the population's first place is the same."""
    scores, a, b = shifted
    fixed = {item.item: fitted_item(item) for item in known(a[:20], b[:20])}
    places = []
    for table in (scores, np.concatenate((scores[:, :20], scores[::-1, 20:]), axis=1)):
        data = Responses.from_matrix(table)
        screened = screen(data, [Model.TWO_PL] * 35, dict.fromkeys(fixed, 2))
        problem, _ = pose(data, screened, NO_PRIORS, NODES, fixed)
        places.append(problem.structure.groups(problem.structure.expand(first_cycle(problem)))[0])
    # One M-step of all has moved the groups by a little at most.
    np.testing.assert_allclose(places[0], places[1], atol=1e-3)
    assert places[0][0] == pytest.approx(0.5, abs=0.1)


def test_groups_each_have_their_place_on_the_pool_s_scale() -> None:
    rng = np.random.default_rng(13)
    a, b = np.ones(20), np.linspace(-2, 2, 20)
    theta = np.r_[rng.normal(-0.5, 1, 1500), rng.normal(0.7, 1.3, 1500)]
    data = Responses.from_matrix(
        right_or_wrong(theta, a, b), groups=["south"] * 1500 + ["north"] * 1500
    )
    south, north = fit(data, fixed=known(a[:12], b[:12])).groups
    for group, mean, sd in ((south, -0.5, 1), (north, 0.7, 1.3)):
        assert abs(group.mean - mean) < 3.3 * group.se_mean
        assert abs(group.sd - sd) < 3.3 * group.se_sd


def test_ability_of_any_form_beside_fixed_items() -> None:
    rng = np.random.default_rng(17)
    a, b = rng.lognormal(0.1, 0.3, 40), rng.normal(0, 1, 40)
    theta = 0.5 + (rng.gamma(2.0, 1.0, 2000) - 2) / 2**0.5
    ours = fit(right_or_wrong(theta, a, b), fixed=known(a[:25], b[:25]), ability="histogram")
    (group,) = ours.groups
    assert abs(group.mean - theta.mean()) < 3.3 * group.se_mean
    assert group.sd == pytest.approx(theta.std(), abs=0.08)
    assert abs(np.mean([item["b"] for item in ours.items[25:]] - b[25:])) < 0.06


def test_draws_beside_fixed_items(shifted) -> None:
    scores, a, b = shifted
    names = [f"{j + 1}" for j in range(25)]
    data = Responses.from_matrix(scores[:300, :25], items=names)
    drawn = draw(data, priors=WEAK_PRIORS, fixed=known(a[:20], b[:20]), draws=40)
    assert (drawn.items[0].values == drawn.items[0].values[0]).all()
    np.testing.assert_allclose(drawn.items[0].mean, [a[0], b[0]])
    for j in range(20, 25):
        item = drawn.items[j]
        assert abs(item.mean[1] - b[j]) < 4 * item.covariance[1, 1] ** 0.5


def test_what_fixed_items_cannot_be(shifted) -> None:
    scores, a, b = shifted
    pool = known(a[:20], b[:20])
    with pytest.raises(ModelError, match="item 1: 2PL in the pool, and so not 3PL"):
        fit(scores, models={f"{j + 1}": Model.THREE_PL for j in range(35)}, fixed=pool)
    grm = ItemParameters("1", "RA", "", "GRM", 1.0, 0.0, b_steps=(-1.0, 0.0, 1.0))
    beyond, two = scores.copy(), scores.copy()
    beyond[0, 0], two[0, 0] = 4, 2
    with pytest.raises(ModelError, match="item 1: 4 categories in the pool, and no score 4"):
        fit(beyond, fixed=[grm])
    with pytest.raises(ModelError, match="item 1: the 2PL model takes 0 and 1, not 2"):
        fit(two, fixed=pool)
    with pytest.raises(TooFewError, match="nobody answered any of the fixed items"):
        fit(scores, fixed=[ItemParameters("elsewhere", "RA", "", "2PL", 1.0, 0.0)])
    with pytest.raises(CalibrationError, match="the fixed item 1 comes twice"):
        fit(scores, fixed=[*pool, pool[0]])
    few = scores.copy()
    few[29:, :20] = np.nan
    with pytest.raises(TooFewError, match="group all: 29 persons answered a fixed item"):
        fit(few, fixed=pool)


def test_scores_from_one_are_a_pool_s_categories_from_nought() -> None:
    rng = np.random.default_rng(19)
    steps = np.tile([-1.0, 0.0, 1.0], (6, 1))
    scores = in_steps(rng.normal(0, 1, 500), np.ones(6), steps)
    pool = [
        ItemParameters(f"{j + 1}", "RA", "", "GRM", 1.0, 0.0, b_steps=(-1.0, 0.0, 1.0))
        for j in range(3)
    ]
    one, other = (fit(s, models=Model.GRM, fixed=pool) for s in (scores, scores + 1))
    assert other["1"].categories == (1, 2, 3, 4)
    np.testing.assert_array_equal(one.free, other.free)


def test_a_fixed_item_keeps_categories_that_nobody_reached() -> None:
    rng = np.random.default_rng(23)
    steps = np.tile([-1.0, 0.0, 1.0], (6, 1))
    scores = in_steps(rng.normal(0, 1, 500), np.ones(6), steps)
    scores[scores[:, 0] == 2, 0] = np.nan
    pool = [
        ItemParameters(f"{j + 1}", "RA", "", "GRM", 1.0, 0.0, b_steps=(-1.0, 0.0, 1.0))
        for j in range(3)
    ]
    ours = fit(scores, models=Model.GRM, fixed=pool)
    assert ours["1"].categories == (0, 1, 2, 3)
    assert ours["1"].names == ("a", "b1", "b2", "b3")


def test_a_pool_and_facts_must_agree(shifted) -> None:
    scores, a, b = shifted
    data, pool = Responses.from_matrix(scores), known(a[:20], b[:20])
    with pytest.raises(ModelError, match="item 2: module RA in the pool, and so not TB"):
        calibrate(data, {"2": ItemFacts("2", "TB")}, Request(), fixed=pool)
    with pytest.raises(ModelError, match="item 2: 2PL in the pool, and so not 3pl"):
        calibrate(data, {"2": ItemFacts("2", model="3pl")}, Request(), fixed=pool)
    two = [*pool, ItemParameters("other", "TB", "", "2PL", 1.0, 0.0)]
    with pytest.raises(ModelError, match="item 21: its module is not said, and the pool has RA, T"):
        calibrate(data, {}, Request(), fixed=two)
    with pytest.raises(TooFewError, match="hold none of the fixed items"):
        calibrate(data, {}, Request(), fixed=two[-1:])
