"""Criteria that aim at the cut scores: where a decision is made, not where the person is."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats, Integers
from placement.standing import Section, Standing


@dataclass(frozen=True, slots=True)
class NearestCutInformation:
    """Fisher information at the cut nearest the posterior mean (Spray & Reckase 1994)."""

    def __call__(self, standing: Standing) -> Floats:
        section = standing.section
        away = np.abs(standing.mean[:, None] - section.cuts)
        return information_at_cuts(section, away.argmin(axis=1))


@dataclass(frozen=True, slots=True)
class UncertainCutInformation:
    """Fisher information at the cut that the person is most nearly as likely above as below.

    The analogue for several cuts of choosing at the cut (Eggen & Straetmans 2000).
    """

    def __call__(self, standing: Standing) -> Floats:
        below = np.cumsum(standing.track_probabilities, axis=1)[:, :-1]
        return information_at_cuts(standing.section, np.abs(below - 0.5).argmin(axis=1))


def information_at_cuts(section: Section, cut: Integers) -> Floats:
    """Return the information (N, J) of every item at each examinee's cut, by its number (N,)."""
    return np.asarray(section.pool.information_at(section.cuts)[cut])
