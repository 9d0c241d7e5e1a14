"""Expectation propagation and its correction, for correlations of no simple form."""

import numpy as np
import pytest

from placement.arrays import Floats
from placement.factors import FactorGrid, FactorLaw, loadings_of
from placement.joint import joint_law
from placement.propagation import PropagatedLaw, joint_moments, propagate
from tests.placement.answered import (
    NODES,
    answers_to_tests,
    by_brute_force,
    by_common_factor,
    equal,
    pattern,
    patterned,
    tracks_of,
)

MIDDLE = np.array([[1, 0.7, 0.2], [0.7, 1, 0.5], [0.2, 0.5, 1]])


def corrected(correlation: Floats, mean: float = 0, sd: float = 1) -> PropagatedLaw:
    """Propagation with the nearest law of one factor."""
    nearest = FactorGrid.of(loadings_of(correlation, 1)[0], mean, sd, NODES)
    return PropagatedLaw.of(correlation, mean, sd, NODES, nearest)


def tracks(logs: Floats, correlation: Floats) -> Floats:
    return tracks_of(logs, corrected(correlation).cavities(logs))


def test_normal_likelihoods_are_exact() -> None:
    """Where every likelihood is normal there is nothing to approximate, nor to correct."""
    at, sd = np.array([0.5, -0.3, 1.0]), np.array([0.5, 0.6, 0.4])
    logs = -((NODES - at[:, None]) ** 2) / (2 * sd[:, None] ** 2)
    sites, cavities = propagate(logs[:, None], 0.81 * MIDDLE, NODES - 0.2)
    precise = np.linalg.inv(0.81 * MIDDLE) + np.diag(sd**-2)
    spread = np.linalg.inv(precise)
    mean = spread @ (np.linalg.inv(0.81 * MIDDLE) @ np.full(3, 0.2) + at / sd**2)
    own_variance = 1 / (1 / np.diag(spread) - sd**-2)
    own_mean = own_variance * (mean / np.diag(spread) - at / sd**2)
    np.testing.assert_allclose(cavities.variance[0], own_variance, rtol=1e-5)
    np.testing.assert_allclose(cavities.mean[0] + 0.2, own_mean, atol=1e-5)
    whole, covariance = joint_moments(sites, 0.81 * MIDDLE)
    np.testing.assert_allclose(whole[0] + 0.2, mean, atol=1e-5)
    np.testing.assert_allclose(covariance[0], spread, atol=1e-5)
    found = corrected(MIDDLE, 0.2, 0.9).cavities(logs[:, None])
    for d in range(3):
        assert found.masses(d)[0] @ NODES == pytest.approx(own_mean[d], abs=1e-4)


def test_nothing_answered_leaves_the_prior() -> None:
    law = corrected(patterned(1, 5), 0.3, 0.8)
    prior = np.exp(-(((NODES - 0.3) / 0.8) ** 2) / 2)
    found = law.cavities(np.zeros((5, 2, NODES.size))).masses(2)
    np.testing.assert_allclose(found, [prior / prior.sum()] * 2, atol=1e-5)


@pytest.mark.parametrize("kind", ["2PL", "3PL", "uncertain"])
@pytest.mark.parametrize("rho", [0.3, 0.9])
def test_with_one_factor_the_correction_makes_it_exact(rho: float, kind: str) -> None:
    logs = answers_to_tests(equal(5, rho), 40, 5, kind=kind)
    exact = by_common_factor(logs, np.full(5, np.sqrt(rho)))
    assert abs(tracks(logs, equal(5, rho)) - exact).max() < 1e-4


@pytest.mark.parametrize("kind", ["2PL", "3PL", "uncertain"])
def test_three_modules_against_brute_force(kind: str) -> None:
    """As far from one factor as modules may be; the product takes two factors here."""
    logs = answers_to_tests(MIDDLE, 40, 3, kind=kind)
    error = abs(tracks(logs, MIDDLE) - by_brute_force(logs, MIDDLE))
    assert error.mean() < 5e-4
    assert error.max() < 0.004


@pytest.mark.parametrize("kind", ["2PL", "3PL", "uncertain"])
@pytest.mark.parametrize(("size", "seed"), [(5, 2), (7, 3)])
def test_more_modules_of_three_factors(size: int, seed: int, kind: str) -> None:
    """Against the sum over the three factors, which takes too long for every question."""
    correlation = patterned(seed, size)
    law = joint_law(correlation, 0, 1, NODES)
    assert isinstance(law, PropagatedLaw)
    logs = answers_to_tests(correlation, 40, size, kind=kind)
    exact = FactorLaw.on(FactorGrid.of(pattern(seed, size), 0, 1, NODES)).cavities(logs)
    error = abs(tracks_of(logs, law.cavities(logs)) - tracks_of(logs, exact))
    assert error.mean() < 1e-4
    assert error.max() < 0.002
