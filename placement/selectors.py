"""How much each item would tell about each examinee."""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from placement.arrays import Floats
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class MaximumInformation:
    """Fisher information at the posterior mean (Lord 1980; Weiss 1982)."""

    def __call__(self, standing: Standing) -> Floats:
        return standing.section.pool.information_at(standing.mean)


@dataclass(frozen=True, slots=True)
class TrackInformation:
    """Mutual information, in nats, of an item's answer and the track (Weissman 2007).

    The joint chance of track t and answer k is Σ_q w_q M_tq P_jkq: one matrix product a category.
    """

    def __call__(self, standing: Standing) -> Floats:
        joint = _joint(standing)
        tracks, answers = joint.sum(axis=1), joint.sum(axis=2)
        gain = _negentropy(joint, (1, 2)) - _negentropy(tracks, 1) - _negentropy(answers, 1)
        return np.maximum(gain, 0)


def _negentropy(chances: Floats, axes: int | tuple[int, ...]) -> Floats:
    return np.asarray(xlogy(chances, chances).sum(axis=axes))


def _joint(standing: Standing) -> Floats:
    """Return the chance of each answer and each track for each item, (N, K, T, J)."""
    section = standing.section
    by_track = standing.posterior[:, None, :] * section.masses
    tables = section.pool.probabilities
    return np.stack([by_track @ tables[:, k].T for k in range(tables.shape[1])], axis=1)
