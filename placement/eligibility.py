"""Item eligibility: before a sitting each item is in or out by lot.

van der Linden & Veldkamp (2004), *Journal of Educational and Behavioral Statistics* 29.

The engine stays pure: the counts are a value, and the pool that comes of them and of a seed is what
`decide` is given for the whole sitting.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from placement.arrays import Floats, Integers, frozen
from placement.errors import refuse
from placement.pool import TABLES, Pool


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """For how many people an item was eligible so far, and to how many of them it was given."""

    item: str
    eligible: int
    administered: int


@dataclass(frozen=True, slots=True)
class Eligibility:
    """No item to more than a share `cap` of the people, by what happened to `persons` so far.

    `feasible` of them had a test that their eligible items allowed.
    """

    cap: float = 0.4
    persons: int = 0
    feasible: int = 0
    counts: tuple[ItemCounts, ...] = ()

    def __post_init__(self) -> None:
        fine = all(0 <= c.administered <= c.eligible <= self.persons for c in self.counts)
        claims = (
            (0 < self.cap <= 1, f"eligibility: cap {self.cap} is not in (0, 1]"),
            (0 <= self.feasible <= self.persons, "eligibility: feasible is above persons"),
            (fine, "eligibility: administered ≤ eligible ≤ persons does not hold"),
        )
        refuse([fault for holds, fault in claims if not holds])

    def probabilities(self, pool: Pool) -> Floats:
        """Return the chance (J,) that each item is eligible for the next person.

        min(1, 1 − N/φ + cap N ε / (α φ)): N persons, φ with a feasible test, ε times eligible, α
        times administered (van der Linden & Veldkamp 2004, eq. 22); 1 before an item was given.
        """
        known = {count.item: count for count in self.counts}
        chances = np.ones(len(pool))
        for j, item in enumerate(pool.items):
            count = known.get(item)
            if count and count.administered and self.feasible:
                grown = self.cap * self.persons * count.eligible
                share = grown / (count.administered * self.feasible)
                chances[j] = 1 - self.persons / self.feasible + share
        return np.clip(chances, 0, 1)

    def pool_for(self, pool: Pool, *, seed: int, fewest: int = 1) -> Pool:
        """Return the items eligible for one sitting; the whole pool where a module keeps fewer."""
        draws = np.random.default_rng((seed, len(pool))).random(len(pool))
        chosen = draws < self.probabilities(pool)
        modules = np.array(pool.modules)
        for module in set(pool.modules):
            if chosen[modules == module].sum() < fewest:
                chosen |= modules == module
        return _subset(pool, np.flatnonzero(chosen))


def _subset(pool: Pool, rows: Integers) -> Pool:
    texts = ("items", "modules", "categories", "enemies")
    named: dict[str, Any] = {name: tuple(getattr(pool, name)[j] for j in rows) for name in texts}
    tables: dict[str, Any] = {name: frozen(getattr(pool, name)[rows]) for name in TABLES}
    return replace(pool, **named, **tables, sizes=pool.sizes[rows])
