"""From a calibration to a pool: what the engine averages over is what is not known."""

import numpy as np
from scipy.special import softmax

from calibration import WEAK_PRIORS, Model, StandardErrors, fit
from calibration.pooling import pool_items
from placement.items import ItemParameters
from placement.pool import Pool
from tests.calibration.examples import dichotomous, graded


def test_nominal_items_say_how_well_their_slopes_and_shift_are_known() -> None:
    """Against draws from the full covariance: curves averaged as the engine does come nearer."""
    scores, _, _ = graded(120, 8, 3, seed=2)
    found = fit(scores, models=Model.NRM)
    items, _ = pool_items(found, {})
    assert len(items) == 8
    assert all(item.se_a > 0 and item.se_b > 0 for item in items)
    pool, gains = Pool.tabulate(items), []
    middle = np.abs(pool.nodes) < 3
    rng = np.random.default_rng(1)
    for j, (estimate, item) in enumerate(zip(found.items, items, strict=True)):
        draws = rng.multivariate_normal(estimate.values, estimate.covariance, 4000)
        logits = draws[:, :2, None] * pool.nodes + draws[:, 2:, None]
        true = softmax(np.concatenate((np.zeros((4000, 1, pool.nodes.size)), logits), axis=1), 1)
        true = true.mean(axis=0)
        known = ItemParameters(
            "k", "m", "", "NRM", 1.0, 0.0, a_steps=item.a_steps, d_steps=item.d_steps
        )
        plain = Pool.tabulate([known]).probabilities[0]
        distances = [
            float(np.abs(p - true)[:, middle].mean()) for p in (pool.probabilities[j], plain)
        ]
        gains.append(distances[1] - distances[0])
        # The variances are those of the projection on factor and shift.
        a_k, deviations = estimate.values[:2], draws - estimate.values
        factor = deviations[:, :2] @ a_k / (a_k @ a_k)
        shift = -deviations[:, 2:] @ a_k / (a_k @ a_k)
        assert abs(factor.std() / item.se_a - 1) < 0.1
        assert abs(shift.std() / item.se_b - 1) < 0.1
        assert abs(np.mean(factor * shift) - item.cov_ab) < 0.1 * item.se_a * item.se_b
    assert np.mean(gains) > 0
    assert np.mean(np.array(gains) > 0) >= 0.75


def test_two_nominal_categories_are_a_logistic_item() -> None:
    """Slope a and shift b = -d / a of a 2PL, so se_a / a is the factor's, at the item's place."""
    scores, _, _ = dichotomous(800, 8)
    nominal, _ = pool_items(fit(scores, models=Model.NRM, tolerance=1e-6), {})
    logistic, _ = pool_items(fit(scores, tolerance=1e-6), {})
    for one, other in zip(nominal, logistic, strict=True):
        np.testing.assert_allclose(one.a_steps[0], other.a, rtol=1e-4)
        np.testing.assert_allclose(one.se_a, other.se_a / other.a, rtol=1e-3)


def test_a_difficulty_that_answers_do_not_determine_is_told() -> None:
    """An item that says nothing of ability has its difficulty anywhere, unless a prior holds it."""
    scores, _, _ = dichotomous(300, 8)
    scores[:, 3] = (np.random.default_rng(6).random(300) < 0.8).astype(float)
    found = fit(scores)
    assert found["4"]["a"] > 0
    items, notices = pool_items(found, {})
    (item,) = [item for item in items if item.item == "4"]
    told = f"({item.b:.1f} ± {item.se_b:.1f} logits); a prior would hold it"
    (notice,) = [str(notice) for notice in notices]
    assert notice == f"4: the answers do not determine its difficulty {told}"
    unknown, notices = pool_items(fit(scores, se=StandardErrors.NONE), {})
    assert [item.se_b for item in unknown] == [0.0] * 8
    far = f"4: the answers do not determine its difficulty ({item.b:.1f} logits)"
    assert [str(n).partition(";")[0] for n in notices] == [far] * (abs(item.b) >= 10)
    assert not pool_items(fit(scores, priors=WEAK_PRIORS), {})[1]


def test_a_slope_below_zero_is_no_item_of_a_pool() -> None:
    scores, _, _ = dichotomous(300, 8)
    scores[:, 3] = 1 - scores[:, 3]
    items, notices = pool_items(fit(scores), {})
    assert len(items) == 7
    assert [str(n) for n in notices] == [
        "4: left out of the pool, which holds no slope of 0 or below"
    ]
