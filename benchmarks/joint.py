"""How exact, and how quick, the posterior of several correlated modules is.

    OMP_NUM_THREADS=1 python -m benchmarks.joint            # four minutes; --people for less

Track probabilities of people with 0 to 12 answers a module, against sums that leave nothing out:
over a fine line of the common factor, over all three factors, or by brute force over all abilities.
Beside them what expectation propagation alone makes of the same answers. Items are known (2PL),
guessed right at .2 (3PL), or known by their level (b ± .6, a ± .3).
"""

import argparse
import time
from collections.abc import Callable
from itertools import product

import numpy as np

from placement.arrays import Floats
from placement.factors import FactorGrid, FactorLaw
from placement.joint import JointLaw, joint_law
from placement.propagation import propagate
from tests.placement.answered import (
    NODES,
    WIDTHS,
    answers_to_tests,
    by_brute_force,
    by_common_factor,
    equal,
    pattern,
    patterned,
    tracks_by,
    tracks_of,
)

KINDS = ("2PL", "3PL", "uncertain")
RHOS = (0.0, 0.3, 0.6, 0.8, 0.9)
Exact = Callable[[Floats, float, int], Floats]


def propagated(logs: Floats, correlation: Floats) -> Floats:
    """Return track probabilities by expectation propagation alone."""
    _, cavities = propagate(logs, correlation, NODES)
    squares = [cavities.squares(module, NODES) for module in range(len(logs))]
    return tracks_by(logs, np.exp(-np.array(squares) / 2) * WIDTHS)


def law_of(correlation: Floats) -> JointLaw:
    return joint_law(correlation, 0, 1, NODES)


def one_factor(logs: Floats, rho: float, size: int) -> Floats:
    return by_common_factor(logs, np.full(size, np.sqrt(rho)))


def three_factors(logs: Floats, rho: float, size: int) -> Floats:
    law = FactorLaw.on(FactorGrid.of(pattern(size, size, rho), 0, 1, NODES))
    return tracks_of(logs, law.cavities(logs))


def by_pattern(size: int, rho: float) -> Floats:
    return patterned(size, size, rho)


def brute_force(logs: Floats, rho: float, size: int) -> Floats:
    return by_brute_force(logs, by_pattern(size, rho))


def figures(errors: Floats) -> str:
    return f"{errors.mean():.5f} / {np.quantile(errors, 0.95):.5f} / {errors.max():.5f}"


def rows(
    name: str, sizes: tuple[int, ...], correlation: Callable[..., Floats], exact: Exact, people: int
) -> None:
    """Print the errors of one kind of correlations, a row for each strength."""
    for rho in RHOS:
        cells = []
        for most in (12, 3):
            ours: list[Floats] = []
            alone: list[Floats] = []
            for size, kind in product(sizes, KINDS):
                matrix = correlation(size, rho)
                logs = answers_to_tests(matrix, people, size, most, kind)
                truth = exact(logs, rho, size)
                ours.append(abs(tracks_of(logs, law_of(matrix).cavities(logs)) - truth).ravel())
                alone.append(abs(propagated(logs, matrix) - truth).ravel())
            cells += [figures(np.concatenate(part)) for part in (ours, alone)]
        print(f"| {name} | {rho} | {' | '.join(cells)} |", flush=True)


def milliseconds(work: Callable[[], object]) -> float:
    """Return the least processor time of five calls."""
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def speed() -> None:
    print(
        "\n| modules | correlations | people | exact or corrected, ms | propagation, ms | ratio |"
    )
    print("|---|---|---|---|---|---|")
    named = [(f"equal, {rho}", equal(size, rho)) for size in (3, 5, 7) for rho in (0.3, 0.6, 0.9)]
    named += [("three factors", patterned(size, size)) for size in (3, 5, 7)]
    for name, matrix in named:
        logs, law = answers_to_tests(matrix, 1000, 1), law_of(matrix)
        for people in (1, 20, 1000):
            some = logs[:, :people]
            spent = milliseconds(lambda: tracks_of(some, law.cavities(some)))  # noqa: B023
            other = milliseconds(lambda: propagated(some, matrix))  # noqa: B023
            cells = f"{spent:.2f} | {other:.2f} | {spent / other:.2f}"
            print(f"| {len(matrix)} | {name} | {people} | {cells} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200)
    people = parser.parse_args().people
    print("Error of a track's probability: mean / 95th percentile / largest\n")
    print("| correlations | about | 0–12 answers | propagation alone | 0–3 answers | alone |")
    print("|---|---|---|---|---|---|")
    rows("equal, 2 to 7 modules", (2, 3, 5, 7), equal, one_factor, people)
    rows(
        "three of no simple form",
        (3,),
        by_pattern,
        brute_force,
        people // 4,
    )
    rows(
        "five or seven of three factors",
        (5, 7),
        by_pattern,
        three_factors,
        people // 2,
    )
    speed()


if __name__ == "__main__":
    main()
