"""Fitting the Sympson–Hetter lotteries to a design and a pool by iterated simulation."""

from dataclasses import replace

import numpy as np

from placement.design import Design
from placement.exposure_control import ItemRate, SympsonHetter
from placement.pool import Pool
from placement.simulation import simulate


def fit_sympson_hetter(
    design: Design,
    pool: Pool,
    *,
    cap: float = 0.4,
    rounds: int = 20,
    simulees: int = 1000,
    seed: int = 20260701,
) -> Design:
    """Return the design with lotteries that keep every item at a share `cap` of the people.

    Each round gives the test to `simulees` of ability N(0, 1); with P(A) the share who got an item
    and k its chance, P(S) = P(A) / k was the share for whom it was selected, and the next k is
    min(1, cap / P(S)) (Sympson & Hetter 1985). Small pools cannot keep a small cap: at least
    test length / items of the people meet the average item.
    """
    theta = np.random.default_rng(seed).standard_normal((simulees, len(design.modules)))
    chances = np.ones(len(pool))
    fitted = design
    for number in range(rounds):
        named = zip(pool.items, map(float, chances), strict=True)
        lottery = SympsonHetter(tuple(ItemRate(*pair) for pair in named))
        fitted = replace(design, exposure=lottery)
        samples = simulate(fitted, pool, theta, seed=seed + number).modules
        given = {
            item: share
            for module, sample in zip(design.modules, samples, strict=True)
            for item, share in zip(
                pool.of_module(module.module).items, sample.exposure, strict=True
            )
        }
        selected = np.array([given.get(item, 0.0) for item in pool.items]) / chances
        chances = np.clip(cap / np.maximum(selected, cap), 0.01, 1)
    return fitted
