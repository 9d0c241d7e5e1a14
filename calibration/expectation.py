"""The E-step: what each person's answers say of ability, and the counts that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.blocks import Block
from placement.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """`log_likelihood` of all persons; expected `counts` (C, Q) and `mass` (G, Q) at the nodes."""

    log_likelihood: float
    counts: Floats
    mass: Floats


def posterior_in(block: Block, table: Floats, log_weights: Floats) -> tuple[Floats, Floats]:
    """Return each person's posterior (n, Q), summing to 1, and log marginal likelihood (n,).

    Bock & Aitkin (1981), Psychometrika 46, eq. 11. Likelihoods are kept as logarithms, so that a
    test of a thousand items does not vanish below the smallest number.
    """
    logs = block.log_likelihood(table)
    logs += log_weights[block.group]
    peak = logs.max(axis=1)
    logs -= peak[:, None]
    posterior = np.exp(logs, out=logs)
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    return posterior, np.log(total) + peak


def expect(blocks: Sequence[Block], table: Floats, log_weights: Floats) -> Expectation:
    """Sum over all persons: log chances (C, Q) and log weights (G, Q) in, counts out."""
    counts, mass, value = np.zeros_like(table), np.zeros_like(log_weights), 0.0
    for block in blocks:
        posterior, marginal = posterior_in(block, table, log_weights)
        posterior *= block.weights[:, None]
        value += float(block.weights @ marginal)
        counts += block.counts(posterior)
        mass[block.group] += posterior.sum(axis=0)
    return Expectation(value, counts, mass)
