"""The posterior on the grid, and what is read from it. N examinees at a time, one a row."""

from bisect import bisect_right

import numpy as np

from placement.arrays import Floats


def posterior_of(prior: Floats, log_likelihood: Floats) -> Floats:
    """Return the posterior's mass at each node, (N, Q), from (Q,) and (N, Q); rows sum to 1."""
    mass = relative_posterior(prior, log_likelihood)
    mass /= np.add.reduce(mass, axis=-1, keepdims=True)
    return mass


def relative_posterior(prior: Floats, log_likelihood: Floats) -> Floats:
    """Return the same up to a factor that each row has of its own."""
    mass = log_likelihood - np.maximum.reduce(log_likelihood, axis=-1, keepdims=True)
    np.exp(mass, out=mass)
    mass *= prior
    return np.asarray(mass)


def moments(posterior: Floats, nodes: Floats) -> tuple[Floats, Floats]:
    """Return the mean (N,) and the variance (N,) of each posterior, in logits and logits²."""
    mean = posterior.dot(nodes)
    squares = nodes - mean[:, None]
    squares *= squares
    return mean, np.vecdot(posterior, squares)


def quantiles(posterior: Floats, nodes: Floats, levels: tuple[float, ...]) -> Floats:
    """Return the posterior's quantiles, (N, L): mass is taken as even within a cell."""
    ladders = np.add.accumulate(posterior, axis=1)
    return np.array([_crossings(row, nodes, levels) for row in ladders / ladders[:, -1:]])


def _crossings(ladder: Floats, nodes: Floats, levels: tuple[float, ...]) -> list[float]:
    """Return where a distribution function, (Q,) at the upper edges of the cells, has its levels.

    One person's few levels are found faster one by one than by whole arrays.
    """
    last, found = nodes.size - 1, []
    for level in levels:
        cell = bisect_right(ladder, level)
        if cell > last:
            found.append(nodes.item(last))
            continue
        here = nodes.item(cell)
        left = (nodes.item(max(cell - 1, 0)) + here) / 2
        right = (here + nodes.item(min(cell + 1, last))) / 2
        below = ladder.item(cell - 1) if cell else 0.0
        found.append((right - left) / (ladder.item(cell) - below) * (level - below) + left)
    return found
