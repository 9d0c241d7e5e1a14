from dataclasses import replace

import numpy as np
import pytest

from placement.errors import PoolError
from placement.items import ItemParameters
from placement.pool import Pool
from placement.quadrature import Quadrature
from tests.placement.examples import authored_items, expected_response_function, items_by_law


def test_tables_hold_one_response_function_an_item() -> None:
    items = items_by_law(1, 5)
    pool = Pool.tabulate(items)
    for j, item in enumerate(items):
        chance, slope = expected_response_function(item, pool.nodes)
        np.testing.assert_allclose(pool.probabilities[j], [1 - chance, chance])
        np.testing.assert_allclose(
            pool.information[j], slope**2 / chance + slope**2 / (1 - chance), rtol=1e-9
        )


def test_categories_of_an_item_are_exhaustive() -> None:
    pool = Pool.tabulate(authored_items())
    np.testing.assert_allclose(pool.probabilities.sum(axis=1), 1)


def test_2pl_information_is_a_squared_p_q() -> None:
    pool = Pool.tabulate([ItemParameters("i", "m", "", "2PL", 1.5, 0)], Quadrature(-3, 3, 61))
    right = pool.probabilities[0, 1]
    np.testing.assert_allclose(pool.information[0], 1.5**2 * right * (1 - right), rtol=1e-9)


def test_information_is_the_numerical_curvature_of_the_expected_log_likelihood() -> None:
    item = ItemParameters("i", "m", "", "3PL", 1.3, 0.2, 0.2, 0.2, 0.4)
    pool, h = Pool.tabulate([item], Quadrature(-2, 2, 5)), 1e-4
    for q, theta in enumerate(pool.nodes):
        near = np.array([theta - h, theta, theta + h])
        chance = expected_response_function(item, near)[0]
        logs = np.log(np.stack((1 - chance, chance)))
        curvature = -(logs @ [1, -2, 1]) / h**2
        expected = (1 - chance[1]) * curvature[0] + chance[1] * curvature[1]
        assert pool.information[0, q] == pytest.approx(expected, abs=1e-6)


def test_named_columns_follow_the_items() -> None:
    items = items_by_law(2, 7)
    pool = Pool.tabulate(items)
    assert pool.b.tolist() == [item.b for item in items]
    assert pool.a.tolist() == [item.a for item in items]
    assert not pool.c.any()


def test_a_module_of_a_pool_keeps_its_order_and_tables() -> None:
    items = [*items_by_law(1, 4, "x"), *items_by_law(2, 3, "y"), *items_by_law(3, 2, "x2")]
    pool = Pool.tabulate(items)
    part = pool.of_module("y")
    assert part.items == ("y0", "y1", "y2")
    np.testing.assert_array_equal(part.probabilities, pool.probabilities[4:7])
    assert len(pool.of_module("nowhere")) == 0


def test_a_pool_cannot_be_written_to() -> None:
    pool = Pool.tabulate(items_by_law(1, 2))
    with pytest.raises(ValueError, match="read-only"):
        pool.probabilities[0, 0, 0] = 1


def test_a_name_that_comes_twice_is_refused_by_name() -> None:
    item = items_by_law(1, 1)[0]
    with pytest.raises(PoolError, match="m0 comes 2 times") as caught:
        Pool.tabulate([item, replace(item, b=1.0), replace(item, item="other")])
    assert len(caught.value.faults) == 1


def test_an_empty_pool_is_a_pool() -> None:
    assert len(Pool.tabulate([])) == 0
