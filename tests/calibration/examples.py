"""Data and golden numbers for the tests of calibration."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration import Model, Responses
from placement.arrays import Floats

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


def reference_table(name: str) -> Floats:
    """The responses of a reference data set; skips where the folder is not there."""
    if not REFERENCE.is_dir():
        pytest.skip("no ../shared/reference beside this clone")
    return _table(name)


@cache
def _table(name: str) -> Floats:
    return np.genfromtxt(REFERENCE / "data" / f"{name}.csv", delimiter=",", skip_header=1)


def reference_fit(name: str, key: str) -> dict[str, Any]:
    if not REFERENCE.is_dir():
        pytest.skip("no ../shared/reference beside this clone")
    return json.loads((REFERENCE / "mirt" / f"{name}.json").read_text())["fits"][key]


def dichotomous(
    n: int, j: int, *, seed: int = 1, guessing: bool = False, given: int | None = None
) -> tuple[Floats, Floats, Floats]:
    """Simulated scores (n, j), true a and b; `given` answers a person where that is set."""
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(0.2, 0.35, j), rng.normal(0, 1.1, j)
    c = rng.beta(5, 17, j) if guessing else np.zeros(j)
    theta = rng.normal(size=(n, 1))
    scores = (rng.random((n, j)) < c + (1 - c) / (1 + np.exp(-a * (theta - b)))).astype(float)
    if given:
        hidden = np.argsort(rng.random((n, j)), axis=1)[:, given:]
        np.put_along_axis(scores, hidden, np.nan, axis=1)
    return scores, a, b


def graded(n: int, j: int, k: int, *, seed: int = 1) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(0.2, 0.35, j), np.sort(rng.normal(0, 1.1, (j, k - 1)), axis=1)
    star = 1 / (1 + np.exp(-a[:, None] * (rng.normal(size=(n, 1, 1)) - b)))
    return (rng.random((n, j, 1)) < star).sum(axis=2).astype(float), a, b


def mixed_models() -> tuple[Responses, list[Model]]:
    """Nine items, one of every model, 300 persons, a fifth of the answers missing, two groups."""
    right, _, _ = dichotomous(300, 5, seed=3)
    steps, _, _ = graded(300, 4, 4, seed=4)
    scores = np.concatenate((right, steps), axis=1)
    scores[np.random.default_rng(5).random(scores.shape) < 0.2] = np.nan
    models = [Model.RASCH, Model.ONE_PL, Model.TWO_PL, Model.THREE_PL, Model.FOUR_PL]
    models += [Model.GRM, Model.PCM, Model.GPCM, Model.NRM]
    groups = ["north" if n % 3 else "south" for n in range(300)]
    return Responses.from_matrix(scores, groups=groups), models


def adaptive(
    n: int,
    *,
    seed: int,
    j: int = 60,
    given: int = 19,
    spread: float = 0.35,
    flat: Sequence[int] = (),
    guessed: Sequence[int] = (),
    twins: Sequence[int] = (),
    places: Floats | None = None,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Scores (n, j) of an adaptive test run on the authors' levels; true a, b; the levels (logits).

    The rating correlates 0.6 with b (methods page); each question is among those whose expected b
    is nearest to the running EAP estimate, so that what is missing depends on the answers.
    `spread` is the sd of log a; `places` (n, j), where given, takes each question's place.

    Items that no 2PL fits: `flat` are right with a chance of 0.4 below their b and 0.6 above,
    `guessed` are at 0.35 at least; `twins` share a trait of sd 2 beside ability.
    """
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(0.2, spread, j), rng.normal(0, 1.1, j)
    level = 0.66 * (0.6 * b / 1.1 + 0.8 * rng.normal(size=j))
    theta, grid = rng.normal(size=n), np.linspace(-4, 4, 41)
    own = rng.spawn(1)[0].normal(0, 2, n)
    posterior = np.tile(np.exp(-(grid**2) / 2), (n, 1))
    scores, everyone = np.full((n, j), np.nan), np.arange(n)
    for step in range(given):
        estimate = posterior @ grid / posterior.sum(axis=1)
        distance = np.abs(level - estimate[:, None]) + rng.exponential(0.3, (n, j))
        distance[~np.isnan(scores)] = np.inf
        item = distance.argmin(axis=1)
        beside = own * np.isin(item, twins)
        truth = 1 / (1 + np.exp(-a[item] * (theta + beside - b[item])))
        truth = np.where(np.isin(item, guessed), 0.35 + 0.65 * truth, truth)
        truth = np.where(np.isin(item, flat), np.where(theta < b[item], 0.4, 0.6), truth)
        right = rng.random(n) < truth
        scores[everyone, item] = right
        if places is not None:
            places[everyone, item] = step
        chance = 1 / (1 + np.exp(1.2 * (level[item][:, None] - grid)))
        posterior *= np.where(right[:, None], chance, 1 - chance)
    return scores, a, b, level
