"""Who gets which question on trial, and when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement.errors import DesignError
from placement.pilots import Pilot, assign_pilot, pilot_positions

NODES = np.linspace(-5, 5, 101)


def at(mean: float) -> np.ndarray:
    return np.exp(-((NODES - mean) ** 2) / 0.5)


@given(
    st.lists(st.tuples(st.floats(-4, 4), st.integers(0, 5)), min_size=1, max_size=12),
    st.floats(-2, 2),
    st.integers(0, 99),
)
def test_it_is_near_and_none_nearby_has_fewer_answers(
    rows: list[tuple[float, int]], mean: float, seed: int
) -> None:
    pilots = [Pilot(f"p{k}", b, answers) for k, (b, answers) in enumerate(rows)]
    chosen = assign_pilot(at(mean), NODES, pilots, np.random.default_rng(seed))
    own = next(pilot for pilot in pilots if pilot.item == chosen)
    near = [pilot for pilot in pilots if abs(pilot.b - mean) < 1.5 - 1e-6]
    if near:
        assert abs(own.b - mean) < 1.5 + 1e-6
        assert own.answers <= min(pilot.answers for pilot in near)
    else:
        assert abs(own.b - mean) <= min(abs(pilot.b - mean) for pilot in pilots) + 1e-3


def test_answers_spread_evenly_and_by_lot() -> None:
    generator = np.random.default_rng(1)
    counts = dict.fromkeys("abcdef", 0)
    orders = set()
    for round_ in range(20):
        order = []
        for _ in range(6):
            pilots = [Pilot(item, 0.1 * k, counts[item]) for k, item in enumerate(counts)]
            chosen = assign_pilot(at(0), NODES, pilots, generator)
            assert chosen is not None
            counts[chosen] += 1
            order.append(chosen)
        orders.add(tuple(order))
        assert set(counts.values()) == {round_ + 1}
    assert len(orders) > 10


def test_none_where_nothing_is_on_trial() -> None:
    assert assign_pilot(at(0), NODES, [], np.random.default_rng(1)) is None


def test_positions_are_by_lot_after_the_third() -> None:
    generator = np.random.default_rng(2)
    seen = [pilot_positions(2, generator) for _ in range(500)]
    assert all(4 <= one < other <= 10 for one, other in seen)
    counts = np.bincount(np.array(seen).ravel(), minlength=11)[4:]
    # 1000 places over 7: 143 each, standard error under 11.
    assert (np.abs(counts - 1000 / 7) < 45).all()
    assert pilot_positions(0, generator) == ()
    with pytest.raises(DesignError):
        pilot_positions(8, generator)
