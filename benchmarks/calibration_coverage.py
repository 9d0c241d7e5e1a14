"""How near item parameters from few persons come to the truth, and how often intervals hold it.

    python benchmarks/calibration_coverage.py --persons 100,300,650 --tests 20 --first 1000
    python benchmarks/calibration_coverage.py --persons 300 --spread 0.5 --every-way

60 items, 19 adaptive answers a person, authors' levels correlating 0.6 with b; log a ~ N(0.2, s²),
s the spread. "default" is what `--priors hierarchical` does: 400 draws, with fixed laws of log a
and b below 500 persons, and with laws drawn too from there on; "pool" is what it leaves in the
pool, mean and standard error, with a taken as lognormal. The mode has Oakes' standard errors. The
standard error of a coverage is that of the tests' means.
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
from calibration.modules import MANY  # noqa: E402
from calibration.sampling import draw  # noqa: E402
from placement.arrays import Floats  # noqa: E402
from tests.calibration.examples import adaptive  # noqa: E402

Rows = defaultdict[str, list[Floats]]


def one_test(
    persons: int, seed: int, spread: float, found: Rows, *, draws: int, every_way: bool
) -> None:
    """Add (covered log a, b, errors of log a, b, widths, seconds) per item for each way."""
    scores, a, b, level = adaptive(persons, seed=seed, spread=spread)
    priors = author_priors({str(j + 1): value for j, value in enumerate(level)})
    truth = np.column_stack((np.log(a), b))
    began = time.process_time()
    mode = fit(scores, priors=priors)
    place = [int(item.item) - 1 for item in mode.items]
    middle = np.array([(np.log(item["a"]), item["b"]) for item in mode.items])
    half = 1.96 * np.array([(i.se["a"] / i["a"], i.se["b"]) for i in mode.items])
    spent = time.process_time() - began
    _add(found["mode"], middle - half, middle + half, middle, truth[place], spent)
    drawn = persons >= MANY
    ways = {"default, laws drawn" if drawn else "default, fixed laws": drawn}
    if every_way:
        ways["laws drawn" if not drawn else "fixed laws"] = not drawn
    for name, hyper in ways.items():
        began = time.process_time()
        law = HyperPriors() if hyper else None
        sample = draw(scores, priors=priors, hyper=law, draws=draws)
        spent = time.process_time() - began
        values = np.array([item.values for item in sample.items])
        middle, half = _of_pool(values.mean(axis=1), values.std(axis=1, ddof=1))
        values[:, :, 0] = np.log(values[:, :, 0])
        low, high = np.quantile(values, [0.025, 0.975], axis=1)
        _add(found[name], low, high, values.mean(axis=1), truth[place], spent)
        rows = found[f"{name}, pool"]
        _add(rows, middle - half, middle + half, middle, truth[place], spent)


def _of_pool(mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Return the middles and half widths of (log a, b), (J, 2), from the means and sds of a, b."""
    variance = np.log1p((sd[:, 0] / mean[:, 0]) ** 2)
    middle = np.column_stack((np.log(mean[:, 0]) - variance / 2, mean[:, 1]))
    return middle, 1.96 * np.column_stack((np.sqrt(variance), sd[:, 1]))


def _add(
    rows: list[Floats], low: Floats, high: Floats, middle: Floats, truth: Floats, spent: float
) -> None:
    covered = (low < truth) & (truth < high)
    seconds = np.full((len(truth), 1), spent)
    rows.append(np.hstack((covered, middle - truth, high - low, seconds)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--persons", default="100,300,850")
    parser.add_argument("--tests", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--spread", type=float, default=0.35)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--every-way", action="store_true")
    given = parser.parse_args()
    print(
        "| persons | tests | way | covers log a | covers b | bias log a | bias b | RMSE log a "
        "| RMSE b | CPU s |\n|---|---|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    for persons in map(int, given.persons.split(",")):
        found: Rows = defaultdict(list)
        for seed in range(given.first, given.first + given.tests):
            one_test(
                persons, seed, given.spread, found, draws=given.draws, every_way=given.every_way
            )
        for name, rows in found.items():
            print(f"| {persons} | {given.tests} | {name} | {_cells(rows)} |", flush=True)


def _cells(rows: list[Floats]) -> str:
    """Return coverages with their standard errors, biases, RMSEs and seconds."""
    table = np.concatenate(rows)
    shares = np.array([row[:, :2].mean(axis=0) for row in rows])
    error = shares.std(axis=0, ddof=1) / len(rows) ** 0.5
    cover, bias = table[:, :2].mean(axis=0), table[:, 2:4].mean(axis=0)
    away = np.sqrt((table[:, 2:4] ** 2).mean(axis=0))
    cells = [f"{c:.3f} ± {e:.3f}" for c, e in zip(cover, error, strict=True)]
    cells += [f"{value:+.3f}" for value in bias] + [f"{value:.3f}" for value in away]
    return " | ".join([*cells, f"{table[:, 6].mean():.2f}"])


if __name__ == "__main__":
    main()
