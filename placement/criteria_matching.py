"""Criteria that match an item's difficulty to the person, and chance."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from placement.arrays import Floats, Integers, frozen
from placement.errors import refuse
from placement.pool import SMALLEST, Pool
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class DifficultyMatch:
    """The item whose difficulty b is nearest the posterior mean, bOpt (Urry 1970).

    Worth is 1 / (1 + |θ̂ − b|), so that nearer is more and nothing is negative.
    """

    def __call__(self, standing: Standing) -> Floats:
        return nearness(standing.mean, standing.section.pool.b)


@dataclass(frozen=True, slots=True)
class PeakMatch:
    """The item whose information peaks nearest the posterior mean, thOpt (Barrada et al. 2006).

    With guessing the peak lies above b; it is read from the table, so any model has one.
    """

    def __call__(self, standing: Standing) -> Floats:
        return nearness(standing.mean, peaks(standing.section.pool))


@dataclass(frozen=True, slots=True)
class Stratified:
    """Flat items first, steep ones last; within a stratum the nearest b (Chang & Ying 1999).

    Items of like difficulty are spread over `strata` by their discrimination (b-blocking: Chang,
    Qian & Ying 2001), and a test of `length` questions spends as many in each; a longer one stays
    in the steepest. When a stratum is used up, the nearest stratum serves.
    """

    strata: int = 4
    length: int = 20

    def __post_init__(self) -> None:
        usable = self.strata >= 1 and self.length >= self.strata
        refuse([] if usable else ["selector: strata from 1, and length from strata"])

    def __call__(self, standing: Standing) -> Floats:
        pool = standing.section.pool
        stage = np.minimum(standing.n * self.strata // self.length, self.strata - 1)
        away = np.abs(stage[:, None] - self._stratum(pool))
        # 1 / (1 + |θ̂ − b|) lies in (0, 1]: the distance in strata comes first.
        return np.asarray(self.strata - away + nearness(standing.mean, pool.b))

    def _stratum(self, pool: Pool) -> Integers:
        """Each item's stratum (J,), 0 the flattest, by rank within blocks of like difficulty."""
        block = np.empty(len(pool), dtype=np.int64)
        block[np.argsort(pool.b, kind="stable")] = np.arange(len(pool)) // self.strata
        order = np.lexsort((pool.a, block))
        stratum = np.empty(len(pool), dtype=np.int64)
        stratum[order] = np.arange(len(pool)) % self.strata
        return stratum


@dataclass(frozen=True, slots=True)
class RandomItem:
    """Every item is worth the same, so that the exposure rule draws by lot: a baseline."""

    def __call__(self, standing: Standing) -> Floats:
        return np.ones((len(standing.mean), len(standing.section.pool)))


def nearness(theta: Floats, places: Floats) -> Floats:
    """Return 1 / (1 + |θ − place|), (N, J), from (N,) and (J,)."""
    return np.asarray(1 / (1 + np.abs(theta[:, None] - places)))


@lru_cache(maxsize=4)
def peaks(pool: Pool) -> Floats:
    """Return where each item's information is greatest, (J,): a parabola through three nodes."""
    nodes, table = pool.nodes, pool.information
    top = np.clip(table.argmax(axis=1), 1, nodes.size - 2)
    # Beyond the grid, or steeper than its steps, an item's information is 0 at some node.
    table = np.maximum(table, SMALLEST)
    low, middle, high = (np.log(table[np.arange(len(table)), top + i]) for i in (-1, 0, 1))
    bend = low - 2 * middle + high
    shift = np.where(bend < 0, (low - high) / np.where(bend < 0, 2 * bend, 1), 0)
    return frozen(nodes[top] + np.clip(shift, -1, 1) * (nodes[1] - nodes[0]))
