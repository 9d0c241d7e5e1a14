"""What was made quicker gives what the plain way gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.arrays import Floats
from placement.conduct import section_of
from placement.criteria_global import KullbackLeibler, PosteriorKullbackLeibler, likelihood_of
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.pool import Pool
from placement.quadrature import interpolation
from placement.standing import Standing
from tests.placement.examples import Drawn, items_by_law, study_design


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_few_best_are_those_of_a_full_sort(seed: int, tied: bool) -> None:
    generator = np.random.default_rng(seed)
    values = generator.random((20, 12))
    values = np.round(values, 1) if tied else values
    values[generator.random(values.shape) < 0.4] = -np.inf
    values[:, 0] = 0.3
    n, draws = generator.integers(0, 10, 20), generator.random((20, 13))
    scale = np.where(np.isfinite(values), values, 0).max(axis=1, keepdims=True)
    order = np.lexsort((draws[:, :-1], -np.round(values / scale, 9)))
    few = np.minimum(np.where(n < 5, 5, 3), np.isfinite(values).sum(axis=1))
    rank = np.minimum((draws[:, -1] * few).astype(int), few - 1)
    expected = np.take_along_axis(order, rank[:, None], axis=1)[:, 0]
    rule = Randomesque(5, 3, 5)
    np.testing.assert_array_equal(rule(values, n, Drawn(draws)), expected)
    each = [rule(values[r : r + 1], n[r : r + 1], Drawn(draws[r : r + 1])) for r in range(20)]
    np.testing.assert_array_equal(np.concatenate(each), expected)


def test_information_between_nodes_is_the_interpolation() -> None:
    pool = Pool.tabulate(items_by_law(1, 30))
    points = np.array([-7.0, -5.0, -1.234, 0.0, 0.05, 4.99, 5.0, 8.0])
    expected = interpolation(pool.nodes, points) @ pool.information.T
    np.testing.assert_allclose(pool.information_at(points), expected, rtol=1e-12)
    single = np.concatenate([pool.information_at(points[n : n + 1]) for n in range(points.size)])
    np.testing.assert_allclose(single, expected, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12))
def test_divergence_from_factors_is_the_sum_over_all_nodes(seed: int, n: int) -> None:
    """Guessing and few answers, so that the likelihood is far from 0 at the ends of the scale."""
    generator = np.random.default_rng(seed)
    pool = Pool.tabulate(items_of_all_kinds(generator))
    asked = generator.permutation(len(pool))[:n]
    answers = (generator.random(n) * pool.sizes[asked]).astype(int)
    given_items = np.isin(np.arange(len(pool)), asked)[None]
    section = section_of(study_design(), study_design().modules[0], pool)
    standing = Standing.of(section, given_items, pool.logs[asked, answers].sum(axis=0)[None])
    for criterion, weights in (
        (KullbackLeibler(), likelihood_of(standing)),
        (PosteriorKullbackLeibler(), standing.posterior),
    ):
        expected = divergence_by_nodes(standing, weights[0])
        np.testing.assert_allclose(criterion(standing)[0], expected, rtol=1e-7, atol=1e-8)


def items_of_all_kinds(generator: np.random.Generator) -> list[ItemParameters]:
    """Forty items of two categories, steep ones and guessed ones too, and ten of four."""
    a, b = generator.lognormal(0.2, 0.6, 50), generator.normal(0, 1.5, 50)
    c, steps = generator.beta(5, 17, 50), np.array([-1.1, 0.2, 0.9])
    guessed = [
        ItemParameters(f"g{j}", "m", "", "3PL", float(a[j]), float(b[j]), float(c[j]))
        for j in range(40)
    ]
    graded = [
        ItemParameters(f"s{j}", "m", "", "GRM", float(a[j]), 0, b_steps=tuple(b[j] + steps))
        for j in range(40, 50)
    ]
    return guessed + graded


def divergence_by_nodes(standing: Standing, weights: Floats) -> Floats:
    """Σ_q w_q Σ_k P_k(θ̂) log(P_k(θ̂) / P_k(θ_q)) of each item, no category that it lacks."""
    pool = standing.section.pool
    found = np.zeros(len(pool))
    for j, size in enumerate(pool.sizes):
        curves = pool.probabilities[j, :size]
        there = np.maximum(curves @ interpolation(pool.nodes, standing.mean)[0], 1e-300)
        found[j] = weights @ (there @ np.log(there[:, None] / curves))
    return found
