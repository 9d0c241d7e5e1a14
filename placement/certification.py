"""Who is sent straight to certification: the chance of passing."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from placement.arrays import Floats
from placement.errors import refuse


@dataclass(frozen=True, slots=True)
class PassCurve:
    """P(pass | θ) = 1 / (1 + exp(−slope (θ − cut))); logits from the module's highest cut score.

    The defaults put 0.80 at the cut itself, with the slope of a test of 36 questions. When results
    have come in they are a logistic regression of pass on θ.
    """

    cut: float = -0.32
    slope: float = 4.4

    def __post_init__(self) -> None:
        refuse([] if self.slope > 0 else [f"certification: slope {self.slope} is not above 0"])

    def __call__(self, distance: Floats) -> Floats:
        """Return the chance of passing at logits from the highest cut, of the same shape."""
        return np.asarray(expit(self.slope * (distance - self.cut)))


@dataclass(frozen=True, slots=True)
class PassMark:
    """The certifying test itself: `mark` or more of `items` questions right.

    At `cut`, logits from the module's highest cut score, a person is expected to reach the mark
    exactly; the questions are alike, P(right) = logistic(θ − cut + logit(mark / items)), and the
    number right is taken as normal with half a question's correction.
    """

    items: int = 36
    mark: int = 27
    cut: float = -0.24

    def __post_init__(self) -> None:
        usable = 0 < self.mark < self.items
        refuse([] if usable else [f"certification: {self.mark} of {self.items} is no pass mark"])

    def __call__(self, distance: Floats) -> Floats:
        """Return the chance of passing at logits from the highest cut, of the same shape."""
        odds = self.mark / (self.items - self.mark)
        right = expit(distance - self.cut + np.log(odds))
        spread = np.sqrt(self.items * right * (1 - right))
        return np.asarray(ndtr((self.items * right - (self.mark - 0.5)) / spread))
