"""Blueprints with minima and maxima, enemies and testlets: against brute force on eight items."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement import shadow
from placement.conduct import section_of
from placement.constraints import Bounds, Constraints, Layout
from placement.design import Design
from placement.engine import decide
from placement.errors import DesignError
from placement.exposure import Randomesque
from placement.opening import Opening
from placement.penalty import WeightedPenalty
from placement.pool import Pool
from placement.responses import Response
from placement.shadow import Infeasible, ShadowTest, possible
from placement.simulation import simulate
from placement.stopping import FixedLength
from tests.placement.examples import (
    by_chance,
    items_by_law,
    sat,
    standard_normal,
    study_design,
)

EIGHT = Pool.tabulate(
    [
        replace(item, enemy="e" if j in (0, 5) else "")
        for j, item in enumerate(items_by_law(4, 8, categories=3))
    ]
)
FORTY = Pool.tabulate(
    [
        replace(item, enemy=f"e{j // 10}" if j % 10 < 2 else "")
        for j, item in enumerate(items_by_law(4, 40, categories=3))
    ]
)
FREE = Constraints(4)
TIGHT = Constraints(
    4, (Bounds("c0", 1, 1), Bounds("c1", 2, 2), Bounds("c2", 0, 2)), (("m1", "m4"),)
)
RULES = Constraints(
    12, (Bounds("c0", 2, 3), Bounds("c1", 5, 6), Bounds("c2", 2, 9)), (("m7", "m8", "m9"),)
)


def brute_force(
    constraints: Constraints, pool: Pool, taken: np.ndarray, values: np.ndarray
) -> float | None:
    layout, best = Layout.of(constraints, pool), None
    for chosen in combinations(range(len(pool)), constraints.length):
        test = np.isin(np.arange(len(pool)), chosen)
        if layout.allows(test) and not (taken & ~test).any():
            best = max(best or 0, values[test].sum())
    return best


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.01, 1), min_size=8, max_size=8),
    st.sets(st.integers(0, 7), max_size=3),
    st.sampled_from([FREE, TIGHT, Constraints(4, (Bounds("c2", 2, 2),), (("m0", "m3"),))]),
)
def test_against_every_test_of_eight_items(
    values: list[float], taken: set[int], constraints: Constraints
) -> None:
    worth, held = np.array(values), np.isin(np.arange(8), list(taken))
    found = ShadowTest(constraints, gap=0).test(Layout.of(constraints, EIGHT), held, ~held, worth)
    best = brute_force(constraints, EIGHT, held, worth)
    if best is None:
        assert isinstance(found, Infeasible) or not Layout.of(constraints, EIGHT).allows(found)
    else:
        assert worth[found].sum() == pytest.approx(best)
        assert not (held & ~found).any()


@pytest.mark.parametrize("seed", range(60))
def test_against_every_test_of_ten_items(seed: int) -> None:
    """Bounds, enemies and testlets drawn by chance; exact without a gap, within it with one."""
    chance = np.random.default_rng(seed)
    items = items_by_law(seed, 10, categories=3)
    foes = chance.integers(0, 5, 10)
    pool = Pool.tabulate(
        [replace(i, enemy=f"e{n}" if n < 3 else "") for i, n in zip(items, foes, strict=True)]
    )
    mates = chance.permutation(10)
    least = chance.integers(0, 2, 3)
    bounds = tuple(
        Bounds(f"c{k}", int(low), int(low + chance.integers(1, 3))) for k, low in enumerate(least)
    )
    names = (tuple(pool.items[j] for j in part) for part in (mates[:2], mates[2 : 2 + seed % 4]))
    constraints = Constraints(5, bounds[: seed % 4], tuple(names)[: seed % 3])
    layout, worth = Layout.of(constraints, pool), chance.random(10)
    held = np.isin(np.arange(10), chance.choice(10, seed % 3, replace=False))
    left = np.where(held, 0, worth)
    best = brute_force(constraints, pool, held, left)
    for gap in (0, 0.1):
        found = ShadowTest(constraints, gap=gap).test(layout, held, ~held, worth)
        if best is None:
            assert isinstance(found, Infeasible) or not layout.allows(found)
        else:
            assert layout.allows(found)
            assert not (held & ~found).any()
            assert (1 - gap) * best - 1e-9 <= left[found].sum() <= best + 1e-9


def counted(content: object, pool: Pool, seed: int, length: int = 12) -> list[str]:
    design = study_design(content=content, exposure=Randomesque(), stopping=FixedLength(length))
    return [step.item for step in sat(design, pool, by_chance(seed), seed)[0]]


@pytest.mark.parametrize("rule", [ShadowTest(RULES), WeightedPenalty(RULES)], ids=["shadow", "mpi"])
@pytest.mark.parametrize("seed", range(3))
def test_a_whole_test_keeps_bounds_and_enemies(rule: object, seed: int) -> None:
    asked = counted(rule, FORTY, seed)
    kinds = dict(zip(FORTY.items, FORTY.categories, strict=True))
    foes = dict(zip(FORTY.items, FORTY.enemies, strict=True))
    counts = Counter(kinds[item] for item in asked)
    assert 2 <= counts["c0"] <= 3
    assert 5 <= counts["c1"] <= 6
    named = [foes[item] for item in asked if foes[item]]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("rule", [ShadowTest(RULES), WeightedPenalty(RULES)], ids=["shadow", "mpi"])
@pytest.mark.parametrize("seed", range(4))
def test_a_testlet_comes_whole_and_in_one_go_or_not_at_all(rule: object, seed: int) -> None:
    asked = counted(rule, FORTY, seed)
    places = [n for n, item in enumerate(asked) if item in {"m7", "m8", "m9"}]
    assert places in ([], list(range(places[0], places[0] + 3)) if places else [])


ACROSS = (("m20", "m21", "m22"), ("m1", "m25"), ("m30", "m34", "m38"), ("m13", "m31"))
"""Testlets over several categories, two with an item that has an enemy."""


@pytest.mark.parametrize("rule", [ShadowTest, WeightedPenalty])
@pytest.mark.parametrize("opening", [0, 3])
@pytest.mark.parametrize(
    "bounds",
    [
        (Bounds("c0", 4, 5), Bounds("c1", 3, 4), Bounds("c2", 3, 4)),
        (Bounds("c0", 0, 2), Bounds("c1", 0, 4)),
        (Bounds("c0", 6, 12), Bounds("c2", 5, 12)),
    ],
)
def test_a_simulation_never_breaks_a_constraint(
    rule: type, opening: int, bounds: tuple[Bounds, ...]
) -> None:
    constraints = Constraints(12, bounds, ACROSS)
    design = study_design(
        content=rule(constraints), stopping=FixedLength(12), opening=Opening(opening)
    )
    people = standard_normal(12 if rule is ShadowTest else 100, 3)
    tests = simulate(design, FORTY, people, seed=4).modules[0].given.toarray()
    assert (tests.sum(axis=1) == 12).all()
    layout = Layout.of(constraints, FORTY)
    assert all(layout.allows(test) for test in tests)


def test_a_thousand_items_are_no_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds and enemies alone: single friendly items are as good, and nothing is solved."""
    monkeypatch.setattr(shadow, "milp", None)
    items = items_by_law(2, 1000, categories=6)
    pool = Pool.tabulate([replace(i, enemy=f"e{j // 2}" * (j < 200)) for j, i in enumerate(items)])
    bounds = tuple(Bounds(f"c{k}", 3, 4) for k in range(6))
    design = study_design(content=ShadowTest(Constraints(20, bounds)), stopping=FixedLength(20))
    tests = simulate(design, pool, standard_normal(20, 1), seed=1).modules[0].given.toarray()
    layout = Layout.of(design.content.constraints, pool)
    assert all(layout.allows(test) for test in tests)


def test_without_a_binding_constraint_the_best_items_are_the_test() -> None:
    """The fast path: the same questions as with no constraints, and nothing solved."""
    free = ShadowTest(Constraints(5))
    assert counted(free, EIGHT, 1, 5) is not None
    plain = replace(EIGHT, enemies=("",) * 8)
    design = study_design(stopping=FixedLength(5))
    alone = [step.item for step in sat(design, plain, by_chance(1))[0]]
    shadowed = replace(design, content=free)
    assert [step.item for step in sat(shadowed, plain, by_chance(1))[0]] == alone


def test_what_cannot_be_is_typed_and_the_penalty_takes_over() -> None:
    wanted = Constraints(6, (Bounds("c0", 4, 6),))
    section = section_of(study_design(), study_design().modules[0], EIGHT)
    assert isinstance(possible(ShadowTest(wanted), section), Infeasible)
    assert not isinstance(possible(ShadowTest(TIGHT), section), Infeasible)
    assert len(counted(ShadowTest(wanted), EIGHT, 1, 6)) == 6


@pytest.mark.parametrize("rule", [ShadowTest, WeightedPenalty])
def test_a_test_of_every_item_ends_however_tight_the_rules(rule: type) -> None:
    assert len(counted(rule(TIGHT), EIGHT, 2, 8)) == 8


def test_the_same_answers_give_the_same_question() -> None:
    design = study_design(content=ShadowTest(RULES), stopping=FixedLength(12))
    responses = [Response(item, 1) for item in ("m3", "m13", "m23")]
    steps = {decide(design, FORTY, responses, seed=4).item for _ in range(5)}
    assert len(steps) == 1


@pytest.mark.parametrize("content", [ShadowTest(RULES), WeightedPenalty(RULES)])
def test_json(content: object) -> None:
    design = study_design(content=content)
    assert Design.from_json(design.to_json()) == design


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Bounds("c", 3, 2), "no range"),
        (lambda: Constraints(3, (Bounds("a", 2), Bounds("b", 2))), "minima sum to 4"),
        (lambda: Constraints(3, (Bounds("a"), Bounds("a"))), "twice"),
        (lambda: Constraints(3, (), (("x", "y"), ("y",))), "two testlets"),
        (lambda: ShadowTest(gap=1), "gap"),
    ],
)
def test_rules_that_cannot_be_are_refused(make: object, fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        make()
