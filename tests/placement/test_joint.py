"""Expectation propagation against quadrature that leaves nothing out."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss

from placement.arrays import Booleans, Floats
from placement.joint import Cavities, Sites, joint_moments, propagate
from placement.models import response_function
from placement.pool import Pool
from placement.quadrature import STANDARD, cell_widths
from placement.tracks import track_masses
from tests.placement.examples import items_by_law

NODES = STANDARD.nodes
WIDTHS = cell_widths(NODES)
MASSES = track_masses(NODES, np.array([-0.75, 0.25, 1.0]))
seeds = st.integers(0, 2**32 - 1)


def equal(size: int, rho: float) -> Floats:
    return np.full((size, size), rho) + (1 - rho) * np.eye(size)


def answered_tests(
    correlation: Floats, people: int, seed: int, most: int = 12
) -> tuple[Floats, Booleans]:
    """Log likelihoods (D, N, Q) of 0 to `most` answers a module, and who answered any, (N, D)."""
    generator, size = np.random.default_rng(seed), len(correlation)
    theta = generator.multivariate_normal(np.zeros(size), correlation, people, method="eigh")
    counts = generator.integers(0, most + 1, (people, size))
    logs = np.zeros((size, people, NODES.size))
    for d in range(size):
        pool = Pool.tabulate(items_by_law(seed * 10 + d, 40))
        for n in range(people):
            for j in generator.permutation(40)[: counts[n, d]]:
                chance = response_function(pool.a[j], pool.b[j], 0, theta[n, d : d + 1])[0][0]
                logs[d, n] += np.log(pool.probabilities[j, int(generator.random() < chance)])
    return logs, counts > 0


def likelihoods(logs: Floats) -> Floats:
    return np.exp(logs - logs.max(axis=2, keepdims=True))


def tracks_of(logs: Floats, cavities: Cavities) -> Floats:
    """Track probabilities (D, N, T) by cavity and likelihood."""
    parts = []
    for d, own in enumerate(likelihoods(logs)):
        mass = cavities.masses(d, NODES) * own
        parts.append(mass / mass.sum(axis=1, keepdims=True) @ MASSES.T)
    return np.array(parts)


def one_factor(logs: Floats, rho: float) -> Floats:
    """Track probabilities (D, N, T), exact: given the common factor the modules are independent."""
    points, weights = hermegauss(81)
    away = NODES - np.sqrt(rho) * points[:, None]
    given_factor = np.exp(-(away**2) / (2 * (1 - rho))) * WIDTHS
    given_factor /= given_factor.sum(axis=1, keepdims=True)
    own = likelihoods(logs)
    by_factor = own @ given_factor.T
    parts = []
    for d in range(len(own)):
        others = np.prod(np.delete(by_factor, d, axis=0), axis=0) * weights
        mass = own[d] * (others @ given_factor)
        parts.append(mass / mass.sum(axis=1, keepdims=True) @ MASSES.T)
    return np.array(parts)


def brute_force(logs: Floats, correlation: Floats) -> Floats:
    """Track probabilities (D, T) of one person: all abilities at once, the one read on all nodes.

    The others are summed on every fourth node, which changes no digit that counts (sums of smooth
    functions); only the ability that cuts divide needs narrow cells.
    """
    size, inverse = len(correlation), np.linalg.inv(correlation)
    own = [np.exp(row[0] - row[0].max()) for row in logs]
    found = []
    for d in range(size):
        strides = [1 if e == d else 4 for e in range(size)]
        axes = np.meshgrid(*[NODES[::stride] for stride in strides], indexing="ij", sparse=True)
        squares = sum(inverse[e, f] * axes[e] * axes[f] for e in range(size) for f in range(size))
        parts = [part[::stride] for part, stride in zip(own, strides, strict=True)]
        density = np.exp(-squares / 2) * reduce(np.multiply.outer, parts)
        marginal = density.sum(axis=tuple(e for e in range(size) if e != d)) * WIDTHS
        found.append(marginal / marginal.sum() @ MASSES.T)
    return np.array(found)


@pytest.mark.parametrize(
    ("size", "rho", "mean", "most"),
    [(2, 0.4, 1e-4, 0.002), (3, 0.4, 1e-4, 0.002), (7, 0.4, 1e-4, 0.002), (7, 0.6, 1e-4, 0.002)],
)
def test_tracks_against_exact_quadrature_over_the_common_factor(
    size: int, rho: float, mean: float, most: float
) -> None:
    logs, answered = answered_tests(equal(size, rho), 150, size)
    _, cavities = propagate(logs, answered, 0.0, equal(size, rho), NODES)
    error = np.abs(tracks_of(logs, cavities) - one_factor(logs, rho))
    assert error.mean() < mean
    assert error.max() < most


@pytest.mark.parametrize("size", [2, 3])
def test_tracks_against_brute_force(size: int) -> None:
    correlation = equal(size, 0.4)
    correlation[0, 1] = correlation[1, 0] = 0.55
    logs, answered = answered_tests(correlation, 12, 20 + size)
    _, cavities = propagate(logs, answered, 0.0, correlation, NODES)
    found = tracks_of(logs, cavities)
    for n in range(12):
        error = np.abs(found[:, n] - brute_force(logs[:, n : n + 1], correlation))
        assert error.max() < 0.002


def test_normal_likelihoods_are_exact() -> None:
    """Where every likelihood is normal there is nothing to approximate."""
    correlation = np.array([[1, 0.7, 0.2], [0.7, 1, 0.5], [0.2, 0.5, 1]])
    at, sd = np.array([0.5, -0.3, 1.0]), np.array([0.5, 0.6, 0.4])
    logs = -((NODES - at[:, None]) ** 2) / (2 * sd[:, None] ** 2)
    sites, cavities = propagate(
        logs[:, None], np.ones((1, 3), dtype=bool), 0.2, 0.81 * correlation, NODES
    )
    precise = np.linalg.inv(0.81 * correlation) + np.diag(sd**-2)
    spread = np.linalg.inv(precise)
    mean = spread @ (np.linalg.inv(0.81 * correlation) @ np.full(3, 0.2) + at / sd**2)
    own_variance = 1 / (1 / np.diag(spread) - sd**-2)
    own_mean = own_variance * (mean / np.diag(spread) - at / sd**2)
    np.testing.assert_allclose(cavities.variance[0], own_variance, rtol=1e-5)
    np.testing.assert_allclose(cavities.mean[0], own_mean, atol=1e-5)
    found, covariance = joint_moments(sites, 0.81 * correlation)
    np.testing.assert_allclose(found[0] + 0.2, mean, atol=1e-5)
    np.testing.assert_allclose(covariance[0], spread, atol=1e-5)


def test_nothing_answered_leaves_the_prior() -> None:
    logs = np.zeros((3, 2, NODES.size))
    nobody = np.zeros((2, 3), dtype=bool)
    _, cavities = propagate(logs, nobody, 0.0, equal(3, 0.6), NODES)
    np.testing.assert_allclose(cavities.mean, 0, atol=1e-12)
    np.testing.assert_allclose(cavities.variance, 1, rtol=1e-12)


def test_uncorrelated_modules_do_not_hear_of_one_another() -> None:
    logs, answered = answered_tests(np.eye(3), 30, 5)
    _, cavities = propagate(logs, answered, 0.0, np.eye(3), NODES)
    np.testing.assert_allclose(cavities.mean, 0, atol=1e-9)
    np.testing.assert_allclose(cavities.variance, 1, rtol=1e-9)


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    logs, answered = answered_tests(equal(4, 0.6), 60, 6)
    sites, cold = propagate(logs, answered, 0.0, equal(4, 0.6), NODES)
    start = Sites(sites.precision * 0.9, sites.shift + 0.05 * answered)
    _, warm = propagate(logs, answered, 0.0, equal(4, 0.6), NODES, start)
    np.testing.assert_allclose(warm.mean, cold.mean, atol=1e-5)
    np.testing.assert_allclose(warm.variance, cold.variance, rtol=1e-5)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0, 1), st.integers(2, 5))
def test_whatever_is_answered_the_cavities_are_laws(seed: int, rho: float, size: int) -> None:
    """Guessing, contradictions and ability known to be one and the same: finite, never wider."""
    generator = np.random.default_rng(seed)
    pool = Pool.tabulate(items_by_law(seed % 1000, 30))
    tables = np.log(0.25 + 0.75 * pool.probabilities)
    chosen = generator.integers(0, 2, (size, 4, 30))
    logs = tables[np.arange(30), chosen].sum(axis=2)
    _, cavities = propagate(logs, np.ones((4, size), dtype=bool), 0.0, equal(size, rho), NODES)
    assert np.isfinite(cavities.mean).all()
    assert (cavities.variance > 0).all()
    assert (cavities.variance <= 1 + 1e-9).all()
