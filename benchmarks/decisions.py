"""The decision study: how many questions a right placement takes.

    python benchmarks/decisions.py            # under two minutes on a quiet machine
    python benchmarks/decisions.py --full     # the figures of benchmarks/RESULTS.md
    python benchmarks/decisions.py --part five --banks 4 --people 500

Part *one*: one module, banks of 60, 120 and 300 questions. Part *five*: five correlated modules of
60. Banks are those of ../shared/reference/decisions where it is there, and fresh draws of its law:
a ~ lognormal(0.2, 0.35), b ~ N(0, 1.1), theta ~ N(0, 1). A design is run at several costs of a
question; its length at an accuracy is read off the line between them.
"""

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from placement.arrays import Floats
from placement.dependence import Equal, Independent
from placement.design import Design, ModuleDesign
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.order import Blocks, Interleaved, RouterThenBlocks
from placement.planning import fit_design
from placement.pool import Pool
from placement.simulation import SimulationResult, simulate
from placement.stopping import FixedLength, RateOfReturn
from placement.strategies import Dependence, Order, Stopping

STORED = Path(__file__).parents[2] / "shared" / "reference" / "decisions"
ZERO_ONE = tuple(tuple(float(k != d) for d in range(4)) for k in range(4))
BEST = Randomesque(1, 1, 0)
RHO, MODULES = 0.6, tuple(f"m{d}" for d in range(5))
ONE_COSTS = (0.0026, 0.0020, 0.0015)
FIVE_COSTS = (0.0055, 0.0038, 0.0026)
TARGETS = {60: 0.772, 120: 0.798, 300: 0.830}
FIGURES = ("decision_accuracy", "claimed_accuracy", "mean_length", "p95_length")


@dataclass(frozen=True)
class Size:
    """How much is run: banks and people a bank."""

    banks: int
    people: int


def items(generator: np.random.Generator, size: int, module: str) -> list[ItemParameters]:
    """Draw a bank of the study's law."""
    a, b = generator.lognormal(0.2, 0.35, size), generator.normal(0, 1.1, size)
    rows = enumerate(zip(a, b, strict=True))
    return [
        ItemParameters(f"{module}-{j}", module, "", "2PL", float(p), float(q)) for j, (p, q) in rows
    ]


def stored(size: int, number: int, module: str) -> list[ItemParameters]:
    """Read a bank of the reference."""
    text = (STORED / f"bank_{size}_{number}.csv").read_text()
    return [
        ItemParameters(
            f"{module}-{row['item']}", module, "", "2PL", float(row["a"]), float(row["b"])
        )
        for row in csv.DictReader(text.splitlines())
    ]


def banks_of_one(size: int, banks: int) -> Iterator[Pool]:
    """Yield the four stored banks first, then fresh ones."""
    for number in range(banks):
        known = number < 4 and STORED.is_dir()
        generator = np.random.default_rng((size, number))
        yield Pool.tabulate(stored(size, number, "m0") if known else items(generator, size, "m0"))


def banks_of_five(banks: int) -> Iterator[Pool]:
    """Yield pools of five fresh modules of sixty."""
    for number in range(banks):
        generator = np.random.default_rng((5, number))
        yield Pool.tabulate([item for name in MODULES for item in items(generator, 60, name)])


def design(modules: Sequence[str], stopping: Stopping, **choices: object) -> Design:
    """Return the study's design: 0/1 loss, the usual cuts, the best item."""
    plain = Design(
        "study",
        1,
        tuple(map(ModuleDesign, modules)),
        losses=ZERO_ONE,
        exposure=BEST,
        stopping=stopping,
    )
    return replace(plain, **choices)


def abilities(people: int, correlation: Floats, seed: int) -> Floats:
    """Return people's abilities (N, D)."""
    generator = np.random.default_rng((7, seed))
    return generator.multivariate_normal(
        np.zeros(len(correlation)), correlation, people, method="eigh"
    )


def at_costs(
    plain: Design, pools: Sequence[Pool], theta: Sequence[Floats], costs: Sequence[float]
) -> list[list[SimulationResult]]:
    """Fit once a bank, then run at each cost: results by cost, then by bank."""
    by_bank = []
    for number, (pool, people) in enumerate(zip(pools, theta, strict=True)):
        fitted = fit_design(plain, pool)
        designs = [replace(fitted, stopping=replace(fitted.stopping, cost=c)) for c in costs]
        by_bank.append([simulate(one, pool, people, seed=number) for one in designs])
    return [list(results) for results in zip(*by_bank, strict=True)]


def mean(results: Sequence[SimulationResult], name: str) -> float:
    return float(np.mean([getattr(result, name) for result in results]))


def length_at(target: float, accuracy: Sequence[float], length: Sequence[float]) -> str:
    """Read the length at an accuracy off the least-squares line of log length on accuracy."""
    slope, start = np.polyfit(accuracy, np.log(length), 1)
    outside = "" if min(accuracy) <= target <= max(accuracy) else " (extrapolated)"
    return f"{np.exp(start + slope * target):.1f}{outside}"


def departing(theta: Floats, correlation: Floats) -> np.ndarray:
    """Return the (N, D) pairs more than 1.5 SD from what the person's other abilities foretell."""
    inverse = np.linalg.inv(correlation)
    # The regression residual of θ_d on the others is (R⁻¹ θ)_d / (R⁻¹)_dd, of variance 1/(R⁻¹)_dd.
    return np.asarray(np.abs(theta @ inverse / np.sqrt(np.diag(inverse))) > 1.5)


def part_one(size: Size) -> None:
    """Print one module's table."""
    print(
        "\n| questions in the bank | design | accuracy / claimed / mean length / P95 at each cost "
        "| length at the target |\n|---|---|---|---|",
        flush=True,
    )
    for items_in, target in TARGETS.items():
        pools = list(banks_of_one(items_in, size.banks))
        theta = [abilities(size.people, np.eye(1), r) for r in range(size.banks)]
        fixed = [
            simulate(design(("m0",), FixedLength(20)), pool, people, seed=r)
            for r, (pool, people) in enumerate(zip(pools, theta, strict=True))
        ]
        print(row(items_in, "information, 20 questions", [fixed], ""), flush=True)
        for name, exposure in (("RATE", BEST), ("RATE, randomesque", Randomesque())):
            plain = design(("m0",), RateOfReturn(0.002, 4, 30), exposure=exposure)
            results = at_costs(plain, pools, theta, ONE_COSTS)
            accuracy = [mean(result, "decision_accuracy") for result in results]
            length = [mean(result, "mean_length") for result in results]
            at = f"{length_at(target, accuracy, length)} at {target}"
            print(row(items_in, name, results, at), flush=True)


def row(bank: int, name: str, results: Sequence[Sequence[SimulationResult]], last: str) -> str:
    cells = [
        "{:.3f} / {:.3f} / {:.1f} / {:.1f}".format(*(mean(r, f) for f in FIGURES)) for r in results
    ]
    return f"| {bank} | {name} | {'; '.join(cells)} | {last} |"


FIVE: tuple[tuple[str, Dependence, Order], ...] = (
    ("independent, blocks", Independent(), Blocks()),
    ("joint, blocks", Equal(RHO, 0), Blocks()),
    ("joint, router of 3, blocks", Equal(RHO, 0), RouterThenBlocks(3)),
    ("joint, interleaved", Equal(RHO, 0), Interleaved()),
    ("joint, interleaved, up to 5 more where discordant", Equal(RHO, 5), Interleaved()),
    ("joint at rho .4, interleaved, up to 5 more", Equal(0.4, 5), Interleaved()),
)


def part_five(size: Size, few: bool) -> None:
    """Print five modules' table; costs, then lengths at .75 and .77."""
    correlation = Equal(RHO)(5)
    pools = list(banks_of_five(size.banks))
    theta = [abilities(size.people, correlation, 50 + r) for r in range(size.banks)]
    print(
        "\n| design | accuracy / claimed / mean length / P95 at each cost | all five right "
        "| departing modules | at .75 | at .77 |\n|---|---|---|---|---|---|",
        flush=True,
    )
    for name, dependence, order in FIVE[: 4 if few else None]:
        plain = design(MODULES, RateOfReturn(0.003, 3, 30), dependence=dependence, order=order)
        results = at_costs(plain, pools, theta, FIVE_COSTS[:: 2 if few else 1])
        accuracy = [mean(result, "decision_accuracy") for result in results]
        length = [mean(result, "mean_length") for result in results]
        away = [
            float(
                np.mean(
                    [
                        r.accuracy_among(departing(t, correlation))
                        for r, t in zip(some, theta, strict=True)
                    ]
                )
            )
            for some in results
        ]
        cells = [
            "{:.3f} / {:.3f} / {:.1f} / {:.1f}".format(*(mean(r, f) for f in FIGURES))
            for r in results
        ]
        aways = " ".join(f"{share:.3f}" for share in away)
        rights = " ".join(f"{mean(result, 'all_right'):.3f}" for result in results)
        lengths = " | ".join(length_at(target, accuracy, length) for target in (0.75, 0.77))
        print(
            f"| {name} | {'; '.join(cells)} | {rights} | {aways} | {lengths} |",
            flush=True,
        )


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--part", choices=("one", "five"))
    parser.add_argument("--banks", type=int)
    parser.add_argument("--people", type=int)
    given = parser.parse_args()
    banks, people = given.banks, given.people
    started = time.perf_counter()
    if given.part != "five":
        part_one(Size(banks or (10 if given.full else 4), people or (2000 if given.full else 400)))
    if given.part != "one":
        few = not (given.full or banks)
        part_five(
            Size(banks or (8 if given.full else 1), people or (1000 if given.full else 250)), few
        )
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
