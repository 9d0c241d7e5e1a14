"""Ability from answers, on the pool's grid: what a design reports while a test runs.

`placement.ability` finds the same roots exactly, from parameters and outside any grid; the digits
agree to about 1e-6 where the root is on the grid. Where it is not, the scale's end stands for it,
but never for maximum likelihood: no finite estimate is NaN, theta and standard error both.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from placement.arrays import Booleans, Floats
from placement.quadrature import cell_widths, neighbours
from placement.standing import Standing

FLAT = 1e-9
STEPS = 30
CLOSE = 1e-12


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
        tilt, information = (_of_given(standing, t) for t in (pool.tilt, pool.information))
        slope = tilt / np.maximum(2 * information, 1e-300)
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
    both = np.stack((g, _derivative(g, nodes)))
    low, high = (nodes[np.clip(peak + k, 0, nodes.size - 1)] for k in (-1, 1))
    theta, settled = nodes[peak], np.zeros(peak.size, dtype=np.bool_)
    for _ in range(STEPS):
        value, fall = _at(both, nodes, theta)
        following = np.clip(theta - value / np.minimum(fall, -1e-9), low, high)
        near = np.abs(following - theta) < CLOSE
        theta = np.where(settled, theta, following)  # so that nobody's digits depend on others
        settled |= near
        if settled.all():
            break
    return np.where(inside, theta, nodes[peak]), inside


def _error(standing: Standing, theta: Floats, added: Floats) -> Floats:
    """Return 1/√(information + added) at theta, (N,); `added` (N, Q)."""
    pool = standing.section.pool
    precision = _of_given(standing, pool.information) + added
    return np.asarray(1 / np.sqrt(np.maximum(_at(precision[None], pool.nodes, theta)[0], 1e-300)))


def _of_given(standing: Standing, table: Floats) -> Floats:
    """Return the sums (N, Q) of a table (J, Q) over the items that each examinee was given."""
    rows, items = np.nonzero(standing.given)
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(standing.given)))))
    return np.asarray(csr_array((np.ones(items.size), items, starts), standing.given.shape) @ table)


def _at(tables: Floats, nodes: Floats, theta: Floats) -> Floats:
    """Return each row's value of some tables (M, N, Q) at theta (N,), (M, N): cubics."""
    first, weights = neighbours(nodes, theta)
    near = tables[:, np.arange(theta.size)[:, None], first[:, None] + np.arange(4)]
    return np.asarray((near * weights).sum(axis=2))


def _derivative(table: Floats, nodes: Floats) -> Floats:
    """Return the derivative along equally spaced nodes, (N, Q), of sixth order but at the ends."""
    slope = np.gradient(table, nodes, axis=1, edge_order=2)
    shifts = [table[:, 3 + k : table.shape[1] - 3 + k] for k in range(-3, 4)]
    if table.shape[1] > 6:
        six = 45 * (shifts[4] - shifts[2]) - 9 * (shifts[5] - shifts[1]) + shifts[6] - shifts[0]
        slope[:, 3:-3] = six / (60 * (nodes[1] - nodes[0]))
    return np.asarray(slope)
