"""The complete-data side: gradient and information of the parameters, given expected counts.

By Fisher's identity the gradient at the counts' own parameters is the marginal one, so that one
E-step gives the objective, its gradient and the metric in which an EM step is gradient ascent.
"""

from dataclasses import dataclass

import numpy as np

from calibration.expectation import Expectation
from calibration.structure import Batch, Structure
from placement.arrays import Floats

# Where the curvature is a difference of gradients: error of order step² and rounding / step.
STEP = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """`gradient` (R,) and the blocks of the expected information: of each batch (J, p, p)."""

    gradient: Floats
    metric: tuple[Floats, ...]
    group_metric: Floats


def ascent(structure: Structure, raw: Floats, expected: Expectation) -> Ascent:
    """Return the gradient and the Fisher information of counts and priors at `raw`."""
    gradient, metric = np.zeros_like(raw), []
    for batch in structure.batches:
        parameters, counts = batch.of(raw), batch.counts(expected.counts)
        slopes = batch.family.slopes(parameters, structure.nodes)
        gradient[batch.place] = _by_item(batch, parameters, counts, slopes).ravel()
        chances = np.exp(batch.family.log_chances(parameters, structure.nodes))
        weighted = slopes * (chances * counts.sum(axis=1, keepdims=True))[:, None]
        metric.append(_outer(weighted, slopes) + batch.priors.metric(parameters))
    gradient[structure.group_place], curve = _groups(structure, raw, expected)
    return Ascent(gradient, tuple(metric), curve)


def _outer(left: Floats, right: Floats) -> Floats:
    """Σ over categories and nodes of left × right, (J, p, p) from two (J, p, K, Q)."""
    flat = (*left.shape[:2], -1)
    return np.asarray(left.reshape(flat) @ right.reshape(flat).transpose(0, 2, 1))


def _by_item(batch: Batch, parameters: Floats, counts: Floats, slopes: Floats) -> Floats:
    """Return the gradient of counts and priors by the batch's parameters, (J, p)."""
    flat = slopes.reshape(*slopes.shape[:2], -1)
    fit = flat @ counts.reshape(len(counts), -1, 1)
    return np.asarray(fit[:, :, 0] + batch.priors.gradient(parameters))


def _groups(structure: Structure, raw: Floats, expected: Expectation) -> tuple[Floats, Floats]:
    """Return each group's gradient, flat, and information (G, 2, 2)."""
    slopes = structure.weight_slopes(raw)
    weights = np.exp(structure.log_weights(raw))
    gradient = np.einsum("gpq,gq->gp", slopes, expected.mass)
    curve = np.einsum("gpq,gq,grq->gpr", slopes, weights, slopes)
    return gradient.ravel(), curve * expected.mass.sum(axis=1)[:, None, None]


def observed(structure: Structure, raw: Floats, expected: Expectation) -> Floats:
    """Return the complete-data observed information with the priors' part, (R, R).

    Minus the second derivatives at fixed counts, by central differences of the exact gradient.
    """
    matrix = np.zeros((raw.size, raw.size))
    for batch in structure.batches:
        parameters = batch.of(raw)
        counts = batch.counts(expected.counts)
        for k in range(batch.n_parameters):
            ends = []
            for sign in (1, -1):
                moved = parameters.copy()
                moved[:, k] += sign * STEP
                slopes = batch.family.slopes(moved, structure.nodes)
                ends.append(_by_item(batch, moved, counts, slopes))
            _fill(matrix, batch, k, (ends[1] - ends[0]) / (2 * STEP))
    _fill_groups(matrix, structure, raw, expected)
    return (matrix + matrix.T) / 2


def _fill(matrix: Floats, batch: Batch, column: int, curve: Floats) -> None:
    """Write the derivatives (J, p) by the batch's parameter `column` into the big matrix."""
    places = batch.parameter + np.arange(curve.size).reshape(curve.shape)
    matrix[places, places[:, column : column + 1]] = curve


def _fill_groups(matrix: Floats, structure: Structure, raw: Floats, expected: Expectation) -> None:
    for k in range(2):
        ends = []
        for sign in (1, -1):
            moved = raw.copy()
            moved[structure.group_place][k::2] += sign * STEP
            ends.append(_groups(structure, moved, expected)[0].reshape(-1, 2))
        curve = (ends[1] - ends[0]) / (2 * STEP)
        places = structure.group_place.start + np.arange(curve.size).reshape(curve.shape)
        matrix[places, places[:, k : k + 1]] = curve
