"""Stopping rules that look at the decision: its chance, its loss, and whether it can turn."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from placement.arrays import Booleans, Floats
from placement.limits import Limits, fault_unless
from placement.outcomes import StopReason
from placement.standing import Standing
from placement.tracks import expected_losses, track_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorProbability(Limits):
    """Stop when one track has a posterior of `certainty` or more."""

    certainty: float = 0.80

    def faults(self) -> list[str]:
        text = f"certainty {self.certainty} is not in (0, 1]"
        return [*Limits.faults(self), *fault_unless(0 < self.certainty <= 1, text)]

    @property
    def reason(self) -> StopReason:
        return StopReason.POSTERIOR_PROBABILITY

    def __call__(self, standing: Standing) -> Booleans:
        return np.asarray(standing.track_probabilities.max(axis=1) >= self.certainty)


@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorLoss(Limits):
    """Stop when the best track's expected loss is `loss` hours or less (Vos 1999)."""

    loss: float = 1.0

    def faults(self) -> list[str]:
        text = f"loss {self.loss} is below 0"
        return [*Limits.faults(self), *fault_unless(self.loss >= 0, text)]

    @property
    def reason(self) -> StopReason:
        return StopReason.POSTERIOR_LOSS

    def __call__(self, standing: Standing) -> Booleans:
        losses = expected_losses(standing.track_probabilities, standing.section.losses)
        return np.asarray(losses.min(axis=1) <= self.loss)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailment(Limits):
    """Stochastic curtailment: stop when going on would hardly change the track (Finkelman 2008).

    By the longest test T the posterior mean will have moved by a normal step of variance v − v_T,
    v_T = 1 / (1/v + λ(T) − λ(n)), λ from the pilot (the normal form of Huebner & Finkelman 2016).
    Stop when the chance that it ends in the track where it is now is `certainty` or more.
    """

    certainty: float = 0.90

    def faults(self) -> list[str]:
        text = f"certainty {self.certainty} is not in (0, 1]"
        return [*Limits.faults(self), *fault_unless(0 < self.certainty <= 1, text)]

    @property
    def reason(self) -> StopReason:
        return StopReason.CURTAILMENT

    def __call__(self, standing: Standing) -> Booleans:
        return np.asarray(self.staying(standing) >= self.certainty)

    def staying(self, standing: Standing) -> Floats:
        """Return the chance (N,) that the longest test ends with the mean in its present track."""
        section, precision = standing.section, self.precision(standing.section)
        now = np.minimum(standing.n, precision.size - 1)
        added = np.maximum(precision[-1] - precision[now], 0)
        later = 1 / (1 / standing.variance + added)
        step = np.sqrt(np.maximum(standing.variance - later, 0))
        ends = np.concatenate(([-np.inf], section.cuts, [np.inf]))
        track = track_of(standing.mean, section.cuts)
        scale = np.maximum(step, 1e-12)
        low, high = ((ends[track + i] - standing.mean) / scale for i in (0, 1))
        return np.asarray(ndtr(high) - ndtr(low))
