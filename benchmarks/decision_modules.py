"""Five correlated modules in one sitting: how many questions all five placements take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.decision_study import (
    bank,
    correlated,
    design,
    jackknife,
    of_banks,
    row,
    table,
    told,
)
from placement.arrays import Booleans, Floats
from placement.dependence import Equal, Independent
from placement.exposure import Randomesque
from placement.order import Blocks, Interleaved, InterleavedToTheEnd, RouterThenBlocks
from placement.planning import fit_design
from placement.simulation import SimulationResult, simulate
from placement.stopping import RateOfReturn
from placement.strategies import Dependence, Order

RHO, MODULES, ITEMS = 0.6, tuple(f"m{d}" for d in range(5)), 60
COSTS = (0.0055, 0.0038, 0.0026)
WANTED = (0.75, 0.77)
BEST, RANDOM = Randomesque(1, 1, 0), Randomesque()


@dataclass(frozen=True, slots=True)
class Way:
    """A way to give five modules; `true` where it believes what is so of their correlation."""

    name: str
    dependence: Dependence
    order: Order
    exposure: Randomesque = BEST
    true: bool = True
    fewest: int = 3


FEW = (
    Way("interleaved", Equal(RHO, 0), Interleaved()),
    Way("independent, blocks", Independent(), Blocks()),
)
WAYS = (
    *FEW,
    Way("interleaved, 1 to 30 a module", Equal(RHO, 0), Interleaved(), fewest=1),
    Way("to the end, 1 to 30 a module", Equal(RHO, 0), InterleavedToTheEnd(), fewest=1),
    Way("blocks", Equal(RHO, 0), Blocks()),
    Way("router of 3, blocks", Equal(RHO, 0), RouterThenBlocks(3)),
    Way("interleaved, randomesque", Equal(RHO, 0), Interleaved(), RANDOM),
    Way(
        "interleaved, believed .4, up to 5 more where discordant",
        Equal(0.4, 5),
        Interleaved(),
        true=False,
    ),
)


def five_modules(banks: int, people: int, *, full: bool) -> None:
    """Print what each way reaches at three costs, and its length at the wanted accuracies."""
    correlation = Equal(RHO)(len(MODULES))
    theta = [correlated(people, 50 + number, correlation) for number in range(banks)]
    print(
        f"\n### Five modules of {ITEMS}, correlation {RHO}\n\n{banks} pools × {people} people; 3 "
        f"to 30 questions a module if not said otherwise; costs {COSTS}; ± one standard error "
        "over pools.\n"
    )
    wanted = [f"questions at {accuracy}" for accuracy in WANTED]
    table("way", "accuracy / claimed / questions / P95", "all five right", "departing", *wanted)
    for way in WAYS if full else FEW:
        results = _at_costs(way, theta)
        cells = [
            " / ".join(
                told(some, name, digits)
                for name, digits in (("decision_accuracy", 3), ("claimed_accuracy", 3))
            )
            + f" / {told(some, 'mean_length', 1)} / {_mean(some, 'p95_length'):.0f}"
            for some in results
        ]
        row(
            way.name,
            "; ".join(cells),
            " ".join(f"{_mean(some, 'all_right'):.3f}" for some in results),
            " ".join(f"{_departing(some, theta, correlation):.3f}" for some in results),
            *(_length_at(accuracy, results, way) for accuracy in WANTED),
        )


def _at_costs(way: Way, theta: Sequence[Floats]) -> list[list[SimulationResult]]:
    """Fit once a pool, then run at each cost: results by cost, then by pool."""
    choices = {"dependence": way.dependence, "order": way.order, "exposure": way.exposure}
    plain = design(MODULES, RateOfReturn(COSTS[0], way.fewest, 30), **choices)
    by_pool = []
    for number, people in enumerate(theta):
        pool = bank(ITEMS, 50 + number, MODULES)
        fitted = fit_design(plain, pool)
        designs = [replace(fitted, stopping=replace(fitted.stopping, cost=cost)) for cost in COSTS]
        by_pool.append([simulate(one, pool, people, seed=number) for one in designs])
    return [list(results) for results in zip(*by_pool, strict=True)]


def _length_at(accuracy: float, results: Sequence[Sequence[SimulationResult]], way: Way) -> str:
    """Read the length off the least-squares line of log length on accuracy, over the costs.

    Accuracy is the claimed one where the belief is true: the same in expectation, with less noise.
    """
    name = "claimed_accuracy" if way.true else "decision_accuracy"
    reached = np.array([[getattr(one, name) for one in some] for some in results])
    length = np.array([[one.mean_length for one in some] for some in results])

    def read(pools: np.ndarray) -> float:
        found, logs = reached[:, pools].mean(axis=1), np.log(length[:, pools].mean(axis=1))
        slope, start = np.polyfit(found, logs, 1)
        return float(np.exp(start + slope * accuracy))

    mean, error = jackknife(read, reached.shape[1])
    ends = reached.mean(axis=1)
    inside = ends.min() <= accuracy <= ends.max()
    return f"{mean:.1f} ± {error:.1f}" + ("" if inside else " (extrapolated)")


def _mean(results: Sequence[SimulationResult], name: str) -> float:
    return of_banks([getattr(result, name) for result in results])[0]


def _departing(
    results: Sequence[SimulationResult], theta: Sequence[Floats], correlation: Floats
) -> float:
    """Return the accuracy of modules more than 1.5 SD from what the person's others foretell."""
    pairs = zip(results, theta, strict=True)
    return float(np.mean([one.accuracy_among(_away(some, correlation)) for one, some in pairs]))


def _away(theta: Floats, correlation: Floats) -> Booleans:
    inverse = np.linalg.inv(correlation)
    # The regression residual of θ_d on the others is (R⁻¹ θ)_d / (R⁻¹)_dd, of variance 1/(R⁻¹)_dd.
    return np.asarray(np.abs(theta @ inverse / np.sqrt(np.diag(inverse))) > 1.5)
