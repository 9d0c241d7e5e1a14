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

    `prior` is what is believed without these answers: the section's (Q,), or where modules are
    correlated what the answers to the others say, (N, Q).
    Derived at birth: `posterior` (N, Q), its `mean` and `variance` (N,), and `n` (N,) answers.
    """

    section: Section
    given: Booleans
    log_likelihood: Floats
    posterior: Floats
    mean: Floats
    variance: Floats
    n: Integers
    prior: Floats

    @classmethod
    def of(
        cls,
        section: Section,
        given: Booleans,
        log_likelihood: Floats,
        prior: Floats | None = None,
        n: Integers | None = None,
    ) -> Self:
        """Derive the posterior of each examinee from what they were given and how they did.

        `n` (N,) are the numbers of items given, counted here where a caller does not know them.
        """
        believed = section.prior if prior is None else prior
        posterior = posterior_of(believed, log_likelihood)
        counts = given.sum(axis=1, dtype=np.int64) if n is None else n
        return cls.at(section, given, log_likelihood, posterior, counts, believed)

    @classmethod
    def at(
        cls,
        section: Section,
        given: Booleans,
        log_likelihood: Floats,
        posterior: Floats,
        n: Integers,
        prior: Floats,
    ) -> Self:
        """Describe examinees whose posterior is known already."""
        mean, variance = moments(posterior, section.pool.nodes)
        return cls(section, given, log_likelihood, posterior, mean, variance, n, prior)

    def only(self, chosen: Booleans | slice) -> Self:
        """Return the chosen examinees' standing."""
        return type(self)(
            self.section,
            self.given[chosen],
            self.log_likelihood[chosen],
            self.posterior[chosen],
            self.mean[chosen],
            self.variance[chosen],
            self.n[chosen],
            self.prior if self.prior.ndim == 1 else self.prior[chosen],
        )

    @property
    def track_probabilities(self) -> Floats:
        """The chance that each examinee belongs in each track, (N, T)."""
        return np.asarray(self.posterior.dot(self.section.masses.T))

    @property
    def alone(self) -> Self:
        """The same examinees by this module's answers alone."""
        if self.prior is self.section.prior:
            return self
        return type(self).of(self.section, self.given, self.log_likelihood, n=self.n)
