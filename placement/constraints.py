"""What a test must hold: categories from … to, enemies apart, testlets together."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from placement.arrays import Booleans, Floats
from placement.errors import refuse
from placement.pool import Pool


@dataclass(frozen=True, slots=True)
class Bounds:
    """At least `minimum` and at most `maximum` questions of one category in a whole test."""

    category: str
    minimum: int = 0
    maximum: int = 999

    def __post_init__(self) -> None:
        usable = 0 <= self.minimum <= self.maximum and self.maximum >= 1
        text = f"content: category {self.category}: no range {self.minimum} to {self.maximum}"
        refuse([] if usable else [text])


@dataclass(frozen=True, slots=True)
class Constraints:
    """A test of `length` questions: its categories, its testlets (items kept together).

    Enemies are the pool's: items that share an enemy name are not given to one person.
    """

    length: int = 20
    bounds: tuple[Bounds, ...] = ()
    testlets: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        names = [bound.category for bound in self.bounds]
        items = [item for testlet in self.testlets for item in testlet]
        least = sum(bound.minimum for bound in self.bounds)
        claims = (
            (self.length >= 1, f"content: length {self.length} is below 1"),
            (len(set(names)) == len(names), "content: a category is bounded twice"),
            (len(set(items)) == len(items), "content: an item is in two testlets"),
            (least <= self.length, f"content: minima sum to {least}, above {self.length}"),
        )
        refuse([fault for holds, fault in claims if not holds])


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Constraints on the items of one pool: 0/1 tables with a column an item.

    `members` (C, J) of the bounded categories, `least` and `most` (C,); `foes` (E, J) of each enemy
    name; `testlets` (S, J). Who asks an item asks its whole testlet: `counts` (J, C) and `sizes`
    (J,) are how many questions of each category, and in all, come with it.
    """

    members: Floats
    least: Floats
    most: Floats
    foes: Floats
    testlets: Floats
    counts: Floats
    sizes: Floats

    @classmethod
    def of(cls, constraints: Constraints, pool: Pool) -> "Layout":
        """Lay the constraints out on a pool; what it lacks of them is passed over."""
        categories, enemies = np.array(pool.categories), np.array(pool.enemies)
        names = sorted(set(pool.enemies) - {""})
        rows = [categories == bound.category for bound in constraints.bounds]
        foes = [enemies == name for name in names]
        sets = [np.isin(pool.items, testlet) for testlet in constraints.testlets]
        members = _table(rows, len(pool))
        testlets = _table([row for row in sets if row.sum() > 1], len(pool))
        alone = (testlets.sum(axis=0) == 0).astype(np.float64)
        return cls(
            members,
            np.array([bound.minimum for bound in constraints.bounds], dtype=np.float64),
            np.array([bound.maximum for bound in constraints.bounds], dtype=np.float64),
            _table(foes, len(pool)),
            testlets,
            testlets.T @ (testlets @ members.T) + (alone * members).T,
            testlets.T @ testlets.sum(axis=1) + alone,
        )

    def hostile(self, given: Booleans) -> Booleans:
        """Return which items are enemies of one already given, (N, J), itself included.

        With an enemy its whole testlet is one; so is a testlet with enemies in it.
        """
        met = (given @ self.foes.T) > 0
        torn = ((self.foes @ self.testlets.T) > 1).any(axis=0)
        found = (met @ self.foes) > 0
        with_mates = ((found @ self.testlets.T > 0) | torn) @ self.testlets > 0
        return np.asarray(found | with_mates)

    def begun(self, given: Booleans) -> Booleans:
        """Return which free items belong to a testlet that is begun and not finished, (N, J)."""
        count = given @ self.testlets.T
        open_ = (count > 0) & (count < self.testlets.sum(axis=1))
        return np.asarray(((open_ @ self.testlets) > 0) & ~given)

    def allows(self, test: Booleans) -> bool:
        """Return whether a whole test (J,) keeps every constraint."""
        counts, parts = self.members @ test, self.testlets @ test
        whole = (parts == 0) | (parts == self.testlets.sum(axis=1))
        within = (counts >= self.least) & (counts <= self.most)
        return bool(within.all() and (self.foes @ test <= 1).all() and whole.all())


@lru_cache(maxsize=64)
def layout_of(constraints: Constraints, pool: Pool) -> Layout:
    """Return the layout of a pool's items; the last few are kept."""
    return Layout.of(constraints, pool)


def _table(rows: list[Booleans], size: int) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), size)
