import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from placement.errors import DesignError
from placement.pool import Pool
from placement.posterior import moments, posterior_of, quantiles
from placement.priors import NormalPrior
from placement.quadrature import STANDARD
from tests.placement.examples import items_by_law

NODES = STANDARD.nodes
POOL = Pool.tabulate(items_by_law(4, 30))
PRIOR = NormalPrior()(NODES)


def likelihood(categories: list[int]) -> np.ndarray:
    tables = np.log(POOL.probabilities)
    return sum((tables[j, k] for j, k in enumerate(categories)), np.zeros(NODES.size))[None]


@given(st.lists(st.integers(0, 1), max_size=30))
def test_a_posterior_sums_to_one(categories: list[int]) -> None:
    posterior = posterior_of(PRIOR, likelihood(categories))
    assert posterior.sum() == pytest.approx(1)
    assert posterior.min() >= 0


@given(st.lists(st.integers(0, 1), min_size=1, max_size=29), st.data())
def test_one_more_right_answer_never_lowers_the_mean(
    categories: list[int], data: st.DataObject
) -> None:
    changed = data.draw(st.integers(0, len(categories) - 1))
    wrong, right = list(categories), list(categories)
    wrong[changed], right[changed] = 0, 1
    low, high = (moments(posterior_of(PRIOR, likelihood(c)), NODES)[0][0] for c in (wrong, right))
    added = moments(posterior_of(PRIOR, likelihood([*right, 1])), NODES)[0][0]
    assert low < high < added


def test_posterior_against_a_loop_over_nodes() -> None:
    categories = [1, 0, 1, 1, 0, 0, 1]
    weights = []
    for q in range(NODES.size):
        product = float(PRIOR[q])
        for j, k in enumerate(categories):
            product *= POOL.probabilities[j, k, q]
        weights.append(product)
    brute = np.array(weights) / sum(weights)
    np.testing.assert_allclose(posterior_of(PRIOR, likelihood(categories))[0], brute, rtol=1e-9)


def test_a_thousand_answers_do_not_underflow() -> None:
    posterior = posterior_of(PRIOR, likelihood([1] * 30) * 50)
    assert np.isfinite(posterior).all()
    assert posterior.sum() == pytest.approx(1)


def test_moments_of_several_examinees() -> None:
    rows = np.stack([NormalPrior(0.5, 0.3)(NODES), NormalPrior(-1, 0.5)(NODES)])
    mean, variance = moments(rows, NODES)
    np.testing.assert_allclose(mean, [0.5, -1], atol=1e-9)
    np.testing.assert_allclose(variance, [0.09, 0.25], atol=1e-9)


def test_quantiles_of_a_normal_posterior() -> None:
    found = quantiles(NormalPrior(0.4, 0.35)(NODES)[None], NODES, (0.1, 0.5, 0.9))
    np.testing.assert_allclose(found[0], norm.ppf((0.1, 0.5, 0.9), 0.4, 0.35), atol=2e-3)


def test_a_prior_that_leaves_the_scale_is_refused() -> None:
    with pytest.raises(DesignError, match="leaves the scale"):
        NormalPrior(6, 1)(NODES)


@pytest.mark.parametrize("law", [(0.02, 1e-9), (0, 1e-320), (0.02, 0.01)])
def test_a_prior_narrower_than_the_steps_is_refused(law: tuple[float, float]) -> None:
    with pytest.raises(DesignError, match="narrower than the scale's steps"):
        NormalPrior(*law)(NODES)


@pytest.mark.parametrize("wrong", [(0, 0), (0, -1), (float("nan"), 1), (0, float("inf"))])
def test_a_prior_that_is_no_law_is_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(DesignError, match="prior"):
        NormalPrior(*wrong)
