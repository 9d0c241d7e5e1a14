import numpy as np
import pytest

from placement.errors import DesignError
from placement.exposure import Randomesque
from tests.placement.examples import Drawn

VALUES = np.array([[0.1, 0.9, 0.5, -np.inf, 0.7, 0.3, 0.2, 0.4]])


def chosen(rule: Randomesque, values: np.ndarray, n: int, size: int = 2000) -> np.ndarray:
    draws = np.random.default_rng(1).random((size, values.shape[1] + 1))
    rows = rule(np.repeat(values, size, axis=0), np.full(size, n), Drawn(draws))
    return np.bincount(rows, minlength=values.shape[1]) / size


def test_five_best_are_equally_likely_early() -> None:
    shares = chosen(Randomesque(), VALUES, 4)
    assert set(np.flatnonzero(shares)) == {1, 2, 4, 5, 7}
    np.testing.assert_allclose(shares[[1, 2, 4, 5, 7]], 0.2, atol=0.03)


def test_three_best_are_equally_likely_later() -> None:
    shares = chosen(Randomesque(), VALUES, 5)
    assert set(np.flatnonzero(shares)) == {1, 2, 4}
    np.testing.assert_allclose(shares[[1, 2, 4]], 1 / 3, atol=0.04)


def test_one_is_always_the_best() -> None:
    assert chosen(Randomesque(1, 1, 0), VALUES, 0)[1] == 1


def test_items_of_equal_worth_are_drawn_by_lot() -> None:
    """Rounding in the last bits must not decide between forty items of one level."""
    equal = np.full((1, 40), 0.25) * (1 + np.arange(40) * 1e-15)
    shares = chosen(Randomesque(1, 1, 0), equal, 0, 8000)
    np.testing.assert_allclose(shares, 1 / 40, atol=0.012)


def test_fewer_items_than_the_best_five() -> None:
    few = np.array([[-np.inf, 0.2, -np.inf, 0.0]])
    shares = chosen(Randomesque(), few, 0)
    assert shares[[0, 2]].tolist() == [0, 0]
    assert shares[[1, 3]].min() > 0.4


def test_worth_zero_is_still_an_item() -> None:
    assert chosen(Randomesque(1, 1, 0), np.array([[0.0, -np.inf]]), 0)[0] == 1


@pytest.mark.parametrize("wrong", [(0, 3, 5), (5, 0, 5), (5, 3, -1)])
def test_a_rule_that_chooses_from_nothing_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(DesignError, match="exposure"):
        Randomesque(*wrong)
