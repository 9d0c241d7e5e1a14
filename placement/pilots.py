"""Questions on trial: who gets which, and when. Unscored: they are to be learnt about, not from.

Assigning them by lot among those near the person's ability, fewest answers first, leaves them known
as well as D-optimal assignment does (van der Linden & Ren 2015, Psychometrika 80, 263–288), as
measured in docs/studies/pilot-questions.md, and no question goes without answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats
from placement.errors import refuse

WINDOW = 1.5
FIRST, LAST = 4, 10


@dataclass(frozen=True, slots=True)
class Pilot:
    """A question on trial: the difficulty `b` it is believed to have (logits), its answers so far.

    With several thresholds `b` is their mean. Before any answers it is the author's level.
    """

    item: str
    b: float
    answers: int = 0


def assign_pilot(
    posterior: Floats,
    nodes: Floats,
    pilots: Sequence[Pilot],
    generator: np.random.Generator,
    *,
    window: float = WINDOW,
) -> str | None:
    """Return the question on trial for a person with this posterior (Q,) on these nodes (Q,).

    One of those with the fewest answers, by lot, among those whose b is within `window` logits of
    the posterior mean; the nearest one where there is none. `pilots` are those of the module that
    the person has not had; None when there are none.
    """
    if not pilots:
        return None
    mean = float(posterior @ nodes / posterior.sum())
    away = [abs(pilot.b - mean) for pilot in pilots]
    limit = max(window, min(away))
    near = [pilot for pilot, far in zip(pilots, away, strict=True) if far <= limit]
    fewest = min(pilot.answers for pilot in near)
    least = [pilot.item for pilot in near if pilot.answers == fewest]
    return least[int(generator.integers(len(least)))]


def pilot_positions(
    count: int, generator: np.random.Generator, *, first: int = FIRST, last: int = LAST
) -> tuple[int, ...]:
    """Return at which questions of a module, counted from 1, those on trial come: by lot, rising.

    Never before the fourth by default, so that the first impression is of questions that count;
    a module that ends sooner leaves out what would have come later.
    """
    fits = 0 <= count <= last - first + 1 and first >= 1
    refuse([] if fits else [f"pilots: {count} do not fit into positions {first} to {last}"])
    places = generator.choice(np.arange(first, last + 1), count, replace=False)
    return tuple(sorted(int(place) for place in places))
