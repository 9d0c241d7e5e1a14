from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.content import Blueprint
from placement.errors import DesignError
from placement.exposure import Randomesque
from placement.pool import Pool
from placement.stopping import FixedLength
from tests.placement.examples import by_chance, items_by_law, sat, shared, study_design

SHARES = {"c0": 0.4, "c1": 0.3, "c2": 0.2, "c3": 0.1}
POOL = Pool.tabulate(items_by_law(6, 48, categories=4))


def counts(length: int, seed: int, shares: dict[str, float], pool: Pool = POOL) -> Counter[str]:
    design = replace(study_design(stopping=FixedLength(length)), exposure=Randomesque())
    asked, _ = sat(shared(design, **shares), pool, by_chance(seed), seed)
    kinds = dict(zip(pool.items, pool.categories, strict=True))
    return Counter(kinds[step.item] for step in asked)


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 20), st.integers(0, 10**6))
def test_every_category_is_near_its_share(length: int, seed: int) -> None:
    asked = counts(length, seed, SHARES)
    for category, share in SHARES.items():
        assert asked[category] >= 1
        assert abs(asked[category] - share * length) < 2


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 4), st.integers(0, 10**6))
def test_the_first_round_visits_each_weighty_category_once(length: int, seed: int) -> None:
    assert max(counts(length, seed, SHARES).values()) == 1


def test_a_light_category_is_not_forced_into_the_first_round() -> None:
    assert counts(3, 1, {"c0": 0.5, "c1": 0.25, "c2": 0.2, "c3": 0.05})["c3"] == 0


def test_three_items_in_forty_are_required_whatever_the_last_bit_says() -> None:
    """Weights that sum to a little more than one, as nine blueprint weights do in binary."""
    weights = {"c0": 0.425, "c1": 0.3 + 4e-16, "c2": 0.2, "c3": 0.075}
    assert sum(weights.values()) > 1
    assert counts(4, 1, weights)["c3"] == 1


def test_a_category_that_the_pool_lacks_gives_its_share_away() -> None:
    asked = counts(10, 2, {"c0": 0.25, "c1": 0.25, "nowhere": 0.5})
    assert asked["c0"] == asked["c1"] == 5


def test_items_outside_the_blueprint_come_only_when_nothing_else_is_left() -> None:
    asked = counts(30, 3, {"c0": 0.5, "c1": 0.5})
    assert asked["c0"] == asked["c1"] == 12
    assert asked["c2"] + asked["c3"] == 6


def test_a_category_that_runs_out_does_not_stop_the_test() -> None:
    asked = counts(20, 4, {"c0": 0.9, "c1": 0.1})
    assert asked["c0"] == 12
    assert sum(asked.values()) == 20


@pytest.mark.parametrize("required", [0.0, -1.0, 1.5])
def test_a_required_share_that_is_none_is_refused(required: float) -> None:
    with pytest.raises(DesignError, match="required"):
        Blueprint(required)
