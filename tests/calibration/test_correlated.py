"""Several modules at once: against brute force, against differences, and on the way to a design."""

import numpy as np
import pytest
from scipy.special import log_expit
from scipy.stats import norm, qmc

from calibration import (
    CalibrationError,
    Model,
    StandardErrors,
    author_priors,
    fit,
    fit_modules,
)
from calibration.ability_law import AbilityLaw, pairs_of
from calibration.joint_building import pose_jointly, split
from calibration.joint_information import joint_information
from calibration.joint_posterior import corrections, joint_posterior
from calibration.priors import NO_PRIORS
from calibration.responses import Responses
from calibration.screening import models_of, screen
from placement.dependence import Correlated
from tests.calibration.modular import mixed_modules, modular, names_of

NODES = np.linspace(-6, 6, 61)
MIXED = {**dict.fromkeys("12345", Model.TWO_PL), **dict.fromkeys("6789", Model.GRM)}
MIXED |= dict.fromkeys(("10", "11", "12", "13"), Model.RASCH)


def law_of(size, rho):
    return AbilityLaw(np.zeros((size, 1, 2)), np.full(len(pairs_of(size)[0]), rho))


def likelihoods(scores, a, b, size):
    """Log likelihoods of the modules on the nodes, (D, N, Q), and who answered what."""
    z = a[:, None] * (NODES - b[:, None])
    given = ~np.isnan(scores)
    right = np.where(given, scores, 0)[:, :, None] * log_expit(z)
    wrong = np.where(given, 1 - scores, 0)[:, :, None] * log_expit(-z)
    each = np.where(given[:, :, None], np.nan_to_num(right + wrong), 0)
    n = len(scores)
    logs = each.reshape(n, size, -1, NODES.size).sum(axis=2).transpose(1, 0, 2)
    return logs, given.reshape(n, size, -1).any(axis=2)


def on_grid(logs, correlation):
    """Marginal log likelihoods by summing over every combination of nodes."""
    size = len(logs)
    grid = np.stack(np.meshgrid(*[NODES] * size, indexing="ij"), axis=-1)
    density = -np.einsum("...d,de,...e", grid, np.linalg.inv(correlation), grid) / 2
    density -= np.log(np.exp(density).sum())
    values = []
    for own in logs.transpose(1, 0, 2):
        total = density.copy()
        for d in range(size):
            total += own[d].reshape([-1 if d == e else 1 for e in range(size)])
        values.append(total.max() + np.log(np.exp(total - total.max()).sum()))
    return np.array(values)


@pytest.mark.parametrize(
    ("size", "items", "rho", "given", "persons"),
    [(2, 9, 0.6, None, 80), (2, 6, 0.9, None, 80), (2, 12, 0.6, 2, 80), (3, 9, 0.6, None, 12)],
)
def test_marginal_likelihood_agrees_with_a_grid(size, items, rho, given, persons) -> None:
    scores, _, a, b = modular(persons, size, items, rho, given=given)
    logs, answered = likelihoods(scores, a, b, size)
    law = law_of(size, rho)
    found = joint_posterior(logs, answered, law, 0, NODES)
    exact = on_grid(logs, law.correlation)
    np.testing.assert_allclose(found.log_likelihood, exact, atol=4e-3)
    corrected = found.log_likelihood + corrections(found, NODES)
    np.testing.assert_allclose(corrected, exact, atol=1e-6 if size == 2 else 2e-5)


def test_marginal_likelihood_of_five_modules_agrees_with_many_points() -> None:
    """Importance sampling by scrambled Sobol points around each person's joint normal law."""
    scores, _, a, b = modular(25, 5, 9, 0.6)
    law = law_of(5, 0.6)
    found = joint_posterior(*likelihoods(scores, a, b, 5), law, 0, NODES)
    inverse, logdet = np.linalg.inv(law.correlation), np.linalg.slogdet(law.correlation)[1]
    sums = []
    for seed in range(4):
        z = norm.ppf(qmc.Sobol(5, seed=seed).random_base2(13))
        total = 0.0
        for n, own in enumerate(scores):
            # Wider than the normal law, whose tails are lighter than the posterior's.
            root = np.linalg.cholesky(2 * found.spread[n])
            theta = found.mean[n] + z @ root.T
            signs = (2 * own - 1) * a * (np.repeat(theta, 9, axis=1) - b)
            logs = (
                log_expit(signs).sum(axis=1) - np.einsum("pd,de,pe->p", theta, inverse, theta) / 2
            )
            logs += (z**2).sum(axis=1) / 2 + np.log(np.diag(root)).sum() - logdet / 2
            total += logs.max() + np.log(np.exp(logs - logs.max()).mean())
        sums.append(total)
    error = np.std(sums, ddof=1) / 2
    ours = (found.log_likelihood + corrections(found, NODES)).sum()
    assert error < 0.01
    assert ours == pytest.approx(np.mean(sums), abs=4 * error)


def posed(data, names, models, priors=NO_PRIORS, lkj=1.0):
    parts = split(screen(data, models_of(data.items, models)), names)
    return pose_jointly(data, parts, priors, NODES, lkj)[0]


def moved(problem, spread=0.05):
    start = problem.start(0.4)
    return start + np.random.default_rng(0).normal(0, spread, start.size)


def test_without_correlation_modules_are_apart() -> None:
    data, names = mixed_modules()
    problem = posed(data, names, MIXED)
    apart = sum(own.at(own.structure.pick(own.structure.start)).value for own in problem.modules)
    assert problem.at(problem.start(0.0)).value == pytest.approx(apart, abs=1e-6)


def test_gradient_is_the_objective_s() -> None:
    """Every model, groups and priors at once; a person's sites are found again at each point."""
    data, names = mixed_modules()
    problem = posed(data, names, MIXED, author_priors(dict.fromkeys(data.items, 0.2)), 2.5)
    x = moved(problem)
    gradient = problem.at(x).gradient
    for k in range(x.size):
        step = np.zeros(x.size)
        step[k] = 1e-3
        slope = (problem.at(x + step).value - problem.at(x - step).value) / 2e-3
        assert gradient[k] == pytest.approx(slope, abs=2e-4, rel=5e-5)


@pytest.mark.parametrize("sandwich", [False, True])
def test_information_is_the_gradient_s_slope(sandwich) -> None:
    scores, names, _, _ = modular(300, 3, 5, 0.6, seed=3)
    lkj = 1.0 if sandwich else 2.0
    problem = posed(Responses.from_matrix(scores), names, Model.TWO_PL, NO_PRIORS, lkj)
    found = fit_modules(scores, names, lkj=lkj, tolerance=1e-6)
    point = problem.at(found.free)
    information = joint_information(
        problem.structure,
        problem.blocks,
        point.parameters,
        point.expected,
        problem.ends,
        cross=sandwich,
    )
    slopes = []
    for k in range(found.free.size):
        step = np.zeros(found.free.size)
        step[k] = 1e-3
        rise = problem.at(found.free - step).gradient - problem.at(found.free + step).gradient
        slopes.append(rise / 2e-3)
    exact = np.sqrt(np.linalg.inv(np.array(slopes)).diagonal())
    ours = np.sqrt(np.linalg.inv(information.observed).diagonal())
    np.testing.assert_allclose(ours, exact, rtol=0.01)
    if sandwich:
        # Of a true model the two informations are the same in the limit.
        np.testing.assert_allclose(
            information.cross.trace(), information.observed.trace(), rtol=0.2
        )


def test_the_top_is_the_exact_likelihood_s_top() -> None:
    """What expectation propagation leaves out moves nothing: Newton's step on the grid is short."""
    scores, names, _, _ = modular(150, 2, 4, 0.7, seed=5)
    found = fit_modules(scores, names, tolerance=1e-6)
    values = found.free[:16].reshape(8, 2)

    def exact(shift):
        a, d = values[:, 0] + shift[:16:2], values[:, 1] + shift[1:16:2]
        rho = np.array([[1, found.free[16] + shift[16]], [found.free[16] + shift[16], 1]])
        logs, _ = likelihoods(scores, a, -d / a, 2)
        return on_grid(logs, rho).sum()

    assert found.log_likelihood == pytest.approx(exact(np.zeros(17)), abs=1e-4)
    steps = 1e-3 * np.eye(17)
    gradient = np.array([(exact(s) - exact(-s)) / 2e-3 for s in steps])
    step = found.covariance @ gradient
    assert (np.abs(step) / np.sqrt(found.covariance.diagonal())).max() < 0.02


@pytest.mark.parametrize("priors", [NO_PRIORS, author_priors({"1": 0.3})])
def test_the_objective_never_falls(priors) -> None:
    data, names = mixed_modules()
    found = fit_modules(data, names, models=MIXED, priors=priors)
    assert found.converged
    assert (np.diff(found.trace) >= 0).all()
    assert len(found.trace) > 4
    assert found.log_likelihood == pytest.approx(found.trace[-1] - found.log_prior, abs=0.5)


def test_order_of_persons_and_modules_does_not_matter() -> None:
    scores, names, _, _ = modular(400, 3, 5, 0.5, seed=7, given=4)
    first = fit_modules(scores, names, tolerance=1e-6)
    backwards = dict(reversed(names.items()))
    second = fit_modules(scores[::-1], backwards, tolerance=1e-6)
    assert second.names == ("m2", "m1", "m0")
    np.testing.assert_allclose(second.correlations[::-1, ::-1], first.correlations, atol=1e-5)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-6)
    for name in names:
        for ours, theirs in zip(first[name].items, second[name].items, strict=True):
            np.testing.assert_allclose(ours.values, theirs.values, atol=1e-4)


def test_the_truth_is_within_sampling_error_and_makes_a_design_s_prior() -> None:
    scores, names, a, _ = modular(1200, 5, 6, 0.6, seed=11)
    found = fit_modules(scores, names)
    off = ~np.eye(5, dtype=bool)
    z = (found.correlations - 0.6)[off] / found.correlations_se[off]
    assert np.abs(z).max() < 3.3
    assert (found.correlations_se[off] > 0.015).all()
    slopes = np.array([item["a"] for module in found.modules for item in module.items])
    errors = np.array([item.se["a"] for module in found.modules for item in module.items])
    assert np.abs((slopes - a) / errors).max() < 4
    prior = found.dependence()
    assert isinstance(prior, Correlated)
    np.testing.assert_allclose(prior(5)[off], 0.7 * found.correlations[off])
    assert found.n_parameters == 70
    assert found.shared.tolist() == np.full((5, 5), 1200).tolist()


def test_other_modules_tell_of_one_that_is_short() -> None:
    """Reliability with what the others say is higher than alone."""
    scores, names, _, _ = modular(500, 3, 4, 0.8, seed=13)
    together = fit_modules(scores, names)
    alone = fit(Responses.from_matrix(scores[:, :4]))
    assert together["m0"].reliability > alone.reliability + 0.05


def test_groups_have_means_of_their_own() -> None:
    rng = np.random.default_rng(3)
    n, shift = 900, np.array([0.6, -0.4])
    south = rng.random(n) < 0.5
    common = rng.normal(size=(n, 1))
    theta = 0.6**0.5 * common + 0.4**0.5 * rng.normal(size=(n, 2)) + south[:, None] * shift
    z = np.repeat(theta, 8, axis=1) - np.tile(np.linspace(-1.2, 1.2, 8), 2)
    scores = (rng.random(z.shape) < 1 / (1 + np.exp(-1.3 * z))).astype(float)
    groups = ["south" if member else "north" for member in south]
    data = Responses.from_matrix(scores, groups=groups)
    found = fit_modules(data, names_of(2, 8))
    first = groups[0]
    sign = 1 if first == "north" else -1
    for module, truth in zip(found.modules, sign * shift, strict=True):
        other = module.groups[1]
        assert abs(other.mean - truth) < 4 * other.se_mean
        assert 0.03 < other.se_mean < 0.2
    # Correlations are within groups: the groups' means do not make them.
    assert abs(found.correlations[0, 1] - 0.6) < 4 * found.correlations_se[0, 1]


def test_errors_may_be_left_out() -> None:
    scores, names, _, _ = modular(200, 2, 5, 0.5)
    found = fit_modules(scores, names, se=StandardErrors.NONE)
    assert np.isnan(found.correlations_se[0, 1])
    assert np.isnan(found["m0"].items[0].se["a"])


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"m0": ["1", "2", "3", "4"], "m1": ["4", "5", "6", "7", "8"]}, "'4' is in more than one"),
        ({"m0": ["1", "2", "3", "4"], "m1": ["5", "6", "7"]}, "'8' is in no module"),
        ({"m0": list("12345678"), "m1": ["9"]}, "'9' is among no responses"),
        ({"m0": list("12345678")}, "fewer than two modules"),
    ],
)
def test_modules_that_do_not_share_out_the_items_are_refused(names, said) -> None:
    scores, _, _, _ = modular(60, 2, 4, 0.5)
    with pytest.raises(CalibrationError, match=said):
        fit_modules(scores, names)


def test_modules_that_nobody_links_are_refused() -> None:
    scores, names, _, _ = modular(60, 2, 4, 0.5)
    scores[:30, :4] = np.nan
    scores[30:, 4:] = np.nan
    with pytest.raises(CalibrationError, match="modules m0 and m1: 0 persons"):
        fit_modules(scores, names)


def test_few_links_are_told() -> None:
    scores, names, _, _ = modular(120, 2, 6, 0.5)
    scores[:50, :6] = np.nan
    scores[70:, 6:] = np.nan
    found = fit_modules(scores, names, priors=author_priors({}))
    assert any("only 20 persons answered something of both" in str(n) for n in found.notices)
    assert found.shared.tolist() == [[70, 20], [20, 70]]
    assert (found.n_persons, found["m0"].n_persons) == (120, 70)


def test_abilities_that_are_one_and_the_same() -> None:
    """A correlation of 1 cannot be told from a little less: it stops at its bound, and says so."""
    scores, _, _, _ = modular(600, 1, 12, 0.5, seed=2)
    names = {"odd": [f"{j}" for j in range(1, 13, 2)], "even": [f"{j}" for j in range(2, 13, 2)]}
    found = fit_modules(scores, names)
    assert found.correlations[0, 1] > 0.9
    if found.correlations[0, 1] > 0.994:
        assert any(notice.kind == "boundary" for notice in found.notices)
        assert np.isnan(found.correlations_se[0, 1])


def test_a_prior_keeps_the_correlations_of_few_persons_from_being_singular() -> None:
    scores, names, _, _ = modular(60, 4, 4, 0.6, seed=3)
    free = fit_modules(scores, names, priors=author_priors({}))
    held = fit_modules(scores, names, priors=author_priors({}), lkj=2.0)
    assert np.isnan(free.correlations_se).any()
    assert held.converged
    off = ~np.eye(4, dtype=bool)
    assert (held.correlations_se[off] > 0.05).all()
    assert (np.abs(held.correlations - 0.6)[off] < 4 * held.correlations_se[off]).all()
    many, names, _, _ = modular(800, 3, 6, 0.6, seed=9)
    flat, weak = (fit_modules(many, names, lkj=shape).correlations for shape in (1.0, 2.0))
    assert 0 < np.abs(flat - weak).max() < 0.01


@pytest.mark.slow
def test_intervals_of_correlations_cover_the_truth() -> None:
    covered = []
    for seed in range(20):
        scores, names, _, _ = modular(300, 3, 6, 0.6, seed=100 + seed)
        found = fit_modules(scores, names)
        left, right = pairs_of(3)
        z = (found.correlations[left, right] - 0.6) / found.correlations_se[left, right]
        covered += (np.abs(z) < 1.96).tolist()
    assert 0.88 < np.mean(covered) <= 1.0
