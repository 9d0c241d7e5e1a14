"""Criteria that weigh an item over the whole scale rather than at one estimate of ability.

Each is a mean over the grid, so that all items of all examinees are one matrix product. catR
integrates the likelihood as it stands; here it is divided by its own integral, which is the same
for every item: the order is the same, and nothing underflows (`docs/methods.md`).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import xlogy

from placement.arrays import Floats
from placement.lookahead import by_node, chances_by_node
from placement.pool import Pool
from placement.posterior import posterior_of
from placement.quadrature import cell_widths, interpolated
from placement.standing import Standing


def likelihood_of(standing: Standing) -> Floats:
    """Return the likelihood at the nodes, (N, Q), divided by its integral: no prior in it."""
    return posterior_of(cell_widths(standing.section.pool.nodes), standing.log_likelihood)


@dataclass(frozen=True, slots=True)
class KullbackLeibler:
    """Mean divergence of the answer at the estimate from the answer elsewhere (KL).

    ∫ L(θ) Σ_k P_k(θ̂) log(P_k(θ̂) / P_k(θ)) dθ, θ̂ the posterior mean (Chang & Ying 1996, eq. 8,
    weighted by the likelihood as in Barrada, Olea, Ponsoda & Abad 2009).
    """

    def __call__(self, standing: Standing) -> Floats:
        return divergence(standing, likelihood_of(standing))


@dataclass(frozen=True, slots=True)
class PosteriorKullbackLeibler:
    """The same under the posterior (KLP): the prior keeps the first questions sensible."""

    def __call__(self, standing: Standing) -> Floats:
        return divergence(standing, standing.posterior)


@dataclass(frozen=True, slots=True)
class LikelihoodWeightedInformation:
    """Fisher information averaged over the likelihood, MLWI (Veerkamp & Berger 1997, eq. 9)."""

    def __call__(self, standing: Standing) -> Floats:
        return likelihood_of(standing) @ standing.section.pool.information.T


@dataclass(frozen=True, slots=True)
class PosteriorWeightedInformation:
    """Fisher information averaged over the posterior, MPWI (van der Linden 1998, eq. 10)."""

    def __call__(self, standing: Standing) -> Floats:
        return standing.posterior @ standing.section.pool.information.T


def divergence(standing: Standing, weights: Floats) -> Floats:
    """Return each item's mean Kullback–Leibler divergence under `weights` (N, Q): (N, J)."""
    pool = standing.section.pool
    there = interpolated(pool.nodes, standing.mean, chances_by_node(pool))
    # A cubic through chances near 0 may dip below it by rounding.
    there = np.maximum(there, 0)
    terms = xlogy(there, there) - there * (weights @ _logs_by_node(pool))
    mean = terms.reshape(len(weights), pool.width, -1).sum(axis=1)
    return np.asarray(np.maximum(mean, 0))


@lru_cache(maxsize=4)
def _logs_by_node(pool: Pool) -> Floats:
    """Return log P with a row a node, (Q, K · J), 0 where an item has no such category."""
    tables = pool.probabilities
    return by_node(np.log(np.where(tables > 0, tables, 1)))
