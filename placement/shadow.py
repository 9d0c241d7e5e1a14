"""Content by shadow tests: at every step the best whole test that keeps all constraints.

The programme is solved by HiGHS to a relative gap of 0.01 (information lost: below 0.3 %), within a
number of nodes and not of seconds: a clock would make a replay depend on the machine's load.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from placement.arrays import Booleans, Floats
from placement.constraints import Constraints, Layout, layout_of
from placement.errors import refuse
from placement.penalty import WeightedPenalty
from placement.standing import Section, Standing

Rule = tuple[Floats, Floats | float, Floats | float]
"""Rows (R, J) of a programme, and what each may come to: from, to."""


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No test keeps all constraints, or none was found within the nodes; `reason` is HiGHS' own."""

    reason: str


@dataclass(frozen=True, slots=True)
class ShadowTest:
    """Ask only what is in the best whole test still possible (van der Linden & Reese 1998).

    The best items within the bounds alone are found at once. Where they keep enemies apart and
    testlets whole they are that test; where single friendly items make a test that is worth the
    same to the gap, those are. Else a programme is solved.

    An item that the opening or another rule has put off (-inf) may be in the test, not be asked
    now. Where no test is possible the weighted penalty decides. A test longer than the constraints'
    length is planned one question at a time.
    """

    constraints: Constraints = field(default_factory=Constraints)
    gap: float = 0.01
    nodes: int = 2000

    def __post_init__(self) -> None:
        usable = 0 <= self.gap < 1 and self.nodes >= 1
        refuse([] if usable else ["content: gap is in [0, 1) and nodes from 1"])

    def __call__(self, standing: Standing, values: Floats) -> Floats:
        layout = layout_of(self.constraints, standing.section.pool)
        parts = zip(standing.given, standing.free, values, strict=True)
        rows = [self._row(layout, *row) for row in parts]
        stuck = np.array([row is None for row in rows], dtype=np.bool_)
        found = np.array([v if row is None else row for row, v in zip(rows, values, strict=True)])
        if stuck.any():
            penalty = WeightedPenalty(self.constraints)
            found[stuck] = penalty(standing.only(stuck), values[stuck])
        return found.reshape(values.shape)

    def _row(
        self, layout: Layout, given: Booleans, free: Booleans, values: Floats
    ) -> Floats | None:
        """Return the values (J,) of what may come now; None where no test is possible."""
        test = self.test(layout, given, free, values)
        if isinstance(test, Infeasible):
            return None
        left = np.where(test & free, values, -np.inf)
        together = np.where(layout.begun(given[None])[0], left, -np.inf)
        return next((table for table in (together, left) if np.isfinite(table).any()), None)

    def test(
        self, layout: Layout, given: Booleans, free: Booleans, values: Floats
    ) -> Booleans | Infeasible:
        """Return the best test (J,) of what was given (J,) and of `free` items, by values (J,)."""
        most = int(np.count_nonzero(given | free))
        size = min(max(self.constraints.length, int(given.sum()) + 1), most)
        worth = np.where(np.isfinite(values) & free, values, 0)
        best = _filled(layout, given, free, worth, size)
        if best is not None:
            if layout.allows(best):
                return best
            single = self._of_singles(layout, given, free, worth, size)
            if single is not None and worth @ single >= (1 - self.gap) * (worth @ best):
                return single
        return self._solved(layout, given, free, worth, size)

    def _of_singles(
        self, layout: Layout, given: Booleans, free: Booleans, worth: Floats, size: int
    ) -> Booleans | None:
        """Return a good test without new testlets, and of each set of enemies the best at most."""
        held = given | (free & layout.begun(given[None])[0])
        single = ~layout.hostile(held[None])[0] & (layout.testlets.sum(axis=0) == 0)
        free = free & ~held & single
        foes = np.where(layout.foes * free > 0, worth, -np.inf)
        rivals = np.flatnonzero(layout.foes.sum(axis=0))
        spared = foes.argmax(axis=1)[np.isfinite(foes).any(axis=1)]
        free[np.setdiff1d(rivals, spared)] = False
        test = _filled(layout, held, free, worth, size)
        return test if test is not None and layout.allows(test) else None

    def _solved(
        self, layout: Layout, given: Booleans, free: Booleans, worth: Floats, size: int
    ) -> Booleans | Infeasible:
        rules: list[Rule] = [(np.ones((1, given.size)), size, size)]
        if len(layout.members):
            rules.append((layout.members, layout.least, layout.most))
        if len(layout.foes):
            met = layout.foes @ given
            rules.append((layout.foes, -np.inf, np.maximum(met, 1)))
        rules += [_whole(row) for row in layout.testlets]
        found = milp(
            -worth / max(float(worth.max(initial=0)), 1e-12),
            integrality=np.ones(given.size, dtype=np.int64),
            bounds=Box(given.astype(np.float64), given | _useful(layout, free, worth, size)),
            constraints=[LinearConstraint(csr_array(A), low, up) for A, low, up in rules],
            options={"mip_rel_gap": self.gap, "node_limit": self.nodes},
        )
        if found.x is None:
            return Infeasible(str(found.message))
        return np.asarray(found.x > 0.5)


def possible(rule: ShadowTest, section: Section) -> Booleans | Infeasible:
    """Return a best test for the prior's mean before any question, or why there is none."""
    layout = layout_of(rule.constraints, section.pool)
    nothing = np.zeros(len(section.pool), dtype=np.bool_)
    return rule.test(layout, nothing, ~nothing, section.pool.information @ section.prior)


def _filled(
    layout: Layout, held: Booleans, free: Booleans, worth: Floats, size: int
) -> Booleans | None:
    """Return the best `size` items (J,) of those `held` and `free`, held ones included.

    Bounds are kept and nothing else: first the best of each category that its minimum lacks, then
    the best of what its maximum allows, which no other choice betters (categories do not overlap).
    None where there is no such choice.
    """
    order = np.lexsort((np.arange(worth.size), -worth))
    order = order[free[order]]
    test, open_ = held.copy(), free.copy()
    asked = layout.members @ held
    for row, least, most in zip(
        layout.members > 0, layout.least - asked, layout.most - asked, strict=True
    ):
        own = order[row[order]]
        if not least <= own.size or most < 0:
            return None
        test[own[: max(int(least), 0)]] = True
        open_[own[int(most) :]] = False
    left = size - int(test.sum())
    rest = order[(open_ & ~test)[order]]
    if not 0 <= left <= rest.size:
        return None
    test[rest[:left]] = True
    return test


def _useful(layout: Layout, free: Booleans, worth: Floats, size: int) -> Booleans:
    """Return which `free` items (J,) may be in a best test: not one of too many in its category.

    An item outside testlets is not where its category, or what is in none, has as many items worth
    more as a test can hold, and these have neither enemies nor a testlet: one of them can stand in
    its place.
    """
    alone = layout.testlets.sum(axis=0) == 0
    plain = alone & (layout.foes.sum(axis=0) == 0) & free
    order = np.lexsort((np.arange(worth.size), -worth))
    useful = free.copy()
    groups = [*(layout.members > 0), layout.members.sum(axis=0) == 0]
    for row, most in zip(groups, [*layout.most, size], strict=True):
        own = order[row[order]]
        better = np.cumsum(plain[own]) - plain[own]
        useful[own[(better >= min(most, size)) & alone[own]]] = False
    return useful


def _whole(testlet: Floats) -> Rule:
    """All items of a testlet or none: each is in the test where its first is."""
    members = np.flatnonzero(testlet)
    rows = np.zeros((members.size - 1, testlet.size))
    rows[:, members[0]] = -1
    rows[np.arange(members.size - 1), members[1:]] = 1
    return rows, np.zeros(len(rows)), np.zeros(len(rows))
