"""Criteria that look at what stands after the answer, averaged over the answers that may come."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats
from placement.lookahead import Prospects, answers, curves_at
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class ExpectedInformation:
    """Fisher information at the estimate that each answer would give, MEI.

    Σ_k p(k) I(θ̂_k), p the posterior predictive chance, θ̂_k the posterior mean after answer k
    (van der Linden 1998, eq. 12).
    """

    def __call__(self, standing: Standing) -> Floats:
        pool, ahead = standing.section.pool, Prospects.of(standing)
        information = curves_at(pool.information, pool.nodes, ahead.means)
        return np.asarray(np.maximum((ahead.chances * information).sum(axis=1), 0))


@dataclass(frozen=True, slots=True)
class VarianceReduction:
    """Expected fall in the posterior variance: the greatest is the least expected one, MEPV.

    Var(θ) − Σ_k p(k) Var(θ | k), p the posterior predictive chance (van der Linden 1998, eq. 15).
    """

    def __call__(self, standing: Standing) -> Floats:
        ahead = Prospects.of(standing)
        expected = (ahead.chances * ahead.variances).sum(axis=1)
        return np.asarray(np.maximum(standing.variance[:, None] - expected, 0))


@dataclass(frozen=True, slots=True)
class LossReduction:
    """Expected fall in the loss of the best track after one more answer (Vos 1999).

    min_d Σ_t p(t) Λ[t, d] − Σ_k min_d Σ_t p(t, k) Λ[t, d]. One answer seldom changes a decision:
    where none can, all items are worth 0, and `backup` × their share of the expected fall in
    variance decides.
    """

    backup: float = 1e-6

    def __call__(self, standing: Standing) -> Floats:
        section = standing.section
        # Σ_t Λ[t, d] M_tq: the loss of placing in d a person at node q.
        losses = section.losses.T @ section.masses
        risks = standing.posterior @ losses.T
        weights = standing.posterior[:, None, :] * losses
        ahead = answers(weights, section.pool).min(axis=1).sum(axis=1)
        gain = np.maximum(risks.min(axis=1)[:, None] - ahead, 0)
        spread = VarianceReduction()(standing) / standing.variance[:, None]
        return np.asarray(np.where(gain > 1e-12, gain, 0) + self.backup * spread)
