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
from placement.constraints import Constraints, Layout
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

    When the best items by value keep every constraint they are that test, and nothing is solved.
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
        layout = Layout.of(self.constraints, standing.section.pool)
        backup = WeightedPenalty(self.constraints)(standing, values)
        rows = zip(standing.given, values, backup, strict=True)
        return np.array([self._row(layout, *row) for row in rows]).reshape(values.shape)

    def _row(self, layout: Layout, given: Booleans, values: Floats, backup: Floats) -> Floats:
        test = self.test(layout, given, values)
        if isinstance(test, Infeasible):
            return backup
        left = np.where(test & ~given, values, -np.inf)
        together = np.where(layout.begun(given[None])[0], left, -np.inf)
        for table in (together, left):
            if np.isfinite(table).any():
                return table
        return backup

    def test(self, layout: Layout, given: Booleans, values: Floats) -> Booleans | Infeasible:
        """Return the best test (J,) that holds what was given (J,), by values (J,)."""
        size = min(max(self.constraints.length, int(given.sum()) + 1), given.size)
        worth = np.where(np.isfinite(values), values, 0)
        best = np.lexsort((np.arange(given.size), -np.where(given, np.inf, worth)))[:size]
        greedy = np.isin(np.arange(given.size), best)
        if layout.allows(greedy):
            return greedy
        return self._solved(layout, given, worth, size)

    def _solved(
        self, layout: Layout, given: Booleans, worth: Floats, size: int
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
            bounds=Box(given.astype(np.float64), np.ones(given.size)),
            constraints=[LinearConstraint(csr_array(A), low, up) for A, low, up in rules],
            options={"mip_rel_gap": self.gap, "node_limit": self.nodes},
        )
        if found.x is None:
            return Infeasible(str(found.message))
        return np.asarray(found.x > 0.5)


def possible(rule: ShadowTest, section: Section) -> Booleans | Infeasible:
    """Return a best test for the prior's mean before any question, or why there is none."""
    layout = Layout.of(rule.constraints, section.pool)
    nothing = np.zeros(len(section.pool), dtype=np.bool_)
    return rule.test(layout, nothing, section.pool.information @ section.prior)


def _whole(testlet: Floats) -> Rule:
    """All items of a testlet or none: each is in the test where its first is."""
    members = np.flatnonzero(testlet)
    rows = np.zeros((members.size - 1, testlet.size))
    rows[:, members[0]] = -1
    rows[np.arange(members.size - 1), members[1:]] = 1
    return rows, np.zeros(len(rows)), np.zeros(len(rows))
