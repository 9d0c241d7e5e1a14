import numpy as np
import pytest

from placement.errors import DesignError
from placement.review import Review


@pytest.mark.parametrize(
    ("probabilities", "losses", "near"),
    [
        ([0.7, 0.3, 0, 0], [1.0, 2.0, 5, 5], False),
        ([0.59, 0.41, 0, 0], [1.0, 2.0, 5, 5], True),
        ([0.7, 0.3, 0, 0], [1.0, 1.4, 5, 5], True),
        ([0.7, 0.3, 0, 0], [5.0, 2.0, 5, 1.4], False),
        ([0.7, 0.3, 0, 0], [5.0, 1.5, 5, 1.4], True),
    ],
)
def test_near_a_boundary(probabilities: list[float], losses: list[float], near: bool) -> None:
    assert Review()(np.array([probabilities]), np.array([losses]))[0] == near


@pytest.mark.parametrize("wrong", [(-0.1, 0), (1.1, 0), (0.6, -1)])
def test_impossible_thresholds_are_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(DesignError, match="review"):
        Review(*wrong)
