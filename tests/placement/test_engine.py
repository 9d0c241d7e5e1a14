from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.engine import decide
from placement.errors import CategoryError, RepeatedItemError, ResponseError, UnknownItemError
from placement.outcomes import Administer, Finish, StopReason
from placement.planning import fit_design
from placement.pool import Pool
from placement.posterior import moments
from placement.responses import Response
from placement.stopping import FixedLength, RateOfReturn
from tests.placement.examples import (
    authored_design,
    authored_items,
    by_chance,
    items_by_law,
    sat,
    study_design,
)

TWO = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])
DESIGN = fit_design(authored_design("TB", "RA"), TWO, simulees=150)
seeds = st.integers(0, 2**32 - 1)
AGAIN = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])
few = settings(max_examples=10, deadline=None)


@few
@given(seeds, st.floats(0, 1))
def test_a_sitting_keeps_its_promises(seed: int, share: float) -> None:
    """Blocks in order, no item twice, 5 to 25 questions a module, every category visited."""
    asked, finish = sat(DESIGN, TWO, by_chance(seed, share), seed)
    items = [step.item for step in asked]
    kinds = dict(zip(TWO.items, TWO.categories, strict=True))
    assert len(set(items)) == len(items)
    assert [step.module_number for step in asked] == sorted(step.module_number for step in asked)
    for number, placement in enumerate(finish.placements, start=1):
        own = [step for step in asked if step.module_number == number]
        assert [step.n_answered for step in own] == list(range(len(own)))
        assert {step.module for step in own} == {placement.module}
        assert 5 <= len(own) == placement.n_items <= 25
        visited = {kinds[step.item] for step in own}
        assert len(visited) == min(6, len(own))


@few
@given(seeds)
def test_the_range_of_what_remains_is_within_the_limits(seed: int) -> None:
    asked, _ = sat(DESIGN, TWO, by_chance(seed), seed)
    for step in asked:
        low, high = step.remaining
        assert max(1, 5 - step.n_answered) <= low <= high <= 25 - step.n_answered


@few
@given(seeds)
def test_the_same_answers_and_seed_give_the_same_step(seed: int) -> None:
    asked, finish = sat(DESIGN, TWO, by_chance(seed), seed)
    again, finish_again = sat(DESIGN, AGAIN, by_chance(seed), seed)
    assert asked == again
    assert finish == finish_again


def test_another_seed_asks_other_questions() -> None:
    firsts = {decide(DESIGN, TWO, [], seed=seed).item for seed in range(30)}
    assert len(firsts) > 4


@few
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_answers_never_changes_a_posterior(seed: int, shuffler: object) -> None:
    answer = by_chance(seed)
    responses = [Response(item, answer(item)) for item in TWO.items[:12] + TWO.items[40:52]]
    tireless = replace(DESIGN, stopping=replace(DESIGN.stopping, cost=0.0))
    before = decide(tireless, TWO, responses, seed=1)
    shuffler.shuffle(responses)
    after = decide(tireless, TWO, responses, seed=1)
    assert before.posteriors == after.posteriors


def test_posteriors_are_those_of_a_loop_over_answers() -> None:
    responses = [Response("TB3", 1), Response("TB20", 0), Response("TB35", 1), Response("RA1", 0)]
    step = decide(DESIGN, TWO, responses, seed=1)
    for found, module in zip(step.posteriors, ("TB", "RA"), strict=True):
        mass = DESIGN.prior(TWO.nodes)
        for response in responses:
            row = TWO.positions()[response.item]
            if TWO.modules[row] == module:
                mass = mass * TWO.probabilities[row, response.category]
        mean, variance = moments((mass / mass.sum())[None], TWO.nodes)
        assert (found.theta, found.se) == pytest.approx((mean[0], variance[0] ** 0.5))
        assert sum(found.probabilities) == pytest.approx(1)
        losses = np.array(found.probabilities) @ np.array(DESIGN.losses)
        assert found.expected_losses == pytest.approx(tuple(losses))
        assert found.track == DESIGN.tracks[losses.argmin()].name
        assert found.interval[0] < found.theta < found.interval[1]


def test_every_answer_right_is_direct_and_every_answer_wrong_is_long() -> None:
    for share, track in ((1.0, "direct"), (0.0, "long")):
        _, finish = sat(DESIGN, TWO, by_chance(1, share))
        assert [placement.track for placement in finish.placements] == [track, track]


def test_direct_is_guarded_more_than_the_chances_alone_would() -> None:
    """With *short* and *direct* about as likely, the hours of a failed certification decide."""
    pool = Pool.tabulate(items_by_law(12, 60, "TB", 6))
    design = replace(authored_design("TB"), stopping=FixedLength(20))
    held, risked = [], []
    for seed in range(600):
        items, answer = np.random.default_rng(seed).permutation(pool.items)[:20], by_chance(seed)
        finish = decide(design, pool, [Response(item, answer(item)) for item in items], seed=1)
        assert isinstance(finish, Finish)
        for placement in finish.placements:
            likeliest = np.argmax(placement.probabilities) == 3
            held += [placement] if likeliest and placement.track != "direct" else []
            risked += [placement] if placement.track == "direct" and not likeliest else []
    assert held
    assert not risked


def test_a_finished_module_stays_finished() -> None:
    """Answers beyond the stop count, but do not open the module again."""
    asked, _ = sat(DESIGN, TWO, by_chance(5))
    first = [step.item for step in asked if step.module_number == 1]
    answer = by_chance(5)
    responses = [Response(item, answer(item)) for item in first]
    assert decide(DESIGN, TWO, responses, seed=1).module == "RA"
    others = [item for item in TWO.items[:40] if item not in first]
    for item in others[: 25 - len(first)]:
        responses.append(Response(item, len(responses) % 2))
        assert decide(DESIGN, TWO, responses, seed=1).module == "RA"


def test_the_reason_of_each_module_is_told() -> None:
    short = replace(DESIGN, stopping=replace(DESIGN.stopping, maximum=6, minimum=6))
    _, finish = sat(short, TWO, by_chance(1))
    assert [p.reason for p in finish.placements] == [StopReason.LENGTH] * 2
    eager = replace(DESIGN, stopping=replace(DESIGN.stopping, cost=1e6))
    _, finish = sat(eager, TWO, by_chance(1))
    assert [p.reason for p in finish.placements] == [StopReason.RATE_OF_RETURN] * 2
    assert [p.n_items for p in finish.placements] == [5, 5]
    assert finish.reason is StopReason.RATE_OF_RETURN


@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_pool_too_small_finishes_and_says_so(size: int) -> None:
    pool = Pool.tabulate([*authored_items("TB")[:size], *authored_items("RA")])
    asked, finish = sat(DESIGN, pool, by_chance(1))
    assert finish.placements[0].reason is StopReason.POOL_EXHAUSTED
    assert finish.placements[0].n_items == size
    assert finish.placements[1].n_items >= 5
    assert sum(step.module == "TB" for step in asked) == size


def test_a_pool_smaller_than_the_longest_test_never_promises_more() -> None:
    pool = Pool.tabulate(items_by_law(1, 8, "TB", 6))
    asked, _ = sat(authored_design("TB"), pool, by_chance(3))
    assert all(step.remaining[1] <= 8 - step.n_answered for step in asked)


def test_an_unfitted_design_works_within_its_limits() -> None:
    asked, finish = sat(authored_design("TB"), TWO, by_chance(2))
    assert 5 <= len(asked) <= 25
    assert asked[0].remaining == (5, 25)
    assert isinstance(finish, Finish)


def test_nothing_answered_gives_the_prior() -> None:
    step = decide(DESIGN, TWO, [], seed=0)
    assert isinstance(step, Administer)
    assert (step.module, step.module_number, step.n_answered) == ("TB", 1, 0)
    assert [p.theta for p in step.posteriors] == pytest.approx([0, 0], abs=1e-12)
    assert [p.n_items for p in step.posteriors] == [0, 0]


@pytest.mark.parametrize(
    ("responses", "error"),
    [
        ([Response("nobody", 1)], UnknownItemError),
        ([Response("TB1", 1), Response("TB1", 1)], RepeatedItemError),
        ([Response("TB1", 2)], CategoryError),
        ([Response("TB1", -1)], CategoryError),
        ([Response("TB1", 1), Response("TB2", 0), Response("TB2", 2)], CategoryError),
        ([Response("TB2", 1), Response("TB2", 0), Response("TB2", 1)], RepeatedItemError),
    ],
)
def test_impossible_responses_are_refused(
    responses: list[Response], error: type[ResponseError]
) -> None:
    assert issubclass(error, ValueError)
    with pytest.raises(error, match=repr(responses[-1].item)):
        decide(DESIGN, TWO, responses, seed=1)


@pytest.mark.parametrize("category", [True, 1.0, "1", None, np.True_, np.float64(1)])
def test_a_category_is_a_whole_number(category: object) -> None:
    with pytest.raises(CategoryError, match=r"item 'TB1': category .* is not a whole number"):
        Response("TB1", category)  # type: ignore[arg-type]
    whole = decide(DESIGN, TWO, [Response("TB1", 1)], seed=1)
    assert decide(DESIGN, TWO, [Response("TB1", np.int64(1))], seed=1) == whole  # type: ignore[arg-type]


def test_of_several_faults_the_first_is_told() -> None:
    faulty = [Response("TB1", 1), Response("TB1", 0), Response("nobody", 1), Response("TB2", 9)]
    with pytest.raises(RepeatedItemError):
        decide(DESIGN, TWO, faulty, seed=1)
    with pytest.raises(UnknownItemError):
        decide(DESIGN, TWO, faulty[1:], seed=1)


def test_an_item_of_a_module_that_is_not_tested_is_refused() -> None:
    with pytest.raises(UnknownItemError, match="RA1"):
        decide(authored_design("TB"), TWO, [Response("RA1", 1)], seed=1)


def test_near_boundary_is_the_design_s_review() -> None:
    careful, careless = (
        replace(DESIGN, review=replace(DESIGN.review, certainty=c, margin=0)) for c in (1.0, 0.0)
    )
    assert all(p.near_boundary for p in sat(careful, TWO, by_chance(1))[1].placements)
    assert not any(p.near_boundary for p in sat(careless, TWO, by_chance(1))[1].placements)


def test_the_cost_of_a_question_is_what_lengthens_a_test() -> None:
    pool = Pool.tabulate(items_by_law(3, 60))
    lengths = [
        len(sat(study_design(stopping=RateOfReturn(cost, 4, 30)), pool, by_chance(4))[0])
        for cost in (0.05, 0.002, 0.0)
    ]
    assert lengths == sorted(lengths)
    assert lengths[-1] == 30
