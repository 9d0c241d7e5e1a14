"""Answers to correlated modules, and what quadrature that leaves nothing out makes of them."""

from functools import lru_cache

import numpy as np

from placement.arrays import Floats
from placement.items import ItemParameters
from placement.joint import Cavities
from placement.pool import Pool
from placement.quadrature import STANDARD, cell_widths, interpolation
from placement.tracks import track_masses

NODES = STANDARD.nodes
WIDTHS = cell_widths(NODES)
MASSES = track_masses(NODES, np.array([-0.75, 0.25, 1.0]))
GUESSED, UNCERTAIN = 0.2, 0.6


def equal(size: int, rho: float) -> Floats:
    return np.full((size, size), rho) + (1 - rho) * np.eye(size)


def pattern(seed: int, size: int, rho: float = 0.5) -> Floats:
    """Loadings (D, 3): a common factor that makes correlations of about `rho`, and two more."""
    generator = np.random.default_rng(seed)
    more = generator.uniform(-0.3, 0.3, (size, 2))
    rows = np.column_stack((np.sqrt(rho) + generator.uniform(-0.2, 0.2, size), more))
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True) / 0.97, 1)


def patterned(seed: int, size: int, rho: float = 0.5) -> Floats:
    """A correlation matrix of no simple form."""
    rows = pattern(seed, size, rho)
    found = rows @ rows.T
    np.fill_diagonal(found, 1)
    return np.asarray(found)


@lru_cache
def chances(seed: int, kind: str) -> Floats:
    """Tables of forty items of the decision study's law: known, guessed right at .2, uncertain."""
    generator = np.random.default_rng(seed)
    a, b = generator.lognormal(0.2, 0.35, 40), generator.normal(0, 1.1, 40)
    c, spread = GUESSED * (kind == "3PL"), UNCERTAIN * (kind == "uncertain")
    rows = enumerate(zip(a, b, strict=True))
    model = "3PL" if c else "2PL"
    items = [
        ItemParameters(f"i{j}", "m", "", model, float(p), float(q), c, spread / 2, spread)
        for j, (p, q) in rows
    ]
    return Pool.tabulate(items).probabilities


def answers_to_tests(
    correlation: Floats, people: int, seed: int, most: int = 12, kind: str = "2PL"
) -> Floats:
    """Log likelihoods (D, N, Q) of 0 to `most` answers a module by people of correlated ability."""
    generator, size = np.random.default_rng(seed), len(correlation)
    theta = generator.multivariate_normal(np.zeros(size), correlation, people, method="eigh")
    logs = np.zeros((size, people, NODES.size))
    for d in range(size):
        tables = chances(seed * 10 + d, kind)
        right = interpolation(NODES, theta[:, d]) @ tables[:, 1].T > generator.random((people, 40))
        asked = generator.random((people, 40)).argsort(axis=1)
        for n, count in enumerate(generator.integers(0, most + 1, people)):
            rows = asked[n, :count]
            logs[d, n] = np.log(tables[rows, right[n, rows].astype(int)]).sum(axis=0)
    return logs


def likelihoods(logs: Floats) -> Floats:
    return np.exp(logs - logs.max(axis=2, keepdims=True))


def tracks_of(logs: Floats, cavities: Cavities) -> Floats:
    """Track probabilities (D, N, T) by cavity and likelihood."""
    return tracks_by(logs, np.array([cavities.masses(d) for d in range(len(logs))]))


def tracks_by(logs: Floats, cavities: Floats) -> Floats:
    mass = cavities * likelihoods(logs)
    return np.asarray(mass / mass.sum(axis=2, keepdims=True) @ MASSES.T)


def by_common_factor(logs: Floats, loadings: Floats) -> Floats:
    """Track probabilities (D, N, T) by a sum over the one factor that modules load on, (D,).

    All in the open: 641 points from -8 to 8, all nodes, no logarithms.
    """
    points, residual = np.linspace(-8, 8, 641), np.sqrt(1 - loadings**2)
    weights, own = np.exp(-(points**2) / 2), likelihoods(logs)
    density = [
        np.exp(-(((NODES - loading * points[:, None]) / sd) ** 2) / 2) * WIDTHS
        for loading, sd in zip(loadings, residual, strict=True)
    ]
    by_factor = [part @ table.T for part, table in zip(own, density, strict=True)]
    others = [np.prod(by_factor[:d] + by_factor[d + 1 :], axis=0) for d in range(len(own))]
    return tracks_by(
        logs, np.array([(o * weights) @ table for o, table in zip(others, density, strict=True)])
    )


def by_brute_force(logs: Floats, correlation: Floats) -> Floats:
    """Track probabilities (D, N, T): all abilities at once, the one read on all nodes.

    The others are summed on every third node, which changes no digit that counts (sums of smooth
    functions); only the ability that cuts divide needs narrow cells.
    """
    size, inverse = len(correlation), np.linalg.inv(correlation)
    parts = []
    for d in range(size):
        grids = [NODES] + [NODES[::3]] * (size - 1)
        axes = np.meshgrid(*grids, indexing="ij", sparse=True)
        order = [d, *(e for e in range(size) if e != d)]
        turned = inverse[np.ix_(order, order)]
        squares = sum(turned[e, f] * axes[e] * axes[f] for e in range(size) for f in range(size))
        mass = np.exp(-squares / 2)
        others = likelihoods(logs)[order[1:], :, ::3]
        if size == 2:
            parts.append(others[0] @ mass.T * WIDTHS)
        else:
            halves = np.einsum("qab,nb->nqa", mass, others[1], optimize=True)
            parts.append(np.einsum("nqa,na->nq", halves, others[0]) * WIDTHS)
    return tracks_by(logs, np.array(parts))
