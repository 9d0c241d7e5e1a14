"""A simulation conditional on true ability: the same figures for people of like ability."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats
from placement.simulation import SimulationResult

EDGES: Floats = np.arange(-2.5, 3.0, 0.5)
"""Half a logit apart; below the first and above the last there are few people of each ability."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Those whose true ability in a module is in [low, high), and that module's figures for them.

    `number` is the module's place in the design, from 0; the outermost bands reach to infinity.
    """

    number: int
    low: float
    high: float
    result: SimulationResult


def bands(result: SimulationResult, edges: Floats = EDGES) -> Iterator[Band]:
    """Yield each module's bands between `edges` (B,), rising, logits; empty ones are left out."""
    ends = np.concatenate(([-np.inf], edges, [np.inf]))
    for number, sample in enumerate(result.modules):
        place = np.digitize(sample.theta, edges)
        for band in np.unique(place):
            some = SimulationResult((sample.among(np.flatnonzero(place == band)),))
            yield Band(number, float(ends[band]), float(ends[band + 1]), some)
