"""Classical item statistics, by hand and by their definitions."""

import numpy as np
import pytest

from calibration.classical import ability_groups, alpha, distractors, item_statistics

# Allen & Yen's way of reckoning, on a table small enough for a pocket calculator.
TABLE = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]], np.int8)


def test_alpha_by_hand():
    # Item variances .2, .3, .3, .2 sum to 1; totals 3, 2, 1, 4, 0 have variance 2.5.
    assert alpha(TABLE) == pytest.approx(4 / 3 * (1 - 1 / 2.5))


def test_p_and_corrected_point_biserial():
    second = item_statistics(("a", "b", "c", "d"), TABLE)[1]
    assert second.p == pytest.approx(0.6)
    rest = TABLE.sum(axis=1) - TABLE[:, 1]
    assert second.point_biserial == pytest.approx(np.corrcoef(TABLE[:, 1], rest)[0, 1])
    assert second.alpha_without == pytest.approx(alpha(np.delete(TABLE, 1, axis=1)))


def test_p_of_several_categories_is_a_share_of_the_highest():
    scores = np.array([[0, 1], [3, 0], [3, 1]], np.int8)
    assert item_statistics(("a", "b"), scores)[0].p == pytest.approx(2 / 3)


def test_gaps_are_left_out():
    gaps = TABLE.copy()
    gaps[4, 1] = -1
    second = item_statistics(("a", "b", "c", "d"), gaps)[1]
    assert second.n_responses == 4
    assert second.p == pytest.approx(0.75)


def test_what_does_not_vary_has_no_correlation():
    scores = np.array([[1, 0], [1, 1], [1, 0], [1, 1]], np.int8)
    first, second = item_statistics(("a", "b"), scores)
    assert np.isnan(first.point_biserial)
    assert np.isnan(second.point_biserial)
    assert np.isnan(alpha(scores[:, :1]))


def test_groups_are_of_about_equal_size():
    counts = np.bincount(ability_groups(np.random.default_rng(1).standard_normal(1000)))
    assert counts.tolist() == [200] * 5


def test_distractors_by_ability():
    ability = np.arange(10.0)
    scored = np.array([0, 0, 1, 1, 0, 2, 2, 1, 2, 2], np.int8)
    low, high = distractors(scored, ability, 3, groups=2)
    assert low.shares == pytest.approx((0.6, 0.4, 0.0))
    assert high.shares == pytest.approx((0.0, 0.2, 0.8))
    assert low.mean_ability == pytest.approx(2.0)
