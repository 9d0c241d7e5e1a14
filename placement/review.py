"""When a person should look at a proposed track."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans, Floats
from placement.errors import refuse


@dataclass(frozen=True, slots=True)
class Review:
    """Near a boundary: no track is at least `certainty` likely, or two cost about the same.

    `margin` is in hours: the least difference between the two smallest expected losses.
    """

    certainty: float = 0.60
    margin: float = 0.50

    def __post_init__(self) -> None:
        usable = 0 <= self.certainty <= 1 and self.margin >= 0
        refuse([] if usable else ["review: certainty is in [0, 1] and margin from 0"])

    def __call__(self, probabilities: Floats, losses: Floats) -> Booleans:
        """Return whether each examinee, (N,), is near a boundary; both arguments (N, T)."""
        best = np.sort(losses, axis=1)
        unsure = probabilities.max(axis=1) < self.certainty
        return np.asarray(unsure | (best[:, 1] - best[:, 0] < self.margin))
