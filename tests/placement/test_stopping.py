from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from placement.arrays import Floats
from placement.conduct import section_of
from placement.errors import DesignError
from placement.items import ItemParameters
from placement.planning import fit_design
from placement.plans import ModulePlan
from placement.pool import Pool
from placement.standing import Section, Standing
from placement.stopping import (
    FixedLength,
    RateOfReturn,
    normal_loss,
    rate_of_return,
    unfitted_precision,
)
from tests.placement.examples import authored_design, authored_items, items_by_law, study_design

POOL = Pool.tabulate(items_by_law(7, 40))
SECTION = section_of(study_design(), study_design().modules[0], POOL)
HOURS = section_of(
    authored_design("TB"), authored_design("TB").modules[0], Pool.tabulate(authored_items())
)


def standing_at(section: Section, mean: float, sd: float, n: int) -> Standing:
    """One examinee whose posterior is normal(mean, sd) after n answers."""
    nodes, size = section.pool.nodes, len(section.pool)
    wanted = norm.logpdf(nodes, mean, sd) - np.log(section.prior)
    return Standing.of(section, np.arange(size)[None] < n, wanted[None])


def test_normal_loss_against_the_grid() -> None:
    for section in (SECTION, HOURS):
        for mean, sd in ((0.2, 0.4), (1.0, 0.3), (-1.5, 0.6)):
            standing = standing_at(section, mean, sd, 5)
            exact = (standing.track_probabilities @ section.losses).min()
            found = normal_loss(np.array([mean]), np.array([sd]), section)[0]
            assert found == pytest.approx(exact, abs=2e-3 * section.losses.max())


def test_one_step_gain_against_scipy_integration() -> None:
    """The rate over horizon 1 is E L(next) by brute force, with 20 001 points for the step."""
    precision = 1 + np.arange(26.0) * 0.5
    standing = standing_at(SECTION, 0.1, 0.5, 6)
    v, later = standing.variance[0], 1 / (1 / standing.variance[0] + 0.5)
    z = np.linspace(-8, 8, 20_001)
    means = standing.mean[0] + np.sqrt(v - later) * z
    ahead = normal_loss(means, np.full(z.size, np.sqrt(later)), SECTION)
    weights = norm.pdf(z) / norm.pdf(z).sum()
    now = normal_loss(standing.mean, np.sqrt(standing.variance), SECTION)[0]
    found = rate_of_return(standing, precision, (1,))[0]
    assert found == pytest.approx(now - weights @ ahead, abs=2e-4)


def test_the_best_horizon_counts() -> None:
    precision = 1 + np.arange(26.0) * 0.5
    standing = standing_at(SECTION, -0.3, 0.4, 8)
    single = [rate_of_return(standing, precision, (m,))[0] for m in (1, 4, 9)]
    assert rate_of_return(standing, precision, (1, 4, 9))[0] == pytest.approx(max(single))


def test_looking_one_step_ahead_sees_nothing_where_nine_do() -> None:
    precision = 1 + np.arange(26.0) * 0.5
    standing = standing_at(SECTION, -0.3, 0.4, 8)
    myopic, patient = (rate_of_return(standing, precision, (m,))[0] for m in (1, 9))
    assert patient > 0.001
    assert myopic < patient / 100


def test_no_question_left_is_worth_nothing() -> None:
    precision = 1 + np.arange(9.0)
    assert rate_of_return(standing_at(SECTION, 0, 0.5, 8), precision, (1, 2))[0] == -np.inf


@pytest.mark.parametrize("mean", [-2.5, 0.6, 2.5])
def test_a_dearer_question_stops_sooner(mean: float) -> None:
    standing = standing_at(HOURS, mean, 0.45, 10)
    stops = [bool(RateOfReturn(cost=cost)(standing)[0]) for cost in (0, 0.01, 0.1, 1, 100)]
    assert stops == sorted(stops)
    assert stops[-1]


def test_far_from_every_cut_more_is_not_worth_the_time() -> None:
    rule = RateOfReturn()
    assert rule(standing_at(HOURS, -2.8, 0.4, 10))[0]
    assert not rule(standing_at(HOURS, 0.25, 0.4, 10))[0]


def test_a_fitted_rule_uses_its_plan() -> None:
    standing = standing_at(HOURS, 0.3, 0.4, 10)
    nothing_to_learn = ModulePlan("TB", (1.0,) * 26)
    assert not RateOfReturn()(standing)[0]
    assert RateOfReturn().fitted((nothing_to_learn,))(standing)[0]
    assert not RateOfReturn().fitted((replace(nothing_to_learn, module="RA"),))(standing)[0]


def test_unfitted_precision_starts_at_the_prior_and_adds_the_best_first() -> None:
    precision = unfitted_precision(SECTION)
    steps = np.diff(precision)
    assert precision[0] == pytest.approx(1, abs=1e-4)
    assert (steps > 0).all()
    assert (np.diff(steps) <= 1e-12).all()


@pytest.mark.parametrize("items", [authored_items(), items_by_law(3, 40, "TB", 6)])
def test_rate_is_within_three_per_cent_of_backward_induction(items: list[ItemParameters]) -> None:
    """Hours spent (questions and losses) against the optimum of the same normal model.

    DeGroot (1970): V_T = L, V_t = min(L, c + E V_{t+1}); all rules run on one fine grid.
    """
    pool, design = Pool.tabulate(items), authored_design("TB")
    section = section_of(design, design.modules[0], pool)
    plan = fit_design(design, pool, seed=3, simulees=200).stopping.plans[0]
    rules = (None, RateOfReturn().horizons, (1,))
    optimum, rate, myopic = (hours_spent(section, plan.precision, rule) for rule in rules)
    assert optimum <= rate + 1e-9
    assert rate <= 1.03 * optimum
    assert myopic > 1.05 * optimum


def hours_spent(
    section: Section, precision: tuple[float, ...], horizons: tuple[int, ...] | None
) -> float:
    """Return the expected cost from the prior when stopping by RATE, or at the optimum (None)."""
    grid, z = np.linspace(-4.5, 4.5, 901), np.linspace(-5, 5, 201)
    share, sd = norm.pdf(z) / norm.pdf(z).sum(), 1 / np.sqrt(precision)
    value = normal_loss(grid, np.full(grid.size, sd[-1]), section)
    for n in range(len(precision) - 2, -1, -1):
        step = np.sqrt(sd[n] ** 2 - sd[n + 1] ** 2)
        onward = RateOfReturn().cost + np.interp(grid[:, None] + step * z, grid, value) @ share
        now = normal_loss(grid, np.full(grid.size, sd[n]), section)
        if horizons is None:
            stopped = np.minimum(now, onward)
        else:
            rate = rates(section, grid, np.array(precision), n, horizons)
            stopped = np.where(rate <= RateOfReturn().cost, now, onward)
        value = stopped if n >= RateOfReturn().minimum else onward
    return float(np.interp(0, grid, value))


def rates(
    section: Section, grid: Floats, precision: Floats, n: int, horizons: tuple[int, ...]
) -> Floats:
    """Return the rate of return with n answers at every mean of the grid."""
    start = standing_at(section, 0, 0.5, n)
    variance, lengths = np.full(grid.size, 1 / precision[n]), np.full(grid.size, n)
    there = replace(start, mean=grid, variance=variance, n=lengths)
    return rate_of_return(there, precision, horizons)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cost": -0.1}, "cost"),
        ({"cost": float("nan")}, "cost"),
        ({"minimum": 0}, "minimum"),
        ({"minimum": 9, "maximum": 8}, "maximum"),
        ({"horizons": ()}, "horizons"),
        ({"horizons": (0, 1)}, "horizons"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        RateOfReturn(**changes)


def test_a_fixed_length_below_one_is_refused() -> None:
    with pytest.raises(DesignError, match="length"):
        FixedLength(0)
