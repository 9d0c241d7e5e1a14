"""Has an item changed? Between two calibrations, and as answers come in.

Robust z: Huynh & Meyer (2010), Practical Assessment, Research & Evaluation 15, 2. CUSUM: Page
(1954), Biometrika 41, 100–115; Veerkamp & Glas (2000), JEBS 25, 373–389.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.linking import Link, common
from placement.arrays import Booleans, Floats
from placement.items import ItemParameters

# 0.74 interquartile ranges are one sd of a normal distribution.
TO_SD = 0.7413
STRAYS = 2.7
UNEXPLAINED = 1.96
NARROWEST = 1e-6
# Changes of b (logits) or of log a that matter, however surely they are there.
LEAST = 0.2


@dataclass(frozen=True, slots=True)
class ItemDrift:
    """Parameters on the old scale less the old ones: of b in logits, of a its logarithm.

    `drifted` where a change stands out from the others', is at least 0.2, and is more than 1.96
    standard errors of the two pools explain.
    """

    item: str
    b_change: float
    log_a_change: float
    b_z: float
    log_a_z: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """Where a chart first crossed its bound: after `answers` answers, harder or easier."""

    answers: int
    harder: bool


def drifts(
    new: Sequence[ItemParameters], old: Sequence[ItemParameters], link: Link
) -> tuple[ItemDrift, ...]:
    """Return what became of each common item once `new` is on the scale of `old`."""
    pairs = [(link.apply(ours), theirs) for ours, theirs in common(new, old)]
    b = np.array([ours.location - theirs.location for ours, theirs in pairs])
    a = np.log([ours.a / theirs.a for ours, theirs in pairs])
    b_z, a_z = robust_z(b), robust_z(a)
    b_se = np.array([np.hypot(ours.se_b, theirs.se_b) for ours, theirs in pairs])
    a_se = np.array(
        [np.hypot(ours.se_a / ours.a, theirs.se_a / theirs.a) for ours, theirs in pairs]
    )
    far = _strays(b, b_z, b_se) | _strays(a, a_z, a_se)
    return tuple(
        ItemDrift(ours.item, float(b[j]), float(a[j]), float(b_z[j]), float(a_z[j]), bool(far[j]))
        for j, (ours, _) in enumerate(pairs)
    )


def _strays(change: Floats, z: Floats, se: Floats) -> Booleans:
    """Return who strays: items whose parameters are less well known may lie further out."""
    beyond = np.abs(change - np.median(change)) > UNEXPLAINED * se
    return np.asarray((np.abs(z) > STRAYS) & (np.abs(change) >= LEAST) & beyond)


def robust_z(values: Floats) -> Floats:
    """Return distances from the median in robust standard deviations; 0 where nothing strays."""
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    away = values - middle
    spread = max(TO_SD * float(high - low), NARROWEST)
    return np.asarray(np.where(np.abs(away) < NARROWEST, 0.0, away / spread))


def deviates(scores: Floats, expected: Floats, variance: Floats) -> Floats:
    """Return z = (x - P̄) / √Var for each answer to an item, (n,), P̄ from the other answers."""
    return np.asarray((scores - expected) / np.sqrt(variance))


def cusum(z: Floats, allowance: float = 0.25) -> tuple[Floats, Floats]:
    """Return the sums (C⁺, C⁻) after each answer, each (n,): C⁺ = max(0, C⁺ + z - k), C⁻ alike.

    C⁺ grows where an item has become easier, C⁻ where it has become harder.
    """
    up, down = np.zeros(z.size), np.zeros(z.size)
    high = low = 0.0
    for n, value in enumerate(z.tolist()):
        high, low = max(0.0, high + value - allowance), max(0.0, low - value - allowance)
        up[n], down[n] = high, low
    return up, down


def alarm(z: Floats, bound: float, allowance: float = 0.25) -> Alarm | None:
    """Return where either sum first passes `bound`, None where neither does."""
    up, down = cusum(z, allowance)
    over = np.flatnonzero((up > bound) | (down > bound))
    if not over.size:
        return None
    first = int(over[0])
    return Alarm(first + 1, bool(down[first] > bound))


def bound_for(
    chances: Floats, rate: float, *, allowance: float = 0.25, runs: int = 2000, seed: int = 1
) -> float:
    """Return the bound that a share `rate` of such runs of answers passes when nothing has changed.

    `chances` (n,) are the chances of a right answer in one run, a year's answers to the item say.
    """
    rng = np.random.default_rng(seed)
    right = rng.random((runs, chances.size)) < chances
    z = (right - chances) / np.sqrt(chances * (1 - chances))
    high, low, top = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for column in z.T:
        high = np.maximum(0.0, high + column - allowance)
        low = np.maximum(0.0, low - column - allowance)
        top = np.maximum(top, np.maximum(high, low))
    return float(np.quantile(top, 1 - rate))
