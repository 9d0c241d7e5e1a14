import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import WEAK_PRIORS, Model, Responses, StandardErrors, fit
from tests.calibration.examples import dichotomous, graded, mixed_models

ALL_MODELS = list(Model)
FEW = settings(max_examples=12, deadline=None)


def quick(scores, **settings_):
    return fit(scores, tolerance=1e-6, **({"se": StandardErrors.NONE} | settings_))


@FEW
@given(st.sampled_from(ALL_MODELS), st.integers(0, 10_000))
def test_objective_never_falls(model: Model, seed: int) -> None:
    steps = model in {Model.GRM, Model.PCM, Model.GPCM, Model.NRM}
    scores = (graded(150, 6, 3, seed=seed) if steps else dichotomous(150, 6, seed=seed))[0]
    ours = quick(scores, models=model, priors=WEAK_PRIORS)
    assert (np.diff(ours.trace) >= 0).all()
    assert ours.trace[-1] == pytest.approx(ours.log_likelihood + ours.log_prior)


@FEW
@given(st.integers(0, 10_000))
def test_order_of_persons_and_items_does_not_matter(seed: int) -> None:
    scores, _, _ = dichotomous(200, 8, seed=seed, given=6)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(200), rng.permutation(8)
    one = quick(
        Responses.from_matrix(scores, items=[f"i{j}" for j in range(8)]), priors=WEAK_PRIORS
    )
    names = [f"i{j}" for j in columns]
    other = quick(Responses.from_matrix(scores[rows][:, columns], items=names), priors=WEAK_PRIORS)
    for item in one.items:
        np.testing.assert_allclose(item.values, other[item.item].values, atol=1e-5)


@FEW
@given(st.integers(0, 10_000), st.integers(0, 8))
def test_an_unanswered_item_changes_nothing(seed: int, place: int) -> None:
    scores, _, _ = dichotomous(150, 8, seed=seed)
    more = np.insert(scores, place, np.nan, axis=1)
    names = [f"i{j}" for j in range(8)]
    one = quick(Responses.from_matrix(scores, items=names), priors=WEAK_PRIORS)
    names.insert(place, "new")
    other = quick(Responses.from_matrix(more, items=names), priors=WEAK_PRIORS)
    assert [str(n) for n in other.notices if n.subject == "new"] == ["new: nobody answered it"]
    for item in one.items:
        np.testing.assert_array_equal(item.values, other[item.item].values)


@FEW
@given(st.integers(0, 10_000))
def test_persons_twice_are_persons_of_weight_two(seed: int) -> None:
    scores, _, _ = dichotomous(120, 6, seed=seed)
    counts = np.random.default_rng(seed).integers(1, 4, 120)
    heavy = quick(Responses.from_matrix(scores, weights=counts), priors=WEAK_PRIORS)
    many = quick(np.repeat(scores, counts, axis=0), priors=WEAK_PRIORS)
    assert heavy.n_persons == pytest.approx(counts.sum())
    assert heavy.log_likelihood == pytest.approx(many.log_likelihood)
    np.testing.assert_allclose(heavy.free, many.free, atol=1e-5)


def test_the_order_of_groups_does_not_matter_but_the_first_is_the_unit() -> None:
    data, models = mixed_models()
    ours = fit(data, models=models, priors=WEAK_PRIORS)
    assert ours.converged
    assert [g.group for g in ours.groups] == ["south", "north"]
    assert ours.groups[0].mean == 0
    assert np.isnan(ours.groups[0].se_mean)
    assert ours.groups[1].se_mean > 0


def test_two_groups_recover_their_difference() -> None:
    rng = np.random.default_rng(8)
    theta = np.r_[rng.normal(size=1500), rng.normal(0.8, 1.4, 1500)]
    b = np.linspace(-2, 2, 20)
    scores = (rng.random((3000, 20)) < 1 / (1 + np.exp(b - theta[:, None]))).astype(float)
    ours = fit(Responses.from_matrix(scores, groups=["a"] * 1500 + ["b"] * 1500))
    other = ours.groups[1]
    assert abs(other.mean - 0.8) < 3 * other.se_mean < 0.3
    assert abs(other.sd - 1.4) < 3 * other.se_sd < 0.4
