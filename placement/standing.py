"""Where N examinees stand in one module: all that a strategy may look at."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.pool import Pool
from placement.posterior import moments, posterior_of


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One module of a design joined to its part of a pool.

    `prior` (Q,), `masses` (T, Q), `cuts` (T - 1,), `losses` (T, T) in hours, `shares` (C,) of the
    blueprint's categories that the pool can serve, `codes` (J,) each item's category, C = none.
    """

    module: str
    pool: Pool
    prior: Floats
    masses: Floats
    cuts: Floats
    losses: Floats
    shares: Floats
    codes: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The answers of N examinees to one section: `given` (N, J), `log_likelihood` (N, Q).

    Derived at birth: `posterior` (N, Q), its `mean` and `variance` (N,), and `n` (N,) answers.
    """

    section: Section
    given: Booleans
    log_likelihood: Floats
    posterior: Floats
    mean: Floats
    variance: Floats
    n: Integers

    @classmethod
    def of(cls, section: Section, given: Booleans, log_likelihood: Floats) -> Self:
        """Derive the posterior of each examinee from what they were given and how they did."""
        posterior = posterior_of(section.prior, log_likelihood)
        mean, variance = moments(posterior, section.pool.nodes)
        n = given.sum(axis=1, dtype=np.int64)
        return cls(section, given, log_likelihood, posterior, mean, variance, n)

    @property
    def track_probabilities(self) -> Floats:
        """The chance that each examinee belongs in each track, (N, T)."""
        return self.posterior @ self.section.masses.T
