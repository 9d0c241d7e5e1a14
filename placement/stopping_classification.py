"""Stopping rules of classification: every cut must be resolved before the test ends.

A person between two cuts must be above the lower *and* below the upper one; a test that ends when
any one cut is resolved ends at once (a person is almost always clearly on one side of some cut).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import log

import numpy as np
from scipy.special import ndtri

from placement.arrays import Booleans, Floats
from placement.limits import Limits, fault_unless
from placement.outcomes import StopReason
from placement.quadrature import interpolation
from placement.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioTest(Limits, ABC):
    """What the two likelihood-ratio tests share: `delta` (logits) and the two error rates.

    A cut is resolved when log LR ≥ log((1 − β) / α) or ≤ log(β / (1 − α)) (Wald 1947).
    """

    delta: float = 0.40
    alpha: float = 0.10
    beta: float = 0.10

    def faults(self) -> list[str]:
        rates = 0 < self.alpha < 1 and 0 < self.beta < 1 and self.alpha + self.beta < 1
        return [
            *Limits.faults(self),
            *fault_unless(self.delta > 0, f"delta {self.delta} is not above 0"),
            *fault_unless(rates, "alpha and beta are above 0 and sum to less than 1"),
        ]

    def __call__(self, standing: Standing) -> Booleans:
        upper, lower = log((1 - self.beta) / self.alpha), log(self.beta / (1 - self.alpha))
        ratios = self.ratios(standing)
        return np.asarray(((ratios >= upper) | (ratios <= lower)).all(axis=1))

    @abstractmethod
    def ratios(self, standing: Standing) -> Floats:
        """Return the log likelihood ratio at every cut, (N, T − 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialRatio(RatioTest):
    """Sequential probability ratio test at every cut: log L(c + δ) − log L(c − δ).

    Reckase (1983); several cuts: Spray (1993), Eggen & Straetmans (2000).
    """

    @property
    def reason(self) -> StopReason:
        return StopReason.SEQUENTIAL_RATIO

    def ratios(self, standing: Standing) -> Floats:
        section = standing.section
        weights = _two_sided(section.pool.nodes, section.cuts, self.delta)
        above, below = (standing.log_likelihood @ side.T for side in weights)
        return above - below


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralizedRatio(RatioTest):
    """Generalised likelihood ratio: sup over θ ≥ c + δ less sup over θ ≤ c − δ (Thompson 2011).

    The suprema are taken over the nodes beyond c ± δ and c ± δ themselves.
    """

    delta: float = 0.20
    alpha: float = 0.15
    beta: float = 0.15

    @property
    def reason(self) -> StopReason:
        return StopReason.GENERALIZED_RATIO

    def ratios(self, standing: Standing) -> Floats:
        nodes, values = standing.section.pool.nodes, standing.log_likelihood
        weights = _two_sided(nodes, standing.section.cuts, self.delta)
        ends = [values @ side.T for side in weights]
        rising = np.maximum.accumulate(values, axis=1)
        falling = np.maximum.accumulate(values[:, ::-1], axis=1)[:, ::-1]
        cuts = standing.section.cuts
        first = np.clip(np.searchsorted(nodes, cuts + self.delta), 0, nodes.size - 1)
        last = np.clip(np.searchsorted(nodes, cuts - self.delta, "right") - 1, 0, nodes.size - 1)
        above = np.maximum(ends[0], falling[:, first])
        below = np.maximum(ends[1], rising[:, last])
        return above - below


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceInterval(Limits):
    """Stop when no cut lies in the interval θ̂ ± z σ (ACI: Kingsbury & Weiss 1983).

    θ̂ and σ are the posterior's mean and standard deviation; `level` is two-sided.
    """

    level: float = 0.90

    def faults(self) -> list[str]:
        text = f"level {self.level} is not in (0, 1)"
        return [*Limits.faults(self), *fault_unless(0 < self.level < 1, text)]

    @property
    def reason(self) -> StopReason:
        return StopReason.CONFIDENCE_INTERVAL

    def __call__(self, standing: Standing) -> Booleans:
        width = float(ndtri((1 + self.level) / 2)) * np.sqrt(standing.variance)
        away = np.abs(standing.mean[:, None] - standing.section.cuts)
        return np.asarray((away > width[:, None]).all(axis=1))


def _two_sided(nodes: Floats, cuts: Floats, delta: float) -> tuple[Floats, Floats]:
    """Interpolation weights (T − 1, Q) at c + δ and at c − δ."""
    return interpolation(nodes, cuts + delta), interpolation(nodes, cuts - delta)
