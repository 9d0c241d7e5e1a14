"""Exact estimates against catR, mirt and brute force; what has no maximum says so."""

from dataclasses import replace

import numpy as np
import pytest

from placement.ability import (
    Estimate,
    Jeffreys,
    Likelihood,
    NoAnswers,
    Posterior,
    Unbounded,
    Warm,
    Weight,
    abilities,
    evidence_at,
)
from placement.conduct import section_of
from placement.curves import CurveSet
from placement.design import Design
from placement.errors import DesignError
from placement.estimators import (
    ExpectedAPosteriori,
    MaximumAPosteriori,
    MaximumLikelihood,
    WeightedLikelihood,
)
from placement.items import ItemParameters
from placement.kinds import KINDS
from placement.pool import Pool
from placement.posterior import moments, posterior_of
from placement.priors import HistogramPrior, NormalPrior
from placement.quadrature import STANDARD, Quadrature
from placement.standing import Standing
from placement.strategies import Estimator
from tests.placement.examples import items_by_law, needs_reference, study_design
from tests.placement.golden import (
    catr_answers,
    catr_bank,
    catr_states,
    first_number,
    mirt,
    mirt_cases,
    mirt_items,
    mirt_patterns,
)
from tests.placement.test_curves import MIXED, UNSURE

CATR: dict[str, Weight] = {
    "ML_norm": Likelihood(),
    "BM_norm": Posterior(),
    "WL_norm": Warm(),
}


@needs_reference
@pytest.mark.parametrize("bank", ["2pl", "gpcm"])
@pytest.mark.parametrize("method", CATR)
def test_catr_s_ability_and_standard_error(bank: str, method: str) -> None:
    """Ability to the 3e-5 that catR's search leaves; the error to 1e-6 at catR's own ability."""
    curves, weight, answers = CurveSet.of(catr_bank(bank)), CATR[method], catr_answers(bank)
    golden = [state["estimates"][method] for state in catr_states(bank)]
    theta = np.array([entry["theta"] for entry in golden])
    evidence = evidence_at(curves, answers, theta)
    errors = 1 / np.sqrt(weight.precision(evidence.information))
    outcomes = abilities(curves, answers, weight)
    for outcome, entry, error, row in zip(outcomes, golden, errors, answers, strict=True):
        assert error == pytest.approx(entry["se"], abs=1e-6)
        if abs(entry["theta"]) == 4:  # catR's way of saying that there is none
            assert set(row[row >= 0]) in ({0}, {1}, {4})
            assert outcome == Unbounded("up" if entry["theta"] > 0 else "down")
        else:
            assert isinstance(outcome, Estimate)
            assert outcome.theta == pytest.approx(entry["theta"], abs=3e-5)
            assert outcome.se == pytest.approx(entry["se"], abs=2e-5)


@needs_reference
@pytest.mark.parametrize("bank", ["2pl", "gpcm"])
def test_catr_s_mode_under_jeffreys_prior(bank: str) -> None:
    """catR's error is the curvature of the posterior: ours where that is asked for."""
    found = abilities(CurveSet.of(catr_bank(bank)), catr_answers(bank), Jeffreys(), "observed")
    for outcome, state in zip(found, catr_states(bank), strict=True):
        golden = state["estimates"]["BM_Jeffreys"]
        assert isinstance(outcome, Estimate)
        assert outcome.theta == pytest.approx(golden["theta"], abs=3e-5)
        assert outcome.se == pytest.approx(golden["se"], abs=2e-5)


@needs_reference
def test_catr_s_eap_of_several_categories_to_1e_6() -> None:
    pool = Pool.tabulate(catr_bank("gpcm"), Quadrature(-4, 4, 33))
    standing = standing_of(pool, catr_answers("gpcm"))
    theta, se = ExpectedAPosteriori()(standing)
    golden = [state["estimates"]["EAP_norm"] for state in catr_states("gpcm")]
    np.testing.assert_allclose(theta, [entry["theta"] for entry in golden], atol=1e-6)
    np.testing.assert_allclose(se, [entry["se"] for entry in golden], atol=1e-6)


@needs_reference
@pytest.mark.parametrize(("name", "model"), mirt_cases())
def test_mirt_s_scores(name: str, model: str) -> None:
    """EAP to 1e-6; modes to mirt's nlm tolerance, errors to that of its numerical Hessian."""
    scores, fit = mirt(name)["scores"][model], mirt(name)["fits"][f"{model}@1e-06"]
    items, answers = mirt_items(fit), mirt_patterns(name, model)
    prior = NormalPrior(first_number(fit["means"]), first_number(fit["cov"]) ** 0.5)
    curves = CurveSet.of(items)
    weights: dict[str, Weight] = {"ML": Likelihood(), "MAP": Posterior(prior), "WLE": Jeffreys()}
    for method, weight in weights.items():
        found = abilities(curves, answers, weight, "observed")
        rows = zip(found, scores[method]["theta"], scores[method]["se"], strict=True)
        for n, (outcome, theta, se) in enumerate(rows):
            if not isinstance(outcome, Estimate):
                assert method == "ML"
                if not theta.lower().endswith("inf"):
                    # mirt stopped at a lower mode: some wrong answers outweigh any right one.
                    there = log_likelihood(curves, answers[n], float(theta))
                    assert log_likelihood(curves, answers[n], -30) > there
                continue
            assert outcome.theta == pytest.approx(float(theta), abs=5e-6)
            assert outcome.se == pytest.approx(float(se), abs=5e-4)


@needs_reference
@pytest.mark.parametrize(("name", "model"), mirt_cases())
def test_mirt_s_eap_to_1e_6(name: str, model: str) -> None:
    scores, fit = mirt(name)["scores"][model]["EAP"], mirt(name)["fits"][f"{model}@1e-06"]
    prior = NormalPrior(first_number(fit["means"]), first_number(fit["cov"]) ** 0.5)
    pool = Pool.tabulate(mirt_items(fit), Quadrature(-6, 6, 61))
    likelihood = log_table(pool, mirt_patterns(name, model))
    density = np.exp(-0.5 * ((pool.nodes - prior.mean) / prior.sd) ** 2)
    mean, variance = moments(posterior_of(density, likelihood), pool.nodes)
    np.testing.assert_allclose(mean, [float(t) for t in scores["theta"]], atol=1e-6)
    np.testing.assert_allclose(np.sqrt(variance), [float(s) for s in scores["se"]], atol=1e-6)


def log_likelihood(curves: CurveSet, row: np.ndarray, theta: float) -> float:
    chances = curves.at(np.array([theta])).chances[:, :, 0]
    return float(sum(np.log(chances[j, k]) for j, k in enumerate(row) if k >= 0))


def log_table(pool: Pool, answers: np.ndarray) -> np.ndarray:
    return np.array(
        [
            sum((pool.logs[j, k] for j, k in enumerate(row) if k >= 0), np.zeros(pool.nodes.size))
            for row in answers
        ]
    )


def standing_of(pool: Pool, answers: np.ndarray) -> Standing:
    section = section_of(study_design(), study_design().modules[0], pool)
    return Standing.of(section, answers >= 0, log_table(pool, answers))


def drawn(items: list[ItemParameters], size: int, seed: int, missing: float = 0.3) -> np.ndarray:
    generator = np.random.default_rng(seed)
    chances = CurveSet.of(items).at(generator.normal(size=size)).chances.transpose(2, 0, 1)
    draws = generator.random((size, len(items), 1))
    answers = (draws >= chances.cumsum(axis=2)[:, :, :-1]).sum(axis=2)
    return np.where(generator.random(answers.shape) < missing, -1, answers)


WEIGHTS: list[Weight] = [Likelihood(), Posterior(NormalPrior(0.3, 0.8)), Warm(), Jeffreys()]


@pytest.mark.parametrize("items", [MIXED * 2, UNSURE * 2], ids=["known", "uncertain"])
@pytest.mark.parametrize("weight", WEIGHTS, ids=["ml", "map", "warm", "jeffreys"])
def test_the_mode_is_the_highest_point_of_a_fine_search(
    items: list[ItemParameters], weight: Weight
) -> None:
    curves = CurveSet.of([replace(item, item=f"i{n}") for n, item in enumerate(items)])
    answers, fine = drawn(items, 25, 3), np.linspace(-12, 12, 4801)
    chances, first, second = curves.at(fine)
    chances = np.maximum(chances, 1e-300)
    for row, outcome in zip(answers, abilities(curves, answers, weight), strict=True):
        given = row >= 0
        logs = sum(np.log(chances[j, k]) for j, k in enumerate(row) if k >= 0)
        information = (first**2 / chances)[given].sum(axis=(0, 1))
        tilt = (first * second / chances)[given].sum(axis=(0, 1))
        steps = (tilt / (2 * information))[:-1] * np.diff(fine)
        objective = (
            logs
            + {
                Likelihood: 0 * fine,
                Posterior: -0.5 * ((fine - 0.3) / 0.8) ** 2,
                Warm: np.concatenate(([0], steps.cumsum())),
                Jeffreys: 0.5 * np.log(information),
            }[type(weight)]
        )
        best = fine[objective.argmax()]
        if isinstance(outcome, Estimate):
            assert outcome.theta == pytest.approx(best, abs=0.012)
        else:
            assert isinstance(weight, Likelihood)
            assert abs(best) > 11


def test_all_right_and_all_wrong_have_no_maximum_likelihood_and_say_so() -> None:
    curves = CurveSet.of(items_by_law(1, 12))
    answers = np.array([[1] * 12, [0] * 12, [-1] * 12, [1] * 6 + [0] * 6])
    up, down, blank, both = abilities(curves, answers, Likelihood())
    assert (up, down, blank) == (Unbounded("up"), Unbounded("down"), NoAnswers())
    assert isinstance(both, Estimate)
    for weight in (Posterior(), Warm()):
        high, low, *_ = abilities(curves, answers, weight)
        assert isinstance(high, Estimate)
        assert isinstance(low, Estimate)
        assert -8 < low.theta < -1 < 1 < high.theta < 8
    assert abilities(curves, answers, Posterior(NormalPrior(0.4, 0.7)))[2] == Estimate(0.4, 0.7)
    assert abilities(curves, answers, Warm())[2] == NoAnswers()


def test_too_few_right_answers_for_the_guessing_have_no_maximum_either() -> None:
    items = [ItemParameters(f"i{j}", "m", "", "3PL", 1.2, j / 4, 0.25) for j in range(8)]
    answers = np.array([[0, 0, 0, 0, 0, 0, 0, 1]])
    assert abilities(CurveSet.of(items), answers, Likelihood()) == (Unbounded("down"),)


def test_not_presented_is_not_wrong() -> None:
    items = items_by_law(2, 10)
    curves, part = CurveSet.of(items), CurveSet.of(items[:6])
    answers = np.array([[1, 0, 1, 1, 0, 1, -1, -1, -1, -1], [1, 0, 1, 1, 0, 1, 0, 0, 0, 0]])
    for weight in WEIGHTS:
        missing, wrong = abilities(curves, answers, weight)
        alone = abilities(part, answers[:1, :6], weight)[0]
        assert isinstance(missing, Estimate)
        assert isinstance(alone, Estimate)
        assert isinstance(wrong, Estimate)
        assert missing.theta == pytest.approx(alone.theta, abs=1e-9)
        assert wrong.theta < missing.theta


def test_the_grid_s_estimators_agree_with_the_exact_ones() -> None:
    items = [replace(item, item=f"i{n}") for n, item in enumerate((MIXED + UNSURE) * 2)]
    curves, answers = CurveSet.of(items), drawn(items, 40, 5, 0.1)
    standing = standing_of(Pool.tabulate(items), answers)
    pairs = (
        (MaximumLikelihood(), Likelihood()),
        (MaximumAPosteriori(), Posterior()),
        (WeightedLikelihood(), Warm()),
    )
    for estimator, weight in pairs:
        theta, se = estimator(standing)
        for t, s, exact in zip(theta, se, abilities(curves, answers, weight), strict=True):
            assert isinstance(exact, Estimate)
            assert t == pytest.approx(exact.theta, abs=2e-5)
            assert s == pytest.approx(exact.se, abs=2e-5)


def test_the_grid_s_estimators_of_extreme_answers() -> None:
    pool = Pool.tabulate(items_by_law(1, 12))
    standing = standing_of(pool, np.array([[1] * 12, [0] * 12, [-1] * 12]))
    assert np.isnan(MaximumLikelihood()(standing)).all()
    theta, se = MaximumAPosteriori()(standing)
    assert np.isfinite(theta).all()
    assert (theta[2], se[2]) == pytest.approx((0, 1), abs=1e-6)
    theta, _ = WeightedLikelihood()(standing)
    assert np.isfinite(theta[:2]).all()
    assert np.isnan(theta[2])


def test_a_histogram_on_the_pool_s_nodes_is_itself() -> None:
    mass = NormalPrior(0.2, 0.9)(STANDARD.nodes)
    prior = HistogramPrior(tuple(STANDARD.nodes.tolist()), tuple((7 * mass).tolist()))
    np.testing.assert_allclose(prior(STANDARD.nodes), mass, atol=1e-12)


def test_a_coarse_histogram_keeps_its_mean() -> None:
    prior = HistogramPrior((-2.0, -1.0, 0.0, 1.0, 2.0), (1, 4, 6, 3, 0))
    mass = prior(STANDARD.nodes)
    assert mass.sum() == pytest.approx(1)
    assert mass[STANDARD.nodes > 1.6].sum() == 0
    assert mass @ STANDARD.nodes == pytest.approx((-1 * 1.75 - 4 + 3) / 14, abs=1e-3)


@pytest.mark.parametrize(
    ("nodes", "weights", "fault"),
    [
        ((0.0,), (1.0,), "two nodes"),
        ((0.0, 1.0), (1.0,), "differ in number"),
        ((1.0, 0.0), (1.0, 1.0), "do not rise"),
        ((0.0, 1.0), (1.0, -1.0), "below 0"),
        ((0.0, 1.0), (0.0, 0.0), "no weight"),
        ((0.0, float("inf")), (1.0, 1.0), "not finite"),
    ],
)
def test_a_histogram_that_is_none_is_refused(
    nodes: tuple[float, ...], weights: tuple[float, ...], fault: str
) -> None:
    with pytest.raises(DesignError, match=fault):
        HistogramPrior(nodes, weights)


def test_a_histogram_beyond_the_scale_is_refused() -> None:
    with pytest.raises(DesignError, match="leaves the scale"):
        HistogramPrior((4.0, 6.0), (1.0, 1.0))(STANDARD.nodes)


@pytest.mark.parametrize("kind", ["eap", "map", "ml", "wle"])
def test_a_design_s_json_keeps_its_estimator_and_its_histogram(kind: str) -> None:
    chosen = KINDS[Estimator][kind]()
    design = study_design(estimator=chosen, prior=HistogramPrior((-1.0, 0.5, 2.0), (1.0, 2.0, 1.0)))
    assert Design.from_json(design.to_json()) == design
