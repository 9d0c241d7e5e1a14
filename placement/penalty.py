"""Content by a weighted penalty: no programme to solve, and never stuck."""

from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Booleans, Floats
from placement.constraints import Constraints, Layout
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class WeightedPenalty:
    """The maximum priority index (Cheng & Chang 2009) with what must not be broken kept hard.

    An item's value is multiplied by (maximum − asked) / maximum of its category. Enemies of what
    was given, full categories, items outside an unfinished testlet and testlets for which too few
    questions are left are excluded; when only as many questions are left as the minima lack, only
    categories that lack are open. An unfinished testlet goes before a full category. Where all
    this leaves nothing, minima give way first, then maxima, then enemies: a test goes on.
    """

    constraints: Constraints = field(default_factory=Constraints)

    def __call__(self, standing: Standing, values: Floats) -> Floats:
        layout = Layout.of(self.constraints, standing.section.pool)
        left = np.where(standing.given, -np.inf, values)
        asked = standing.given @ layout.members.T
        priority = np.maximum(layout.most - asked, 0) / np.maximum(layout.most, 1)
        # An item in no bounded category keeps its value; one in a full category loses it all.
        weight = 1 + (priority - 1) @ layout.members
        # An item that is excluded is worth -inf, and stays so: its factor is kept off zero.
        weighed = np.where(weight > 0, left * np.where(weight > 0, weight, 1), -np.inf)
        late = layout.late(standing.given, self.constraints.length - standing.n)
        friendly = np.where(layout.hostile(standing.given) | late, -np.inf, weighed)
        peaceful = np.where(layout.hostile(standing.given), -np.inf, left)
        together = np.where(layout.begun(standing.given), left, -np.inf)
        due = np.where(self._due(standing, layout, asked), friendly, -np.inf)
        return _first_open(together, due, friendly, peaceful, left)

    def _due(self, standing: Standing, layout: Layout, asked: Floats) -> Booleans:
        """Which items (N, J) may come so that the minima can still be kept."""
        lacking = np.maximum(layout.least - asked, 0)
        pressed = lacking.sum(axis=1) >= self.constraints.length - standing.n
        short = ((lacking > 0) @ layout.members) > 0
        return np.asarray(short | ~pressed[:, None])


def _first_open(*choices: Floats) -> Floats:
    """Return for each examinee the first of the tables (N, J) that leaves an item open."""
    found = choices[-1]
    for table in reversed(choices[:-1]):
        found = np.where(np.isfinite(table).any(axis=1, keepdims=True), table, found)
    return found
