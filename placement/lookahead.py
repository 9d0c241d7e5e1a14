"""What each possible answer to each item would make of the posterior, by matrix products.

With posterior mass w (N, Q) and chances P_k (J, Q), one product w f P_kᵀ a moment f ∈ {1, θ, θ²}
gives every item's chance of answer k and the moments of the posterior after it: no item and no
answer is integrated on its own.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from placement.arrays import Floats, frozen
from placement.pool import Pool
from placement.quadrature import neighbours
from placement.standing import Standing

RAREST = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Prospects:
    """For every item and answer: its predictive chance, and the posterior's moments after it.

    `chances`, `means` (logits) and `variances` (logits²) are (N, K, J); an answer that cannot come
    has chance 0.
    """

    chances: Floats
    means: Floats
    variances: Floats

    @classmethod
    def of(cls, standing: Standing) -> "Prospects":
        """Look one answer ahead of the standing (van der Linden 1998, eqs 12–15)."""
        pool, nodes = standing.section.pool, standing.section.pool.nodes
        # Centred at the posterior mean, so that a variance is not the difference of large numbers.
        centred = nodes - standing.mean[:, None]
        weights = standing.posterior * np.stack((np.ones_like(centred), centred, centred**2))
        sums = answers(weights, pool)
        chances, first, second = sums
        held = np.maximum(chances, RAREST)
        shift = first / held
        variances = np.maximum(second / held - shift**2, 0)
        return cls(chances, standing.mean[:, None, None] + shift, variances)


def answers(weights: Floats, pool: Pool) -> Floats:
    """Return Σ_q w[…, q] P[j, k, q], shape (…, K, J), as one matrix product."""
    sums = weights.reshape(-1, pool.nodes.size) @ chances_by_node(pool)
    return np.asarray(sums.reshape(*weights.shape[:-1], pool.width, -1))


@lru_cache(maxsize=4)
def chances_by_node(pool: Pool) -> Floats:
    """Return P with a row a node, (Q, K · J); kept, since a pool is frozen."""
    return by_node(pool.probabilities)


def by_node(tables: Floats) -> Floats:
    """Return tables (J, K, Q) as (Q, K · J): all items at one node side by side."""
    return frozen(tables.transpose(2, 1, 0).reshape(tables.shape[2], -1))


def curves_at(curves: Floats, nodes: Floats, points: Floats) -> Floats:
    """Return each item's tabulated curve (J, Q) at points of its own, (…, J), by cubics."""
    first, weights = neighbours(nodes, points)
    rows = np.arange(len(curves))
    terms = [weights[..., i] * curves[rows, first + i] for i in range(4)]
    return np.asarray(terms[0] + terms[1] + terms[2] + terms[3])
