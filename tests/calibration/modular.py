"""Simulated answers to several modules whose abilities go together."""

import numpy as np

from calibration import Responses
from placement.arrays import Floats

Names = dict[str, list[str]]


def abilities(n: int, size: int, rho: float, rng: np.random.Generator) -> Floats:
    common = rng.normal(size=(n, 1))
    return rho**0.5 * common + (1 - rho) ** 0.5 * rng.normal(size=(n, size))


def modular(
    n: int, size: int, items: int, rho: float, *, seed: int = 1, given: int | None = None
) -> tuple[Floats, Names, Floats, Floats]:
    """Scores (n, size × items) of 2PL items, the modules' items, and the true a and b."""
    rng = np.random.default_rng(seed)
    theta = np.repeat(abilities(n, size, rho, rng), items, axis=1)
    a, b = rng.lognormal(0.2, 0.35, size * items), rng.normal(0, 1.1, size * items)
    scores = (rng.random(theta.shape) < 1 / (1 + np.exp(-a * (theta - b)))).astype(float)
    if given:
        order = np.argsort(rng.random((n, size, items)), axis=2)
        scores[(order >= given).reshape(n, -1)] = np.nan
    return scores, names_of(size, items), a, b


def names_of(size: int, items: int) -> Names:
    return {f"m{d}": [f"{d * items + j + 1}" for j in range(items)] for d in range(size)}


def mixed_modules() -> tuple[Responses, Names]:
    """Modules of 2PL, GRM and Rasch items; two groups; a fifth missing, some a whole module."""
    rng = np.random.default_rng(4)
    n = 240
    theta = abilities(n, 3, 0.5, rng) + 0.5 * (np.arange(n) % 3 == 0)[:, None]
    a, b = rng.lognormal(0.1, 0.3, 13), np.linspace(-1, 1, 13)
    ability = np.repeat(theta, (5, 4, 4), axis=1)
    scores = (rng.random(ability.shape) < 1 / (1 + np.exp(-a * (ability - b)))).astype(float)
    for shift in (0.7, 1.4):
        scores[:, 5:9] += rng.random((n, 4)) < 1 / (1 + np.exp(-(ability[:, 5:9] - shift)))
    scores[rng.random(scores.shape) < 0.2] = np.nan
    scores[::7, :5] = np.nan
    scores[3::11, 5:9] = np.nan
    groups = ["south" if k % 3 == 0 else "north" for k in range(n)]
    items = [f"{j + 1}" for j in range(13)]
    names = {"m0": items[:5], "m1": items[5:9], "m2": items[9:]}
    return Responses.from_matrix(scores, items=items, groups=groups), names
