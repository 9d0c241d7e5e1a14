"""Several correlated modules in one sitting."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.conduct import GOES_ON, REASONS, stop_codes
from placement.dependence import Correlated, Equal, Independent
from placement.design import Design
from placement.engine import decide
from placement.errors import DesignError
from placement.guards import CertifiedDirect
from placement.lockstep import right_answers, sit_together
from placement.order import Blocks, Interleaved, InterleavedToTheEnd, RouterThenBlocks
from placement.outcomes import Administer, StopReason
from placement.planning import fit_design
from placement.pool import Pool
from placement.responses import Response
from placement.simulation import simulate
from placement.standing import Standing
from placement.stopping import FixedLength
from placement.together import Endings, Together
from tests.placement.examples import (
    ALWAYS_THE_BEST,
    authored_design,
    authored_items,
    by_chance,
    sat,
)

CODES = ("TB", "RA", "IE")
POOL = Pool.tabulate([item for code in CODES for item in authored_items(code)])
ALONE = fit_design(authored_design(*CODES), POOL, simulees=60)
JOINT = fit_design(replace(authored_design(*CODES), dependence=Equal(0.5)), POOL, simulees=60)
ORDERS = (Blocks(), RouterThenBlocks(3), Interleaved(), InterleavedToTheEnd())
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=4, deadline=None)


def ordered(order: Any) -> Design:
    """The joint design in this order; without further questions where the order brings its own."""
    dependence = Equal(0.5, 0) if order.reopens else JOINT.dependence
    return replace(JOINT, order=order, dependence=dependence)


def correlated(people: int, seed: int, rho: float = 0.5) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.multivariate_normal(np.zeros(3), Equal(rho)(3), people, method="eigh")


@few
@given(seeds, st.floats(0, 1), st.sampled_from(ORDERS))
def test_a_sitting_keeps_its_promises(seed: int, share: float, order: Any) -> None:
    """No item twice, 5 to 25 questions a module, none after its module ended."""
    asked, finish = sat(ordered(order), POOL, by_chance(seed, share), seed)
    items = [step.item for step in asked]
    assert len(set(items)) == len(items)
    for number, placement in enumerate(finish.placements, start=1):
        own = [step for step in asked if step.module_number == number]
        assert [step.n_answered for step in own] == list(range(len(own)))
        assert {step.module for step in own} == {placement.module}
        assert 5 <= len(own) == placement.n_items <= 25
        assert all(1 <= low <= high for low, high in (step.remaining for step in own))


def test_blocks_keep_the_design_s_order_and_a_router_visits_every_module_first() -> None:
    asked, _ = sat(JOINT, POOL, by_chance(1))
    numbers = [step.module_number for step in asked]
    assert numbers == sorted(numbers)
    asked, _ = sat(replace(JOINT, order=RouterThenBlocks(3)), POOL, by_chance(1))
    numbers = [step.module_number for step in asked]
    assert numbers[:9] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert numbers[9:] == sorted(numbers[9:])


@few
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_answers_never_changes_a_posterior(seed: int, shuffler: Any) -> None:
    answer = by_chance(seed)
    rows = [*range(4), *range(40, 43), *range(80, 84)]
    responses = [Response(POOL.items[j], answer(POOL.items[j])) for j in rows]
    before = decide(JOINT, POOL, responses, seed=1)
    shuffler.shuffle(responses)
    assert decide(JOINT, POOL, responses, seed=1).posteriors == before.posteriors


def test_right_answers_in_one_module_raise_the_others() -> None:
    responses = [Response(f"TB{j}", 1) for j in range(20, 26)]
    own, *others = decide(JOINT, POOL, responses, seed=1).posteriors
    assert own.theta > others[0].theta > 0.2
    assert others[0].theta == pytest.approx(others[1].theta)
    assert others[0].se < 0.97
    assert all(
        p.theta == pytest.approx(0) for p in decide(ALONE, POOL, responses, seed=1).posteriors[1:]
    )


@pytest.mark.parametrize(
    "dependence", [Equal(0), Correlated(tuple(map(tuple, np.eye(3).tolist())))]
)
def test_no_correlation_is_independence_to_the_digit(dependence: Any) -> None:
    alone = sat(ALONE, POOL, by_chance(4), 4)
    assert sat(replace(ALONE, dependence=dependence), POOL, by_chance(4), 4) == alone


def test_hardly_any_correlation_is_nearly_independence() -> None:
    responses = [Response(POOL.items[j], j % 2) for j in (1, 5, 9, 41, 47, 82)]
    pairs = zip(
        decide(replace(ALONE, dependence=Equal(1e-6)), POOL, responses, seed=1).posteriors,
        decide(replace(ALONE, dependence=Independent()), POOL, responses, seed=1).posteriors,
        strict=True,
    )
    for near, alone in pairs:
        assert near.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


def test_a_module_that_has_ended_stays_so_whatever_the_others_say() -> None:
    asked, _ = sat(JOINT, POOL, by_chance(5), 5)
    answer = by_chance(5)
    responses = [Response(s.item, answer(s.item)) for s in asked if s.module_number == 1]
    assert decide(JOINT, POOL, responses, seed=5).module == "RA"
    for j in range(40, 52):
        responses.append(Response(POOL.items[j], 0))
        assert decide(JOINT, POOL, responses, seed=5).module != "TB"


def test_to_the_end_a_module_goes_on_as_long_as_a_question_repays_its_time() -> None:
    """What ended it before is forgotten: each module stands as its rule says after all answers."""
    design, began_again = ordered(InterleavedToTheEnd()), 0
    section = Together.of(design, POOL)
    for seed in range(6):
        answer, responses, once_enough = by_chance(seed), list[Response](), set[int]()
        while isinstance(step := decide(design, POOL, responses, seed=seed), Administer):
            began_again += step.module_number in once_enough
            responses.append(Response(step.item, answer(step.item)))
            codes = [stop_codes(design, one).item() for one in _standings(section, responses)]
            once_enough |= {k for k, code in enumerate(codes, start=1) if code != GOES_ON}
            assert step.n_answered < 25
        assert GOES_ON not in codes
        assert [REASONS[code] for code in codes] == [p.reason for p in step.placements]
    assert began_again > 0


def test_to_the_end_no_module_gets_further_questions_besides() -> None:
    with pytest.raises(DesignError, match=r"order: .* dependence\.extra must be 0"):
        replace(JOINT, order=InterleavedToTheEnd())


def _standings(together: Together, responses: Sequence[Response]) -> tuple[Standing, ...]:
    """Where somebody stands in three modules of 40 items."""
    sums, given_ = np.zeros((3, 1, POOL.nodes.size)), [np.zeros((1, 40), bool) for _ in CODES]
    for response in responses:
        row = POOL.positions()[response.item]
        sums[row // 40, 0] += np.log(POOL.probabilities[row, response.category])
        given_[row // 40][0, row % 40] = True
    return together.standings(given_, sums)


def test_every_placement_is_that_of_all_answers() -> None:
    asked, finish = sat(JOINT, POOL, by_chance(6), 6)
    answer = by_chance(6)
    responses = [Response(step.item, answer(step.item)) for step in asked]
    standings = _standings(Together.of(JOINT, POOL), responses)
    for standing, placement in zip(standings, finish.placements, strict=True):
        assert placement.probabilities == pytest.approx(tuple(standing.track_probabilities[0]))
        own = tuple(standing.alone.track_probabilities[0])
        assert placement.own_probabilities == pytest.approx(own)
        assert placement.discordant == (placement.own_track != placement.track)


def test_a_guard_looks_at_own_answers_as_it_does_at_all() -> None:
    """Who is kept from *direct* by the guard both times is not contradicted."""
    guarded = replace(JOINT, guard=CertifiedDirect(required=1))
    _, finish = sat(guarded, POOL, lambda _: 1)
    assert {(p.track, p.own_track, p.discordant) for p in finish.placements} == {
        ("short", "short", False)
    }
    _, free = sat(JOINT, POOL, lambda _: 1)
    assert {(p.track, p.own_track) for p in free.placements} == {("direct", "direct")}


@pytest.mark.parametrize("order", ORDERS)
def test_lockstep_gives_what_one_person_at_a_time_gets(order: Any) -> None:
    design = replace(ordered(order), exposure=ALWAYS_THE_BEST)
    known = Pool.tabulate([item for code in CODES for item in authored_items(code, seed=3)])
    together = Together.of(design, known)
    theta, generator = correlated(3, 3), np.random.default_rng(3)
    answers = [
        right_answers(section.pool, column, generator.random((3, 40)))
        for section, column in zip(together.sections, theta.T, strict=True)
    ]
    sittings = sit_together(design, together, answers, generator)
    rows = known.positions()
    for person in range(3):
        asked, finish = sat(
            design,
            known,
            lambda item: int(answers[rows[item] // 40][person, rows[item] % 40]),  # noqa: B023
        )
        for number, (placement, sitting) in enumerate(
            zip(finish.placements, sittings, strict=True)
        ):
            own = {rows[step.item] % 40 for step in asked if step.module_number == number + 1}
            assert own == set(np.flatnonzero(sitting.standing.given[person]))
            assert placement.theta == pytest.approx(sitting.standing.mean[person], abs=1e-5)
            assert placement.reason is REASONS[sitting.codes[person]]


def test_a_contradicted_module_goes_on_until_it_agrees_or_has_had_enough() -> None:
    rule = REASONS.index(StopReason.RATE_OF_RETURN)
    limit = REASONS.index(StopReason.LENGTH)
    endings = Endings.open(4)
    seen = []
    for n in range(5, 12):
        now = np.array([rule, rule, rule, limit if n == 7 else rule])
        discordant = np.array([False, n < 8, True, True])
        endings = endings.after(now, np.full(4, n), discordant, 5)
        seen.append(endings.done.tolist())
    done_after = [5 + [row[person] for row in seen].index(True) for person in range(4)]
    assert done_after == [5, 8, 10, 7]
    assert endings.codes.tolist() == [rule, rule, rule, limit]
    assert (
        Endings.open(1).after(np.array([GOES_ON]), np.array([3]), np.array([False]), 5).first == -1
    )


def test_modules_that_return_the_same_come_in_the_design_s_order() -> None:
    """One module's answers are the other's, and only the last bits of their rates differ."""
    section = Together.of(JOINT, POOL).sections[0]
    nothing = np.zeros((1, len(section.pool)), dtype=np.bool_)
    place = Standing.of(section, nothing, np.zeros((1, section.pool.nodes.size)))
    other = replace(place, variance=place.variance * (1 + 1e-14))
    rule, both = JOINT.stopping, np.ones((1, 2), dtype=np.bool_)
    assert Interleaved()(rule, [place, other], both)[0] == 0
    assert Interleaved()(rule, [other, place], both)[0] == 0
    assert Interleaved()(rule, [place, other], np.array([[False, True]]))[0] == 1


def test_contradicted_modules_get_more_questions() -> None:
    """The last module goes against the others; nothing else differs, not even by chance."""
    known = Pool.tabulate([item for code in CODES for item in authored_items(code, seed=3)])
    theta = correlated(120, 8) * [1, 1, -1]
    fixed = replace(JOINT, exposure=ALWAYS_THE_BEST)
    none, some = (
        simulate(replace(fixed, dependence=Equal(0.5, extra)), known, theta, seed=1)
        for extra in (0, 5)
    )
    assert some.mean_length > none.mean_length
    assert (some.modules[2].lengths <= 25).all()
    assert 0 < some.discordant < 0.2


def test_what_simulation_says_of_several_modules() -> None:
    result = simulate(JOINT, POOL, correlated(60, 2), seed=2)
    right = np.stack([m.placed == m.belongs for m in result.modules], axis=1)
    assert result.all_right == right.all(axis=1).mean()
    flagged = np.stack([m.discordant for m in result.modules], axis=1)
    assert result.discordant == flagged.mean()
    assert result.discordant_accuracy == pytest.approx(right[flagged].mean(), nan_ok=True)
    assert np.isnan(result.accuracy_among(np.zeros((60, 3), dtype=bool)))
    again = simulate(JOINT, POOL, correlated(60, 2), seed=2)
    np.testing.assert_array_equal(result.lengths, again.lengths)


def test_plans_hold_what_own_answers_add() -> None:
    for joint, alone in zip(JOINT.stopping.plans, ALONE.stopping.plans, strict=True):
        assert len(joint.precision) == len(alone.precision) == 26
        assert joint.precision[0] == pytest.approx(1)
        assert joint.precision[15] == pytest.approx(alone.precision[15], rel=0.08)
        assert sum(joint.lengths) == 60


@pytest.mark.parametrize("size", [0, 3])
def test_a_module_too_small_ends_and_the_others_go_on(size: int) -> None:
    pool = Pool.tabulate(
        [*authored_items("TB")[:size], *authored_items("RA"), *authored_items("IE")]
    )
    asked, finish = sat(replace(JOINT, order=Interleaved()), pool, by_chance(1))
    assert finish.placements[0].reason is StopReason.POOL_EXHAUSTED
    assert sum(step.module == "TB" for step in asked) == size


@pytest.mark.parametrize("order", [Blocks(), Interleaved()])
def test_a_contradicted_module_without_questions_left_ends(order: Any) -> None:
    """Its rule has had enough at the pool's last question, so it does not end by exhaustion."""
    pool = Pool.tabulate([item for code in CODES for item in authored_items(code)[:6]])
    stopping = replace(JOINT.stopping, minimum=6, cost=1.0)
    design = replace(JOINT, order=order, dependence=Equal(0.9), stopping=stopping)
    asked, finish = sat(design, pool, lambda item: int(not item.startswith("IE")))
    assert len(asked) == len({step.item for step in asked}) == 18
    assert any(placement.discordant for placement in finish.placements)
    assert {placement.reason for placement in finish.placements} == {StopReason.RATE_OF_RETURN}
    answers = [np.full((1, 6), float(code != "IE")).astype(np.int64) for code in CODES]
    together = Together.of(design, pool)
    assert together is not None
    for sitting in sit_together(design, together, answers, np.random.default_rng(1)):
        assert sitting.standing.given.all()


def test_another_stop_than_the_rate_of_return_may_be_interleaved() -> None:
    design = replace(JOINT, order=Interleaved(), stopping=FixedLength(3))
    asked, finish = sat(design, POOL, by_chance(2))
    assert len(asked) == 9
    assert finish.reason is StopReason.LENGTH
    assert isinstance(asked[0], Administer)
