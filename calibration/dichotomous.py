"""Right or wrong: the logistic models with one to four parameters."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, logit

from calibration.families import WIDENED
from placement.arrays import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(1) = c + (u - c) σ(aθ + d); parameters (a, d[, logit c][, logit u]).

    Birnbaum (1968), Barton & Lord (1981) for u.
    """

    lower: bool = False
    upper: bool = False

    def names(self, n_categories: int) -> tuple[str, ...]:
        del n_categories
        return ("a", "d", *(("logit c",) if self.lower else ()), *self._upper_name("logit u"))

    def usual_names(self, n_categories: int) -> tuple[str, ...]:
        del n_categories
        return ("a", "b", *(("c",) if self.lower else ()), *self._upper_name("u"))

    def log_chances(self, parameters: Floats, nodes: Floats) -> Floats:
        """Return (J, 2, Q)."""
        z = _predictor(parameters[:, 0], parameters[:, 1], nodes)
        if not (self.lower or self.upper):
            return np.stack((log_expit(-z), log_expit(z)), axis=1)
        right, wrong, _ = self._chances(parameters, z)
        return np.log(np.stack((wrong, right), axis=1))

    def slopes(self, parameters: Floats, nodes: Floats) -> Floats:
        """Return the derivatives of the log chances, (J, p, 2, Q)."""
        z = _predictor(parameters[:, 0], parameters[:, 1], nodes)
        right, wrong, logistic = self._chances(parameters, z)
        c, u = self._asymptotes(parameters)
        bend = (u - c) * logistic * (1 - logistic)
        moved = [bend * nodes, bend]
        moved += [c * (1 - c) * (1 - logistic)] if self.lower else []
        moved += [u * (1 - u) * logistic] if self.upper else []
        rise = np.stack(moved, axis=1)
        return np.stack((-rise / wrong[:, None], rise / right[:, None]), axis=2)

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
        logistic = expit(z)
        wrong = (1 - u) + (u - c) * expit(-z)
        return c + (u - c) * logistic, np.maximum(wrong, 1e-300), logistic


def _predictor(slope: Floats, intercept: Floats, nodes: Floats) -> Floats:
    return np.asarray(slope[:, None] * nodes + intercept[:, None])
