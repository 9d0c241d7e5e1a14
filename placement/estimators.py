"""Ability from answers, on the pool's grid: what a design reports while a test runs.

`placement.ability` finds the same roots exactly, from parameters and outside any grid; the digits
agree to about 1e-6 where the root is on the grid. Where it is not, the scale's end stands for it,
but never for maximum likelihood: no finite estimate is NaN, theta and standard error both.
"""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.quadrature import cell_widths, lagrange
from placement.standing import Standing

FLAT = 1e-9
STEPS = 12


@dataclass(frozen=True, slots=True)
class ExpectedAPosteriori:
    """The posterior's mean, and its standard deviation as the error (Bock & Mislevy 1982)."""

    def __call__(self, standing: Standing) -> tuple[Floats, Floats]:
        return standing.mean, np.sqrt(standing.variance)


@dataclass(frozen=True, slots=True)
class MaximumAPosteriori:
    """The posterior's mode; error 1/√(I - p), p the log prior's curvature (Lord 1986)."""

    def __call__(self, standing: Standing) -> tuple[Floats, Floats]:
        nodes = standing.section.pool.nodes
        density = np.log(np.maximum(standing.prior / cell_widths(nodes), 1e-300))
        believed = np.broadcast_to(density, standing.log_likelihood.shape)
        slope = _derivative(believed, nodes)
        curvature = np.maximum(-_derivative(slope, nodes), 0)
        theta, _ = _mode(standing, believed, slope)
        return theta, _error(standing, theta, curvature)


@dataclass(frozen=True, slots=True)
class MaximumLikelihood:
    """The likelihood's mode, error 1/√I; NaN where the likelihood has no maximum on the scale."""

    def __call__(self, standing: Standing) -> tuple[Floats, Floats]:
        none = np.zeros_like(standing.log_likelihood)
        theta, inside = _mode(standing, none, none)
        error = _error(standing, theta, none)
        return np.where(inside, theta, np.nan), np.where(inside, error, np.nan)


@dataclass(frozen=True, slots=True)
class WeightedLikelihood:
    """Warm's weighted likelihood estimate (1989, eq. 9), error 1/√I; NaN before any answer."""

    def __call__(self, standing: Standing) -> tuple[Floats, Floats]:
        pool = standing.section.pool
        given = standing.given.astype(np.float64)
        slope = given @ pool.tilt / np.maximum(2 * (given @ pool.information), 1e-300)
        steps = (slope[:, 1:] + slope[:, :-1]) / 2 * np.diff(pool.nodes)
        weight = np.concatenate((np.zeros((len(slope), 1)), np.cumsum(steps, axis=1)), axis=1)
        theta, _ = _mode(standing, weight, slope)
        error = _error(standing, theta, np.zeros_like(slope))
        answered = standing.n > 0
        return np.where(answered, theta, np.nan), np.where(answered, error, np.nan)


def _mode(standing: Standing, weight: Floats, slope: Floats) -> tuple[Floats, Booleans]:
    """Return the mode of log likelihood + weight, (N,), and whether it lies inside the scale."""
    nodes = standing.section.pool.nodes
    objective = standing.log_likelihood + weight
    peak, ends = objective.argmax(axis=1), objective[:, [0, -1]]
    inside = (objective.max(axis=1, keepdims=True) - ends > FLAT).all(axis=1)
    g = _derivative(standing.log_likelihood, nodes) + slope
    fall = _derivative(g, nodes)
    low, high = (nodes[np.clip(peak + k, 0, nodes.size - 1)] for k in (-1, 1))
    theta = nodes[peak]
    for _ in range(STEPS):
        steep = np.minimum(_at(fall, nodes, theta), -1e-9)
        theta = np.clip(theta - _at(g, nodes, theta) / steep, low, high)
    return np.where(inside, theta, nodes[peak]), inside


def _error(standing: Standing, theta: Floats, added: Floats) -> Floats:
    """Return 1/√(information + added) at theta, (N,); `added` (N, Q)."""
    pool = standing.section.pool
    precision = standing.given.astype(np.float64) @ pool.information + added
    return np.asarray(1 / np.sqrt(np.maximum(_at(precision, pool.nodes, theta), 1e-300)))


def _at(table: Floats, nodes: Floats, theta: Floats) -> Floats:
    """Return each row's value (N,) of a table (N, Q) at theta (N,): cubic interpolation."""
    place = (theta - nodes[0]) / (nodes[1] - nodes[0])
    first: Integers = np.clip(np.floor(place).astype(np.int64) - 1, 0, nodes.size - 4)
    near = np.take_along_axis(table, first[:, None] + np.arange(4), axis=1)
    return np.asarray((near * lagrange(place - first)).sum(axis=1))


def _derivative(table: Floats, nodes: Floats) -> Floats:
    """Return the derivative along equally spaced nodes, (N, Q), of sixth order but at the ends."""
    slope = np.gradient(table, nodes, axis=1, edge_order=2)
    shifts = [table[:, 3 + k : table.shape[1] - 3 + k] for k in range(-3, 4)]
    if table.shape[1] > 6:
        six = 45 * (shifts[4] - shifts[2]) - 9 * (shifts[5] - shifts[1]) + shifts[6] - shifts[0]
        slope[:, 3:-3] = six / (60 * (nodes[1] - nodes[0]))
    return np.asarray(slope)
