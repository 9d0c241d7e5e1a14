"""Persons' abilities from what they answered: posteriors on the nodes, and their means."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from calibration.answers import Bytes
from calibration.fitted import Fitted
from placement.arrays import Floats

# Persons at a time: the tables of a block stay small.
ROWS = 4096
STEPS = 200


def log_likelihoods(fitted: Fitted, scores: Bytes) -> Floats:
    """Return the log likelihood of each person's answers at each node, (N, Q)."""
    table = np.concatenate([np.log(np.maximum(c, 1e-300)) for c in fitted.chances])
    chosen = [scores[:, [j]] == np.arange(len(c)) for j, c in enumerate(fitted.chances)]
    return np.asarray(np.concatenate(chosen, axis=1).astype(np.float64) @ table)


def posteriors(fitted: Fitted, scores: Bytes) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield (persons, log likelihoods (n, Q), posterior (n, Q)) for blocks of persons."""
    prior = np.log(np.maximum(fitted.weights, 1e-300))
    for begin in range(0, len(scores), ROWS):
        place = slice(begin, begin + ROWS)
        logs = log_likelihoods(fitted, scores[place])
        yield place, logs, normalised(logs + prior)


def normalised(logs: Floats) -> Floats:
    """Return exp(logs), (n, Q), with rows of sum 1."""
    chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def eap(fitted: Fitted, scores: Bytes) -> Floats:
    """Return each person's expected a posteriori ability, (N,), logits (Bock & Mislevy 1982)."""
    means = [posterior @ fitted.nodes for _, _, posterior in posteriors(fitted, scores)]
    return np.concatenate(means) if means else np.zeros(0)


def in_population(fitted: Fitted, scores: Bytes, tolerance: float = 1e-6) -> Fitted:
    """Return the form in the population that these persons come from: EM on mean and sd alone."""
    answered = (scores >= 0).any(axis=1)
    for _ in range(STEPS):
        first = second = 0.0
        for _, _, posterior in posteriors(fitted, scores[answered]):
            total = posterior.sum(axis=0)
            first += float(total @ fitted.nodes)
            second += float(total @ fitted.nodes**2)
        count = max(int(answered.sum()), 1)
        mean = first / count
        sd = max(second / count - mean**2, 1e-4) ** 0.5
        change = max(abs(mean - fitted.mean), abs(sd - fitted.sd))
        fitted = replace(fitted, mean=mean, sd=sd)
        if change <= tolerance:
            break
    return fitted
