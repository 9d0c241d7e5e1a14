import numpy as np
import pytest
from scipy.stats import lognorm, multivariate_normal, norm

from placement.errors import PoolError
from placement.items import ItemParameters
from tests.placement.examples import expected_response_function, response_function

THETA = np.linspace(-4, 4, 33)


def test_2pl_in_closed_form() -> None:
    chance, slope = response_function(1.7, 0.3, 0, THETA)
    np.testing.assert_allclose(chance, 1 / (1 + np.exp(-1.7 * (THETA - 0.3))))
    np.testing.assert_allclose(slope, 1.7 * chance * (1 - chance))


def test_3pl_at_its_difficulty_is_halfway_between_guessing_and_one() -> None:
    chance, slope = response_function(1.2, -0.5, 0.2, np.array([-0.5]))
    assert chance == pytest.approx(0.6)
    assert slope == pytest.approx(0.8 * 1.2 / 4)


@pytest.mark.parametrize("c", [0.0, 0.25])
def test_slope_is_the_numerical_derivative(c: float) -> None:
    item = ItemParameters("i", "m", "", "3PL", 1.4, 0.2, c, 0.3, 0.6, 0.05)
    _, slope = expected_response_function(item, THETA)
    above, below = (expected_response_function(item, THETA + h)[0] for h in (1e-5, -1e-5))
    np.testing.assert_allclose(slope, (above - below) / 2e-5, rtol=1e-7)


def test_extreme_abilities_neither_overflow_nor_warn() -> None:
    chance, slope = response_function(4, 0, 0, np.array([-500.0, 500.0]))
    assert chance.tolist() == [0, 1]
    assert slope.tolist() == [0, 0]


def test_a_known_item_is_averaged_over_nothing() -> None:
    known = ItemParameters("i", "m", "", "2PL", 1.3, 0.4)
    expected, _ = expected_response_function(known, THETA)
    np.testing.assert_array_equal(expected, response_function(1.3, 0.4, 0, THETA)[0])


def test_uncertain_difficulty_against_fine_quadrature() -> None:
    item = ItemParameters("i", "m", "", "2PL", 1, -0.4, se_b=0.6)
    b = np.linspace(-0.4 - 6, -0.4 + 6, 4001)
    weight = norm.pdf(b, -0.4, 0.6) / norm.pdf(b, -0.4, 0.6).sum()
    brute = weight @ response_function(1, b[:, None], 0, THETA)[0]
    np.testing.assert_allclose(expected_response_function(item, THETA)[0], brute, atol=1e-6)


def test_uncertain_slope_is_lognormal_with_the_given_mean_and_sd() -> None:
    item = ItemParameters("i", "m", "", "2PL", 1.2, 0.3, se_a=0.4)
    sigma = np.sqrt(np.log(1 + (0.4 / 1.2) ** 2))
    law = lognorm(sigma, scale=1.2 * np.exp(-(sigma**2) / 2))
    assert (law.mean(), law.std()) == pytest.approx((1.2, 0.4))
    a = law.ppf((np.arange(20_000) + 0.5) / 20_000)
    brute = response_function(a[:, None], 0.3, 0, THETA)[0].mean(axis=0)
    np.testing.assert_allclose(expected_response_function(item, THETA)[0], brute, atol=2e-5)


def test_covariance_of_slope_and_difficulty_is_kept() -> None:
    item = ItemParameters("i", "m", "", "3PL", 1.1, 0.2, 0.15, 0.3, 0.5, -0.1)
    s2 = np.log(1 + (0.3 / 1.1) ** 2)
    law = multivariate_normal([np.log(1.1) - s2 / 2, 0.2], [[s2, -0.1 / 1.1], [-0.1 / 1.1, 0.25]])
    a_log, b = np.meshgrid(np.linspace(-1.6, 1.7, 301), np.linspace(-3, 3.4, 301))
    weight = law.pdf(np.dstack((a_log, b)))
    chance = response_function(np.exp(a_log)[..., None], b[..., None], 0.15, THETA)[0]
    brute = np.einsum("ij,ijq->q", weight / weight.sum(), chance)
    np.testing.assert_allclose(expected_response_function(item, THETA)[0], brute, atol=2e-5)
    draws_a = np.exp(a_log)
    share = weight / weight.sum()
    covariance = (share * draws_a * b).sum() - (share * draws_a).sum() * (share * b).sum()
    assert covariance == pytest.approx(-0.1, abs=1e-4)


def test_what_is_uncertain_tells_less() -> None:
    known = ItemParameters("i", "m", "", "2PL", 1, 0)
    unsure = ItemParameters("i", "m", "", "2PL", 1, 0, se_b=0.6)
    assert (
        expected_response_function(unsure, np.zeros(1))[1]
        < response_function(1, 0, 0, np.zeros(1))[1]
    )
    assert expected_response_function(known, np.zeros(1))[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"a": 0.0}, "a = 0.0 is not above 0"),
        ({"a": float("nan")}, "a = nan is not a finite number"),
        ({"a": 1e300}, r"a = 1e\+300 is not within ±1e\+09"),
        ({"a": 1e-320}, "a = 1e-320 is below 1e-09"),
        ({"b": -1e10}, r"b = -10000000000.0 is not within ±1e\+09"),
        ({"se_b": 1e155}, r"se_b = 1e\+155 is not within ±1e\+09"),
        ({"c": 1.0, "model": "3PL"}, "not in"),
        ({"c": 0.2}, "a 2PL item has c = 0"),
        ({"se_b": -0.1}, "se_b = -0.1 is below 0"),
        ({"cov_ab": 0.1}, "cov_ab"),
        ({"model": "9PL"}, "not one of 1PL, 2PL, 3PL"),
        ({"item": ""}, "name"),
    ],
)
def test_an_item_says_all_that_is_wrong_with_it(changes: dict[str, object], fault: str) -> None:
    plain = {"item": "i", "module": "m", "category": "", "model": "2PL", "a": 1.0, "b": 0.0}
    with pytest.raises(PoolError, match=fault):
        ItemParameters(**{**plain, **changes})
