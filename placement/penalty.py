"""Content by a weighted penalty: no programme to solve, and never stuck."""

from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Floats
from placement.constraints import Constraints, layout_of
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class WeightedPenalty:
    """The maximum priority index (Cheng & Chang 2009) with what must not be broken kept hard.

    An item's value is multiplied by (maximum − asked) / maximum of its category. An item comes with
    its whole testlet: excluded is what has an enemy of what was given, what would overfill a
    category, what is longer than the questions left, and what would leave fewer of them than the
    minima still lack. An unfinished testlet goes before all of this. Where it leaves nothing,
    minima give way first, then maxima, then enemies: a test goes on.
    """

    constraints: Constraints = field(default_factory=Constraints)

    def __call__(self, standing: Standing, values: Floats) -> Floats:
        layout = layout_of(self.constraints, standing.section.pool)
        left = np.where(standing.given, -np.inf, values)
        asked = standing.given @ layout.members.T
        priority = np.maximum(layout.most - asked, 0) / np.maximum(layout.most, 1)
        # An item in no bounded category keeps its value; one in a full category loses it all.
        weight = 1 + (priority - 1) @ layout.members
        # An item that is excluded is worth -inf, and stays so: its factor is kept off zero.
        weighed = np.where(weight > 0, left * np.where(weight > 0, weight, 1), -np.inf)
        room = np.maximum(self.constraints.length - standing.n, 1)[:, None]
        after = asked[:, None] + layout.counts
        fits = (after <= layout.most).all(axis=2) & (layout.sizes <= room)
        lacking = np.maximum(layout.least - asked, 0).sum(axis=1)[:, None]
        later = np.maximum(layout.least - after, 0).sum(axis=2)
        due = later <= np.maximum(room, lacking) - layout.sizes
        peaceful = ~layout.hostile(standing.given)
        return _first_open(
            np.where(layout.begun(standing.given), left, -np.inf),
            np.where(peaceful & fits & due, weighed, -np.inf),
            np.where(peaceful & fits, weighed, -np.inf),
            np.where(peaceful, left, -np.inf),
            left,
        )


def _first_open(*choices: Floats) -> Floats:
    """Return for each examinee the first of the tables (N, J) that leaves an item open."""
    found = choices[-1]
    for table in reversed(choices[:-1]):
        found = np.where(np.isfinite(table).any(axis=1, keepdims=True), table, found)
    return found
