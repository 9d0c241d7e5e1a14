"""What a person's answers to several modules say of the abilities, which go together.

The posterior is a normal law times one function a module, the likelihood L_d(θ_d) of its own
answers on the nodes. Expectation propagation (`calibration.propagation`) puts a normal factor in
the place of each; the logarithm of the normalising constant at its fixed point is stationary in
these factors (Minka 2001), so that its gradient by an L_d is the module's *tilted* posterior, and
by the law of abilities what the joint normal says: no derivative of a factor is ever needed.

What expectation propagation leaves out is E_q[Π_d r_d(θ_d)], q being the joint normal law and r_d
the tilted over the normal posterior of a module. In Hermite polynomials r_d = Σ_k c_dk He_k, whose
first and second terms are nought, and by Mehler's formula a pair adds Σ_k k! c_dk c_ek ρ_deᵏ with
its correlation ρ under q: exact for two modules (after Opper, Paquet & Winther 2013, JMLR 14,
2857–2898).
"""

from dataclasses import dataclass
from math import factorial, pi

import numpy as np

from calibration.ability_law import AbilityLaw
from calibration.propagation import Sites, cavity, propagate, tilted
from placement.arrays import Booleans, Floats

# Hermite terms of the correction; posterior correlations are well below 1.
TERMS = 12


@dataclass(frozen=True, slots=True, eq=False)
class JointPosterior:
    """N persons of one group, D modules, Q nodes.

    `mean` (N, D) and `spread` (N, D, D) are those of the joint normal law, `weights` (D, N, Q) the
    modules' own posteriors on the nodes, `log_likelihood` (N,) expectation propagation's marginal.
    """

    sites: Sites
    mean: Floats
    spread: Floats
    weights: Floats
    log_likelihood: Floats


def joint_posterior(
    logs: Floats,
    answered: Booleans,
    law: AbilityLaw,
    group: int,
    nodes: Floats,
    start: Sites | None = None,
) -> JointPosterior:
    """Return the posterior from log likelihoods (D, N, Q) and who `answered` what, (N, D).

    A module's likelihood is taken for 0 beyond the nodes.
    """
    mean, covariance = law.mean(group), law.covariance(group)
    sites = propagate(logs, answered, (mean, covariance), nodes, start)
    middle, spread = sites.joint(mean, covariance)
    value = _normal_constant(sites, middle, mean, covariance)
    weights = np.empty_like(logs)
    for d, own in enumerate(logs):
        centre, variance = cavity(sites, middle, spread, d)
        mass, peak = tilted(own, centre, variance, nodes)
        total = mass.sum(axis=1)
        np.divide(mass, total[:, None], out=weights[d])
        scale = np.log((nodes[1] - nodes[0]) / np.sqrt(2 * pi * variance))
        found = np.log(total) + peak + scale - _factor(sites, centre, variance, d)
        value += np.where(answered[:, d], found, 0)
    return JointPosterior(sites, middle, spread, weights, value)


def corrections(posterior: JointPosterior, nodes: Floats, terms: int = TERMS) -> Floats:
    """Return what to add to expectation propagation's log likelihoods, (N,)."""
    sd = np.sqrt(np.einsum("ndd->nd", posterior.spread))
    size = sd.shape[1]
    shapes = np.stack([_hermite(posterior, d, nodes, sd[:, d], terms) for d in range(size)])
    added = np.zeros(len(sd))
    for d in range(size):
        for e in range(d):
            rho = posterior.spread[:, d, e] / (sd[:, d] * sd[:, e])
            powers = rho[:, None] ** np.arange(1, terms + 1)
            added += np.log1p(np.maximum((shapes[d] * shapes[e] * powers).sum(axis=1), -0.5))
    return added


def _normal_constant(sites: Sites, middle: Floats, mean: Floats, covariance: Floats) -> Floats:
    """Return log ∫ N(θ; m, C) Π exp(ν_d θ_d - τ_d θ_d² / 2), (N,), from the joint mean."""
    root = np.sqrt(sites.precision)
    inner = root[:, :, None] * covariance * root[:, None, :] + np.eye(len(covariance))
    value = (sites.shift * middle).sum(axis=1) / 2 - np.linalg.slogdet(inner)[1] / 2
    return np.asarray(value + (middle - mean) @ np.linalg.solve(covariance, mean) / 2)


def _factor(sites: Sites, m: Floats, v: Floats, module: int) -> Floats:
    """Return log ∫ of a module's cavity N(m, v) times its factor, (N,)."""
    nu, tau = sites.shift[:, module], sites.precision[:, module]
    wide = 1 + tau * v
    return np.asarray((2 * m * nu + v * nu**2 - tau * m**2) / (2 * wide) - np.log(wide) / 2)


def _hermite(
    posterior: JointPosterior, module: int, nodes: Floats, sd: Floats, terms: int
) -> Floats:
    """Return √(k!) c_k of a module, (N, terms): E[He_k] / √(k!) under its own posterior."""
    z = (nodes - posterior.mean[:, module, None]) / sd[:, None]
    weights = posterior.weights[module]
    older, shape = np.ones_like(z), z
    means = []
    for k in range(1, terms + 1):
        means.append((weights * shape).sum(axis=1) / factorial(k) ** 0.5)
        older, shape = shape, z * shape - k * older
    return np.stack(means, axis=1)
