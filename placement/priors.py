"""What is believed about a person's ability before the first answer."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np
from scipy.special import ndtr

from placement.arrays import Floats
from placement.errors import refuse
from placement.quadrature import cell_edges, cell_widths


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """Ability in the population: normal, in logits."""

    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        usable = isfinite(self.mean) and isfinite(self.sd) and self.sd > 0
        refuse([] if usable else [f"prior: mean {self.mean}, sd {self.sd} is no normal law"])

    def __call__(self, nodes: Floats) -> Floats:
        """Return the prior's mass in each node's cell, shape (Q,), summing to 1.

        `DesignError` when a hundredth of the prior or more lies outside the nodes, or the nodes are
        too far apart for a prior this narrow.
        """
        law = f"prior: mean {self.mean}, sd {self.sd}"
        widths = cell_widths(nodes)
        narrow = self.sd < widths.max() / 2
        refuse([f"{law} is narrower than the scale's steps"] if narrow else [])
        ends = ndtr((nodes[[0, -1]] - self.mean) / self.sd)
        usable = ends[1] - ends[0] > 0.99
        refuse([] if usable else [f"{law} leaves the scale"])
        mass = np.exp(-0.5 * ((nodes - self.mean) / self.sd) ** 2) * widths
        return np.asarray(mass / mass.sum())


@dataclass(frozen=True, slots=True)
class HistogramPrior:
    """Ability as earlier rounds found it: relative weights at rising nodes, in logits.

    Each weight is spread evenly over its node's cell, and carried to the pool's cells from there.
    """

    nodes: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        usable = all(map(isfinite, (*self.nodes, *self.weights)))
        claims = (
            (len(self.nodes) >= 2, "prior: a histogram needs two nodes or more"),
            (len(self.nodes) == len(self.weights), "prior: nodes and weights differ in number"),
            (usable, "prior: a node or a weight is not finite"),
            (all(low < high for low, high in pairwise(self.nodes)), "prior: nodes do not rise"),
            (min(self.weights, default=0) >= 0, "prior: a weight is below 0"),
            (not usable or sum(self.weights) > 0, "prior: no weight is above 0"),
        )
        refuse([fault for holds, fault in claims if not holds])

    def __call__(self, nodes: Floats) -> Floats:
        """Return the prior's mass in each node's cell, shape (Q,), summing to 1.

        `DesignError` when a hundredth of the prior or more lies outside the nodes.
        """
        ladder = np.concatenate(([0.0], np.cumsum(self.weights))) / sum(self.weights)
        below = np.interp(cell_edges(nodes), cell_edges(np.array(self.nodes)), ladder)
        usable = below[-1] - below[0] > 0.99
        refuse([] if usable else ["prior: the histogram leaves the scale"])
        return np.asarray(np.diff(below) / (below[-1] - below[0]))
