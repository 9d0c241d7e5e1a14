"""The posterior on the grid, and what is read from it. N examinees at a time, one a row."""

import numpy as np

from placement.arrays import Floats
from placement.quadrature import cell_edges


def posterior_of(prior: Floats, log_likelihood: Floats) -> Floats:
    """Return the posterior's mass at each node, (N, Q), from (Q,) and (N, Q); rows sum to 1."""
    peak = log_likelihood.max(axis=-1, keepdims=True)
    mass = prior * np.exp(log_likelihood - peak)
    return np.asarray(mass / mass.sum(axis=-1, keepdims=True))


def moments(posterior: Floats, nodes: Floats) -> tuple[Floats, Floats]:
    """Return the mean (N,) and the variance (N,) of each posterior, in logits and logits²."""
    mean = posterior @ nodes
    centred = nodes - mean[:, None]
    return mean, np.einsum("nq,nq->n", posterior, centred**2)


def quantiles(posterior: Floats, nodes: Floats, levels: tuple[float, ...]) -> Floats:
    """Return the posterior's quantiles, (N, L): mass is taken as even within a cell."""
    ladder = np.cumsum(posterior, axis=1)
    ladder = np.concatenate((np.zeros((len(posterior), 1)), ladder), axis=1)
    edges = cell_edges(nodes)
    return np.array([np.interp(levels, row / row[-1], edges) for row in ladder])
