"""How often drift is seen where nothing has drifted.

    python benchmarks/calibration_drift.py [--tests 10]

Between two calibrations: a bank of 60, the same for everybody, calibrated from N persons' 19
adaptive answers and again from N others', linked by Stocking and Lord; the share of items that
`drifts` names, and of three that are 0.5 or 1.0 harder the second time. As answers come in: the
share of items whose CUSUM passes the bound that 5 % of unchanged runs of answers pass, P̄ from all
other answers of the person, or from those before alone; with the true parameters, and with those
estimated from 500 others.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from calibration import author_priors, fit  # noqa: E402
from calibration.drift import alarm, bound_for, deviates, drifts  # noqa: E402
from calibration.linking import link  # noqa: E402
from calibration.pooling import pool_items  # noqa: E402
from placement.arrays import Floats  # noqa: E402
from placement.items import ItemParameters  # noqa: E402
from tests.calibration.examples import adaptive  # noqa: E402

RATE = 0.05
NODES = np.linspace(-5, 5, 51)
NORMAL = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def calibrated(scores: Floats, level: Floats) -> tuple[ItemParameters, ...]:
    priors = author_priors({str(j + 1): value for j, value in enumerate(level)})
    return pool_items(fit(scores, priors=priors), {}, "m")[0]


def between(persons: int, seed: int) -> list[bool]:
    """Return which items are said to have drifted between two calibrations."""
    scores, _, _, level = adaptive(2 * persons, seed=seed)
    old, new = (calibrated(part, level) for part in (scores[:persons], scores[persons:]))
    return [change.drifted for change in drifts(new, old, link(new, old))]


def harder(persons: int, seed: int, shift: float) -> list[bool]:
    """Return which of the first three items are said to have drifted when they have."""
    scores, a, b, level = adaptive(persons, seed=seed)
    rng = np.random.default_rng((4, seed))
    b[:3] += shift
    chance = 1 / (1 + np.exp(-a * (rng.normal(size=(persons, 1)) - b)))
    later = (rng.random(chance.shape) < chance).astype(np.float64)
    np.put_along_axis(later, np.argsort(rng.random(later.shape), axis=1)[:, 19:], np.nan, axis=1)
    old, new = calibrated(scores, level), calibrated(later, level)
    said = {change.item: change.drifted for change in drifts(new, old, link(new, old))}
    return [said.get(str(j + 1), False) for j in range(3)]


def alarmed(scores: Floats, places: Floats, pool: dict[int, Floats], *, before: bool) -> list[bool]:
    """Return which items' charts pass their bound; `pool` has each item's curve on the nodes."""
    found = []
    for j in pool:
        rows = np.flatnonzero(~np.isnan(scores[:, j]))
        expected = np.array([_expected(scores[n], places[n], pool, j, before) for n in rows])
        z = deviates(scores[rows, j], expected, expected * (1 - expected))
        found.append(alarm(z, bound_for(expected, RATE, runs=1000)) is not None)
    return found


def _expected(
    scores: Floats, places: Floats, pool: dict[int, Floats], j: int, before: bool
) -> float:
    """Return the chance of a right answer to item j by what else the person answered."""
    others = ~np.isnan(scores) & (places < places[j] if before else places != places[j])
    posterior = NORMAL.copy()
    for k in np.flatnonzero(others):
        if k in pool:
            posterior = posterior * (pool[k] if scores[k] else 1 - pool[k])
    return float(pool[j] @ posterior / posterior.sum())


def curves(a: Floats, b: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-a[:, None] * (NODES - b[:, None]))))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tests", type=int, default=10)
    given = parser.parse_args()
    seeds = range(3000, 3000 + given.tests)
    print("| chart | items | share with an alarm |\n|---|---|---|")
    for persons in (300, 1000):
        said = [flag for seed in seeds for flag in between(persons, seed)]
        print(f"| two calibrations, {persons} persons each | {len(said)} | {np.mean(said):.3f} |")
        for shift in (0.5, 1.0):
            said = [flag for seed in seeds for flag in harder(persons, seed, shift)]
            print(
                f"| the same, found of those {shift} harder | {len(said)} | {np.mean(said):.3f} |"
            )
    rows: dict[str, list[bool]] = {}
    for seed in seeds:
        places = np.full((1000, 60), np.inf)
        scores, a, b, level = adaptive(1000, seed=seed, places=places)
        true = dict(enumerate(curves(a, b)))
        found = calibrated(scores[500:], level)
        own = curves(np.array([i.a for i in found]), np.array([i.b for i in found]))
        estimated = {int(i.item) - 1: curve for i, curve in zip(found, own, strict=True)}
        for pool, what in ((true, "true"), (estimated, "estimated")):
            for before in (False, True):
                name = f"CUSUM, {what} parameters, P̄ from {'earlier' if before else 'all other'}"
                said = alarmed(scores[:500], places[:500], pool, before=before)
                rows.setdefault(f"{name} answers", []).extend(said)
    for name, flags in rows.items():
        print(f"| {name} | {len(flags)} | {np.mean(flags):.3f} |", flush=True)


if __name__ == "__main__":
    main()
