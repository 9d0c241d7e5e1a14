"""What modules say of one another, against quadrature that leaves nothing out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.arrays import Floats
from placement.factors import FactorLaw, loadings_of
from placement.joint import joint_law
from placement.pool import Pool
from placement.quadrature import Quadrature
from tests.placement.answered import (
    MASSES,
    NODES,
    answers_to_tests,
    by_brute_force,
    by_common_factor,
    equal,
    patterned,
    tracks_of,
)
from tests.placement.examples import items_by_law, response_function

seeds = st.integers(0, 2**32 - 1)
kinds = pytest.mark.parametrize("kind", ["2PL", "3PL", "uncertain"])
MIDDLE = np.array([[1, 0.7, 0.2], [0.7, 1, 0.5], [0.2, 0.5, 1]])
"""Three modules that no single factor connects: the one in the middle would load 1.3."""


def tracks(logs: Floats, correlation: Floats) -> Floats:
    return tracks_of(logs, joint_law(correlation, 0, 1, NODES).cavities(logs))


@kinds
@pytest.mark.parametrize("rho", [0.05, 0.3, 0.6, 0.9, 0.98])
@pytest.mark.parametrize("size", [2, 7])
def test_one_factor_against_a_fine_sum(size: int, rho: float, kind: str) -> None:
    logs = answers_to_tests(equal(size, rho), 30, size, kind=kind)
    exact = by_common_factor(logs, np.full(size, np.sqrt(rho)))
    assert abs(tracks(logs, equal(size, rho)) - exact).max() < 1e-4


@kinds
@pytest.mark.parametrize("correlation", [equal(2, 0.9), equal(2, -0.6), equal(3, 0.6), MIDDLE])
def test_two_or_three_modules_against_brute_force(correlation: Floats, kind: str) -> None:
    logs = answers_to_tests(correlation, 20, 3, kind=kind)
    assert abs(tracks(logs, correlation) - by_brute_force(logs, correlation)).max() < 1e-4


def test_three_abilities_of_nearly_two() -> None:
    """The smallest eigenvalue is .016: thousands of points still do it."""
    correlation = np.array([[1, 0.9, 0.5], [0.9, 1, 0.8], [0.5, 0.8, 1]])
    logs = answers_to_tests(correlation, 5, 3, kind="3PL")
    assert abs(tracks(logs, correlation) - by_brute_force(logs, correlation)).max() < 1e-3


@given(seeds, st.integers(2, 7))
@settings(max_examples=10, deadline=None)
def test_any_one_factor_is_found_and_exact(seed: int, size: int) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.uniform(0.2, 0.95, size) * generator.choice([-1, 1], size)
    correlation = np.outer(rows, rows)
    np.fill_diagonal(correlation, 1)
    logs = answers_to_tests(correlation, 10, seed % 1000, kind="3PL")
    assert isinstance(joint_law(correlation, 0, 1, NODES), FactorLaw)
    assert abs(tracks(logs, correlation) - by_common_factor(logs, rows)).max() < 1e-4


def test_few_and_many_answers() -> None:
    for most in (1, 3, 40):
        logs = answers_to_tests(equal(3, 0.9), 60, most, most=most, kind="3PL")
        exact = by_common_factor(logs, np.full(3, np.sqrt(0.9)))
        assert abs(tracks(logs, equal(3, 0.9)) - exact).max() < 1e-4


def test_ability_that_is_one_and_the_same() -> None:
    """Correlation 1: every answer counts for every module as its own does."""
    logs = answers_to_tests(equal(4, 1), 60, 4)
    prior = np.exp(-(NODES**2) / 2)
    whole = prior * np.exp(logs.sum(axis=0) - logs.sum(axis=0).max(axis=1, keepdims=True))
    whole /= whole.sum(axis=1, keepdims=True)
    # Between the nodes a residual of nothing cannot be told from one of .035.
    assert abs(tracks(logs, equal(4, 1)) - whole @ MASSES.T).max() < 0.005


@pytest.mark.parametrize(("mean", "sd"), [(0.5, 0.5), (-0.4, 1.1)])
def test_another_mean_and_spread(mean: float, sd: float) -> None:
    """Abilities of mean μ and SD σ are standard ones seen on another scale."""
    logs = answers_to_tests(equal(3, 0.7), 20, 8, kind="3PL")
    wide = Quadrature(-9, 9, 721).nodes
    finer = np.array([[np.interp(mean + sd * wide, NODES, row) for row in part] for part in logs])
    found = joint_law(equal(3, 0.7), mean, sd, NODES).cavities(logs)
    standard = joint_law(equal(3, 0.7), 0, 1, wide).cavities(finer)
    for d in range(3):
        expected = standard.masses(d) @ (mean + sd * wide)
        np.testing.assert_allclose(found.masses(d) @ NODES, expected, atol=2e-3)


def test_nothing_answered_leaves_the_prior() -> None:
    prior = np.exp(-(NODES**2) / 2)
    for correlation in (equal(3, 0.6), MIDDLE, patterned(1, 7)):
        law = joint_law(correlation, 0, 1, NODES)
        found = law.cavities(np.zeros((len(correlation), 2, NODES.size))).masses(0)
        np.testing.assert_allclose(found, [prior / prior.sum()] * 2, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0, 1), st.integers(2, 5))
def test_whatever_is_answered_the_cavities_are_laws(seed: int, rho: float, size: int) -> None:
    """Guessing, contradictions and ability known to be one and the same: finite, summing to 1."""
    generator = np.random.default_rng(seed)
    pool = Pool.tabulate(items_by_law(seed % 1000, 30))
    tables = np.log(0.25 + 0.75 * pool.probabilities)
    chosen = generator.integers(0, 2, (size, 4, 30))
    logs = tables[np.arange(30), chosen].sum(axis=2)
    cavities = joint_law(equal(size, rho), 0, 1, NODES).cavities(logs)
    for d in range(size):
        np.testing.assert_allclose(cavities.masses(d).sum(axis=1), 1)


def test_what_contradicts_itself_utterly_is_a_law_still() -> None:
    """All right in one module and all wrong in its twin: no number under- or overflows."""
    right, _ = response_function(np.array([3.0]), np.array([0.0]), 0, NODES)
    logs = np.stack((500 * np.log(right), 500 * np.log(1 - right))).reshape(2, 1, -1)
    for rho in (0.5, 0.99, 1):
        cavities = joint_law(equal(2, rho), 0, 1, NODES).cavities(logs)
        for d in range(2):
            assert np.isfinite(cavities.masses(d)).all()
            assert (cavities.masses(d) >= 0).all()


def test_chosen_examinees_have_their_own_cavities() -> None:
    for correlation in (equal(4, 0.6), patterned(2, 7)):
        logs = answers_to_tests(correlation, 6, 9)
        cavities = joint_law(correlation, 0, 1, NODES).cavities(logs)
        rows = np.array([4, 1])
        np.testing.assert_array_equal(cavities.chosen(rows).masses(1), cavities.masses(1)[rows])


def test_loadings() -> None:
    rows, error = loadings_of(equal(5, 0.36), 1)
    np.testing.assert_allclose(abs(rows), 0.6)
    assert error < 1e-12
    assert loadings_of(MIDDLE, 1)[1] > 0.05
    assert loadings_of(MIDDLE, 2)[1] < 1e-12
    assert (np.linalg.norm(loadings_of(MIDDLE, 1)[0], axis=1) <= 1 + 1e-12).all()


def test_two_factors_where_one_does_not_do() -> None:
    for correlation in (MIDDLE, equal(3, -0.3), patterned(1, 4)):
        assert isinstance(joint_law(correlation, 0, 1, NODES), FactorLaw)
        rows, _ = loadings_of(correlation, 2)
        residual = np.diag(1 - (rows**2).sum(axis=1))
        np.testing.assert_allclose(rows @ rows.T + residual, correlation, atol=1e-9)
