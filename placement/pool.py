"""A pool: the items a test may draw on, born with their response functions tabulated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from placement.arrays import Floats, Integers, frozen
from placement.errors import PoolError
from placement.items import ItemParameters
from placement.models import expected_response_function
from placement.quadrature import STANDARD, Quadrature


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """J items on Q nodes; every array is read-only.

    `probabilities[j, k, q]` is the chance of category k of item j at node q, already averaged over
    uncertain parameters; `information[j, q]` is the Fisher information Σ_k P'_k² / P_k of it.
    """

    nodes: Floats
    items: tuple[str, ...]
    modules: tuple[str, ...]
    categories: tuple[str, ...]
    probabilities: Floats
    information: Floats
    a: Floats
    b: Floats
    c: Floats

    @classmethod
    def tabulate(cls, items: Sequence[ItemParameters], quadrature: Quadrature = STANDARD) -> Self:
        """Tabulate `items` on the quadrature's nodes; `PoolError` when a name comes twice."""
        _refuse_repeats([item.item for item in items])
        nodes = quadrature.nodes
        chance, slope = _tables(items, nodes)
        return cls(
            nodes,
            tuple(item.item for item in items),
            tuple(item.module for item in items),
            tuple(item.category for item in items),
            frozen(np.stack((1 - chance, chance), axis=1)),
            frozen(slope**2 / (chance * (1 - chance))),
            *(_column(items, name) for name in ("a", "b", "c")),
        )

    def __len__(self) -> int:
        return len(self.items)

    def of_module(self, module: str) -> Self:
        """Return the part of the pool that measures `module`, in the pool's order."""
        rows = [j for j, name in enumerate(self.modules) if name == module]
        return type(self)(
            self.nodes,
            tuple(self.items[j] for j in rows),
            tuple(self.modules[j] for j in rows),
            tuple(self.categories[j] for j in rows),
            *(frozen(column[rows]) for column in self._columns()),
        )

    def positions(self) -> dict[str, int]:
        """Return each item's row."""
        return {item: j for j, item in enumerate(self.items)}

    def n_categories(self) -> Integers:
        """Return the number of response categories of each item, shape (J,)."""
        return np.full(len(self), self.probabilities.shape[1], dtype=np.int64)

    def _columns(self) -> tuple[Floats, ...]:
        return self.probabilities, self.information, self.a, self.b, self.c


def _tables(items: Sequence[ItemParameters], nodes: Floats) -> tuple[Floats, Floats]:
    """Return the chance of a right answer and its slope, each (J, Q)."""
    pairs = [expected_response_function(item, nodes) for item in items]
    table = np.array(pairs).reshape(len(items), 2, nodes.size)
    # A chance that rounds to 1 has no logarithm for its opposite; one part in 10^15 is kept.
    return np.clip(table[:, 0], 1e-15, 1 - 1e-15), table[:, 1]


def _column(items: Sequence[ItemParameters], name: str) -> Floats:
    return frozen(np.array([getattr(item, name) for item in items], dtype=np.float64))


def _refuse_repeats(names: Sequence[str]) -> None:
    faults = [f"item {name} comes {n} times" for name, n in Counter(names).items() if n > 1]
    if faults:
        raise PoolError(faults)
