"""Several ordered or unordered categories: graded, partial credit and nominal models."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, logit

from calibration.families import WIDENED
from placement.arrays import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Graded:
    """P(≥ k) = σ(aθ + d_k), d falling; parameters (a, d_1 … d_{K-1}). Samejima (1969)."""

    @property
    def canonical(self) -> bool:
        return False

    def names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", *(f"d{k}" for k in range(1, n_categories)))

    def usual_names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", *(f"b{k}" for k in range(1, n_categories)))

    def log_chances(self, parameters: Floats, nodes: Floats) -> Floats:
        """Return (J, K, Q).

        σ(x) - σ(y) = σ(x) σ(-y) (1 - exp(y - x)) keeps every digit where both are near 0 or 1.
        """
        z = _predictors(parameters, nodes)
        within = np.log(-np.expm1(np.diff(parameters[:, 1:], axis=1)))[:, :, None]
        beyond = -(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))
        chances = np.zeros((z.shape[0], z.shape[1] + 1, nodes.size))
        np.add(beyond, z, out=chances[:, 1:])
        chances[:, :-1] += beyond
        chances[:, 1:-1] += within
        return chances

    def slopes(self, parameters: Floats, nodes: Floats) -> Floats:
        z = _predictors(parameters, nodes)
        count, steps = z.shape[:2]
        small = np.exp(-np.abs(z))
        share = 1 / (1 + small)
        # σ(z) and σ(-z), with all digits at either end.
        below, above = np.where(z < 0, small * share, share), np.where(z < 0, share, small * share)
        gap = 1 / np.expm1(-np.diff(parameters[:, 1:], axis=1))[:, :, None]
        slopes = np.zeros((count, steps + 1, steps + 1, nodes.size))
        for k in range(steps):
            np.negative(below[:, k], out=slopes[:, k + 1, k])
            slopes[:, k + 1, k + 1] = above[:, k]
            if k + 1 < steps:
                slopes[:, k + 1, k + 1] += gap[:, k]
            if k > 0:
                slopes[:, k + 1, k] -= gap[:, k - 1]
        slopes[:, 0, 1:] = above
        slopes[:, 0, :-1] -= below
        slopes[:, 0] *= nodes
        return slopes

    def admissible(self, parameters: Floats) -> Booleans:
        return np.asarray((np.diff(parameters[:, 1:], axis=1) < 0).all(axis=1))

    def start(self, shares: Floats) -> Floats:
        above = np.clip(1 - np.cumsum(shares, axis=1)[:, :-1], 0.005, 0.995)
        ladder = WIDENED * logit(above) - 1e-3 * np.arange(above.shape[1])
        return np.concatenate((np.ones((len(shares), 1)), ladder), axis=1)

    def usual(self, parameters: Floats) -> Floats:
        return np.concatenate((parameters[:, :1], -parameters[:, 1:] / parameters[:, :1]), axis=1)


@dataclass(frozen=True, slots=True)
class PartialCredit:
    """P(k) ∝ exp(k aθ + d_k), d_0 = 0; parameters (a, d_1 … d_{K-1}).

    Masters (1982) where a = 1, Muraki (1992); d_k = -a (b_1 + … + b_k).
    """

    @property
    def canonical(self) -> bool:
        return True

    def names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", *(f"d{k}" for k in range(1, n_categories)))

    def usual_names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", *(f"b{k}" for k in range(1, n_categories)))

    def log_chances(self, parameters: Floats, nodes: Floats) -> Floats:
        scores = np.arange(parameters.shape[1])
        logits = parameters[:, :1, None] * scores[:, None] * nodes
        logits[:, 1:] += parameters[:, 1:, None]
        return np.asarray(log_softmax(logits, axis=1))

    def slopes(self, parameters: Floats, nodes: Floats) -> Floats:
        chances = np.exp(self.log_chances(parameters, nodes))
        size = chances.shape[1]
        slopes = np.eye(size)[None, :, :, None] - chances[:, :, None, :]
        mean = np.einsum("k,jkq->jq", np.arange(size), chances)
        slopes[:, 0] = (np.arange(size)[:, None] - mean[:, None]) * nodes
        return slopes

    def admissible(self, parameters: Floats) -> Booleans:
        return np.ones(len(parameters), dtype=np.bool_)

    def start(self, shares: Floats) -> Floats:
        safe = np.maximum(shares, 0.005)
        ladder = np.log(safe[:, 1:] / safe[:, :1])
        size = shares.shape[1]
        return np.concatenate((np.full((len(shares), 1), 2 / size), ladder), axis=1)

    def usual(self, parameters: Floats) -> Floats:
        steps = np.diff(parameters[:, 1:], axis=1, prepend=0)
        return np.concatenate((parameters[:, :1], -steps / parameters[:, :1]), axis=1)


@dataclass(frozen=True, slots=True)
class Nominal:
    """P(k) ∝ exp(a_k θ + d_k), a_0 = d_0 = 0; parameters (a_1 …, d_1 …). Bock (1972)."""

    @property
    def canonical(self) -> bool:
        return True

    def names(self, n_categories: int) -> tuple[str, ...]:
        ks = range(1, n_categories)
        return (*(f"a{k}" for k in ks), *(f"d{k}" for k in ks))

    def usual_names(self, n_categories: int) -> tuple[str, ...]:
        return self.names(n_categories)

    def log_chances(self, parameters: Floats, nodes: Floats) -> Floats:
        half = parameters.shape[1] // 2
        logits = parameters[:, :half, None] * nodes + parameters[:, half:, None]
        blank = np.zeros((len(parameters), 1, nodes.size))
        return np.asarray(log_softmax(np.concatenate((blank, logits), axis=1), axis=1))

    def slopes(self, parameters: Floats, nodes: Floats) -> Floats:
        chances = np.exp(self.log_chances(parameters, nodes))
        size = chances.shape[1]
        ends = (np.eye(size)[None, :, :, None] - chances[:, :, None, :])[:, 1:]
        return np.concatenate((ends * nodes, ends), axis=1)

    def admissible(self, parameters: Floats) -> Booleans:
        return np.ones(len(parameters), dtype=np.bool_)

    def start(self, shares: Floats) -> Floats:
        safe = np.maximum(shares, 0.005)
        size = shares.shape[1]
        slopes = np.tile(np.arange(1, size) / (size - 1), (len(shares), 1))
        return np.concatenate((slopes, np.log(safe[:, 1:] / safe[:, :1])), axis=1)

    def usual(self, parameters: Floats) -> Floats:
        return parameters


def _predictors(parameters: Floats, nodes: Floats) -> Floats:
    return np.asarray(parameters[:, :1, None] * nodes + parameters[:, 1:, None])
