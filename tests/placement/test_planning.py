import numpy as np
import pytest

from placement.planning import fit_design
from placement.pool import Pool
from placement.simulation import simulate
from placement.stopping import FixedLength, RateOfReturn
from tests.placement.examples import (
    authored_design,
    authored_items,
    by_chance,
    items_by_law,
    sat,
    standard_normal,
    study_design,
)

POOL = Pool.tabulate(authored_items())
FITTED = fit_design(authored_design("TB"), POOL, simulees=200)


def test_a_plan_for_each_module_that_starts_at_the_prior_and_grows() -> None:
    pool = Pool.tabulate([*authored_items("TB"), *items_by_law(2, 15, "RA")])
    plans = fit_design(authored_design("TB", "RA"), pool, simulees=50).stopping.plans
    assert [plan.module for plan in plans] == ["TB", "RA"]
    assert [len(plan.precision) for plan in plans] == [26, 16]
    for plan in plans:
        assert plan.precision[0] == pytest.approx(1, abs=1e-3)
        assert (np.diff(plan.precision) > 0).all()
        assert sum(plan.lengths) == 50
        assert sum(plan.lengths[:5]) == 0


def test_precision_is_what_simulees_of_this_design_reach() -> None:
    plan = FITTED.stopping.plans[0]
    longest = authored_design("TB")
    fixed = simulate(
        type(longest)(**{**fields_of(longest), "stopping": FixedLength(12)}),
        POOL,
        standard_normal(2000, 9),
        seed=1,
    )
    assert plan.precision[12] == pytest.approx((1 / fixed.modules[0].se ** 2).mean(), rel=0.03)


def fields_of(design: object) -> dict[str, object]:
    return {name: getattr(design, name) for name in design.__slots__}


def test_fitting_again_gives_the_same_design() -> None:
    assert fit_design(FITTED, POOL, simulees=200) == FITTED
    assert fit_design(FITTED, POOL, seed=1, simulees=200) != FITTED


def test_fitting_changes_nothing_but_the_plans() -> None:
    bare = RateOfReturn()
    assert FITTED.stopping.fitted(()) == bare
    assert {**fields_of(FITTED), "stopping": bare} == fields_of(authored_design("TB"))


def test_the_range_shown_holds_for_about_four_fifths() -> None:
    """New people, not the pilot's: what remains is in the range shown before each question."""
    inside = []
    for seed in range(60):
        theta = standard_normal(1, seed)[0]
        right = dict(
            zip(POOL.items, POOL.probabilities[:, 1, round((theta + 5) * 20)], strict=True)
        )
        draw = np.random.default_rng(seed)
        asked, _ = sat(FITTED, POOL, lambda item: int(draw.random() < right[item]), seed)  # noqa: B023
        inside += [
            step.remaining[0] <= len(asked) - step.n_answered <= step.remaining[1] for step in asked
        ]
    assert 0.72 < np.mean(inside) <= 1


def test_an_empty_module_is_fitted_too() -> None:
    fitted = fit_design(authored_design("TB"), Pool.tabulate([]), simulees=10)
    assert fitted.stopping.plans[0].lengths == (10,)


def test_a_fixed_length_is_fitted_too() -> None:
    fitted = fit_design(study_design(stopping=FixedLength(7)), Pool.tabulate(items_by_law(1, 20)))
    asked, _ = sat(fitted, Pool.tabulate(items_by_law(1, 20)), by_chance(1))
    assert [step.remaining for step in asked] == [(n, n) for n in range(7, 0, -1)]
