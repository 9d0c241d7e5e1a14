"""The objective as a function of the free parameters: log marginal likelihood + log priors."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from calibration.complete import add_blocks, gradient, metric
from calibration.executors import People
from calibration.expectation import Expectation, expect, smooth
from calibration.information import coarse_information
from calibration.structure import Structure
from placement.arrays import Floats

# Patterns that are enough to look at for a metric.
MANY = 4000


@dataclass(frozen=True, eq=False)
class Point:
    """One point of the climb: where, how high, and how steep."""

    structure: Structure
    free: Floats
    raw: Floats
    expected: Expectation
    log_prior: float

    @property
    def value(self) -> float:
        return self.expected.log_likelihood + self.log_prior

    @property
    def size(self) -> int:
        return self.free.size

    @cached_property
    def gradient(self) -> Floats:
        """Of the objective by the free parameters, (F,)."""
        return self.structure.reduce(self.raw_gradient)

    @cached_property
    def raw_gradient(self) -> Floats:
        """Of the objective by the raw parameters, (R,)."""
        return gradient(self.structure, self.raw, self.expected)

    @property
    def weights(self) -> Floats:
        """The nodes' weights in each group, (G, Q)."""
        return np.asarray(np.exp(self.structure.log_weights(self.raw)))

    def metric(self) -> Floats:
        """Return EM's metric, the expected complete-data information, (F, F)."""
        raw = np.zeros((self.raw.size, self.raw.size))
        add_blocks(raw, self.structure, [blocks for _, blocks in self._blocks])
        return self.structure.reduce_both(raw)

    def em_solve(self, gradient: Floats) -> Floats:
        """Return the step of EM's metric along `gradient` (F,): every item by itself."""
        structure = self.structure
        if structure.tied:
            return np.asarray(cho_solve(cho_factor(self.metric()), gradient))
        raw = np.zeros(self.raw.size)
        raw[structure.moving] = gradient[structure.slots[structure.moving]]
        fixed = structure.slots < 0
        for place, blocks in self._blocks:
            still = fixed[place].reshape(blocks.shape[:2])
            solid = np.where(still[:, :, None] | still[:, None, :], 0.0, blocks)
            diagonal = np.arange(blocks.shape[1])
            # A sliver of the largest entry: nothing may be known of a parameter.
            solid[:, diagonal, diagonal] += still + 1e-10 * solid.max(axis=(1, 2))[:, None] + 1e-12
            steps = np.linalg.solve(solid, raw[place].reshape(*blocks.shape[:2], 1))
            raw[place] = steps.ravel()
        return structure.pick(raw)

    @cached_property
    def _blocks(self) -> list[tuple[slice, Floats]]:
        places = [batch.place for batch in self.structure.batches]
        places.append(self.structure.group_place)
        found = metric(self.structure, self.raw, self.expected)
        return list(zip(places, found, strict=True))


@dataclass(frozen=True, eq=False)
class Problem:
    """Data and structure."""

    structure: Structure
    people: People

    def at(self, free: Floats) -> Point:
        """Return the point of free parameters (F,): one E-step."""
        return self.at_raw(self.structure.expand(free))

    def at_raw(self, raw: Floats) -> Point:
        """Return the point of raw parameters (R,)."""
        table, weights = self.structure.log_chances(raw), self.structure.log_weights(raw)
        expected = expect(self.people, table, weights, self.structure.nodes)
        free = self.structure.pick(raw)
        return Point(self.structure, free, raw, expected, self.structure.log_prior(raw))

    def hessian(self, point: Point) -> Floats:
        """Return about the observed information, (F, F): a metric, not a result."""
        few = max(MANY, 8 * point.size)
        return coarse_information(self.structure, self.people, point.raw, point.expected, few)

    def on_every_other_node(self) -> "Problem":
        """Return the problem of every other node."""
        return replace(self, structure=self.structure.on_every_other_node())

    def smooth(self, point: Point) -> bool:
        """Return whether posteriors are wide beside the distance of the nodes."""
        return smooth(self.structure.nodes, point.expected)

    @cached_property
    def lower(self) -> Floats:
        return self.structure.pick(self.structure.lower)

    @cached_property
    def upper(self) -> Floats:
        return self.structure.pick(self.structure.upper)

    def within(self, free: Floats, step: Floats) -> Floats:
        """Return `free` + `step` within bounds; an item's step is cut until its model allows it."""
        structure = self.structure
        target = np.clip(free + step, self.lower, self.upper)
        low = (step < 0) & (target < structure.pick(structure.near_lower))
        high = (step > 0) & (target > structure.pick(structure.near_upper))
        target = np.where(low, self.lower, np.where(high, self.upper, target))
        begin, raw = structure.expand(free), structure.expand(target)
        for batch in structure.batches:
            for _ in range(40):
                refused = structure.refused(raw, batch)
                if not refused.any():
                    break
                parameters, old = batch.of(raw), batch.of(begin)
                parameters[refused] = (parameters[refused] + old[refused]) / 2
        return structure.pick(raw)
