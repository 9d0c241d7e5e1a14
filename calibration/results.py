"""What a calibration yields: values that agree with one another, and what to know about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from types import MappingProxyType

from calibration.errors import Notice
from calibration.models import Model
from placement.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ItemEstimate:
    """One item. `values` are a, b, c … in the order of `names`, `covariance` (m, m) theirs.

    `intercepts` are the same item in slope–intercept form (a, d, logit c …) in the order of
    `intercept_names`, with `intercept_covariance`. A covariance is nan where it was not asked for
    or where the number is fixed or at a bound; `categories` are the scores that the model's
    categories 0, 1 … stand for. A `fixed` item's parameters were given, and not estimated.
    """

    item: str
    model: Model
    n_responses: int
    categories: tuple[int, ...]
    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    intercept_names: tuple[str, ...]
    intercepts: Floats
    intercept_covariance: Floats
    fixed: bool = False

    def __getitem__(self, name: str) -> float:
        """Return a parameter by its name: `estimate["b"]`."""
        return float(self.values[self.names.index(name)])

    @property
    def se(self) -> Mapping[str, float]:
        """Standard errors by name; nan where there is none."""
        errors = self.covariance.diagonal() ** 0.5
        return MappingProxyType(dict(zip(self.names, errors.tolist(), strict=True)))

    @property
    def intercept_se(self) -> Mapping[str, float]:
        errors = self.intercept_covariance.diagonal() ** 0.5
        return MappingProxyType(dict(zip(self.intercept_names, errors.tolist(), strict=True)))


@dataclass(frozen=True, slots=True)
class GroupEstimate:
    """Ability in one group: mean and sd (logits), standard errors nan where they are fixed."""

    group: str
    n_persons: float
    mean: float
    sd: float
    se_mean: float
    se_sd: float


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Item parameters, groups, and the evidence for them.

    `trace` is the objective (log likelihood + log priors) at each accepted step, never falling;
    `cycles` all E-steps that were made, `information_passes` those for the information matrix;
    `change` the largest change that one more step would make, `gradient` the largest slope left.
    `covariance` (F, F) is of all free parameters in slope–intercept form, named by `parameters`.
    `weights` (G, Q) are ability's at the `nodes` (Q,), logits; `n_weights` counts those that were
    estimated beyond means and sds.
    """

    items: tuple[ItemEstimate, ...]
    groups: tuple[GroupEstimate, ...]
    notices: tuple[Notice, ...]
    nodes: Floats
    weights: Floats
    log_likelihood: float
    log_prior: float
    trace: tuple[float, ...]
    cycles: int
    information_passes: int
    converged: bool
    change: float
    gradient: float
    parameters: tuple[tuple[str, str], ...]
    free: Floats
    covariance: Floats
    n_persons: float
    n_responses: int
    reliability: float
    seconds: float
    n_weights: int = 0

    def __getitem__(self, item: str) -> ItemEstimate:
        """Return an item's estimate by its name; KeyError when it was set aside or is unknown."""
        for estimate in self.items:
            if estimate.item == item:
                return estimate
        raise KeyError(item)

    @property
    def n_items(self) -> int:
        return len(self.items)

    @property
    def n_parameters(self) -> int:
        return len(self.parameters) + self.n_weights

    @property
    def aic(self) -> float:
        return 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return self.n_parameters * log(self.n_persons) - 2 * self.log_likelihood
