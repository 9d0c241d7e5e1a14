"""Ability in each group: weights on the nodes, a normal density or any other shape.

With nodes θ_q the weight of a node is proportional to the normal density with the group's mean
and standard deviation, and the weights sum to one: what mirt does, and exact as the grid widens.
The parameters of a group are (mean, log sd): a "question" that every member has answered. A
`shape` is added to the normal density's logarithm: it makes a histogram of it.
"""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Floats

# Newton steps for the multipliers of a histogram's moments, and where they are found.
STEPS = 200
FOUND = 1e-11


def log_weights(parameters: Floats, nodes: Floats, shape: Floats | float = 0.0) -> Floats:
    """Return the logarithms of the nodes' weights, (G, Q), from (G, 2) and a shape (G, Q)."""
    z = (nodes - parameters[:, :1]) * np.exp(-parameters[:, 1:])
    logs = shape - (z**2) / 2
    logs = logs - logs.max(axis=1, keepdims=True)
    return np.asarray(logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)))


def weight_slopes(parameters: Floats, nodes: Floats, shape: Floats | float = 0.0) -> Floats:
    """Return the derivatives of the log weights, (G, 2, Q): by mean and by log sd."""
    spread = np.exp(parameters[:, 1:])
    z = (nodes - parameters[:, :1]) / spread
    statistics = np.stack((z / spread, z**2), axis=1)
    weights = np.exp(log_weights(parameters, nodes, shape))
    return np.asarray(statistics - np.einsum("gpq,gq->gp", statistics, weights)[:, :, None])


def moments(weights: Floats, nodes: Floats) -> tuple[float, float]:
    """Return the mean and the standard deviation of weights (Q,) that sum to 1."""
    mean = float(weights @ nodes)
    return mean, float(weights @ (nodes - mean) ** 2) ** 0.5


@dataclass(frozen=True, slots=True)
class Standard:
    """Which moments of a group's histogram are held: the mean at 0, the sd at 1."""

    mean: bool
    sd: bool


def histogram(mass: Floats, nodes: Floats, standard: Standard) -> Floats:
    """Return the most likely weights (Q,) of expected counts `mass` (Q,), given the moments held.

    Bock & Aitkin (1981), eq. 15, is mass / N. With moments held at Σ w t_q = 0 the maximum of
    Σ mass_q log w_q is mass_q / (N + λ · t_q) (empirical likelihood, Owen 1988, Biometrika 75,
    237–249), so that the weights are standardised without leaving the nodes, and no cycle of EM
    can lower the likelihood.
    """
    held = [nodes] * standard.mean + [nodes**2 - 1] * standard.sd
    share = mass / mass.sum()
    if not held:
        return np.asarray(share)
    features = np.stack(held)
    return np.asarray(share / (1 + _multipliers(share, features) @ features))


def _multipliers(share: Floats, features: Floats) -> Floats:
    """Return λ (r,) with Σ share t / (1 + λ·t) = 0: Newton on the concave Σ share log(1 + λ·t)."""
    multipliers, used = np.zeros(len(features)), share > 0
    share, features = share[used], features[:, used]

    for _ in range(STEPS):
        scaled = features / (1 + multipliers @ features)
        gradient = scaled @ share
        if float(np.abs(gradient).max()) < FOUND:
            break
        step = np.linalg.solve((scaled * share) @ scaled.T, gradient)
        # Half of the way to where a weight would be infinite, at most.
        falling = -(step @ scaled).min(initial=0.0)
        multipliers = multipliers + step * min(1.0, 0.5 / max(falling, 0.5))
    return multipliers
