"""Standard errors of several groups against those of one, where the one follows from the other.

Take the same answers twice, as two groups. The second group's mean μ and sd σ do to its answers
what items do that turn (a, d) into (σa, d + μa): a direction T of all items. With I the information
of one group, that of two is [[2I, IT], [T'I, T'IT]]; so the covariance of the items is
(I⁻¹ + T(T'IT)⁻¹T') / 2, and that of (μ, σ) 2(T'IT)⁻¹. What T moves is known no better by the
second group, and everything else by half the variance.
"""

import numpy as np
import pytest

from calibration import Calibration, Model, Responses, fit
from placement.arrays import Floats
from placement.quadrature import Quadrature
from tests.calibration.examples import dichotomous, graded

PERSONS = 300
# Moving ability and moving the items are the same only where the nodes are close and go far.
NODES = Quadrature(-7.0, 7.0, 101)


def example(*, gaps: bool) -> tuple[Floats, list[Model]]:
    right, _, _ = dichotomous(PERSONS, 6, seed=3)
    steps, _, _ = graded(PERSONS, 3, 4, seed=4)
    scores = np.concatenate((right, steps), axis=1)
    if gaps:
        scores[np.random.default_rng(5).random(scores.shape) < 0.3] = np.nan
    return scores, [Model.TWO_PL] * 6 + [Model.GRM] * 2 + [Model.GPCM]


def direction(found: Calibration) -> Floats:
    """T, (F, 2): how each item parameter changes with μ and σ, from `free` and its names."""
    turned = np.zeros((found.free.size, 2))
    slopes = {
        item: value
        for (item, name), value in zip(found.parameters, found.free, strict=True)
        if name == "a"
    }
    rank = {item.item: item.intercept_names for item in found.items}
    model = {item.item: item.model for item in found.items}
    for row, (item, name) in zip(turned, found.parameters, strict=True):
        step = rank[item].index(name) if model[item] is Model.GPCM else 1
        row[:] = (0, slopes[item]) if name == "a" else (step * slopes[item], 0)
    return turned


@pytest.mark.parametrize("gaps", [False, True])
def test_the_same_persons_as_two_groups(gaps: bool) -> None:
    scores, models = example(gaps=gaps)
    one = fit(scores, models=models, quadrature=NODES, tolerance=1e-8)
    twice = Responses.from_matrix(
        np.concatenate((scores, scores)), groups=["first"] * PERSONS + ["second"] * PERSONS
    )
    two = fit(twice, models=models, quadrature=NODES, tolerance=1e-8)
    size = one.free.size
    assert two.parameters[:size] == one.parameters
    np.testing.assert_allclose(two.free[:size], one.free, atol=1e-4)
    assert (two.groups[1].mean, two.groups[1].sd) == pytest.approx((0, 1), abs=1e-4)
    turned = direction(one)
    shared = np.linalg.inv(turned.T @ np.linalg.solve(one.covariance, turned))
    expected = (one.covariance + turned @ shared @ turned.T) / 2
    unit = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    np.testing.assert_allclose(two.covariance[:size, :size] / unit, expected / unit, atol=2e-3)
    assert (two.covariance.diagonal()[:size] > 0.52 * one.covariance.diagonal()).any()
    errors = two.groups[1].se_mean, two.groups[1].se_sd
    assert errors == pytest.approx(np.sqrt(2 * shared.diagonal()), rel=1e-3)
