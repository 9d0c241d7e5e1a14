"""Ability in each group: a normal density on the nodes, normalised there.

With nodes θ_q the weight of a node is proportional to the normal density with the group's mean
and standard deviation, and the weights sum to one: what mirt does, and exact as the grid widens.
The parameters of a group are (mean, log sd): a "question" that every member has answered.
"""

import numpy as np

from placement.arrays import Floats


def log_weights(parameters: Floats, nodes: Floats) -> Floats:
    """Return the logarithms of the nodes' weights, (G, Q), from (G, 2)."""
    z = (nodes - parameters[:, :1]) * np.exp(-parameters[:, 1:])
    logs = -(z**2) / 2
    return np.asarray(logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)))


def weight_slopes(parameters: Floats, nodes: Floats) -> Floats:
    """Return the derivatives of the log weights, (G, 2, Q): by mean and by log sd."""
    spread = np.exp(parameters[:, 1:])
    z = (nodes - parameters[:, :1]) / spread
    statistics = np.stack((z / spread, z**2), axis=1)
    weights = np.exp(log_weights(parameters, nodes))
    return np.asarray(statistics - np.einsum("gpq,gq->gp", statistics, weights)[:, :, None])
