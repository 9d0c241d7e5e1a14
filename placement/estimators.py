"""Ability from answers."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class ExpectedAPosteriori:
    """The posterior's mean, and its standard deviation as the error (Bock & Mislevy 1982)."""

    def __call__(self, standing: Standing) -> tuple[Floats, Floats]:
        return standing.mean, np.sqrt(standing.variance)
