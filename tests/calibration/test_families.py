import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.families import Family
from calibration.models import Model, form_of
from placement.arrays import Floats

NODES = np.linspace(-6, 6, 25)


def some_parameters(model: Model, seed: int) -> tuple[Family, Floats, int]:
    rng = np.random.default_rng(seed)
    form = form_of(model)
    size = 4 if form.polytomous else 2
    start = form.family.start(rng.dirichlet(np.full(size, 5.0), 3))
    return form.family, start + rng.normal(0, 0.03, start.shape), size


@given(st.sampled_from(Model), st.integers(0, 1000))
def test_chances_of_all_categories_sum_to_one(model: Model, seed: int) -> None:
    family, parameters, size = some_parameters(model, seed)
    logs = family.log_chances(parameters, NODES)
    assert logs.shape == (3, size, NODES.size)
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, atol=1e-12)
    assert family.admissible(parameters).all()


@given(st.sampled_from(Model), st.integers(0, 1000))
def test_slopes_are_the_numerical_derivatives(model: Model, seed: int) -> None:
    family, parameters, _ = some_parameters(model, seed)
    slopes = family.slopes(parameters, NODES)
    for p in range(parameters.shape[1]):
        step = np.zeros(parameters.shape[1])
        step[p] = 1e-6
        above, below = (family.log_chances(parameters + s * step, NODES) for s in (1, -1))
        np.testing.assert_allclose(slopes[:, p], (above - below) / 2e-6, atol=1e-6)


@pytest.mark.parametrize("model", list(Model))
def test_names_fit_the_numbers(model: Model) -> None:
    family, parameters, size = some_parameters(model, 0)
    assert len(family.names(size)) == parameters.shape[1]
    assert len(family.usual_names(size)) == family.usual(parameters).shape[1]


def test_graded_chances_far_out_keep_their_digits() -> None:
    family = form_of(Model.GRM).family
    logs = family.log_chances(np.array([[2.0, 1.0, 0.0]]), np.array([40.0]))
    # P(1) = σ(81) - σ(80) = e^-80 - e^-81 to the last digit.
    assert logs[0, 1, 0] == pytest.approx(-80 + np.log1p(-np.exp(-1)), rel=1e-12)


def test_graded_steps_in_disorder_are_refused() -> None:
    family = form_of(Model.GRM).family
    order = family.admissible(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.5]]))
    assert order.tolist() == [True, False]


def test_partial_credit_steps_are_where_neighbours_are_equally_likely() -> None:
    family = form_of(Model.GPCM).family
    parameters = np.array([[1.3, 0.7, -0.4]])
    _, first, second = family.usual(parameters)[0]
    chances = np.exp(family.log_chances(parameters, np.array([first, second])))[0]
    assert chances[0, 0] == pytest.approx(chances[1, 0])
    assert chances[1, 1] == pytest.approx(chances[2, 1])
