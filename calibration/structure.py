"""The parameters of a whole calibration as one vector, and where each item's are in it.

Items of one family and number of categories form a batch; the batches' parameters, item by item,
are followed by each group's (mean, log sd): the *raw* vector of R numbers. The F *free* ones are
what is estimated; a shared slope is one free number for several raw ones, a fixed one is none.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from calibration.families import Family
from calibration.population import Standard, log_weights, weight_slopes
from calibration.prior_terms import PriorTerms
from placement.arrays import Booleans, Floats, Integers

# A weight of 0 has no logarithm; this stands for it. Products of smaller ones would be denormal
# numbers, with which processors reckon a hundred times slower.
SMALLEST = 1e-60


@dataclass(frozen=True, eq=False)
class Batch:
    """J items of one family with K categories: columns and parameters from `column`, `parameter`.

    `items` (J,) are their places among the calibrated items.
    """

    family: Family
    items: Integers
    n_categories: int
    column: int
    parameter: int
    n_parameters: int
    priors: PriorTerms

    @property
    def columns(self) -> slice:
        return slice(self.column, self.column + len(self.items) * self.n_categories)

    @property
    def place(self) -> slice:
        """Where the batch's parameters are in the raw vector."""
        return slice(self.parameter, self.parameter + len(self.items) * self.n_parameters)

    def of(self, raw: Floats) -> Floats:
        """Return the batch's parameters, (J, p), as a view."""
        return raw[self.place].reshape(len(self.items), self.n_parameters)

    def counts(self, table: Floats) -> Floats:
        """Return the batch's part of a (C, Q) table, (J, K, Q), as a view."""
        return table[self.columns].reshape(len(self.items), self.n_categories, -1)


@dataclass(frozen=True, eq=False)
class Structure:
    """`slots` (R,) holds each raw parameter's place among the free ones, -1 where it is fixed.

    `start`, `lower` and `upper` (R,) are where the climb begins and the bounds it keeps. A step
    beyond `near_lower` or `near_upper` goes onto the bound: an asymptote's logit would creep there
    for ever. `shape` (G, Q) is 0 where ability is normal; what histograms add to the log density.
    """

    nodes: Floats
    batches: tuple[Batch, ...]
    n_groups: int
    slots: Integers
    start: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    shape: Floats

    @property
    def n_columns(self) -> int:
        return int(self.batches[-1].columns.stop)

    @cached_property
    def n_free(self) -> int:
        return int(self.slots.max(initial=-1)) + 1

    @property
    def group_place(self) -> slice:
        return slice(self.start.size - 2 * self.n_groups, self.start.size)

    @cached_property
    def moving(self) -> Integers:
        """Raw places that are free, (M,) with M ≥ F."""
        return np.flatnonzero(self.slots >= 0)

    @cached_property
    def groups_held(self) -> bool:
        """Whether no group's mean or sd is free."""
        return bool((self.slots[self.group_place] < 0).all())

    @cached_property
    def tied(self) -> bool:
        return self.moving.size > self.n_free

    @cached_property
    def _straight(self) -> bool:
        """Whether the free parameters stand in the raw ones' order."""
        return np.array_equal(self.slots[self.moving], np.arange(self.n_free))

    @property
    def standards(self) -> tuple[Standard, ...]:
        """Which moments of each group are not free, and so hold the scale."""
        held = self.slots[self.group_place].reshape(self.n_groups, 2) < 0
        return tuple(Standard(bool(mean), bool(sd)) for mean, sd in held)

    def with_groups_held(self) -> "Structure":
        """Return the structure with no group's mean and sd among the free parameters."""
        slots = self.slots.copy()
        slots[self.group_place] = -1
        slots[slots >= 0] = np.unique(slots[slots >= 0], return_inverse=True)[1]
        return replace(self, slots=slots)

    def on_every_other_node(self) -> "Structure":
        """Return the same parameters on every other node."""
        return replace(self, nodes=self.nodes[::2], shape=self.shape[:, ::2])

    def reshaped(self, weights: Floats) -> "Structure":
        """Return the structure whose weights at means 0 and log sds 0 are these, (G, Q)."""
        shape = np.log(np.maximum(weights, SMALLEST)) + self.nodes**2 / 2
        return replace(self, shape=shape)

    def groups(self, raw: Floats) -> Floats:
        return raw[self.group_place].reshape(self.n_groups, 2)

    def expand(self, free: Floats) -> Floats:
        """Return the raw vector, (R,), of a free one."""
        raw = self.start.copy()
        raw[self.moving] = free[self.slots[self.moving]]
        return raw

    def pick(self, raw: Floats) -> Floats:
        """Return the free vector, (F,), of a raw one (of tied numbers, the last)."""
        free = np.zeros(self.n_free)
        free[self.slots[self.moving]] = raw[self.moving]
        return free

    def reduce(self, gradient: Floats) -> Floats:
        """Return the gradient by the free parameters, (F,), from that by the raw ones, (R,)."""
        slots = self.slots[self.moving]
        return np.bincount(slots, gradient[self.moving], self.n_free).astype(np.float64)

    def reduce_columns(self, matrix: Floats) -> Floats:
        """Return (n, F) from (n, R): tied columns added up, fixed ones left out."""
        if self._straight:
            return np.asarray(matrix[:, self.moving])
        free = np.zeros((self.n_free, len(matrix)))
        np.add.at(free, self.slots[self.moving], matrix[:, self.moving].T)
        return free.T

    def reduce_both(self, matrix: Floats) -> Floats:
        """Return (F, F) from (R, R), which is written over where only the last are fixed."""
        size = self.n_free
        if self._straight and np.array_equal(self.moving, np.arange(size)):
            flat = matrix.reshape(-1)
            # Rows move towards the front, none onto one that is still to be moved.
            for row in range(1, size):
                flat[row * size : (row + 1) * size] = matrix[row, :size]
            return flat[: size * size].reshape(size, size)
        return self.reduce_columns(self.reduce_columns(matrix).T)

    def shortened(self, step: Floats, stride: float) -> Floats:
        """Return a step (F,) in which no item's largest change is above `stride`."""
        raw = np.zeros(self.slots.size)
        raw[self.moving] = step[self.slots[self.moving]]
        if self.tied:
            return step * min(1.0, stride / max(float(np.abs(raw).max()), stride))
        for batch in self.batches:
            own = batch.of(raw)
            own *= np.minimum(1.0, stride / np.abs(own).max(axis=1, keepdims=True, initial=stride))
        groups = self.groups(raw)
        groups *= np.minimum(
            1.0, stride / np.abs(groups).max(axis=1, keepdims=True, initial=stride)
        )
        return self.pick(raw)

    def log_chances(self, raw: Floats) -> Floats:
        """Return the log chance of every category at every node, (C, Q)."""
        table = np.empty((self.n_columns, self.nodes.size))
        for batch in self.batches:
            logs = batch.family.log_chances(batch.of(raw), self.nodes)
            table[batch.columns] = logs.reshape(-1, self.nodes.size)
        return table

    def log_weights(self, raw: Floats) -> Floats:
        """Return the log weight of every node in every group, (G, Q)."""
        return log_weights(self.groups(raw), self.nodes, self.shape)

    def weight_slopes(self, raw: Floats) -> Floats:
        """Return their derivatives by each group's (mean, log sd), (G, 2, Q)."""
        return weight_slopes(self.groups(raw), self.nodes, self.shape)

    def admissible(self, raw: Floats) -> bool:
        return all(self.refused(raw, batch).sum() == 0 for batch in self.batches)

    @staticmethod
    def refused(raw: Floats, batch: Batch) -> Booleans:
        """Return which items' parameters are outside the model or its prior, (J,)."""
        parameters = batch.of(raw)
        return ~(batch.family.admissible(parameters) & batch.priors.admissible(parameters))

    def log_prior(self, raw: Floats) -> float:
        return float(sum(batch.priors.value(batch.of(raw)) for batch in self.batches))
