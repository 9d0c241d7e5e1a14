"""Every model's curves: against the model as its authors write it, and their own derivatives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.curves import CurveSet
from placement.errors import PoolError
from placement.items import ItemParameters
from placement.models import parameter_points
from placement.pool import Pool
from tests.placement.examples import authored_items, expected_response_function, items_by_law

THETA = np.linspace(-4, 4, 17)
MIXED = [
    ItemParameters("one", "m", "", "1PL", 1.1, 0.3),
    ItemParameters("two", "m", "", "2PL", 1.7, -0.3),
    ItemParameters("three", "m", "", "3PL", 0.8, 0.2, 0.25),
    ItemParameters("four", "m", "", "4PL", 1.2, 0.5, 0.1, d=0.95),
    ItemParameters("grm", "m", "", "GRM", 1.4, 0, b_steps=(-1.0, 0.2, 1.5)),
    ItemParameters("gpcm", "m", "", "GPCM", 0.9, 0.1, b_steps=(0.7, -0.4, 1.1, 2.0)),
    ItemParameters("pcm", "m", "", "PCM", 1.0, 0, b_steps=(-0.7, 0.4)),
    ItemParameters("nrm", "m", "", "NRM", 1.0, 0, a_steps=(0.4, -0.3, 1.2), d_steps=(0.1, 1, -1)),
]
UNSURE = [replace(item, se_a=0.3, se_b=0.6, cov_ab=0.05) for item in MIXED]
ids = [item.item for item in MIXED]


def naive(item: ItemParameters, theta: float) -> list[float]:
    """Write each model down as its paper does."""
    if item.model == "GRM":
        above = [1 / (1 + np.exp(-item.a * (theta - item.b - b))) for b in item.b_steps]
        return list(-np.diff([1.0, *above, 0.0]))
    if item.model in {"GPCM", "PCM"}:
        tops = [
            np.exp(sum(item.a * (theta - item.b - b) for b in item.b_steps[:k]))
            for k in range(item.n_categories)
        ]
        return [top / sum(tops) for top in tops]
    if item.model == "NRM":
        pairs = zip((0, *item.a_steps), (0, *item.d_steps), strict=True)
        tops = [np.exp(item.a * a * (theta - item.b) + d) for a, d in pairs]
        return [top / sum(tops) for top in tops]
    right = item.c + (item.d - item.c) / (1 + np.exp(-item.a * (theta - item.b)))
    return [1 - right, right]


@pytest.mark.parametrize("item", MIXED, ids=ids)
def test_chances_are_the_model_s(item: ItemParameters) -> None:
    found = CurveSet.of([item]).at(THETA).chances[0]
    np.testing.assert_allclose(found.T, [naive(item, t) for t in THETA], rtol=1e-12)


@pytest.mark.parametrize("item", UNSURE, ids=ids)
def test_uncertain_chances_are_the_mean_over_the_points(item: ItemParameters) -> None:
    found = CurveSet.of([item]).at(THETA).chances[0]
    known = replace(item, se_a=0, se_b=0, cov_ab=0)
    brute = sum(
        w * np.array([naive(_moved(known, a, b), t) for t in THETA])
        for w, a, b in parameter_points(item)
    )
    np.testing.assert_allclose(found.T, brute, rtol=1e-11)


def _moved(item: ItemParameters, a: float, b: float) -> ItemParameters:
    return replace(item, model="GPCM" if item.model == "PCM" else item.model, a=a, b=b)


@pytest.mark.parametrize("item", MIXED + UNSURE, ids=ids + [f"{name}?" for name in ids])
def test_derivatives_are_the_numerical_ones(item: ItemParameters) -> None:
    curves, h = CurveSet.of([item]), 1e-5
    found, above, below = (curves.at(THETA + step) for step in (0, h, -h))
    np.testing.assert_allclose(found.first, (above.chances - below.chances) / (2 * h), atol=1e-9)
    np.testing.assert_allclose(found.second, (above.first - below.first) / (2 * h), atol=1e-9)
    np.testing.assert_allclose(found.first.sum(axis=1), 0, atol=1e-12)


def test_two_categories_make_every_polytomous_model_the_2pl() -> None:
    two = ItemParameters("i", "m", "", "2PL", 1.3, 0.4)
    same = [
        ItemParameters("i", "m", "", "GRM", 1.3, 0.4, b_steps=(0.0,)),
        ItemParameters("i", "m", "", "GPCM", 1.3, 0, b_steps=(0.4,)),
        ItemParameters("i", "m", "", "NRM", 1, 0, a_steps=(1.3,), d_steps=(-0.52,)),
    ]
    expected = CurveSet.of([two]).at(THETA)
    for item in same:
        for found, wanted in zip(CurveSet.of([item]).at(THETA), expected, strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-14)


def test_a_pool_of_every_model_is_padded_and_says_how_far() -> None:
    pool = Pool.tabulate(MIXED)
    assert pool.n_categories().tolist() == [2, 2, 2, 2, 4, 5, 3, 4]
    assert pool.probabilities.shape[1] == 5
    np.testing.assert_allclose(pool.probabilities.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_array_equal(pool.logs, np.log(pool.probabilities))
    for j, item in enumerate(MIXED):
        assert (pool.probabilities[j, item.n_categories :] == 1e-300).all()
        curves = CurveSet.of([item]).at(pool.nodes)
        information = (curves.first**2 / curves.chances).sum(axis=1)[0]
        np.testing.assert_allclose(pool.information[j], information, rtol=1e-6)
    assert pool.b[4] == pytest.approx(0.7 / 3)


@pytest.mark.parametrize("items", [authored_items(), items_by_law(5, 80), UNSURE[2:3]])
def test_right_and_wrong_are_tabulated_as_they_always_were(items: list[ItemParameters]) -> None:
    """To the last digit: stored attempts are replayed on these tables."""
    pool = Pool.tabulate(items)
    for j, item in enumerate(items):
        chance, slope = expected_response_function(item, pool.nodes)
        right = np.clip(chance, 1e-15, 1 - 1e-15)
        np.testing.assert_array_equal(pool.probabilities[j], [1 - right, right])
        np.testing.assert_array_equal(pool.information[j], slope**2 / (right * (1 - right)))


@settings(max_examples=40, deadline=None)
@given(st.floats(-30, 30), st.sampled_from(MIXED))
def test_far_abilities_keep_their_digits(theta: float, item: ItemParameters) -> None:
    curves = CurveSet.of([item]).at(np.array([theta]))
    assert np.isfinite(curves).all()
    assert (curves.chances >= 0).all()
    assert curves.chances.sum() == pytest.approx(1)


def test_information_at_one_point_is_that_at_many() -> None:
    pool, points = Pool.tabulate(MIXED), np.array([-5.0, -1.23, 0.0, 0.7, 5.0, 9.0])
    many = pool.information_at(points)
    single = np.concatenate([pool.information_at(points[n : n + 1]) for n in range(points.size)])
    np.testing.assert_allclose(single, many, rtol=1e-12)


@pytest.mark.parametrize(
    ("item", "changes", "fault"),
    [
        (MIXED[3], {"d": 0.05}, "not in \\(c, 1\\]"),
        (MIXED[1], {"d": 0.9}, "a 2PL item has d = 1"),
        (MIXED[1], {"b_steps": (1.0,)}, "a 2PL item has no b_steps"),
        (MIXED[4], {"b_steps": ()}, "a GRM item has one or more b_steps"),
        (MIXED[4], {"b_steps": (1.0, 0.0)}, "rise"),
        (MIXED[4], {"b_steps": (float("nan"),)}, "b1 = nan is not a finite number"),
        (MIXED[4], {"c": 0.2}, "a GRM item has c = 0"),
        (MIXED[6], {"a": 1.2}, "a PCM item has a = 1"),
        (MIXED[7], {"d_steps": (1.0,)}, "of one length"),
        (MIXED[7], {"a_steps": (0.0, 0.0, 0.0)}, "other than 0"),
    ],
)
def test_a_model_s_parameters_are_checked(
    item: ItemParameters, changes: dict[str, object], fault: str
) -> None:
    with pytest.raises(PoolError, match=fault):
        replace(item, **changes)
