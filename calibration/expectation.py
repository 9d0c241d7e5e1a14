"""The E-step: what each person's answers say of ability, and the counts that follow from it."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from calibration.blocks import Block, Part
from calibration.executors import People, summed
from placement.arrays import Floats

# Answers up to which likelihoods are seldom too small for a number, and what is too small.
SHORT = 200
TINY = 1e-200
# The posteriors' sd, in distances of nodes, from which on sums over the nodes are integrals.
SMOOTH = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """`log_likelihood` of all persons; expected `counts` (C, Q) and `mass` (G, Q) at the nodes.

    `means` (2,) are the sums of the persons' posterior means and of their squares.
    """

    log_likelihood: float
    counts: Floats
    mass: Floats
    means: Floats

    def __add__(self, other: "Expectation") -> "Expectation":
        return Expectation(
            self.log_likelihood + other.log_likelihood,
            self.counts + other.counts,
            self.mass + other.mass,
            self.means + other.means,
        )


def posterior_in(block: Block, table: Floats, log_weights: Floats) -> tuple[Floats, Floats]:
    """Return each person's posterior (n, Q), summing to 1, and log marginal likelihood (n,).

    Bock & Aitkin (1981), Psychometrika 46, eq. 11. Likelihoods are kept as logarithms, so that a
    test of a thousand items does not vanish below the smallest number; that of a short test, which
    does not, is spared the search for each person's largest.
    """
    ones = np.ones(block.weights.size)
    return _posterior(block, table, log_weights, ones, short=block.most_answers <= SHORT)


def _posterior(
    block: Block, table: Floats, log_weights: Floats, weights: Floats, *, short: bool
) -> tuple[Floats, Floats]:
    """Return the posteriors times `weights` (n,), and the log marginal likelihoods."""
    logs = block.log_likelihood(table, log_weights[block.group])
    peak = np.zeros(len(logs)) if short else logs.max(axis=1)
    if not short:
        logs -= peak[:, None]
    posterior = np.exp(logs, out=logs)
    total = posterior @ np.ones(posterior.shape[1])
    if short and total.min(initial=1.0) < TINY:
        return _posterior(block, table, log_weights, weights, short=False)
    posterior *= (weights / total)[:, None]
    return posterior, np.log(total) + peak


def expect(people: People, table: Floats, log_weights: Floats, nodes: Floats) -> Expectation:
    """Sum over all persons: log chances (C, Q) and log weights (G, Q) in, counts out."""
    parts = people.each(partial(expect_in, table, log_weights, nodes))
    return summed(parts, Expectation.__add__)


def expect_in(table: Floats, log_weights: Floats, nodes: Floats, part: Part) -> Expectation:
    """Sum over the persons of a part."""
    counts, mass, value = np.zeros_like(table), np.zeros_like(log_weights), 0.0
    means = np.zeros(2)
    for block in part:
        weights = block.weights
        short = block.most_answers <= SHORT
        posterior, marginal = _posterior(block, table, log_weights, weights, short=short)
        value += float(weights @ marginal)
        counts += block.counts(posterior)
        mass[block.group] += np.ones(len(posterior)) @ posterior
        sums = posterior @ nodes
        means += sums.sum(), sums @ (sums / weights)
    return Expectation(value, counts, mass, means)


def smooth(nodes: Floats, expected: Expectation, share: float = SMOOTH) -> bool:
    """Return whether posteriors are wide beside the distance of the nodes, by their mean sd.

    The error of sums over nodes h apart is 2 exp(-2 (π sd / h)²) of a normal density: 0.002
    where this is barely true.
    """
    within = float(expected.mass.sum(axis=0) @ nodes**2) - float(expected.means[1])
    widest = share * float(np.diff(nodes).max())
    return bool(within >= expected.mass.sum() * widest**2)
