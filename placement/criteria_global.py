"""Criteria that weigh an item over the whole scale rather than at one estimate of ability.

Each is a mean over the grid, so that all items of all examinees are one matrix product. catR
integrates the likelihood as it stands; here it is divided by its own integral, which is the same
for every item: the order is the same, and nothing underflows (`docs/methods.md`).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from placement.arrays import Floats, frozen
from placement.lookahead import by_node, chances_by_node
from placement.pool import SMALLEST, Pool
from placement.posterior import posterior_of, relative_posterior
from placement.quadrature import cell_widths, interpolated
from placement.standing import Standing

NEGLIGIBLE = 1e-8
"""Nats: what a mean of log P may be off by (`_log_factors`)."""


def likelihood_of(standing: Standing) -> Floats:
    """Return the likelihood at the nodes, (N, Q), divided by its integral: no prior in it."""
    return posterior_of(_widths(standing.section.pool), standing.log_likelihood)


@dataclass(frozen=True, slots=True)
class KullbackLeibler:
    """Mean divergence of the answer at the estimate from the answer elsewhere (KL).

    ∫ L(θ) Σ_k P_k(θ̂) log(P_k(θ̂) / P_k(θ)) dθ, θ̂ the posterior mean (Chang & Ying 1996, eq. 8,
    weighted by the likelihood as in Barrada, Olea, Ponsoda & Abad 2009).
    """

    def __call__(self, standing: Standing) -> Floats:
        widths = _widths(standing.section.pool)
        return divergence(standing, relative_posterior(widths, standing.log_likelihood))


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
    """Return each item's mean Kullback–Leibler divergence under `weights` (N, Q): (N, J).

    Weights count in proportion: rows need not sum to 1.
    """
    pool = standing.section.pool
    there = interpolated(pool.nodes, standing.mean, chances_by_node(pool))
    # A cubic through chances near 0 may dip below it by rounding.
    np.maximum(there, SMALLEST, out=there)
    basis, coordinates = _log_factors(pool)
    sums = weights @ basis
    terms = np.log(there)
    terms -= (sums[:, 1:] / sums[:, :1]) @ coordinates
    terms *= there
    mean = np.add.reduce(terms.reshape(len(weights), pool.width, -1), axis=1)
    return np.asarray(np.maximum(mean, 0, out=mean))


@lru_cache(maxsize=4)
def _widths(pool: Pool) -> Floats:
    return frozen(cell_widths(pool.nodes))


@lru_cache(maxsize=4)
def _log_factors(pool: Pool) -> tuple[Floats, Floats]:
    """Return two factors of log P with a row a node: (Q, R) after a column of 1, and (R, K · J).

    log P is smooth in ability, so that R functions, fewer than Q, make up all items' curves: the
    left singular vectors whose singular value is above `NEGLIGIBLE`. What the others hold of one
    curve is no longer than that (Golub & Van Loan 2013, § 2.4), and weights that sum to 1 are no
    longer than 1, so no mean of log P is off by more. A category that an item lacks has 0. Kept.
    """
    tables = pool.probabilities
    lacking = (tables <= SMALLEST).all(axis=2, keepdims=True)
    logs = by_node(np.log(np.where(lacking, 1, np.maximum(tables, SMALLEST))))
    # A triangle of the same singular values and left vectors is quicker to take apart.
    triangle = np.asarray(np.linalg.qr(logs.T, mode="r"))
    vectors, values, _ = np.linalg.svd(triangle.T, full_matrices=False)
    basis = vectors[:, values > NEGLIGIBLE]
    ones = np.ones((len(basis), 1))
    return frozen(np.concatenate((ones, basis), axis=1)), frozen(basis.T @ logs)
