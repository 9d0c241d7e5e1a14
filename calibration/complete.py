"""The complete-data side: gradient and information of the parameters, given expected counts.

By Fisher's identity the gradient at the counts' own parameters is the marginal one, so that one
E-step gives the objective, its gradient and the metric in which an EM step is gradient ascent.
"""

from collections.abc import Sequence

import numpy as np

from calibration.expectation import Expectation
from calibration.structure import Batch, Structure
from placement.arrays import Floats

# Where the curvature is a difference of gradients: error of order step² and rounding / step.
STEP = 1e-5


def gradient(structure: Structure, raw: Floats, expected: Expectation) -> Floats:
    """Return the gradient of counts and priors by the raw parameters at `raw`, (R,).

    That of groups is nought where they are held.
    """
    found = np.zeros_like(raw)
    for batch in structure.batches:
        parameters, counts = batch.of(raw), batch.counts(expected.counts)
        slopes = batch.family.slopes(parameters, structure.nodes)
        found[batch.place] = _by_item(batch, parameters, counts, slopes).ravel()
    if not structure.groups_held:
        found[structure.group_place] = _group_gradient(structure, raw, expected).ravel()
    return found


def metric(structure: Structure, raw: Floats, expected: Expectation) -> tuple[Floats, ...]:
    """Return the Fisher information of counts and priors: of each batch (J, p, p), of groups.

    That of groups is nought where they are held.
    """
    found = []
    for batch in structure.batches:
        parameters, counts = batch.of(raw), batch.counts(expected.counts)
        found.append(_fisher(structure, batch, raw, counts) + batch.priors.metric(parameters))
    if structure.groups_held:
        return (*found, np.zeros((structure.n_groups, 2, 2)))
    slopes, weights = structure.weight_slopes(raw), np.exp(structure.log_weights(raw))
    curve = (slopes * weights[:, None]) @ slopes.transpose(0, 2, 1)
    return (*found, curve * expected.mass.sum(axis=1)[:, None, None])


def _fisher(structure: Structure, batch: Batch, raw: Floats, counts: Floats) -> Floats:
    """Return the expected information of the batch's answers alone, (J, p, p)."""
    slopes = batch.family.slopes(batch.of(raw), structure.nodes)
    chances = np.exp(batch.family.log_chances(batch.of(raw), structure.nodes))
    chances *= counts.sum(axis=1, keepdims=True)
    return _outer(slopes * chances[:, None], slopes)


def _outer(left: Floats, right: Floats) -> Floats:
    """Σ over categories and nodes of left × right, (J, p, p) from two (J, p, K, Q)."""
    flat = (*left.shape[:2], -1)
    return np.asarray(left.reshape(flat) @ right.reshape(flat).transpose(0, 2, 1))


def _by_item(batch: Batch, parameters: Floats, counts: Floats, slopes: Floats) -> Floats:
    """Return the gradient of counts and priors by the batch's parameters, (J, p)."""
    flat = slopes.reshape(*slopes.shape[:2], -1)
    fit = flat @ counts.reshape(len(counts), -1, 1)
    return np.asarray(fit[:, :, 0] + batch.priors.gradient(parameters))


def _group_gradient(structure: Structure, raw: Floats, expected: Expectation) -> Floats:
    """Return each group's gradient by its mean and log sd, (G, 2)."""
    return np.asarray(np.einsum("gpq,gq->gp", structure.weight_slopes(raw), expected.mass))


def observed(structure: Structure, raw: Floats, expected: Expectation) -> Floats:
    """Return the complete-data observed information with the priors' part, (R, R)."""
    matrix = np.zeros((raw.size, raw.size))
    add_blocks(matrix, structure, observed_blocks(structure, raw, expected))
    return matrix


def observed_blocks(structure: Structure, raw: Floats, expected: Expectation) -> tuple[Floats, ...]:
    """Return its blocks: of each batch (J, p, p), and of the groups (G, 2, 2); the rest is nought.

    Minus the second derivatives at fixed counts, by central differences of the exact gradient;
    in exponential families the answers' part is Fisher's information.
    """
    found = []
    for batch in structure.batches:
        counts = batch.counts(expected.counts)
        canonical = batch.family.canonical
        curve = np.empty((len(batch.items), batch.n_parameters, batch.n_parameters))
        for k in range(batch.n_parameters):
            ends = []
            for sign in (1, -1):
                moved = batch.of(raw).copy()
                moved[:, k] += sign * STEP
                if canonical:
                    ends.append(batch.priors.gradient(moved))
                else:
                    slopes = batch.family.slopes(moved, structure.nodes)
                    ends.append(_by_item(batch, moved, counts, slopes))
            curve[:, :, k] = (ends[1] - ends[0]) / (2 * STEP)
        curve = (curve + curve.transpose(0, 2, 1)) / 2
        found.append(curve + _fisher(structure, batch, raw, counts) if canonical else curve)
    return (*found, _group_blocks(structure, raw, expected))


def _group_blocks(structure: Structure, raw: Floats, expected: Expectation) -> Floats:
    curve = np.zeros((structure.n_groups, 2, 2))
    for k in range(0 if structure.groups_held else 2):
        ends = []
        for sign in (1, -1):
            moved = raw.copy()
            moved[structure.group_place][k::2] += sign * STEP
            ends.append(_group_gradient(structure, moved, expected))
        curve[:, :, k] = (ends[1] - ends[0]) / (2 * STEP)
    return np.asarray((curve + curve.transpose(0, 2, 1)) / 2)


def add_blocks(matrix: Floats, structure: Structure, blocks: Sequence[Floats]) -> None:
    """Add blocks by batch, and by group, to `matrix` (R, R)."""
    begins = [*(batch.parameter for batch in structure.batches), structure.group_place.start]
    for begin, block in zip(begins, blocks, strict=True):
        rows = begin + np.arange(block[..., 0].size).reshape(block.shape[:2])
        matrix[rows[:, :, None], rows[:, None, :]] += block
