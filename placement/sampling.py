"""What a simulated module yields, one row an examinee."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from scipy.sparse import csr_array, vstack

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import discordant
from placement.design import Design
from placement.lockstep import Sittings
from placement.posterior import quantiles
from placement.tracks import expected_losses, track_of


@dataclass(frozen=True, slots=True, eq=False)
class ModuleSample:
    """N examinees in one module: true ability and track, and what the engine made of them.

    `theta`, `estimate`, `se` (N,) in logits; `belongs`, `placed` (N,) track numbers;
    `probabilities` (N, T); `cost` (N,) hours lost by the placement; `covered` (N,) whether the 80 %
    interval holds the true ability; `stops` (N,) the reason's place in `StopReason`;
    `given` (N, J) the items asked, few of many; `discordant` (N,) whether own answers alone propose
    another track than all answers do.
    """

    theta: Floats
    estimate: Floats
    se: Floats
    belongs: Integers
    placed: Integers
    probabilities: Floats
    cost: Floats
    covered: Booleans
    near_boundary: Booleans
    stops: Integers
    given: csr_array[np.bool_]
    discordant: Booleans

    @property
    def lengths(self) -> Integers:
        """Number of questions each examinee was asked, (N,)."""
        return np.asarray(self.given.sum(axis=1), dtype=np.int64)

    @property
    def claimed(self) -> Floats:
        """Posterior probability of the track proposed to each examinee, (N,)."""
        return self.probabilities[np.arange(self.placed.size), self.placed]

    @property
    def confusion(self) -> Integers:
        """Examinees, (T, T), by the track they belong in (rows) and the one proposed."""
        size = self.probabilities.shape[1]
        counts = np.bincount(self.belongs * size + self.placed, minlength=size * size)
        return counts.reshape(size, size).astype(np.int64)

    @property
    def exposure(self) -> Floats:
        """Share of examinees who were asked each item, (J,)."""
        return np.asarray(self.given.sum(axis=0) / self.theta.size)

    @property
    def overlap(self) -> float:
        """Questions two examinees share, as a share of the mean length (Chen et al. 2003)."""
        counts, size = self.given.sum(axis=0), self.theta.size
        shared = (counts * (counts - 1)).sum() / max(size * (size - 1), 1)
        return float(shared / max(self.lengths.mean(), 1))

    def among(self, rows: Integers) -> Self:
        """Return the sample of these examinees only."""
        return type(self)(*(getattr(self, name)[rows] for name in _names(type(self))))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put samples of the same module under one another."""
        columns = {name: [getattr(part, name) for part in parts] for name in _names(cls)}
        given = vstack(columns.pop("given"), format="csr")
        return cls(given=given, **{name: np.concatenate(col) for name, col in columns.items()})


def _names(cls: type[ModuleSample]) -> list[str]:
    return [field.name for field in fields(cls)]


def sample_of(design: Design, theta: Floats, sittings: Sittings) -> ModuleSample:
    """Read the placements of examinees with true ability `theta` (N,)."""
    standing = sittings.standing
    section, probabilities = standing.section, standing.track_probabilities
    losses = expected_losses(probabilities, section.losses)
    belongs, placed = track_of(theta, section.cuts), design.guard(standing, losses)
    low, high = quantiles(standing.posterior, section.pool.nodes, (0.1, 0.9)).T
    return ModuleSample(
        theta,
        *design.estimator(standing),
        belongs,
        placed,
        probabilities,
        section.losses[belongs, placed],
        (low <= theta) & (theta <= high),
        design.review(probabilities, losses),
        sittings.codes,
        csr_array(standing.given),
        discordant(design, standing),
    )
