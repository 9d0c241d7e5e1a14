import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement.errors import DesignError
from placement.plans import FEWEST_SIMULEES, ModulePlan

LENGTHS = (0, 0, 10, 0, 80, 0, 10)


def test_remaining_is_the_central_four_fifths_of_those_still_going() -> None:
    plan = ModulePlan("m", (1.0,), LENGTHS)
    assert plan.remaining(0) == (2, 4)
    assert plan.remaining(2) == (2, 4)
    assert plan.remaining(3) == (1, 3)
    assert plan.remaining(4) == (2, 2)


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 30))
def test_remaining_is_read_off_the_distribution_function(lengths: list[int], n: int) -> None:
    tail = np.array(lengths[n + 1 :], dtype=np.int64)
    expected = None
    if tail.sum() >= FEWEST_SIMULEES:
        places = np.searchsorted(np.cumsum(tail) / tail.sum(), (0.1, 0.9))
        expected = tuple((places + 1).tolist())
    assert ModulePlan("m", (1.0,), tuple(lengths)).remaining(n) == expected


def test_too_few_to_say_is_said() -> None:
    assert ModulePlan("m", (1.0,), (0, 0, 9)).remaining(0) is None
    assert ModulePlan("m", (1.0,)).remaining(0) is None
    assert ModulePlan("m", (1.0,), LENGTHS).remaining(60) is None


@pytest.mark.parametrize("wrong", [(("m", (), (1,))), ("m", (1.0, -1.0), ()), ("m", (1.0,), (-1,))])
def test_a_plan_of_impossible_numbers_is_refused(wrong: tuple[str, tuple, tuple]) -> None:
    with pytest.raises(DesignError, match="plan m"):
        ModulePlan(*wrong)


def test_a_plan_of_nan_is_refused() -> None:
    with pytest.raises(DesignError, match="precision"):
        ModulePlan("m", (1.0, float("nan")))
