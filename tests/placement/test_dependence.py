from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement.dependence import Correlated, Equal, Independent, shrunken
from placement.design import Design, ModuleDesign
from placement.errors import DesignError
from placement.order import Blocks, Interleaved, InterleavedToTheEnd, RouterThenBlocks
from placement.priors import HistogramPrior
from tests.placement.examples import authored_design

PAIR = ((1.0, 0.3), (0.3, 1.0))
TWO = authored_design("TB", "RA")


def test_matrices() -> None:
    np.testing.assert_array_equal(Independent()(3), np.eye(3))
    np.testing.assert_array_equal(Equal(0.4)(2), [[1, 0.4], [0.4, 1]])
    np.testing.assert_array_equal(Correlated(PAIR)(2), PAIR)


@pytest.mark.parametrize("dependence", [Independent(), Equal(0.35, 2), Correlated(PAIR, 0)])
@pytest.mark.parametrize("order", [Blocks(), RouterThenBlocks(4), Interleaved()])
def test_json_both_ways(dependence: Any, order: Any) -> None:
    design = replace(TWO, dependence=dependence, order=order)
    assert Design.from_json(design.to_json()) == design


def test_json_both_ways_to_the_end() -> None:
    design = replace(TWO, dependence=Correlated(PAIR, 0), order=InterleavedToTheEnd())
    assert Design.from_json(design.to_json()) == design


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (((1.0, 0.3),), "rows"),
        (((1.0, 0.3), (0.2, 1.0)), "symmetric"),
        (((1.0, 0.3), (0.3, 0.9)), "diagonal"),
        (((1.0, 1.3), (1.3, 1.0)), "positive"),
        (((1.0, 0.9, -0.9), (0.9, 1.0, 0.9), (-0.9, 0.9, 1.0)), "positive"),
        (((1.0, float("nan")), (float("nan"), 1.0)), "finite"),
    ],
)
def test_what_is_no_correlation_matrix_is_refused(matrix: Any, fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        Correlated(matrix)


@pytest.mark.parametrize("wrong", [{"rho": 1.1}, {"rho": float("nan")}, {"extra": -1}])
def test_what_is_no_common_correlation_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DesignError, match="dependence"):
        Equal(**wrong)


def test_the_matrix_must_fit_the_modules() -> None:
    with pytest.raises(DesignError, match="correlations of 2 modules"):
        replace(TWO, dependence=Correlated(((1.0,),)))
    with pytest.raises(DesignError, match="correlations of 3 modules"):
        replace(authored_design("TB", "RA", "IE"), dependence=Equal(-0.8))
    assert replace(TWO, dependence=Equal(-0.8)).correlation[0, 1] == -0.8


def test_a_router_of_no_questions_is_refused() -> None:
    with pytest.raises(DesignError, match="order"):
        RouterThenBlocks(0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_shrunken_correlations_make_a_prior(seed: int, size: int) -> None:
    """Whatever noise an estimate holds: .7 of it, never negative, always a correlation matrix."""
    noise = np.random.default_rng(seed).uniform(-1, 1, (size, size))
    estimated = (noise + noise.T) / 2
    np.fill_diagonal(estimated, 1)
    found = np.array(shrunken(estimated).matrix)
    assert (found >= 0).all()
    assert np.linalg.eigvalsh(found)[0] > -1e-9
    assert (found <= np.maximum(0.7 * estimated, np.eye(size)) + 1e-12).all()


def test_a_sound_estimate_is_shrunken_by_three_tenths() -> None:
    found = shrunken(np.array([[1, 0.6, -0.1], [0.6, 1, 0.5], [-0.1, 0.5, 1]]))
    expected = [[1, 0.42, 0], [0.42, 1, 0.35], [0, 0.35, 1]]
    np.testing.assert_allclose(found.matrix, expected)


def test_modules_inform_one_another_only_from_a_normal_prior() -> None:
    modules, prior = (ModuleDesign("A"), ModuleDesign("B")), HistogramPrior((-1, 0, 1), (1, 2, 1))
    assert Design("d", 1, modules, prior=prior).prior == prior
    with pytest.raises(DesignError, match="dependence: it needs a prior of kind normal"):
        Design("d", 1, modules, prior=prior, dependence=Equal())
