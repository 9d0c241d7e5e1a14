"""Right or wrong: the logistic models with one to four parameters."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from calibration.families import WIDENED
from placement.arrays import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(1) = c + (u - c) σ(aθ + d); parameters (a, d[, logit c][, logit u]).

    Birnbaum (1968), Barton & Lord (1981) for u.
    """

    lower: bool = False
    upper: bool = False

    @property
    def canonical(self) -> bool:
        return not (self.lower or self.upper)

    def names(self, n_categories: int) -> tuple[str, ...]:
        del n_categories
        return ("a", "d", *(("logit c",) if self.lower else ()), *self._upper_name("logit u"))

    def usual_names(self, n_categories: int) -> tuple[str, ...]:
        del n_categories
        return ("a", "b", *(("c",) if self.lower else ()), *self._upper_name("u"))

    def log_chances(self, parameters: Floats, nodes: Floats) -> Floats:
        """Return (J, 2, Q)."""
        z = _predictor(parameters[:, 0], parameters[:, 1], nodes)
        logs = np.empty((len(z), 2, nodes.size))
        if self.canonical:
            np.negative(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))), out=logs[:, 0])
            np.add(logs[:, 0], z, out=logs[:, 1])
            return logs
        logs[:, 1], logs[:, 0], _ = self._chances(parameters, z)
        return np.asarray(np.log(logs, out=logs))

    def slopes(self, parameters: Floats, nodes: Floats) -> Floats:
        """Return the derivatives of the log chances, (J, p, 2, Q)."""
        z = _predictor(parameters[:, 0], parameters[:, 1], nodes)
        slopes = np.empty((*parameters.shape, 2, nodes.size))
        if self.canonical:
            logistic = _logistic(z)
            np.negative(logistic, out=slopes[:, 1, 0])
            np.subtract(1, logistic, out=slopes[:, 1, 1])
        else:
            right, wrong, logistic = self._chances(parameters, z)
            c, u = self._asymptotes(parameters)
            moved = [(u - c) * logistic * _logistic(-z)]
            moved += [c * (1 - c) * _logistic(-z)] if self.lower else []
            moved += [u * (1 - u) * logistic] if self.upper else []
            for k, rise in enumerate(moved, start=1):
                np.divide(rise, -wrong, out=slopes[:, k, 0])
                np.divide(rise, right, out=slopes[:, k, 1])
        np.multiply(slopes[:, 1], nodes, out=slopes[:, 0])
        return slopes

    def admissible(self, parameters: Floats) -> Booleans:
        c, u = self._asymptotes(parameters)
        return np.asarray(np.broadcast_to(c < u, (len(parameters), 1))[:, 0])

    def start(self, shares: Floats) -> Floats:
        """Return (J, p) from the categories' shares (J, 2): slope 1, guessing 0.15."""
        c = 0.15 if self.lower else 0.0
        u = 0.97 if self.upper else 1.0
        right = np.clip((shares[:, 1] - c) / (u - c), 0.03, 0.97)
        columns = [np.ones(len(shares)), WIDENED * logit(right)]
        columns += [np.full(len(shares), logit(c))] if self.lower else []
        columns += [np.full(len(shares), logit(u))] if self.upper else []
        return np.stack(columns, axis=1)

    def usual(self, parameters: Floats) -> Floats:
        tail = [expit(parameters[:, 2:])] if parameters.shape[1] > 2 else []
        difficulty = -parameters[:, 1:2] / parameters[:, :1]
        return np.concatenate((parameters[:, :1], difficulty, *tail), axis=1)

    def _upper_name(self, name: str) -> tuple[str, ...]:
        return (name,) if self.upper else ()

    def _asymptotes(self, parameters: Floats) -> tuple[Floats, Floats]:
        c = expit(parameters[:, 2:3]) if self.lower else np.zeros((1, 1))
        u = expit(parameters[:, -1:]) if self.upper else np.ones((1, 1))
        return c, u

    def _chances(self, parameters: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        c, u = self._asymptotes(parameters)
        logistic = _logistic(z)
        wrong = (1 - u) + (u - c) * _logistic(-z)
        right = c + (u - c) * logistic
        return np.maximum(right, 1e-300), np.maximum(wrong, 1e-300), logistic


def _logistic(z: Floats) -> Floats:
    """Return σ(z), with all digits at either end."""
    small = np.exp(-np.abs(z))
    return np.asarray(np.where(z < 0, small, 1.0) / (1 + small))


def _predictor(slope: Floats, intercept: Floats, nodes: Floats) -> Floats:
    return np.asarray(slope[:, None] * nodes + intercept[:, None])
