"""What a calibration of several modules together yields."""

from dataclasses import dataclass
from math import log

import numpy as np

from calibration.errors import Notice
from calibration.results import Calibration
from placement.arrays import Floats, Integers
from placement.dependence import SHRINKAGE, Correlated, shrunken


@dataclass(frozen=True, slots=True, eq=False)
class CorrelatedCalibration:
    """Modules on scales of their own, and how ability in one goes with ability in another.

    `modules` are in the order of `names`; the log likelihood of one is that of its answers alone,
    its standard errors are those of the whole. `correlations` (D, D) hold within groups, and
    `correlations_se` are nan where they were not asked for or the correlation is at a bound;
    `shared` (D, D) counts the persons who answered something of both modules. Everything else is
    as in `Calibration`, of all modules together.
    """

    names: tuple[str, ...]
    modules: tuple[Calibration, ...]
    correlations: Floats
    correlations_se: Floats
    shared: Integers
    notices: tuple[Notice, ...]
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
    seconds: float

    def __getitem__(self, module: str) -> Calibration:
        """Return a module's calibration by its name."""
        return dict(zip(self.names, self.modules, strict=True))[module]

    def dependence(self, factor: float = SHRINKAGE) -> Correlated:
        """Return the careful prior of a design with these modules in this order."""
        return shrunken(self.correlations, factor=factor)

    @property
    def n_parameters(self) -> int:
        return len(self.parameters)

    @property
    def n_items(self) -> int:
        return sum(module.n_items for module in self.modules)

    @property
    def n_responses(self) -> int:
        return sum(module.n_responses for module in self.modules)

    @property
    def reliability(self) -> float:
        """The modules' mean reliability, with what the other modules say."""
        return float(np.mean([module.reliability for module in self.modules]))

    @property
    def aic(self) -> float:
        return 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return self.n_parameters * log(self.n_persons) - 2 * self.log_likelihood
