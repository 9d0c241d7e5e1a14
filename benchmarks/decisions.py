"""The decision study: how many questions a right placement takes, and whether claims hold.

    python benchmarks/decisions.py                   # under two minutes on a quiet machine
    python benchmarks/decisions.py --full            # the figures of benchmarks/RESULTS.md
    python benchmarks/decisions.py --part five --banks 4 --people 500

Parts: *one* (one module, the design itself), *stops* and *selection* (rules at one accuracy),
*losses* (over-placement dearer), *levels* (the starter bank, known by its authors' levels only),
*five* (five correlated modules), *yardstick* (these beside tests of fixed length on the same
pools; long, so only where it is named). `benchmarks/decision_study.py` has banks, people and
design.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

# This folder is first on the path, and a file in it would hide the package of the same name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.decision_levels import from_levels  # noqa: E402
from benchmarks.decision_modules import five_modules  # noqa: E402
from benchmarks.decision_stops import Met, Walk, met, stops, walk  # noqa: E402
from benchmarks.decision_study import (  # noqa: E402
    BEST,
    FIGURES,
    abilities,
    bank,
    claims_by_decile,
    design,
    of_banks,
    row,
    table,
    told,
)
from benchmarks.decision_yardstick import yardstick  # noqa: E402
from placement.criteria_cuts import UncertainCutInformation  # noqa: E402
from placement.criteria_global import PosteriorWeightedInformation  # noqa: E402
from placement.exposure import Randomesque  # noqa: E402
from placement.planning import fit_design  # noqa: E402
from placement.selectors import MaximumInformation, TrackInformation  # noqa: E402
from placement.simulation import SimulationResult, simulate  # noqa: E402
from placement.stopping import FixedLength, RateOfReturn  # noqa: E402
from placement.strategies import Selector  # noqa: E402

TARGETS = {60: 0.772, 120: 0.798, 300: 0.830}
ALLOWED = {60: 12.5, 120: 12.0, 300: 12.0}
RATE = RateOfReturn(cost=0.0020, minimum=4, maximum=27)
LONG = RateOfReturn(cost=0.0020, minimum=4, maximum=30)
TWICE = tuple(tuple(float((d != k) + (d > k)) for d in range(4)) for k in range(4))
SELECTORS: dict[str, Selector] = {
    "information at the posterior mean": MaximumInformation(),
    "information averaged over the posterior": PosteriorWeightedInformation(),
    "information at the most uncertain cut": UncertainCutInformation(),
    "mutual information with the track": TrackInformation(),
}


def one_module(banks: int, people: int) -> None:
    """Print what the study's design reaches: one cost of a question for banks of every size."""
    print(
        f"\n### One module\n\n{banks} fresh banks a size × {people} people; RATE at "
        f"{RATE.cost} a question, {RATE.minimum} to {RATE.maximum} questions; ± one standard error "
        "over banks.\n"
    )
    table("bank", "design", *FIGURES, "questions", "P95", "greatest exposure", "asked")
    ways = (
        ("RATE", BEST, RATE, 0.0),
        ("RATE, randomesque", Randomesque(), RATE, 0.7),
        ("20 questions", BEST, FixedLength(20), None),
    )
    known: list[SimulationResult] = []
    for size, target in TARGETS.items():
        for name, exposure, stopping, more in ways:
            plain = design(("m0",), stopping, exposure=exposure)
            results = []
            for number in range(banks):
                pool, theta = bank(size, number), abilities(people, number)
                results.append(simulate(fit_design(plain, pool), pool, theta, seed=number))
            asked = "" if more is None else f"{target} at {ALLOWED[size] + more}, P95 27"
            row(
                size,
                name,
                *(told(results, figure) for figure in FIGURES.values()),
                told(results, "mean_length", 2),
                f"{of_banks([one.p95_length for one in results])[0]:.1f}",
                f"{of_banks([one.exposure_max for one in results])[0]:.2f}",
                asked,
            )
            known += results if exposure != BEST else []
    _deciles(known)


def _deciles(results: list[SimulationResult]) -> None:
    claimed, reached = claims_by_decile(results)
    size = sum(one.n_examinees for one in results) / 10
    print(f"\nClaims of RATE, randomesque, by decile; all sizes, {size:.0f} placements a decile:\n")
    table("", *(str(number) for number in range(1, 11)))
    row("claimed", *(f"{value:.3f}" for value in claimed))
    row("reached", *(f"{value:.3f}" for value in reached))
    errors = np.sqrt(reached * (1 - reached) / size)
    gaps = zip(reached - claimed, errors, strict=True)
    row("difference", *(f"{gap:+.3f} ± {error:.3f}" for gap, error in gaps))


def all_stops(banks: int, people: int) -> None:
    """Print every stopping rule's length at the wanted accuracy, on the same people."""
    how = "selection by information, randomesque unless said"
    _matched_head("Stopping rules", banks, people, how)
    plain = design(("m0",), LONG, exposure=Randomesque())
    walks = {
        size: [walk(plain, bank(size, r), abilities(people, r), r) for r in range(banks)]
        for size in TARGETS
    }
    first = _met(walks, "RATE")
    for name in stops(LONG):
        _matched(name, _met(walks, name), first)
    plain = design(("m0",), LONG)
    best = {
        size: [walk(plain, bank(size, r), abilities(people, r), r, ("RATE",)) for r in range(banks)]
        for size in TARGETS
    }
    _matched("RATE, always the best item", _met(best, "RATE"), first)


def _matched_head(title: str, banks: int, people: int, how: str) -> None:
    print(
        f"\n### {title} at one accuracy\n\n{banks} fresh banks a size × {people} people, {how}, 4 "
        "to 30 questions. Mean length (difference from the first line, paired) / P95, ± one "
        "standard error by jackknife over banks.\n"
    )
    table("rule", *(f"{size} items, {accuracy}" for size, accuracy in TARGETS.items()))


def _met(walks: dict[int, list[Walk]], name: str) -> dict[int, Met]:
    return {size: met(some, name, TARGETS[size]) for size, some in walks.items()}


def _matched(name: str, found: dict[int, Met], first: dict[int, Met]) -> None:
    cells = []
    for size, one in found.items():
        more, error = one.length - first[size].length, one.error(first[size])
        cells.append(
            f"{one.length:.2f} ± {one.error():.2f} ({more:+.2f} ± {error:.2f}) / {one.p95:.0f}"
        )
    row(name, *cells)


def all_selectors(banks: int, people: int) -> None:
    """Print what selection adds, with RATE's stop, at the wanted accuracy."""
    _matched_head("Selection rules", banks, people, "stop by RATE")
    first: dict[int, Met] = {}
    for control, exposure in (("best item", BEST), ("randomesque", Randomesque())):
        for name, selector in SELECTORS.items():
            plain = design(("m0",), LONG, exposure=exposure, selector=selector)
            walks = {
                size: [
                    walk(plain, bank(size, r), abilities(people, r), r, ("RATE",))
                    for r in range(banks)
                ]
                for size in TARGETS
            }
            found = _met(walks, "RATE")
            first = first or found
            _matched(f"{name}, {control}", found, first)


def dear_over_placement(banks: int, people: int) -> None:
    """Print what a loss matrix does in which over-placement costs twice as much."""
    print(
        f"\n### Over-placement twice as dear\n\n{banks} fresh banks of 60 × {people} people, "
        "randomesque, RATE with the same losses at the same cost; ± one standard error over banks."
        "\n"
    )
    table("losses", "placed too high", "too low", "accuracy", "claimed", "questions", "P95")
    for name, losses in (("0/1", design(("m0",), RATE).losses), ("over 2, under 1", TWICE)):
        plain = design(("m0",), RATE, exposure=Randomesque(), losses=losses)
        results = []
        for number in range(banks):
            pool, theta = bank(60, number), abilities(people, number)
            results.append(simulate(fit_design(plain, pool), pool, theta, seed=number))
        confusions = [one.confusion / one.n_examinees for one in results]
        shares = [
            of_banks([float(np.triu(c, 1).sum()) for c in confusions]),
            of_banks([float(np.tril(c, -1).sum()) for c in confusions]),
        ]
        row(
            name,
            *(f"{mean:.3f} ± {error:.3f}" for mean, error in shares),
            told(results, "decision_accuracy"),
            told(results, "claimed_accuracy"),
            told(results, "mean_length", 2),
            f"{of_banks([one.p95_length for one in results])[0]:.1f}",
        )


PARTS: dict[str, tuple[Callable[[int, int], None], tuple[int, int], tuple[int, int]]] = {
    # what to print; banks and people when quick; when full
    "one": (one_module, (3, 400), (32, 400)),
    "stops": (all_stops, (3, 300), (24, 300)),
    "selection": (all_selectors, (2, 150), (8, 200)),
    "losses": (dear_over_placement, (3, 400), (32, 400)),
    "levels": (from_levels, (3, 100), (24, 300)),
}


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--part", choices=(*PARTS, "five", "yardstick"))
    parser.add_argument("--banks", type=int, help="two or more")
    parser.add_argument("--people", type=int, help="a bank")
    given = parser.parse_args()
    if given.banks is not None and given.banks < 2:
        parser.error("--banks: a standard error needs two banks or more")
    started = time.perf_counter()
    for name, (study, quick, full) in PARTS.items():
        if given.part in (None, name):
            banks, people = full if given.full else quick
            study(given.banks or banks, given.people or people)
    if given.part in (None, "five"):
        banks, people = (8, 300) if given.full else (2, 80)
        five_modules(given.banks or banks, given.people or people, full=given.full)
    if given.part == "yardstick":
        banks, people = (240, 300) if given.full else (2, 80)
        yardstick(given.banks or banks, given.people or people)
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
