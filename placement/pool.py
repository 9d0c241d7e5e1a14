"""A pool: the items a test may draw on, born with their response functions tabulated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from placement.arrays import Booleans, Floats, Integers, frozen
from placement.curves import CurveSet
from placement.errors import PoolError
from placement.items import ItemParameters
from placement.models import Curves
from placement.quadrature import STANDARD, Quadrature, interpolated

SMALLEST = 1e-300
TABLES = ("probabilities", "logs", "information", "tilt", "a", "b", "c", "d")


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """J items on Q nodes; every array is read-only.

    `probabilities[j, k, q]` is the chance of category k of item j at node q, already averaged over
    uncertain parameters, and `logs` its logarithm; an item with fewer than K categories has 1e-300
    in those it lacks, and `sizes[j]` says how many it has. `information[j, q]` is the Fisher
    information Σ_k P'_k² / P_k of it, `tilt[j, q]` is Σ_k P'_k P''_k / P_k, what Warm (1989) weighs
    a likelihood by. `b` is an item's location: the mean of its thresholds where it has several.
    """

    nodes: Floats
    items: tuple[str, ...]
    modules: tuple[str, ...]
    categories: tuple[str, ...]
    enemies: tuple[str, ...]
    probabilities: Floats
    logs: Floats
    information: Floats
    tilt: Floats
    a: Floats
    b: Floats
    c: Floats
    d: Floats
    sizes: Integers
    _parts: dict[str, Self] = field(default_factory=dict, init=False, repr=False)
    _rows: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    _by_node: list[Floats] = field(default_factory=list, init=False, repr=False)

    @classmethod
    def tabulate(cls, items: Sequence[ItemParameters], quadrature: Quadrature = STANDARD) -> Self:
        """Tabulate `items` on the quadrature's nodes; `PoolError` when a name comes twice."""
        _refuse_repeats([item.item for item in items])
        nodes, curves = quadrature.nodes, CurveSet.of(items)
        chances, information, tilt = _tables(curves, nodes)
        return cls(
            nodes=nodes,
            items=tuple(item.item for item in items),
            modules=tuple(item.module for item in items),
            categories=tuple(item.category for item in items),
            enemies=tuple(item.enemy for item in items),
            probabilities=frozen(chances),
            logs=frozen(np.log(chances)),
            information=frozen(information),
            tilt=frozen(tilt),
            a=_column(items, "a"),
            b=_column(items, "location"),
            c=_column(items, "c"),
            d=_column(items, "d"),
            sizes=curves.sizes,
        )

    def __len__(self) -> int:
        return len(self.items)

    def of_module(self, module: str) -> Self:
        """Return the part of the pool that measures `module`, in the pool's order; made once."""
        if module not in self._parts:
            self._parts[module] = self._part(module)
        return self._parts[module]

    def positions(self) -> dict[str, int]:
        """Return each item's row; not to be written to."""
        if not self._rows:
            self._rows.update((item, j) for j, item in enumerate(self.items))
        return self._rows

    @property
    def width(self) -> int:
        """The number of categories that the tables hold for every item, K."""
        return int(self.probabilities.shape[1])

    def n_categories(self) -> Integers:
        """Return the number of response categories of each item, shape (J,)."""
        return self.sizes

    def log_chances(self, answers: Integers) -> Floats:
        """Return the log chance, (n, Q), of answers, each row × K + category, (n,)."""
        return self.logs.reshape(-1, self.nodes.size).take(answers, axis=0)

    def information_at(self, points: Floats) -> Floats:
        """Return the Fisher information of each item at abilities (N,), (N, J).

        Cubic interpolation: only the four nodes beside each ability are read.
        """
        if not self._by_node:
            self._by_node.append(frozen(self.information.T))
        return interpolated(self.nodes, points, self._by_node[0])

    def _part(self, module: str) -> Self:
        rows = [j for j, name in enumerate(self.modules) if name == module]
        if len(rows) == len(self):
            return self
        texts = ("items", "modules", "categories", "enemies")
        named: dict[str, Any] = {
            name: tuple(getattr(self, name)[j] for j in rows) for name in texts
        }
        tables: dict[str, Any] = {name: frozen(getattr(self, name)[rows]) for name in TABLES}
        return replace(self, **named, **tables, sizes=self.sizes[rows])


def _tables(curves: CurveSet, nodes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the chances (J, K, Q), the information and the tilt (J, Q)."""
    chances, first, second = curves.at(nodes)
    two = curves.sizes == 2
    # A chance that rounds to 1 has no logarithm for its opposite; one part in 10^15 is kept.
    right = np.clip(chances[two, 1], 1e-15, 1 - 1e-15)
    chances[two, 1], chances[two, 0] = right, 1 - right
    chances = np.maximum(chances, SMALLEST)
    tilt = (first * second / chances).sum(axis=1)
    return chances, _information(Curves(chances, first, second), two, right), tilt


def _information(curves: Curves, two: Booleans, right: Floats) -> Floats:
    """Return Σ_k P'_k² / P_k, (J, Q); `two` marks the items that are right or wrong."""
    several = ~two
    information = np.empty((two.size, curves.chances.shape[2]))
    information[two] = curves.first[two, 1] ** 2 / (right * (1 - right))
    squares = curves.first[several] ** 2 / curves.chances[several]
    information[several] = squares.sum(axis=1)
    return information


def _column(items: Sequence[ItemParameters], name: str) -> Floats:
    return frozen(np.array([getattr(item, name) for item in items], dtype=np.float64))


def _refuse_repeats(names: Sequence[str]) -> None:
    faults = [f"item {name} comes {n} times" for name, n in Counter(names).items() if n > 1]
    if faults:
        raise PoolError(faults)
