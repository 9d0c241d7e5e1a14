"""Persons' scores as a few numbers each: made for one person after the other, spread at the end.

A score is a smooth function of ability, and so a sum of a few shapes u(θ) that all items share. A
person's features follow from the shapes' moments E(φ_k u), (K n, r), and from the answers: here
for the items of one batch. `spread` turns sums over features into sums over parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import DTypeLike

from calibration.blocks import Block
from calibration.polynomials import Reals
from calibration.structure import Batch, Structure
from placement.arrays import Floats, Integers

# Of shapes of order 1, what is rounding.
ROUNDING = 1e-12

# Of one batch: cells of a table, or 1 and 0.
Places = Integers | Reals


class Features(Protocol):
    """`size` numbers a person, of scores whose `slopes` by category are (J, p, K, Q).

    These differ from the scores' own by what is the same at every ability, and never varies.
    """

    @property
    def size(self) -> int: ...
    @property
    def slopes(self) -> Floats: ...
    def places(self, block: Block) -> Places: ...
    def fill(self, moments: Reals, places: Places, found: Reals) -> None: ...
    def spread(self, shared: Reals, own: Reals) -> Reals: ...
    def cast(self, kind: DTypeLike) -> Self: ...


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Each parameter's score, taken from the few different ones that categories have.

    `right` (r, (U + 1) J) are U shapes of each item, and noughts; `which` (K + 1, p) tells which of
    them is a category's, or no answer's. The GRM's scores of d_k are -σ(z_k) in the two categories
    beside the threshold, but for what is the same at every ability, and nought in all others.
    """

    batch: Batch
    slopes: Floats
    right: Reals
    which: Integers

    @classmethod
    def of(cls, batch: Batch, slopes: Floats, basis: Floats, *, blank: bool) -> Self:
        leaders = _leaders(slopes, level=not blank)
        count, width, n_categories, n_nodes = slopes.shape
        padded = np.concatenate((slopes, np.zeros((count, width, 1, n_nodes))), axis=2)
        own = np.take_along_axis(padded, leaders[None, :, :, None], axis=2)
        parameter, category = np.nonzero(leaders == np.arange(n_categories))
        right = np.zeros((basis.shape[1], len(category) + 1, count))
        right[:, :-1] = (slopes[:, parameter, category] @ basis).transpose(2, 1, 0)
        which = np.full((n_categories + 1, width), len(category))
        for u, (p, k) in enumerate(zip(parameter, category, strict=True)):
            which[:-1, p][leaders[p] == k] = u
        return cls(batch, own, right.reshape(len(right), -1), which)

    @property
    def size(self) -> int:
        return len(self.batch.items) * self.batch.n_parameters

    def places(self, block: Block) -> Places:
        """Return where the answers' slopes stand among all of the block, (n, J p)."""
        given, count = block.categories(self.batch), len(self.batch.items)
        own = np.arange(len(given))[:, None] * self.right.shape[1] + np.arange(count)
        cells = (self.which * count)[given]
        cells += own[:, :, None]
        return np.asarray(cells.reshape(len(given), self.size))

    def fill(self, moments: Reals, places: Places, found: Reals) -> None:
        """Write the features (K n, size) of persons' moments (K n, r)."""
        cells, count = places.astype(np.intp, copy=False), len(places)
        for begin in range(0, len(moments), count):
            rows = slice(begin, begin + count)
            found[rows] = np.take(moments[rows] @ self.right, cells, mode="clip")

    def spread(self, shared: Reals, own: Reals) -> Reals:
        del shared
        return own

    def cast(self, kind: DTypeLike) -> Self:
        return replace(self, right=self.right.astype(kind))


def _leaders(slopes: Floats, *, level: bool) -> Integers:
    """Return each category's first neighbour with the same slopes, (p, K); K where all are nought.

    Where `level`, what is the same at every ability counts for nothing.
    """
    size = slopes.shape[2]
    limit = ROUNDING * max(1.0, float(np.abs(slopes).max()))

    def largest(shapes: Floats) -> Floats:
        far = np.ptp(shapes, axis=3) if level else np.abs(shapes).max(axis=3)
        return np.asarray(far.max(axis=0))

    leaders = np.tile(np.arange(size), (slopes.shape[1], 1))
    alike = largest(np.diff(slopes, axis=2)) <= limit
    for k in range(1, size):
        leaders[:, k] = np.where(alike[:, k - 1], leaders[:, k - 1], k)
    leaders[largest(slopes) <= limit] = size
    return leaders


@dataclass(frozen=True, slots=True, eq=False)
class RightOrWrong:
    """Of items that everybody answered: a wrong answer's score is the same function for all.

    `wrong` (r, J p) are these; what a right answer changes, but for what is the same at every
    ability, are m shapes an item, `rise` (r, m J), times `mix` (J, m, p). Of the 3PL m is 2: the
    scores of d and logit c rise by σ/P and -(1 - c) σ/P.
    """

    batch: Batch
    slopes: Floats
    wrong: Floats
    rise: Reals
    mix: Floats

    @classmethod
    def of(cls, batch: Batch, slopes: Floats, basis: Floats) -> Self:
        wrong, right = slopes[:, :, 0], slopes[:, :, 1]
        rise = right - wrong
        rise -= rise.mean(axis=2, keepdims=True)
        scale = np.sqrt((rise**2).sum(axis=2, keepdims=True))
        # Of the 2PL's d it is nought but for rounding.
        rise /= np.where(scale > ROUNDING, scale, np.inf)
        values, vectors = np.linalg.eigh(rise @ rise.transpose(0, 2, 1))
        rank = max(1, int((values > ROUNDING).sum(axis=1).max()))
        turns = vectors[:, :, -rank:].transpose(0, 2, 1)
        mix = turns * scale.transpose(0, 2, 1)
        shapes = (turns @ rise).transpose(1, 0, 2).reshape(-1, basis.shape[0])
        ends = np.stack((wrong, wrong + rise * scale), axis=2)
        own = basis.T @ wrong.reshape(-1, basis.shape[0]).T
        return cls(batch, ends, own, basis.T @ shapes.T, mix)

    @property
    def size(self) -> int:
        return int(self.rise.shape[1])

    def places(self, block: Block) -> Places:
        """Return 1 where the answer was right, (n, m J)."""
        given = block.categories(self.batch).astype(self.rise.dtype)
        return np.tile(given, (1, self.mix.shape[1]))

    def fill(self, moments: Reals, places: Places, found: Reals) -> None:
        """Write the features (K n, size) of persons' moments (K n, r)."""
        np.matmul(moments, self.rise, out=found)
        found.reshape(-1, *places.shape)[:] *= places

    def spread(self, shared: Reals, own: Reals) -> Reals:
        """Return (f, J p) from sums over moments, (f, r), and over these features, (f, size)."""
        count, rank, width = self.mix.shape
        turned = own.reshape(-1, rank, count).transpose(2, 0, 1) @ self.mix
        return shared @ self.wrong + turned.transpose(1, 0, 2).reshape(len(own), count * width)

    def cast(self, kind: DTypeLike) -> Self:
        return replace(self, rise=self.rise.astype(kind))


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """All features: moments of `basis` (Q, r), if any of the batches share them, theirs, groups'.

    `groups` (G, r, 2) are those of the groups' mean and log sd. All reckon in the basis' type.
    """

    structure: Structure
    basis: Reals
    groups: Reals
    features: tuple[Features, ...]

    @property
    def shared(self) -> int:
        turned = any(isinstance(features, RightOrWrong) for features in self.features)
        return int(self.basis.shape[1]) if turned else 0

    @property
    def width(self) -> int:
        own = sum(features.size for features in self.features)
        return self.shared + own + 2 * self.structure.n_groups

    def cast(self, kind: DTypeLike) -> Self:
        """Return the same in another type."""
        features = tuple(features.cast(kind) for features in self.features)
        basis, groups = self.basis.astype(kind), self.groups.astype(kind)
        return replace(self, basis=basis, groups=groups, features=features)

    def places(self, block: Block) -> list[Places]:
        return [features.places(block) for features in self.features]

    def filled(self, block: Block, weights: Reals, places: Sequence[Places]) -> Reals:
        """Return features (K n, f) from weights (K, n, Q)."""
        flat, begin = weights.reshape(-1, weights.shape[2]), self.shared
        found = np.empty((len(flat), self.width), dtype=self.basis.dtype)
        moments = np.matmul(flat, self.basis, out=found[:, :begin] if begin else None)
        for features, cells in zip(self.features, places, strict=True):
            features.fill(moments, cells, found[:, begin : begin + features.size])
            begin += features.size
        found[:, begin:] = 0
        group = begin + 2 * block.group
        found[:, group : group + 2] = moments @ self.groups[block.group]
        return found

    def spread(self, sums: Reals) -> Floats:
        """Return sums by parameter (…, R) from sums by feature (…, f)."""
        found = np.empty((len(sums), self.structure.start.size))
        shared, begin = sums[:, : self.shared], self.shared
        for batch, features in zip(self.structure.batches, self.features, strict=True):
            own = sums[:, begin : begin + features.size]
            found[:, batch.place] = features.spread(shared, own)
            begin += features.size
        found[:, self.structure.group_place] = sums[:, begin:]
        return found
