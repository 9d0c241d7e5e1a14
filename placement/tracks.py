"""Ordered tracks, cut scores, and what a wrong track costs."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from placement.arrays import Floats, Integers
from placement.errors import refuse
from placement.quadrature import cell_edges


@dataclass(frozen=True, slots=True)
class Track:
    """One way on: its name, and the hours of course it asks of a person."""

    name: str
    hours: float

    def __post_init__(self) -> None:
        refuse([] if self.name else ["a track needs a name"])
        usable = isfinite(self.hours) and self.hours >= 0
        refuse([] if usable else [f"track {self.name}: {self.hours} hours"])


def track_of(theta: Floats, cuts: Floats) -> Integers:
    """Return the number of the track that each ability belongs to: at a cut, the higher one."""
    return np.asarray(np.searchsorted(cuts, theta, side="right"), dtype=np.int64)


def track_masses(nodes: Floats, cuts: Floats) -> Floats:
    """Return the share of each node's cell that lies in each track, shape (T, Q).

    A cell that a cut crosses is split in proportion to its length on either side; each column
    sums to 1.
    """
    edges = cell_edges(nodes)
    below = np.clip((cuts[:, None] - edges[:-1]) / np.diff(edges), 0, 1)
    ladder = np.vstack((np.zeros_like(nodes), below, np.ones_like(nodes)))
    return np.diff(ladder, axis=0)


def expected_losses(probabilities: Floats, losses: Floats) -> Floats:
    """Return the expected loss of placing in each track, (N, T), from (N, T) probabilities.

    `losses[k, d]` is the cost of placing in d a person who belongs in k (Vos 1999).
    """
    return np.asarray(probabilities.dot(losses))
