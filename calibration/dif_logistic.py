"""Differential item functioning by logistic regression: uniform, and not uniform.

Swaminathan & Rogers (1990), Journal of Educational Measurement 27, 361–370. The logit of a right
answer is explained by ability; then by the group as well (uniform); then by their product (the
difference grows with ability). Sizes by Nagelkerke's R²: Jodoin & Gierl (2001).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc, expit, log_expit

from placement.arrays import Booleans, Floats, Integers

SizeClass = Literal["A", "B", "C", ""]
STEPS = 50
TOLERANCE = 1e-10
# A logit so large that the groups are told apart by their answers: no maximum is near.
FARTHEST = 30.0


@dataclass(frozen=True, slots=True)
class LogisticDif:
    """χ² of 1, 1 and 2 degrees of freedom; `group` and `slope` in logits a logit of ability.

    `r2_change` is what group and product add to Nagelkerke's R².
    """

    group: float
    slope: float
    chi2_uniform: float
    p_uniform: float
    chi2_nonuniform: float
    p_nonuniform: float
    chi2: float
    p: float
    r2_change: float
    size: SizeClass


NOTHING = LogisticDif(
    np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, size=""
)


def logistic_dif(right: Integers, focal: Booleans, ability: Floats) -> LogisticDif:
    """Compare two groups' answers 0 and 1 at equal ability; each (N,). nan where no fit exists."""
    if len(np.unique(focal)) < 2 or set(np.unique(right).tolist()) != {0, 1}:
        return NOTHING
    spread = float(ability.std()) or 1.0
    z = (ability - ability.mean()) / spread
    columns = np.stack((np.ones_like(z), z, focal.astype(np.float64), z * focal), axis=1)
    fits = [maximum(columns[:, :size], right) for size in (1, 2, 3, 4)]
    if not all(np.isfinite(height) for _, height in fits):
        return NOTHING
    empty, base, uniform, full = (height for _, height in fits)
    steps = [2 * max(above - below, 0.0) for below, above in ((base, uniform), (uniform, full))]
    total = 2 * max(full - base, 0.0)
    change = nagelkerke(empty, full, right.size) - nagelkerke(empty, base, right.size)
    p = float(chdtrc(2, total))
    return LogisticDif(
        float(fits[2][0][2]),
        float(fits[3][0][3]) / spread,
        steps[0],
        float(chdtrc(1, steps[0])),
        steps[1],
        float(chdtrc(1, steps[1])),
        total,
        p,
        change,
        size_class(change, p),
    )


def maximum(columns: Floats, right: Integers) -> tuple[Floats, float]:
    """Return the coefficients, (p,), and the log likelihood at its maximum by Newton's method.

    The height is nan where no maximum is near: the answers are told apart by the columns.
    """
    point = np.zeros(columns.shape[1])
    height = _height(columns, right, point)
    for _ in range(STEPS):
        chance = expit(columns @ point)
        gradient = columns.T @ (right - chance)
        hessian = (columns.T * (chance * (1 - chance))) @ columns
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return point, np.nan
        share = 1.0
        while _height(columns, right, point + share * step) < height - 1e-12 and share > 1e-6:
            share /= 2
        point = point + share * step
        height = _height(columns, right, point)
        if np.abs(point).max() > FARTHEST:
            return point, np.nan
        if np.abs(step).max() < TOLERANCE:
            break
    return point, height


def nagelkerke(empty: float, height: float, size: int) -> float:
    """Return Nagelkerke's (1991) R² from log likelihoods without and with the columns."""
    top = 1 - np.exp(2 * empty / size)
    return float((1 - np.exp(2 * (empty - height) / size)) / top)


def size_class(change: float, p: float) -> SizeClass:
    """Return A (negligible), B or C by Jodoin & Gierl's bounds 0.035 and 0.07."""
    if p >= 0.05 or change < 0.035:
        return "A"
    return "B" if change < 0.07 else "C"


def _height(columns: Floats, right: Integers, point: Floats) -> float:
    logits = columns @ point
    return float(np.where(right == 1, log_expit(logits), log_expit(-logits)).sum())
