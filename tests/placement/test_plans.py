import pytest

from placement.errors import DesignError
from placement.plans import ModulePlan

LENGTHS = (0, 0, 10, 0, 80, 0, 10)


def test_remaining_is_the_central_four_fifths_of_those_still_going() -> None:
    plan = ModulePlan("m", (1.0,), LENGTHS)
    assert plan.remaining(0) == (2, 4)
    assert plan.remaining(2) == (2, 4)
    assert plan.remaining(3) == (1, 3)
    assert plan.remaining(4) == (2, 2)


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
