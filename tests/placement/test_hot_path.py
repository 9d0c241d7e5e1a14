"""What was made quicker gives what the plain way gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.draws import Block
from placement.exposure import Randomesque
from placement.pool import Pool
from placement.quadrature import interpolation
from tests.placement.examples import items_by_law


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
    np.testing.assert_array_equal(Randomesque(5, 3, 5)(values, n, Block(lambda: draws)), expected)


def test_information_between_nodes_is_the_interpolation() -> None:
    pool = Pool.tabulate(items_by_law(1, 30))
    points = np.array([-7.0, -5.0, -1.234, 0.0, 0.05, 4.99, 5.0, 8.0])
    expected = interpolation(pool.nodes, points) @ pool.information.T
    np.testing.assert_allclose(pool.information_at(points), expected, rtol=1e-12)
    single = np.concatenate([pool.information_at(points[n : n + 1]) for n in range(points.size)])
    np.testing.assert_allclose(single, expected, rtol=1e-12)
