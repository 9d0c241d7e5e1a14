"""Abilities in several modules as one normal law a group: its parameters, score and information.

Group g has mean m_g and covariance C_g = s_g R s_g: a mean and an sd a module, and correlations R
that all groups share. The parameters are one vector: for each module, for each group, (mean,
log sd), then the correlations of the pairs (0, 1), (0, 2) … (1, 2) … R may have a prior density
∝ |R|^(η - 1) (Lewandowski, Kurowicka & Joe 2009, J. Multivariate Anal. 100, 1989–2001), which keeps
it from being singular where few persons tell of it.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from placement.arrays import Floats, Integers

# Central differences of an exact gradient.
STEP = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over persons: `persons` (G,), `first` (G, D) of θ and `second` (G, D, D) of θ θᵀ."""

    persons: Floats
    first: Floats
    second: Floats

    def of_nobody(self) -> "Moments":
        """Return the moments of nobody."""
        return Moments(*(np.zeros_like(sums) for sums in (self.persons, self.first, self.second)))


@dataclass(frozen=True, eq=False)
class AbilityLaw:
    """`groups` (D, G, 2) holds means and log sds; `pairs` (P,) the correlations.

    `lkj` is the prior's η; 1 is flat.
    """

    groups: Floats
    pairs: Floats
    lkj: float = 1.0

    @property
    def n_modules(self) -> int:
        return len(self.groups)

    @property
    def n_groups(self) -> int:
        return int(self.groups.shape[1])

    @cached_property
    def correlation(self) -> Floats:
        """R, (D, D)."""
        table = np.eye(self.n_modules)
        left, right = pairs_of(self.n_modules)
        table[left, right] = table[right, left] = self.pairs
        return table

    @property
    def possible(self) -> bool:
        """Whether R is positive definite, and not by a hair."""
        return bool(np.linalg.eigvalsh(self.correlation)[0] > 1e-6)

    def mean(self, group: int) -> Floats:
        return np.asarray(self.groups[:, group, 0])

    def covariance(self, group: int) -> Floats:
        sd = np.exp(self.groups[:, group, 1])
        return np.asarray(sd[:, None] * self.correlation * sd)

    def moved(self, place: int, step: float) -> "AbilityLaw":
        """Return the law with one of its parameters moved by `step`."""
        vector = np.concatenate((self.groups.ravel(), self.pairs))
        vector[place] += step
        size = self.groups.size
        return AbilityLaw(vector[:size].reshape(self.groups.shape), vector[size:], self.lkj)

    @property
    def log_prior(self) -> float:
        """The logarithm of R's prior density, without its constant."""
        return (self.lkj - 1) * float(np.linalg.slogdet(self.correlation)[1])

    def directions(self, group: int) -> tuple[Floats, Floats]:
        """Return the derivatives of m_g, (P, D), and C_g, (P, D, D), by the parameters."""
        size = self.groups.size + self.pairs.size
        means, spreads = np.zeros((size, self.n_modules)), np.zeros((size, *self.correlation.shape))
        covariance, sd = self.covariance(group), np.exp(self.groups[:, group, 1])
        for d in range(self.n_modules):
            place = 2 * (d * self.n_groups + group)
            means[place, d] = 1
            spreads[place + 1, d] += covariance[d]
            spreads[place + 1, :, d] += covariance[d]
        rows = self.groups.size + np.arange(self.pairs.size)
        left, right = pairs_of(self.n_modules)
        spreads[rows, left, right] = spreads[rows, right, left] = sd[left] * sd[right]
        return means, spreads

    def score(self, moments: Moments) -> Floats:
        """Return the derivatives of Σ log N(θ; m_g, C_g) + log prior by the parameters, (P,).

        Magnus & Neudecker (2019), "Matrix differential calculus", 15.3.
        """
        total = np.zeros(self.groups.size + self.pairs.size)
        for g in range(self.n_groups):
            mean, inverse = self.mean(g), np.linalg.inv(self.covariance(g))
            means, spreads = self.directions(g)
            count, first = moments.persons[g], moments.first[g]
            off = first - count * mean
            crossed = np.outer(mean, first)
            around = moments.second[g] - crossed - crossed.T + count * np.outer(mean, mean)
            rest = inverse @ (around - count * self.covariance(g)) @ inverse
            total += means @ (inverse @ off) + np.einsum("pde,de->p", spreads, rest) / 2
        left, right = pairs_of(self.n_modules)
        inverse = np.linalg.inv(self.correlation)
        total[self.groups.size :] += 2 * (self.lkj - 1) * inverse[left, right]
        return total

    def information(self, persons: Floats) -> Floats:
        """Return the information of `persons` (G,) whose abilities are seen, and prior, (P, P)."""
        size = self.groups.size + self.pairs.size
        total = np.zeros((size, size))
        for g in range(self.n_groups):
            inverse = np.linalg.inv(self.covariance(g))
            means, spreads = self.directions(g)
            solved = inverse @ spreads
            own = means @ inverse @ means.T + np.einsum("pde,qed->pq", solved, solved) / 2
            total += persons[g] * own
        left, right = pairs_of(self.n_modules)
        inverse = np.linalg.inv(self.correlation)
        crossed = inverse[np.ix_(left, left)] * inverse[np.ix_(right, right)]
        crossed += inverse[np.ix_(left, right)] * inverse[np.ix_(right, left)]
        total[self.groups.size :, self.groups.size :] += 2 * (self.lkj - 1) * crossed
        return total

    def curvature(self, moments: Moments) -> Floats:
        """Return minus the second derivatives at fixed `moments`, (P, P)."""
        size = self.groups.size + self.pairs.size
        ends = [
            self.moved(p, -STEP).score(moments) - self.moved(p, STEP).score(moments)
            for p in range(size)
        ]
        matrix = np.array(ends).reshape(size, size) / (2 * STEP)
        return np.asarray((matrix + matrix.T) / 2)


@cache
def pairs_of(size: int) -> tuple[Integers, Integers]:
    """Return the modules of each pair, (P,) and (P,)."""
    left, right = np.triu_indices(size, 1)
    return left.astype(np.int64), right.astype(np.int64)
