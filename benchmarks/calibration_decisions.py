"""What a calibration of few persons is worth to the placement that uses it.

    python benchmarks/calibration_decisions.py --banks 12 --first 1000
    python benchmarks/calibration_decisions.py --persons 100 --costs 0.0020 --every-way

A bank of 60 is calibrated from N persons' 19 adaptive answers; new persons are then placed on the
estimated bank while their answers follow the true one. Four tracks, 0/1 loss, RATE with at most 30
questions, as in the decision study; the true parameters on the same banks and persons stand beside.
"""

import argparse
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.decision_study import abilities, design, of_banks  # noqa: E402
from calibration import HyperPriors, author_priors, draw, fit  # noqa: E402
from calibration.priors import Normal  # noqa: E402
from placement.arrays import Floats  # noqa: E402
from placement.items import ItemParameters  # noqa: E402
from placement.planning import fit_design  # noqa: E402
from placement.pool import Pool  # noqa: E402
from placement.simulation import simulate  # noqa: E402
from placement.stopping import RateOfReturn  # noqa: E402
from tests.calibration.examples import adaptive  # noqa: E402

PEOPLE = 2000
NARROW = Normal(0.15, 0.25)
# log a ~ N(0.15, 0.35²) and b around the level: what stands for an item that nobody answered.
UNSEEN = (float(np.exp(0.15)), 0.42, 0.88)


def pool_of(found: dict[int, tuple[Floats, Floats]], level: Floats) -> Pool:
    """Return a pool of means (a, b) and covariances; the author's belief for items not in it."""
    items = []
    for j, expected in enumerate(level):
        mean, spread = found.get(
            j, (np.array([UNSEEN[0], expected]), np.diag([UNSEEN[1] ** 2, UNSEEN[2] ** 2]))
        )
        se_a, se_b = np.sqrt(spread.diagonal())
        values = {"a": mean[0], "b": mean[1], "se_a": se_a, "se_b": se_b, "cov_ab": spread[0, 1]}
        items.append(
            ItemParameters(
                f"i{j}", "m0", "", "2PL", **{name: float(value) for name, value in values.items()}
            )
        )
    return Pool.tabulate(items)


def pools(persons: int, seed: int, *, every_way: bool) -> tuple[dict[str, Pool], Pool]:
    """Return the estimated pools by way, and the true one."""
    scores, a, b, level = adaptive(persons, seed=seed)
    levels = {str(j + 1): value for j, value in enumerate(level)}
    priors = author_priors(levels)
    ways = {"draws, fixed laws": (priors, None)}
    if every_way:
        ways["draws, narrow law of log a"] = (author_priors(levels, log_a=NARROW), None)
        ways["draws, laws drawn"] = (priors, HyperPriors())
    estimated = {}
    for name, (believed, hyper) in ways.items():
        sample = draw(scores, priors=believed, hyper=hyper, draws=300)
        drawn = {int(i.item) - 1: (i.mean, i.covariance) for i in sample.items}
        estimated[name] = pool_of(drawn, level)
    if every_way:
        mode = {
            int(i.item) - 1: (i.values, np.array(i.covariance))
            for i in fit(scores, priors=priors).items
        }
        plain = {j: (mean, np.zeros((2, 2))) for j, (mean, _) in mode.items()}
        estimated["mode, plugged in"] = pool_of(plain, level)
        estimated["mode, averaged"] = pool_of(mode, level)
    rows = enumerate(zip(a, b, strict=True))
    true = [ItemParameters(f"i{j}", "m0", "", "2PL", float(p), float(q)) for j, (p, q) in rows]
    return estimated, Pool.tabulate(true)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--persons", default="100,300")
    parser.add_argument("--costs", default="0.0018,0.0014")
    parser.add_argument("--banks", type=int, default=6)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--every-way", action="store_true")
    given = parser.parse_args()
    costs = [float(cost) for cost in given.costs.split(",")]
    print("| persons | calibration | cost | accuracy | s.e. | questions | claimed |")
    print("|---|---|---|---|---|---|---|")
    for persons in map(int, given.persons.split(",")):
        found: defaultdict[tuple[str, float], list[tuple[float, float, float]]] = defaultdict(list)
        for seed in range(given.first, given.first + given.banks):
            estimated, true = pools(persons, seed, every_way=given.every_way)
            theta = abilities(PEOPLE, seed)
            for name, pool in (estimated | {"true parameters": true}).items():
                fitted = fit_design(design(("m0",), RateOfReturn(maximum=30)), pool)
                for cost in costs:
                    one = replace(fitted, stopping=replace(fitted.stopping, cost=cost))
                    got = simulate(one, pool, theta, seed=seed, truth=true)
                    figures = (got.decision_accuracy, got.mean_length, got.claimed_accuracy)
                    found[name, cost].append(figures)
        for (name, cost), rows in found.items():
            accuracy, error = of_banks([row[0] for row in rows])
            _, length, claimed = np.mean(rows, axis=0)
            print(
                f"| {persons} | {name} | {cost} | {accuracy:.3f} | {error:.4f} | {length:.1f} | "
                f"{claimed:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
