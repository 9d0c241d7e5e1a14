"""What is believed about a person's ability before the first answer."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from scipy.special import ndtr

from placement.arrays import Floats
from placement.errors import refuse
from placement.quadrature import cell_widths


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

        `DesignError` when a hundredth of the prior or more lies outside the nodes.
        """
        ends = ndtr((nodes[[0, -1]] - self.mean) / self.sd)
        usable = ends[1] - ends[0] > 0.99
        refuse([] if usable else [f"prior: mean {self.mean}, sd {self.sd} leaves the scale"])
        mass = np.exp(-0.5 * ((nodes - self.mean) / self.sd) ** 2) * cell_widths(nodes)
        return np.asarray(mass / mass.sum())
