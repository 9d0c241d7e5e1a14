"""How often 95 % intervals hold the true item parameters, from few persons' adaptive answers.

    python benchmarks/calibration_coverage.py [--persons 100,300,850] [--tests 8] [--first 0]

60 items, 19 adaptive answers a person, authors' levels correlating 0.6 with b. Three ways: the mode
with Oakes' standard errors (intervals for log a and b), draws with fixed laws, and draws with the
laws of log a and b drawn too.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from calibration import author_priors, fit  # noqa: E402
from calibration.hyper import HyperPriors  # noqa: E402
from calibration.sampling import draw  # noqa: E402
from placement.arrays import Floats  # noqa: E402
from tests.calibration.examples import adaptive  # noqa: E402

Rows = defaultdict[str, list[Floats]]


def one_test(persons: int, seed: int, found: Rows) -> None:
    """Add (covered a, covered b, error log a, error b, seconds) per item for each way."""
    scores, a, b, level = adaptive(persons, seed=seed)
    priors = author_priors({str(j + 1): value for j, value in enumerate(level)})
    truth = np.column_stack((np.log(a), b))
    began = time.process_time()
    mode = fit(scores, priors=priors)
    place = [int(item.item) - 1 for item in mode.items]
    middle = np.array([(np.log(item["a"]), item["b"]) for item in mode.items])
    half = 1.96 * np.array([(i.se["a"] / i["a"], i.se["b"]) for i in mode.items])
    spent = time.process_time() - began
    _add(found["mode, Oakes"], middle - half, middle + half, middle, truth[place], spent)
    for name, hyper in (("draws, fixed laws", None), ("draws, laws drawn", HyperPriors())):
        began = time.process_time()
        sample = draw(scores, priors=priors, hyper=hyper, draws=300)
        spent = time.process_time() - began
        values = np.array([item.values for item in sample.items])
        values[:, :, 0] = np.log(values[:, :, 0])
        low, high = np.quantile(values, [0.025, 0.975], axis=1)
        _add(found[name], low, high, values.mean(axis=1), truth[place], spent)


def _add(
    rows: list[Floats], low: Floats, high: Floats, middle: Floats, truth: Floats, spent: float
) -> None:
    covered = (low < truth) & (truth < high)
    seconds = np.full((len(truth), 1), spent)
    rows.append(np.hstack((covered, middle - truth, high - low, seconds)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", default="100,300,850")
    parser.add_argument("--tests", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    print("| persons | way | covers log a | covers b | RMSE log a | RMSE b | bias log a | CPU s |")
    print("|---|---|---|---|---|---|---|---|")
    for persons in map(int, given.persons.split(",")):
        found: Rows = defaultdict(list)
        for seed in range(given.first, given.first + given.tests):
            one_test(persons, seed, found)
        for name, rows in found.items():
            table = np.concatenate(rows)
            cover, spent = table[:, :2].mean(axis=0), table[:, 6].mean()
            error, bias = np.sqrt((table[:, 2:4] ** 2).mean(axis=0)), table[:, 2].mean()
            print(
                f"| {persons} | {name} | {cover[0]:.3f} | {cover[1]:.3f} | {error[0]:.3f} | "
                f"{error[1]:.3f} | {bias:+.3f} | {spent:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
