import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from placement.errors import PoolError
from placement.quadrature import STANDARD, Quadrature, cell_edges, cell_widths, interpolation


def test_the_trapezoid_rule_halves_the_end_cells() -> None:
    np.testing.assert_allclose(cell_widths(Quadrature(-1, 1, 5).nodes), [0.25, 0.5, 0.5, 0.5, 0.25])


def test_cells_tile_the_scale() -> None:
    edges = cell_edges(STANDARD.nodes)
    assert edges[0] == -5
    assert edges[-1] == 5
    assert np.all(np.diff(edges) > 0)


@pytest.mark.parametrize(("mean", "sd"), [(0, 1), (0.37, 0.25), (-1.02, 0.2)])
def test_a_normal_posterior_is_integrated_to_nine_digits(mean: float, sd: float) -> None:
    nodes = STANDARD.nodes
    mass = norm.pdf(nodes, mean, sd) * cell_widths(nodes)
    truth = [norm.cdf(5, mean, sd) - norm.cdf(-5, mean, sd), mean, sd**2]
    found = [mass.sum(), mass @ nodes, mass @ (nodes - mean) ** 2]
    np.testing.assert_allclose(found, truth, atol=2e-5 if sd == 1 else 1e-9)


@given(st.floats(-5, 5), st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_interpolation_is_exact_for_cubics(point: float, coefficients: list[float]) -> None:
    nodes = STANDARD.nodes
    weights = interpolation(nodes, np.array([point]))
    found = weights @ np.polyval(coefficients, nodes)
    np.testing.assert_allclose(found, np.polyval(coefficients, point), atol=1e-8)


def test_interpolation_beyond_the_grid_gives_the_end_value() -> None:
    weights = interpolation(STANDARD.nodes, np.array([-9.0, 9.0]))
    np.testing.assert_allclose(weights @ STANDARD.nodes, [-5, 5], atol=1e-12)


@pytest.mark.parametrize("wrong", [(1, 1, 10), (2, 1, 10), (-1, 1, 3)])
def test_a_grid_that_is_none_is_refused(wrong: tuple[float, float, int]) -> None:
    with pytest.raises(PoolError, match="quadrature"):
        Quadrature(*wrong)
