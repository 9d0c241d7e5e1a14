"""What a calibration of few persons is worth to the placement that uses it.

    python benchmarks/calibration_decisions.py [--persons 100,300] [--banks 6] [--first 0]

A bank of 60 is calibrated from N persons' 19 adaptive answers; new persons are then placed on the
estimated bank while their answers follow the true one. Four tracks, 0/1 loss, RATE at 0.002 a
question, as in the decision study.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.decisions import design  # noqa: E402
from calibration import HyperPriors, author_priors, draw, fit  # noqa: E402
from placement.arrays import Floats  # noqa: E402
from placement.items import ItemParameters  # noqa: E402
from placement.planning import fit_design  # noqa: E402
from placement.pool import Pool  # noqa: E402
from placement.simulation import simulate  # noqa: E402
from placement.stopping import RateOfReturn  # noqa: E402
from tests.calibration.examples import adaptive  # noqa: E402

PEOPLE = 2000
# a ~ N(0.15, 0.25²) in logs and b around the level: what stands for an item that nobody answered.
UNSEEN = (float(np.exp(0.15)), 0.3, 0.88)


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


def pools(persons: int, seed: int) -> tuple[dict[str, Pool], Pool]:
    """Return the estimated pools by way, and the true one."""
    scores, a, b, level = adaptive(persons, seed=seed)
    priors = author_priors({str(j + 1): value for j, value in enumerate(level)})
    mode = {
        int(i.item) - 1: (i.values, np.array(i.covariance))
        for i in fit(scores, priors=priors).items
    }
    plain = {j: (mean, np.zeros((2, 2))) for j, (mean, _) in mode.items()}
    estimated = {"mode, plugged in": pool_of(plain, level), "mode, averaged": pool_of(mode, level)}
    for name, hyper in (("draws, fixed laws", None), ("draws, laws drawn", HyperPriors())):
        sample = draw(scores, priors=priors, hyper=hyper, draws=300)
        drawn = {int(i.item) - 1: (i.mean, i.covariance) for i in sample.items}
        estimated[name] = pool_of(drawn, level)
    rows = enumerate(zip(a, b, strict=True))
    true = [ItemParameters(f"i{j}", "m0", "", "2PL", float(p), float(q)) for j, (p, q) in rows]
    return estimated, Pool.tabulate(true)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", default="100,300")
    parser.add_argument("--banks", type=int, default=6)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    plain = design(("m0",), RateOfReturn(cost=0.002))
    print("| persons | calibration | accuracy | questions | claimed |")
    print("|---|---|---|---|---|")
    for persons in map(int, given.persons.split(",")):
        found: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for seed in range(given.first, given.first + given.banks):
            estimated, true = pools(persons, seed)
            theta = np.random.default_rng((3, seed)).normal(size=PEOPLE)
            for name, pool in (estimated | {"true parameters": true}).items():
                got = simulate(fit_design(plain, pool), pool, theta, seed=seed, truth=true)
                figures = (got.decision_accuracy, got.mean_length, got.claimed_accuracy)
                found[name].append(figures)
        for name, rows in found.items():
            accuracy, length, claimed = np.mean(rows, axis=0)
            print(
                f"| {persons} | {name} | {accuracy:.3f} | {length:.1f} | {claimed:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
