"""Linking two scales, and what has drifted between them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import CalibrationError
from calibration.drift import alarm, bound_for, cusum, drifts, robust_z
from calibration.fitted import Fitted
from calibration.linking import Method, _distances, common, link, moved
from placement.items import ItemParameters

POINTS = np.linspace(-3, 3, 13)


def pool(seed=1, size=10):
    """Items of every model."""
    rng = np.random.default_rng(seed)
    items = []
    for j in range(size):
        a, b = float(rng.lognormal(0.1, 0.3)), float(rng.normal())
        own = [
            {"model": "2PL", "a": a, "b": b, "se_a": 0.1, "se_b": 0.2, "cov_ab": 0.004},
            {"model": "3PL", "a": a, "b": b, "c": 0.2},
            {"model": "GRM", "a": a, "b": 0.0, "b_steps": (b - 0.7, b, b + 0.9)},
            {"model": "GPCM", "a": a, "b": 0.3, "b_steps": (b - 0.3, b + 0.4)},
            {"model": "NRM", "a": 1.0, "b": b, "a_steps": (a, 2 * a), "d_steps": (0.3, -0.2)},
        ][j % 5]
        items.append(ItemParameters(f"i{j}", "m", "", **own))
    return items


def chances(item, nodes):
    return Fitted.of_pool([item]).items[0].chances(nodes)


@pytest.mark.parametrize("j", range(5))
def test_a_moved_item_is_answered_as_before(j):
    item = pool()[j]
    np.testing.assert_allclose(
        chances(moved(item, 1.3, -0.4), 1.3 * POINTS - 0.4), chances(item, POINTS), atol=1e-12
    )


def test_what_is_unsure_of_an_item_moves_with_it():
    item = moved(pool()[0], 2.0, 1.0)
    assert (item.se_a, item.se_b, item.cov_ab) == pytest.approx((0.05, 0.4, 0.004))


@given(st.floats(0.4, 2.5), st.floats(-2, 2), st.sampled_from(Method), st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_a_transformed_copy_is_found_again(slope, intercept, method, seed):
    new = pool(seed)
    old = [moved(item, slope, intercept) for item in new]
    found = link(new, old, method)
    assert found.slope == pytest.approx(slope, abs=1e-6)
    assert found.intercept == pytest.approx(intercept, abs=1e-6)
    assert found.loss < 1e-10


def test_mean_sigma_and_mean_mean_by_hand():
    new = [
        ItemParameters(f"i{j}", "m", "", "2PL", a, b) for j, (a, b) in enumerate([(1, 0), (2, 2)])
    ]
    old = [
        ItemParameters(f"i{j}", "m", "", "2PL", a, b) for j, (a, b) in enumerate([(1, 1), (1, 4)])
    ]
    sigma, mean = link(new, old, Method.MEAN_SIGMA), link(new, old, Method.MEAN_MEAN)
    assert (sigma.slope, sigma.intercept) == pytest.approx((1.5, 1.0))
    assert (mean.slope, mean.intercept) == pytest.approx((1.5, 1.0))


@pytest.mark.parametrize("method", [Method.HAEBARA, Method.STOCKING_LORD])
def test_no_other_link_is_nearer(method):
    rng = np.random.default_rng(9)
    new = pool(3)
    old = [moved(item, 1.2 + 0.1 * rng.normal(), 0.3 + 0.1 * rng.normal()) for item in new]
    found = link(new, old, method)
    distances = _distances(common(new, old), sums=method is Method.STOCKING_LORD)
    for da, db in [(0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)]:
        beside = distances(np.array([found.slope + da, found.intercept + db]))
        assert (beside**2).sum() > found.loss


def test_nominal_items_tell_of_no_scale_and_are_moved_with_the_others():
    nominal = ItemParameters("n", "m", "", "NRM", 1.0, 0.0, a_steps=(1.0, 2.0), d_steps=(0.5, 0.0))
    graded = ItemParameters("n", "m", "", "GRM", 1.0, 0.0, b_steps=(-1.0, 1.0))
    plain = link(pool(), [moved(item, 1.2, 0.3) for item in pool()])
    for other in (nominal, graded):
        found = link([*pool(), nominal], [*(moved(item, 1.2, 0.3) for item in pool()), other])
        assert found == plain
        assert found.apply(nominal).a == pytest.approx(1 / 1.2)
    with pytest.raises(CalibrationError, match="0 items in common, not counting nominal ones"):
        link([nominal], [nominal])


def test_pools_that_run_the_other_way_round_or_all_alike_are_refused():
    same = [ItemParameters(f"i{j}", "m", "", "2PL", 1.0, 0.5) for j in range(3)]
    apart = [ItemParameters(f"i{j}", "m", "", "2PL", 1.0, j - 1.0) for j in range(3)]
    for pair in ((same, apart), (apart, same)):
        with pytest.raises(CalibrationError, match="equally hard"):
            link(*pair)


def test_pools_that_share_too_little_are_refused():
    with pytest.raises(CalibrationError, match="0 items in common"):
        link(pool(), [], Method.HAEBARA)
    same = [ItemParameters(f"i{j}", "m", "", "2PL", 1.0, 0.5) for j in range(3)]
    with pytest.raises(CalibrationError, match="equally hard"):
        link(same, same)
    graded = ItemParameters("i0", "m", "", "GRM", 1.0, 0.0, b_steps=(0.0, 1.0))
    with pytest.raises(CalibrationError, match="categories"):
        link(same, [graded, *same[1:]])


def test_only_the_item_that_drifted_is_named():
    new = pool(4, 20)
    old = [moved(item, 1.1, 0.2) for item in new]
    rng = np.random.default_rng(2)
    old = [moved(item, 1.0, 0.03 * rng.normal()) for item in old]
    old[5] = moved(old[5], 1.0, 0.9)
    found = link(new, old, Method.STOCKING_LORD)
    changes = drifts(new, old, found)
    assert [change.item for change in changes if change.drifted] == ["i5"]
    assert changes[4].b_change < -0.7  # the fifth but for a nominal one


def test_robust_z_by_hand():
    # Median 3, quartiles 2 and 4: one sd is 1.4826.
    z = robust_z(np.array([1.0, 2.0, 3.0, 4.0, 10.0]))
    assert z == pytest.approx(np.array([-2, -1, 0, 1, 7]) / (2 * 0.7413))
    assert robust_z(np.zeros(4)).tolist() == [0, 0, 0, 0]


def test_cusum_by_hand():
    up, down = cusum(np.array([1.0, 1.0, -2.0, -1.0]), allowance=0.25)
    assert up.tolist() == [0.75, 1.5, 0.0, 0.0]
    assert down.tolist() == [0.0, 0.0, 1.75, 2.5]
    found = alarm(np.array([1.0, 1.0, -2.0, -1.0]), bound=1.6, allowance=0.25)
    assert (found.answers, found.harder) == (3, True)
    assert alarm(np.zeros(5), bound=1.0) is None


def test_the_bound_gives_the_rate_asked_for_and_finds_a_leak():
    rng = np.random.default_rng(3)
    chances = rng.uniform(0.3, 0.8, 200)
    bound = bound_for(chances, 0.1)
    scale = np.sqrt(chances * (1 - chances))

    def alarms(right):
        return np.mean([alarm((run - chances) / scale, bound) is not None for run in right])

    assert alarms(rng.random((300, 200)) < chances) == pytest.approx(0.1, abs=0.05)
    assert alarms(rng.random((50, 200)) < np.minimum(chances + 0.25, 0.98)) > 0.9
