"""The stopping rules beside RATE: each against its own definition, then combined."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from placement.arrays import Floats
from placement.combinations import AllOf, AnyOf, reasons_of
from placement.conduct import section_of
from placement.design import Design
from placement.engine import decide
from placement.errors import DesignError
from placement.kinds import KINDS
from placement.outcomes import StopReason
from placement.planning import fit_design
from placement.pool import Pool
from placement.quadrature import Quadrature
from placement.responses import Response
from placement.simulation import simulate
from placement.standing import Section, Standing
from placement.stopping import FixedLength, RateOfReturn, normal_loss
from placement.stopping_classification import (
    ConfidenceInterval,
    GeneralizedRatio,
    SequentialRatio,
)
from placement.stopping_measurement import MinimumInformation, StandardError
from placement.stopping_posterior import Curtailment, PosteriorLoss, PosteriorProbability
from placement.strategies import Stopping
from tests.placement.examples import (
    authored_design,
    authored_items,
    by_chance,
    items_by_law,
    sat,
    standard_normal,
    study_design,
)

POOL = Pool.tabulate(items_by_law(7, 40))
SECTION = section_of(study_design(), study_design().modules[0], POOL)
SINGLE = [cls() for kind, cls in KINDS[Stopping].items() if not kind.endswith("_of")]
RULES = [
    *SINGLE,
    AnyOf(rules=(StandardError(se=0.5), PosteriorProbability(certainty=0.9))),
    AllOf(rules=(StandardError(se=0.5), PosteriorProbability(certainty=0.7))),
]
every = pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)


def standing_at(mean: float, sd: float, n: int = 10, section: Section = SECTION) -> Standing:
    """One examinee whose posterior is normal(mean, sd) after n answers."""
    wanted = norm.logpdf(section.pool.nodes, mean, sd) - np.log(section.prior)
    return Standing.of(section, np.arange(len(section.pool))[None] < n, wanted[None])


def likelihood_at(mean: float, sd: float) -> Standing:
    """One examinee whose likelihood is normal(mean, sd)."""
    given = np.arange(len(POOL))[None] < 10
    return Standing.of(SECTION, given, norm.logpdf(POOL.nodes, mean, sd)[None])


@pytest.mark.parametrize(("sd", "stops"), [(0.29, True), (0.31, False)])
def test_standard_error(sd: float, *, stops: bool) -> None:
    assert bool(StandardError(se=0.30)(standing_at(0.4, sd))[0]) is stops


def test_minimum_information_looks_at_what_is_left() -> None:
    fresh = standing_at(0.0, 0.4, n=0)
    values = [np.interp(fresh.mean[0], POOL.nodes, row) for row in POOL.information]
    best = max(values)
    assert not MinimumInformation(information=best - 0.01)(fresh)[0]
    assert MinimumInformation(information=best + 0.01)(fresh)[0]
    gone = replace(fresh, given=np.array([values]) > 0.2)
    assert MinimumInformation(information=0.2)(gone)[0]


@pytest.mark.parametrize("mean", [-1.6, -0.6, 0.1, 0.3, 1.1, 2.0])
@pytest.mark.parametrize("sd", [0.15, 0.3, 0.6])
def test_sprt_by_the_ratio_of_two_normal_likelihoods(mean: float, sd: float) -> None:
    """log L(c + δ) − log L(c − δ) = 2 δ (m − c) / s² for a normal likelihood."""
    rule = SequentialRatio(delta=0.3, alpha=0.1, beta=0.2)
    ratios = 2 * 0.3 * (mean - SECTION.cuts) / sd**2
    upper, lower = np.log(0.8 / 0.1), np.log(0.2 / 0.9)
    wanted = all(ratio >= upper or ratio <= lower for ratio in ratios)
    assert bool(rule(likelihood_at(mean, sd))[0]) == wanted


@pytest.mark.parametrize("mean", [-1.6, -0.6, 0.1, 0.3, 1.1, 2.0])
@pytest.mark.parametrize("sd", [0.15, 0.3, 0.6])
def test_glr_by_a_search_on_a_fine_grid(mean: float, sd: float) -> None:
    rule = GeneralizedRatio(delta=0.2, alpha=0.1, beta=0.2)
    fine = Quadrature(-5, 5, 100_001).nodes
    curve, wanted = norm.logpdf(fine, mean, sd), True
    for cut in SECTION.cuts:
        ratio = curve[fine >= cut + 0.2].max() - curve[fine <= cut - 0.2].max()
        wanted = wanted and (ratio >= np.log(0.8 / 0.1) or ratio <= np.log(0.2 / 0.9))
    assert bool(rule(likelihood_at(mean, sd))[0]) == wanted


@pytest.mark.parametrize(
    "rule", [SequentialRatio(), GeneralizedRatio(), ConfidenceInterval()], ids=type
)
def test_one_cut_resolved_is_not_enough(rule: Stopping) -> None:
    """Far below the two upper cuts, right at the lowest: the mistake of OR-ing cuts."""
    assert not rule(likelihood_at(SECTION.cuts[0], 0.3))[0]
    assert rule(likelihood_at(-2.5, 0.3))[0]


def test_the_interval_is_symmetric_and_two_sided() -> None:
    rule = ConfidenceInterval(level=0.9)
    z = norm.ppf(0.95)
    for side in (-1, 1):
        lone = replace(SECTION, cuts=np.array([0.2]))
        for factor, stops in ((0.97, False), (1.03, True)):
            place = standing_at(0.2 + side * factor * z * 0.3, 0.3, section=lone)
            assert bool(rule(place)[0]) is stops


def test_posterior_probability_and_loss_at_their_thresholds() -> None:
    place = standing_at(0.5, 0.35)
    chance = place.track_probabilities.max()
    loss = (place.track_probabilities @ SECTION.losses).min()
    for nudge, stops in ((-0.001, True), (0.001, False)):
        assert bool(PosteriorProbability(certainty=chance + nudge)(place)[0]) is stops
        assert bool(PosteriorLoss(loss=loss - nudge)(place)[0]) is stops


def test_curtailment_against_draws_of_the_last_mean() -> None:
    rule = Curtailment(maximum=30)
    precision = rule.precision(SECTION)
    for mean, sd, n in ((0.1, 0.4, 8), (0.9, 0.35, 15), (-1.4, 0.5, 6)):
        place = standing_at(mean, sd, n)
        v = place.variance[0]
        later = 1 / (1 / v + precision[-1] - precision[n])
        draws = place.mean[0] + np.sqrt(v - later) * standard_normal(200_000, 1)
        same = np.digitize(draws, SECTION.cuts) == np.digitize(place.mean[0], SECTION.cuts)
        assert rule.staying(place)[0] == pytest.approx(same.mean(), abs=0.004)


def test_at_the_end_nothing_can_change() -> None:
    assert Curtailment(maximum=30).staying(standing_at(0.2, 0.4, 30))[0] == pytest.approx(1)


@pytest.mark.parametrize("bank", [authored_items(), items_by_law(3, 40, "TB", 6)])
def test_curtailment_at_its_best_is_close_to_backward_induction(bank: list) -> None:
    """Hours spent on questions and losses on one normal model; certainty is tuned to the cost."""
    pool, design = Pool.tabulate(bank), authored_design("TB")
    section = section_of(design, design.modules[0], pool)
    plan = fit_design(design, pool, seed=3, simulees=200).stopping.plans[0]
    optimum = hours_spent(section, plan.precision, None)
    tuned = [
        hours_spent(section, plan.precision, Curtailment(certainty=c, plans=(plan,)))
        for c in (0.7, 0.75, 0.8, 0.85, 0.9)
    ]
    fixed = min(
        hours_spent(section, plan.precision, FixedLength(length)) for length in range(5, 26, 2)
    )
    assert optimum <= min(tuned) + 1e-9
    assert min(tuned) <= 1.06 * optimum
    assert min(tuned) < fixed


def hours_spent(section: Section, precision: tuple[float, ...], rule: Stopping | None) -> float:
    """Expected cost from the prior when stopping by `rule`, or at the optimum (None)."""
    cost, fewest = RateOfReturn().cost, RateOfReturn().minimum
    grid, z = np.linspace(-4.5, 4.5, 451), np.linspace(-5, 5, 101)
    share, sd = norm.pdf(z) / norm.pdf(z).sum(), 1 / np.sqrt(precision)
    value = normal_loss(grid, np.full(grid.size, sd[-1]), section)
    for n in range(len(precision) - 2, -1, -1):
        step = np.sqrt(sd[n] ** 2 - sd[n + 1] ** 2)
        onward = cost + np.interp(grid[:, None] + step * z, grid, value) @ share
        now = normal_loss(grid, np.full(grid.size, sd[n]), section)
        enough = now <= onward if rule is None else says(rule, section, grid, sd[n], n)
        value = np.where(enough & (n >= fewest), now, onward)
    return float(np.interp(0, grid, value))


def says(rule: Stopping, section: Section, grid: Floats, sd: float, n: int) -> Floats:
    start = standing_at(0, 0.5, n, section)
    size = grid.size
    there = replace(start, mean=grid, variance=np.full(size, sd**2), n=np.full(size, n))
    return rule(there)


def test_any_of_tells_which_rule_it_was() -> None:
    rule = AnyOf(rules=(StandardError(se=0.3), PosteriorProbability(certainty=0.8)))
    sharp, sure, neither = standing_at(0.25, 0.2), standing_at(-2.5, 0.5), standing_at(0.25, 0.5)
    assert reasons_of(rule, sharp) == (StopReason.STANDARD_ERROR,)
    assert reasons_of(rule, sure) == (StopReason.POSTERIOR_PROBABILITY,)
    assert [bool(rule(s)[0]) for s in (sharp, sure, neither)] == [True, True, False]


def test_all_of_waits_for_the_last() -> None:
    rule = AllOf(rules=(StandardError(se=0.3), PosteriorProbability(certainty=0.8)))
    assert [
        bool(rule(standing_at(m, s))[0]) for m, s in ((0.25, 0.2), (-2.5, 0.5), (-2.5, 0.2))
    ] == [
        False,
        False,
        True,
    ]


def test_a_part_keeps_to_its_own_limits() -> None:
    rule = AnyOf(rules=(StandardError(se=0.5, minimum=12),), minimum=1)
    assert not rule(standing_at(0, 0.4, 11))[0]
    assert rule(standing_at(0, 0.4, 12))[0]
    assert AnyOf(rules=(FixedLength(9),), minimum=1)(standing_at(0, 0.9, 9))[0]


def test_the_finish_tells_the_part_that_ended_it() -> None:
    rule = AnyOf(
        rules=(AllOf(rules=(StandardError(se=0.05),)), PosteriorProbability(certainty=0.6))
    )
    design = study_design(stopping=rule)
    responses = [Response(item, 0) for item in POOL.items[:6]]
    end = decide(design, POOL, responses, seed=1)
    assert end.reason is StopReason.POSTERIOR_PROBABILITY


@every
def test_lockstep_is_one_at_a_time(rule: Stopping) -> None:
    places = [standing_at(m, s, 12) for m in (-2.0, 0.25, 1.4) for s in (0.2, 0.45)]
    sums = np.concatenate([place.log_likelihood for place in places])
    together = Standing.of(SECTION, np.repeat(places[0].given, len(places), axis=0), sums)
    found = rule.fitted(())(together)
    assert found.tolist() == [bool(rule(place)[0]) for place in places]


@every
def test_every_rule_ends_a_test_within_its_limits_and_survives_json(rule: Stopping) -> None:
    design = study_design(stopping=rule)
    assert Design.from_json(design.to_json()) == design
    asked, end = sat(design, POOL, by_chance(4))
    assert rule.minimum <= len(asked) <= rule.maximum
    assert isinstance(end.reason, StopReason)


@every
def test_every_rule_takes_a_pilot_s_plan(rule: Stopping) -> None:
    fitted = fit_design(study_design(stopping=rule), POOL, simulees=30)
    assert fitted.stopping.plans[0].module == "m"
    assert simulate(fitted, POOL, standard_normal(20, 1), seed=1).mean_length >= rule.minimum


@pytest.mark.parametrize(
    ("cls", "changes", "fault"),
    [
        (StandardError, {"se": 0}, "se 0"),
        (StandardError, {"se": -1, "minimum": 0}, "minimum 0.*se -1"),
        (MinimumInformation, {"information": -1}, "information"),
        (SequentialRatio, {"delta": 0}, "delta"),
        (GeneralizedRatio, {"alpha": 0.6, "beta": 0.4}, "alpha and beta"),
        (ConfidenceInterval, {"level": 1}, "level"),
        (PosteriorProbability, {"certainty": 0}, "certainty"),
        (PosteriorLoss, {"loss": -0.1}, "loss"),
        (Curtailment, {"certainty": 1.1}, "certainty"),
        (AnyOf, {"rules": ()}, "needs a rule"),
        (AllOf, {"rules": (FixedLength(),), "maximum": 3}, "no range"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(cls: type, changes: dict, fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        cls(**changes)
