"""Plain and slow against clever and fast."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_softmax

from calibration import ItemPrior, Model, Priors, Responses, StandardErrors, fit
from calibration.blocks import CompleteBlock
from calibration.building import pose
from calibration.expectation import posterior_in
from calibration.information import information
from calibration.priors import Beta, Normal
from calibration.screening import screen
from tests.calibration.examples import dichotomous, graded, mixed_models, reference_table

NODES = np.linspace(-6, 6, 61)


def test_direct_maximisation_finds_the_same_five_items() -> None:
    """LSAT 7 by a general optimiser on the likelihood of the 32 patterns, written out anew."""
    scores = reference_table("lsat7")
    patterns, counts = np.unique(scores, axis=0, return_counts=True)
    weights = np.exp(-(NODES**2) / 2)
    weights /= weights.sum()

    def deviance(x):
        right = expit(x[:5, None] * NODES + x[5:, None])
        each = np.where(patterns[:, :, None] == 1, right, 1 - right).prod(axis=1)
        return -counts @ np.log(each @ weights)

    found = minimize(
        deviance, np.r_[np.ones(5), np.zeros(5)], method="BFGS", options={"gtol": 1e-4}
    )
    ours = fit(scores, tolerance=1e-7)
    assert ours.log_likelihood == pytest.approx(-found.fun, abs=1e-5)
    np.testing.assert_allclose([i["a"] for i in ours.items], found.x[:5], atol=2e-3)
    np.testing.assert_allclose([i["b"] for i in ours.items], -found.x[5:] / found.x[:5], atol=2e-3)


def problem_of(responses: Responses, models, priors: Priors, *, jitter: float = 0.05):
    problem, _ = pose(responses, screen(responses, models), priors, NODES)
    rng = np.random.default_rng(0)
    start = problem.structure.pick(problem.structure.start)
    return problem, start + rng.normal(0, jitter, start.size)


PRIORS = Priors(ItemPrior(Normal(0.1, 0.5), Normal(0.2, 1.0), Beta(5, 17), Normal(3, 0.7)))


def test_gradient_of_every_model_at_once() -> None:
    problem, x = problem_of(*mixed_models(), PRIORS)
    gradient = problem.at(x).gradient
    for k in range(x.size):
        step = np.zeros(x.size)
        step[k] = 1e-4
        slope = (problem.at(x + step).value - problem.at(x - step).value) / 2e-4
        assert gradient[k] == pytest.approx(slope, abs=2e-5, rel=1e-6)


def test_likelihoods_below_the_smallest_number(monkeypatch) -> None:
    """Persons whose answers contradict steep items, in a short test: as in logarithms."""
    scores = np.tile(np.array([[1, 1, 0, 0]], dtype=np.int8), (3, 10))
    scores[0] = 0
    block = CompleteBlock(scores, np.ones(3), 0)
    nodes = np.linspace(-6, 6, 31)
    z = 20 * (nodes - np.tile([3.0, 3.0, -3.0, -3.0], 10)[:, None])
    steep = log_expit(np.stack((-z, z), axis=1)).reshape(80, -1)
    weights = log_softmax(-(nodes**2) / 2)[None]
    posterior, marginal = posterior_in(block, steep, weights)
    assert marginal.min() < -745
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    monkeypatch.setattr("calibration.expectation.SHORT", 0)
    plain, logs = posterior_in(block, steep, weights)
    np.testing.assert_allclose(posterior, plain, atol=1e-14)
    np.testing.assert_allclose(marginal, logs, rtol=1e-14)


def test_information_of_every_model_at_once() -> None:
    """Oakes' identity against differences of the gradient: two groups, mixed, missing, priors."""
    problem, x = problem_of(*mixed_models(), PRIORS)
    point = problem.at(x)
    found = information(
        problem.structure, problem.people, point.raw, point.expected, cross=True
    ).observed
    for k in range(x.size):
        step = np.zeros(x.size)
        step[k] = 1e-4
        curve = (problem.at(x - step).gradient - problem.at(x + step).gradient) / 2e-4
        np.testing.assert_allclose(found[k], curve, atol=2e-5 * found.diagonal().max())


def test_single_precision_is_enough_for_large_problems(monkeypatch) -> None:
    scores, _, _ = dichotomous(800, 12)
    exact = fit(scores).covariance.diagonal() ** 0.5
    monkeypatch.setattr("calibration.information.LARGE", 0.0)
    np.testing.assert_allclose(fit(scores).covariance.diagonal() ** 0.5, exact, rtol=1e-3)


def test_few_answers_of_many_items_by_small_blocks(monkeypatch) -> None:
    """Mixed models, two groups, shared slopes, persons with 3 to 6 answers to 60 items."""
    rng = np.random.default_rng(0)
    right, steps = dichotomous(3000, 40)[0], graded(3000, 20, 3)[0]
    scores = np.concatenate((right, steps), axis=1)
    hidden = np.argsort(rng.random(scores.shape), axis=1)[:, 6:]
    np.put_along_axis(scores, hidden, np.nan, axis=1)
    scores[:1000, ::2] = np.nan
    models = [Model.ONE_PL] * 20 + [Model.TWO_PL] * 20 + [Model.GRM] * 20
    data = Responses.from_matrix(scores, groups=["a", "b"] * 1500)
    exact = fit(data, models=models, priors=PRIORS)
    monkeypatch.setattr("calibration.information.LARGE", 0.0)
    small = fit(data, models=models, priors=PRIORS)
    monkeypatch.setattr("calibration.information.FEW", 0.0)
    plain = fit(data, models=models, priors=PRIORS)
    assert not np.array_equal(small.covariance, plain.covariance)
    for other in (small, plain):
        np.testing.assert_allclose(
            other.covariance.diagonal() ** 0.5, exact.covariance.diagonal() ** 0.5, rtol=2e-3
        )


def test_sparse_and_dense_paths_agree() -> None:
    scores, _, _ = dichotomous(600, 40, given=30)
    people, items = np.nonzero(~np.isnan(scores))
    listed = Responses.from_list(people, items, scores[people, items], all_items=range(40))
    table = Responses.from_matrix(scores, items=[str(j) for j in range(40)])
    one, other = fit(listed, tolerance=1e-6), fit(table, tolerance=1e-6)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
    np.testing.assert_allclose(one.free, other.free, atol=1e-6)


def test_sandwich_is_near_oakes_where_the_model_is_true() -> None:
    scores, _, _ = dichotomous(3000, 8, seed=9)
    oakes = fit(scores).covariance.diagonal() ** 0.5
    robust = fit(scores, se=StandardErrors.SANDWICH).covariance.diagonal() ** 0.5
    np.testing.assert_allclose(robust, oakes, rtol=0.1)
    assert not np.allclose(robust, oakes, rtol=1e-4)


def test_delta_method_of_steps_against_differences() -> None:
    """The covariance of (a, b_1 …) is that of (a, d_1 …) through the definition b = -Δd / a."""
    ours = fit(reference_table("science"), models=Model.GPCM, tolerance=1e-6)
    for item in ours.items:
        draws = np.random.default_rng(1).multivariate_normal(
            item.intercepts, item.intercept_covariance * 1e-4, 200_000
        )
        steps = -np.diff(draws[:, 1:], axis=1, prepend=0) / draws[:, :1]
        expected = steps.std(axis=0) * 100
        np.testing.assert_allclose([item.se[f"b{k}"] for k in (1, 2, 3)], expected, rtol=0.02)


def test_a_finer_and_wider_grid_changes_little() -> None:
    scores, _, _ = dichotomous(500, 20, seed=2)
    from placement.quadrature import Quadrature

    usual, fine = fit(scores), fit(scores, quadrature=Quadrature(-8, 8, 321))
    np.testing.assert_allclose(usual.free, fine.free, atol=2e-3)


def test_every_pattern_of_three_items_by_brute_force() -> None:
    """The marginal likelihood is a sum over 61 abilities of a product over items, nothing else."""
    patterns = np.array(list(product((0, 1), repeat=3)), dtype=float)
    ours = fit(np.repeat(patterns, [4, 2, 3, 3, 2, 4, 3, 6], axis=0), models=Model.RASCH)
    weights = np.exp(-((NODES / ours.groups[0].sd) ** 2) / 2)
    b = np.array([item["b"] for item in ours.items])
    right = expit(NODES - b[:, None])
    each = np.where(patterns[:, :, None] == 1, right, 1 - right).prod(axis=1)
    likelihood = np.log(each @ weights / weights.sum())
    assert ours.log_likelihood == pytest.approx([4, 2, 3, 3, 2, 4, 3, 6] @ likelihood)
