"""A gentle opening: nobody meets a hard question first."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from placement.arrays import Floats, Integers, frozen
from placement.errors import refuse
from placement.quadrature import interpolation
from placement.standing import Section, Standing


@dataclass(frozen=True, slots=True)
class Opening:
    """The first `questions` of a sitting are ones that a typical person answers right.

    They are drawn among the items on which a person of the prior's mean ability is expected to
    reach a share `success` of the score, as long as the module has such items left; the blueprint
    and the exposure rule choose among them as always. 0 questions: no opening.
    """

    questions: int = 0
    success: float = 0.7

    def __post_init__(self) -> None:
        usable = self.questions >= 0 and 0 <= self.success <= 1
        refuse([] if usable else ["opening: questions from 0, and success in [0, 1]"])

    def __call__(self, standing: Standing, values: Floats, place: Integers) -> Floats:
        """Return the values (N, J), -inf for what is too hard to come now.

        `place` (N,) is the number of questions that each examinee has had in the whole sitting.
        """
        if not self.questions:
            return values
        early = place < self.questions
        if not early.any():
            return values
        easy = expected_share(standing.section) >= self.success
        free = standing.free & easy
        narrowed = early & free.any(axis=1)
        return np.where(narrowed[:, None] & ~free, -np.inf, values)


@lru_cache(maxsize=64)
def expected_share(section: Section) -> Floats:
    """Return the share of each item's score, (J,), that the prior's mean ability is expected of."""
    pool = section.pool
    weights = interpolation(pool.nodes, np.atleast_1d(section.prior @ pool.nodes))[0]
    steps = np.arange(pool.probabilities.shape[1])
    score = (pool.probabilities @ weights) @ steps
    return frozen(score / np.maximum(pool.n_categories() - 1, 1))
