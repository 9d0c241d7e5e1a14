"""Where every other node will do on the way up, the top is still that of all nodes."""

import numpy as np
import pytest

from calibration import NO_PRIORS, Model, Responses
from calibration.ascending import climb, climb_by_halves
from calibration.building import pose
from calibration.complete import observed
from calibration.expansion import Expansion
from calibration.priors import WEAK_PRIORS, Priors
from calibration.problem import Problem
from calibration.screening import screen
from tests.calibration.examples import dichotomous, graded

NODES = np.linspace(-6, 6, 61)


def problem_of(scores, model, priors: Priors = NO_PRIORS) -> Problem:
    responses = Responses.from_matrix(scores)
    models = (model,) * scores.shape[1] if isinstance(model, Model) else model
    return pose(responses, screen(responses, models), priors, NODES)[0]


@pytest.mark.parametrize("model", [Model.TWO_PL, Model.THREE_PL, Model.GRM])
def test_halves_lead_to_the_same_top(model: Model) -> None:
    scores = (graded(500, 12, 4) if model is Model.GRM else dichotomous(700, 15))[0]
    problem = problem_of(scores, model, WEAK_PRIORS)
    start, seen = problem.structure.pick(problem.structure.start), []
    whole = climb(problem, start, 1e-6, 200)
    halves = climb_by_halves(problem, start, 1e-6, 200, lambda *step: seen.append(step))
    assert halves.converged
    np.testing.assert_allclose(halves.point.free, whole.point.free, atol=2e-5)
    assert halves.point.value == pytest.approx(whole.point.value, abs=1e-7)
    again = problem.at(halves.point.free)
    assert again.value == halves.point.value
    assert (np.diff(halves.trace) >= 0).all()
    assert halves.trace[-1] == halves.point.value
    # The way is told from its first step on, and no E-step goes uncounted.
    assert seen[0][0] == 1
    assert seen[-1][0] == halves.cycles
    assert len(halves.trace) > 3


def test_a_long_test_takes_all_nodes_from_the_start() -> None:
    scores, _, _ = dichotomous(60, 300)
    problem = problem_of(scores, Model.TWO_PL, WEAK_PRIORS)
    start = problem.structure.pick(problem.structure.start)
    halved = problem.on_every_other_node()
    assert not halved.smooth(halved.at(start))
    assert problem.smooth(problem.at(start))
    whole = climb(problem, start, 1e-3, 50)
    halves = climb_by_halves(problem, start, 1e-3, 50)
    np.testing.assert_array_equal(halves.point.free, whole.point.free)
    assert halves.trace == whole.trace
    assert halves.cycles == whole.cycles + 1


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("models", [(Model.THREE_PL,), (Model.TWO_PL, Model.FOUR_PL), (Model.GRM,)])
def test_full_answers_need_no_place_for_none(models, *, single: bool) -> None:
    scores = (graded(200, 9, 4) if Model.GRM in models else dichotomous(200, 9))[0]
    problem = problem_of(scores, [models[j % len(models)] for j in range(9)], WEAK_PRIORS)
    raw = problem.structure.start
    ways = [
        Expansion(problem.structure, raw, 1e-8, single=single, complete=complete)
        for complete in (True, False)
    ]
    full, gaps = (
        way.whole(sum(problem.people.each(lambda part, way=way: way.missing(part, terms=5))))
        for way in ways
    )
    np.testing.assert_allclose(full, gaps, atol=(1e-5 if single else 1e-9) * np.abs(gaps).max())


@pytest.mark.parametrize("model", [Model.THREE_PL, Model.GRM])
def test_later_terms_of_a_sample_tell_those_of_all(model: Model) -> None:
    """What is left out, and the error of what is sampled, is a small share of what is known."""
    scores = (graded(4000, 12, 4) if model is Model.GRM else dichotomous(4000, 15))[0]
    problem = problem_of(scores, model, WEAK_PRIORS)
    raw = problem.structure.start
    way = Expansion(problem.structure, raw, 1e-4, single=True, complete=True)
    part = next(problem.people.each(lambda part: part))
    first, last = way.needed(part)
    assert first < last
    exact = Expansion(problem.structure, raw, 1e-4, single=False, complete=True)
    every = exact.whole(exact.missing(part, terms=12))
    found = way.whole(way.missing(part, terms=0))
    point = problem.at_raw(raw)
    known = observed(problem.structure, raw, point.expected).diagonal()
    scale = np.sqrt(np.outer(known, known))
    free = problem.structure.moving
    off = (np.abs(found - every) / np.where(scale > 0, scale, np.inf))[np.ix_(free, free)]
    assert off.max() < 1e-3


def test_an_item_nobody_is_near_calls_for_no_more_terms_in_single_precision() -> None:
    problem = problem_of(dichotomous(300, 9)[0], Model.THREE_PL, WEAK_PRIORS)
    raw = problem.structure.start.copy()
    problem.structure.batches[0].of(raw)[0] = 2.0, -9.0, -1.5
    part = next(problem.people.each(lambda part: part))
    ways = [Expansion(problem.structure, raw, 1e-4, single=s, complete=True) for s in (True, False)]
    assert ways[0].needed(part) == ways[1].needed(part)
