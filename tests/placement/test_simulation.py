from dataclasses import replace

import numpy as np
import pytest

from placement.bands import bands
from placement.conduct import section_of
from placement.design import ModuleDesign
from placement.engine import decide
from placement.estimators import MaximumLikelihood
from placement.lockstep import right_answers, sit
from placement.outcomes import StopReason
from placement.planning import fit_design
from placement.pool import Pool
from placement.responses import Response
from placement.selectors import TrackInformation
from placement.simulation import simulate
from placement.stopping import FixedLength
from tests.placement.examples import (
    authored_design,
    authored_items,
    items_by_law,
    response_function,
    standard_normal,
    study_design,
)

POOL = Pool.tabulate(items_by_law(8, 30))


@pytest.mark.parametrize("selector", [None, TrackInformation()])
def test_lockstep_gives_what_one_person_at_a_time_gets(selector: object) -> None:
    """Without chance in the choice of items both must ask the same and end the same."""
    design = fit_design(
        study_design(**({"selector": selector} if selector else {})), POOL, simulees=60
    )
    section = section_of(design, design.modules[0], POOL)
    generator = np.random.default_rng(3)
    answers = right_answers(POOL, generator.normal(size=12), generator.random((12, 30)))
    together = sit(design, section, answers, generator)
    for row in range(12):
        responses: list[Response] = []
        while hasattr(step := decide(design, POOL, responses, seed=1), "item"):
            responses.append(Response(step.item, int(answers[row, POOL.items.index(step.item)])))
        alone = step.placements[0]
        assert {r.item for r in responses} == {
            POOL.items[j] for j in np.flatnonzero(together.standing.given[row])
        }
        assert alone.theta == pytest.approx(together.standing.mean[row])
        assert alone.reason is tuple(StopReason)[together.codes[row]]


def test_answers_follow_the_response_functions() -> None:
    theta = np.full(40_000, 0.37)
    answers = right_answers(POOL, theta, np.random.default_rng(1).random((40_000, 30)))
    for j in range(30):
        truth = response_function(POOL.a[j], POOL.b[j], 0, theta[:1])[0][0]
        assert answers[:, j].mean() == pytest.approx(truth, abs=0.011)


def test_the_summary_is_the_sum_of_its_parts() -> None:
    theta = standard_normal(300, 1)
    result = simulate(study_design(), POOL, theta, seed=2)
    sample = result.modules[0]
    assert result.n_examinees == result.confusion.sum() == 300
    assert result.decision_accuracy == pytest.approx(np.trace(result.confusion) / 300)
    distance = np.abs(np.subtract.outer(range(4), range(4)))
    assert result.adjacent_accuracy == pytest.approx(result.confusion[distance <= 1].sum() / 300)
    assert result.expected_loss == pytest.approx(1 - result.decision_accuracy)
    assert result.mean_length == pytest.approx(sample.exposure.sum())
    assert result.exposure_max == sample.exposure.max()
    assert result.bias == pytest.approx((sample.estimate - theta).mean())
    assert result.rmse == pytest.approx(np.sqrt(((sample.estimate - theta) ** 2).mean()))


def test_bands_of_ability_are_the_whole_taken_apart() -> None:
    theta = standard_normal(400, 6)
    whole = simulate(study_design(), POOL, theta, seed=2)
    parts = list(bands(whole))
    sizes = np.array([part.result.n_examinees for part in parts])
    assert sizes.sum() == 400
    for part, size in zip(parts, sizes, strict=True):
        assert size == ((part.low <= theta) & (theta < part.high)).sum()
    for name in ("decision_accuracy", "bias", "mean_length", "coverage", "expected_loss"):
        found = [getattr(part.result, name) for part in parts]
        assert np.average(found, weights=sizes) == pytest.approx(getattr(whole, name))


def test_overlap_against_all_pairs() -> None:
    result = simulate(study_design(), POOL, standard_normal(25, 2), seed=2)
    given = result.modules[0].given.toarray()
    shared = [(given[i] & given[j]).sum() for i in range(25) for j in range(25) if i != j]
    assert result.overlap == pytest.approx(np.mean(shared) / result.mean_length)


def test_everyone_sees_everything_when_the_test_is_the_pool() -> None:
    result = simulate(study_design(stopping=FixedLength(30)), POOL, standard_normal(20, 3), seed=1)
    assert result.exposure_max == result.overlap == 1
    assert result.mean_length == result.p95_length == 30


def test_same_arguments_same_result_and_chunks_do_not_share_a_seed() -> None:
    theta = standard_normal(40, 4)
    first, second, other = (
        simulate(study_design(), POOL, theta, seed=seed).modules[0].given.toarray()
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, second)
    assert (other != first).any()


def test_abilities_by_module() -> None:
    pool = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])
    theta = np.column_stack((np.full(60, -2.0), np.full(60, 2.0)))
    result = simulate(authored_design("TB", "RA"), pool, theta, seed=1)
    means = [sample.estimate.mean() for sample in result.modules]
    assert means[0] < -0.8
    assert means[1] > 0.8
    np.testing.assert_array_equal(result.lengths, sum(m.lengths for m in result.modules))


def test_the_truth_may_differ_from_what_the_pool_believes() -> None:
    believed = Pool.tabulate(authored_items())
    easy = Pool.tabulate([replace(item, b=item.b - 3) for item in authored_items()])
    theta = standard_normal(50, 1)
    own = simulate(authored_design("TB"), believed, theta, seed=1)
    other = simulate(authored_design("TB"), believed, theta, seed=1, truth=easy)
    assert other.bias > own.bias + 1


def test_a_module_without_items_places_everyone_by_the_prior() -> None:
    design = study_design(modules=(ModuleDesign("nowhere"),))
    result = simulate(design, POOL, standard_normal(10, 1), seed=1)
    assert result.mean_length == 0
    assert {tuple(StopReason)[code] for code in result.modules[0].stops} == {
        StopReason.POOL_EXHAUSTED
    }


def test_those_without_an_estimate_are_counted_and_left_out() -> None:
    """Three questions are all answered right or all wrong by many: ML has no estimate of them."""
    design = study_design(estimator=MaximumLikelihood(), stopping=FixedLength(3))
    result = simulate(design, POOL, standard_normal(300, 3), seed=1)
    sample = result.modules[0]
    found = np.isfinite(sample.estimate)
    assert result.unbounded == (~found).mean()
    assert 0.05 < result.unbounded < 0.5
    errors = (sample.estimate - sample.theta)[found]
    assert result.bias == pytest.approx(errors.mean())
    assert result.rmse == pytest.approx(np.sqrt((errors**2).mean()))
    assert simulate(study_design(), POOL, standard_normal(20, 3), seed=1).unbounded == 0
