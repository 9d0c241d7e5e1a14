"""Laws that a pool's items share, drawn together with the items: log a and b around the author's.

log a_j ~ N(μ, σ²) and b_j ~ N(γ₀ + γ₁ level_j, τ²), the level being the mean of the item's own
prior. Conditional on the items these are a normal sample and a linear regression, so that each is
drawn exactly (Gelman et al. 2013, "Bayesian data analysis", ch. 14 and 15).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from calibration.structure import Batch, Structure
from placement.arrays import Floats


@dataclass(frozen=True, slots=True)
class HyperPriors:
    """What is believed of the laws: centres, their precision in items' worth, and spreads.

    `weight` items' worth of belief that the spreads are `sd_log_a` and `sd_b`; `level_weights` of
    belief that the authors' levels are right, an intercept of 0 and a slope of 1.
    """

    mean_log_a: float = 0.15
    sd_log_a: float = 0.35
    mean_weight: float = 30.0
    sd_b: float = 0.9
    weight: float = 20.0
    level_weights: tuple[float, float] = (20.0, 10.0)


@dataclass(frozen=True, slots=True)
class Law:
    """log a ~ N(mean_log_a, sd_log_a²) and b ~ N(intercept + slope × level, sd_b²), logits."""

    mean_log_a: float
    sd_log_a: float
    intercept: float
    slope: float
    sd_b: float


def mean_law(laws: Sequence[Law]) -> Law:
    """Return the mean of each number over draws."""
    return Law(*np.mean([astuple(law) for law in laws], axis=0).tolist())


def redrawn(
    structure: Structure,
    own: Structure,
    raw: Floats,
    beliefs: HyperPriors,
    rng: np.random.Generator,
) -> tuple[Structure, Law]:
    """Return the structure with new laws, given its items, and these; `own` has authors' levels."""
    batches = [b for b in structure.batches if b.priors.location.size and (raw_a(b, raw) > 0).all()]
    log_a = np.concatenate([np.log(raw_a(b, raw)) for b in batches])
    slope = _normal_law(log_a, beliefs, rng)
    levels = np.concatenate([_level(b, own) for b in batches])
    b_values = np.concatenate([_location(b, raw) for b in batches])
    line = _regression_law(levels, b_values, beliefs, rng)
    batches = [_with(b, own, slope, line) for b in structure.batches]
    (start, rise), precision = line[0].tolist(), line[1]
    law = Law(slope[0], slope[1] ** -0.5, start, rise, precision**-0.5)
    return replace(structure, batches=tuple(batches)), law


def raw_a(batch: Batch, raw: Floats) -> Floats:
    return np.asarray(batch.of(raw)[:, 0])


def _location(batch: Batch, raw: Floats) -> Floats:
    parameters = batch.of(raw)
    return np.asarray(-(parameters @ batch.priors.location) / parameters[:, 0])


def _own(batch: Batch, own: Structure) -> Batch:
    return next(b for b in own.batches if b.parameter == batch.parameter)


def _level(batch: Batch, own: Structure) -> Floats:
    return _own(batch, own).priors.b[:, 0]


def _with(
    batch: Batch, own: Structure, slope: tuple[float, float], line: tuple[Floats, float]
) -> Batch:
    """Return the batch with the laws as its priors."""
    if not batch.priors.location.size:
        return batch
    level = _level(batch, own)
    count = len(level)
    log_a = np.column_stack((np.full(count, slope[0]), np.full(count, slope[1])))
    b = np.column_stack((line[0][0] + line[0][1] * level, np.full(count, line[1])))
    return replace(batch, priors=replace(batch.priors, log_a=log_a, b=b))


def _normal_law(
    values: Floats, beliefs: HyperPriors, rng: np.random.Generator
) -> tuple[float, float]:
    """Draw (mean, precision) of log a: normal–inverse-gamma."""
    n, k = values.size, beliefs.mean_weight
    mean = (values.sum() + k * beliefs.mean_log_a) / (n + k)
    scatter = ((values - values.mean()) ** 2).sum()
    scatter += n * k / (n + k) * (values.mean() - beliefs.mean_log_a) ** 2
    scatter += beliefs.weight * beliefs.sd_log_a**2
    variance = scatter / rng.chisquare(beliefs.weight + n)
    return float(rng.normal(mean, np.sqrt(variance / (n + k)))), float(1 / variance)


def _regression_law(
    levels: Floats, values: Floats, beliefs: HyperPriors, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Draw ((intercept, slope), precision) of b on the levels."""
    design = np.column_stack((np.ones(levels.size), levels))
    ridge = np.diag(beliefs.level_weights)
    centre = np.linalg.solve(design.T @ design + ridge, design.T @ values + ridge @ [0.0, 1.0])
    scatter = ((values - design @ centre) ** 2).sum() + (centre - [0.0, 1.0]) @ ridge @ (
        centre - [0.0, 1.0]
    )
    scatter += beliefs.weight * beliefs.sd_b**2
    variance = scatter / rng.chisquare(beliefs.weight + levels.size)
    cover = variance * np.linalg.inv(design.T @ design + ridge)
    return rng.multivariate_normal(centre, cover), float(1 / variance)
