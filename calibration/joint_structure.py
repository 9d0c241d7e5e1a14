"""The parameters of several modules and of the law of abilities that joins them, as one vector.

Each module keeps its own structure. The free vector holds every module's free parameters in turn,
then the correlations of the pairs; the modules' group parameters are the law's means and sds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np

from calibration.ability_law import AbilityLaw
from calibration.structure import Structure
from placement.arrays import Floats, Integers

# A step moves no correlation by more than this.
LEAP = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class JointParameters:
    """Each module's raw parameters, (R_d,), and the law that its group parameters are part of."""

    raws: tuple[Floats, ...]
    law: AbilityLaw


@dataclass(frozen=True, eq=False)
class JointStructure:
    """`modules` (D) have the same nodes and groups. P are the law's parameters, F all free ones.

    `lkj` is the prior of the correlations.
    """

    modules: tuple[Structure, ...]
    lkj: float = 1.0

    @property
    def nodes(self) -> Floats:
        return self.modules[0].nodes

    @property
    def n_free(self) -> int:
        return int(self.pairs.stop)

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where each module's free parameters are."""
        ends = accumulate((structure.n_free for structure in self.modules), initial=0)
        return tuple(slice(begin, end) for begin, end in pairwise(ends))

    @cached_property
    def pairs(self) -> slice:
        """Where the correlations are."""
        begin, size = self.places[-1].stop, len(self.modules)
        return slice(begin, begin + size * (size - 1) // 2)

    @cached_property
    def law_free(self) -> tuple[Integers, Integers]:
        """Which of the law's parameters are free, and where they are."""
        slots = []
        for structure, place in zip(self.modules, self.places, strict=True):
            own = structure.slots[structure.group_place]
            slots.append(np.where(own < 0, -1, own + place.start))
        slots.append(np.arange(self.pairs.start, self.pairs.stop))
        places = np.concatenate(slots).astype(np.int64)
        rows = np.flatnonzero(places >= 0)
        return rows, places[rows]

    def with_law(self, vector: Floats, law: Floats) -> Floats:
        """Return `vector` (F,) with `law`'s (P,) numbers at the law's places."""
        rows, slots = self.law_free
        vector[slots] = law[rows]
        return vector

    def with_law_block(self, matrix: Floats, law: Floats) -> Floats:
        """Return `matrix` (F, F) with `law` (P, P) as the law's block, and nothing beside it."""
        rows, slots = self.law_free
        matrix[slots] = 0
        matrix[:, slots] = 0
        matrix[np.ix_(slots, slots)] = law[np.ix_(rows, rows)]
        return matrix

    def expand(self, free: Floats) -> JointParameters:
        """Return the parameters of a free vector (F,)."""
        parts = zip(self.modules, self.places, strict=True)
        raws = tuple(structure.expand(free[place]) for structure, place in parts)
        groups = [s.groups(raw) for s, raw in zip(self.modules, raws, strict=True)]
        return JointParameters(raws, AbilityLaw(np.stack(groups), free[self.pairs], self.lkj))

    def shortened(self, step: Floats, stride: float) -> Floats:
        """Return a step (F,) in which no item's largest change is above `stride`."""
        parts = zip(self.modules, self.places, strict=True)
        short = [structure.shortened(step[place], stride) for structure, place in parts]
        pairs = step[self.pairs]
        leap = float(np.abs(pairs).max(initial=LEAP))
        return np.concatenate([*short, pairs * (LEAP / leap)])

    def tables(self, raws: Sequence[Floats]) -> tuple[Floats, ...]:
        """Return each module's log chances, (C, Q)."""
        parts = zip(self.modules, raws, strict=True)
        return tuple(structure.log_chances(raw) for structure, raw in parts)
