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
    `closed` (N, J) are items that cannot be given to an examinee; None where all can.
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
    closed: Booleans | None = None

    @classmethod
    def of(
        cls,
        section: Section,
        given: Booleans,
        log_likelihood: Floats,
        prior: Floats | None = None,
        n: Integers | None = None,
        closed: Booleans | None = None,
    ) -> Self:
        """Derive the posterior of each examinee from what they were given and how they did.

        `n` (N,) are the numbers of items given, counted here where a caller does not know them.
        """
        believed = section.prior if prior is None else prior
        posterior = posterior_of(believed, log_likelihood)
        counts = given.sum(axis=1, dtype=np.int64) if n is None else n
        mean, variance = moments(posterior, section.pool.nodes)
        return cls(
            section, given, log_likelihood, posterior, mean, variance, counts, believed, closed
        )

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
            None if self.closed is None else self.closed[chosen],
        )

    @property
    def free(self) -> Booleans:
        """Which items each examinee may yet be given, (N, J)."""
        return ~self.given if self.closed is None else ~(self.given | self.closed)

    def most(self, limit: int) -> Integers | int:
        """Return how many of `limit` questions there are items for, of each (N,) or of all."""
        if self.closed is None:
            return min(limit, len(self.section.pool))
        return np.asarray(np.minimum(limit, np.count_nonzero(~self.closed, axis=1)))

    @property
    def track_probabilities(self) -> Floats:
        """The chance that each examinee belongs in each track, (N, T)."""
        return np.asarray(self.posterior.dot(self.section.masses.T))

    @property
    def alone(self) -> Self:
        """The same examinees by this module's answers alone."""
        if self.prior is self.section.prior:
            return self
        return type(self).of(
            self.section, self.given, self.log_likelihood, n=self.n, closed=self.closed
        )
