"""What is believed of an item before anybody has answered it.

A prior is a density of log a, of the location b, of c and of u. The mode that is sought maximises
log likelihood + these log densities, without Jacobians: the mode on the scale of log a and b
(Mislevy 1986, "Bayes modal estimation in item response models", Psychometrika 51, 177–195).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from calibration.errors import ModelError


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal density."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (isfinite(self.mean) and isfinite(self.sd) and self.sd > 0):
            raise ModelError([f"a normal prior with mean {self.mean} and sd {self.sd}"])


@dataclass(frozen=True, slots=True)
class Beta:
    """A beta density; `Beta(5, 17)` has its mode at 0.2 and the weight of 20 answers."""

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        if not (self.alpha >= 1 and self.beta >= 1):
            raise ModelError([f"a beta prior with {self.alpha} and {self.beta}: not both ≥ 1"])


@dataclass(frozen=True, slots=True)
class ItemPrior:
    """Priors of one item; None is a flat one.

    `log_a`: of the logarithm of the slope (so a > 0). `b`: of the difficulty in logits; for an
    item with several steps, of the mean of its steps. `c`, `u`: a beta density of the asymptote,
    or a normal density of its logit.
    """

    log_a: Normal | None = None
    b: Normal | None = None
    c: Normal | Beta | None = None
    u: Normal | Beta | None = None


FLAT = ItemPrior()
WEAK = ItemPrior(Normal(0.0, 0.75), Normal(0.0, 2.5), Beta(5, 17), Beta(17, 2))


@dataclass(frozen=True, slots=True)
class Priors:
    """The prior of every item: `default`, and of the items in `items` another one."""

    default: ItemPrior = FLAT
    items: Mapping[str, ItemPrior] = field(default_factory=dict)

    def of(self, item: str) -> ItemPrior:
        return self.items.get(item, self.default)


NO_PRIORS = Priors()
WEAK_PRIORS = Priors(WEAK)


def author_priors(
    levels: Mapping[str, float],
    *,
    regression: float = 1.0,
    sd: float = 0.88,
    log_a: Normal = Normal(0.15, 0.35),
) -> Priors:
    """Return priors whose b is normal around `regression` × the author's level (logits).

    The spread around the author's level and the law of log a are fixed, not estimated: with fewer
    than about 300 persons estimating them inflates the slopes (measured, see the methods page).
    """
    items = {
        item: ItemPrior(log_a, Normal(regression * level, sd), WEAK.c, WEAK.u)
        for item, level in levels.items()
    }
    return Priors(ItemPrior(log_a, Normal(0.0, 1.2), WEAK.c, WEAK.u), items)
