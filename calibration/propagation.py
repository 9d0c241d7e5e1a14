"""Expectation propagation over modules: a normal factor in the place of each one's likelihood.

The posterior of abilities that are jointly normal, each measured by its own questions, is that law
times one function a module. Expectation propagation (Minka 2001) replaces each function by a normal
factor, the *site*, such that the joint normal law agrees in mean and variance with every *tilted*
law: the module's likelihood times its *cavity*, what the law and the other sites say of it.

The engine propagates too (`placement`), from nothing and for a few persons at a time; here the law
changes little from cycle to cycle, so that sites begin where they ended, and the fixed point is
what an objective and its gradient are made of.
"""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans, Floats, Integers

# Where means (in standard deviations) and log variances agree to this, the fixed point is found:
# the objective, stationary there, is known to the square of it.
TOLERANCE = 1e-5
SWEEPS = 100
# A guessed right answer may widen a posterior; a site never takes precision away.
LEAST_PRECISION = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Factors exp(shift θ - precision θ² / 2) of N persons' modules, both (N, D)."""

    precision: Floats
    shift: Floats

    @classmethod
    def none(cls, n_persons: int, n_modules: int) -> "Sites":
        return cls(np.zeros((n_persons, n_modules)), np.zeros((n_persons, n_modules)))

    def chosen(self, rows: Integers) -> "Sites":
        return Sites(self.precision[rows], self.shift[rows])

    def joint(self, mean: Floats, covariance: Floats) -> tuple[Floats, Floats]:
        """Return mean (N, D) and covariance (N, D, D) of N(m, C) times the factors.

        S = C - C T½ (I + T½ C T½)⁻¹ T½ C, which is safe where C is nearly singular, and
        m + S (ν - T m).
        """
        root = np.sqrt(self.precision)
        loaded = root[:, :, None] * covariance
        inner = loaded * root[:, None, :] + np.eye(len(covariance))
        spread = covariance - loaded.transpose(0, 2, 1) @ np.linalg.solve(inner, loaded)
        pull = self.shift - self.precision * mean
        return mean + (spread @ pull[:, :, None])[:, :, 0], spread


def cavity(sites: Sites, mean: Floats, spread: Floats, module: int) -> tuple[Floats, Floats]:
    """Return mean and variance (N,) of a module by the law and the other modules' sites."""
    own = spread[:, module, module]
    variance = 1 / (1 / own - sites.precision[:, module])
    return variance * (mean[:, module] / own - sites.shift[:, module]), variance


def tilted(logs: Floats, mean: Floats, variance: Floats, nodes: Floats) -> tuple[Floats, Floats]:
    """Return likelihood times cavity on the nodes, unnormalised (n, Q), and its scale's log (n,).

    `logs` (n, Q) are the log likelihoods, `mean` and `variance` (n,) the cavities'.
    """
    mass = logs - (nodes - mean[:, None]) ** 2 / (2 * variance[:, None])
    peak = mass.max(axis=1)
    mass -= peak[:, None]
    return np.exp(mass, out=mass), peak


def propagate(
    logs: Floats,
    answered: Booleans,
    law: tuple[Floats, Floats],
    nodes: Floats,
    start: Sites | None,
) -> Sites:
    """Return the sites at the fixed point, from log likelihoods (D, N, Q).

    `law` is mean (D,) and covariance (D, D) of the abilities before any answer. `answered` (N, D)
    says which of the likelihoods hold anything; the others' sites are nothing.
    """
    sites = start or Sites.none(*answered.shape)
    precision, shift = sites.precision.copy(), sites.shift.copy()
    rows = np.arange(len(answered))
    for _ in range(SWEEPS):
        own = Sites(precision[rows], shift[rows])
        apart = _sweep(logs, answered, law, nodes, rows, own)
        precision[rows], shift[rows] = own.precision, own.shift
        rows = rows[apart > TOLERANCE]
        if not rows.size:
            break
    return Sites(precision, shift)


def _sweep(
    logs: Floats,
    answered: Booleans,
    law: tuple[Floats, Floats],
    nodes: Floats,
    rows: Integers,
    sites: Sites,
) -> Floats:
    """Renew the sites of `rows`, module after module; return how far they were from agreeing."""
    mean, spread = sites.joint(*law)
    powers = np.stack((np.ones_like(nodes), nodes, nodes**2), axis=1)
    apart = np.zeros(rows.size)
    whole = len(rows) == len(answered)
    for d in range(len(logs)):
        middle, variance = cavity(sites, mean, spread, d)
        mass, _ = tilted(logs[d] if whole else logs[d, rows], middle, variance, nodes)
        total, first, second = (mass @ powers).T
        found = first / total
        width = second / total - found**2
        asked = answered[rows, d]
        own = spread[:, d, d]
        gap = abs(found - mean[:, d]) / np.sqrt(own) + abs(np.log(width / own))
        apart = np.maximum(apart, np.where(asked, gap, 0))
        fresh = np.maximum(1 / width - 1 / variance, LEAST_PRECISION)
        # The mean is matched also where the precision was held up.
        pull = found * (fresh + 1 / variance) - middle / variance
        more = np.where(asked, fresh - sites.precision[:, d], 0)
        push = np.where(asked, pull - sites.shift[:, d], 0)
        sites.precision[:, d] += more
        sites.shift[:, d] += push
        column = spread[:, :, d].copy()
        gain = 1 / (1 + more * column[:, d])
        mean += column * ((push - more * mean[:, d]) * gain)[:, None]
        spread -= column[:, :, None] * (column * (more * gain)[:, None])[:, None, :]
    return apart
