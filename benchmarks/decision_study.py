"""The decision study's banks, people and design, and figures with their standard errors.

Banks: a ~ lognormal(0.2, 0.35), b ~ N(0, 1.1), the law of ../shared/reference/decisions; people:
theta ~ N(0, 1); cuts −0.75, 0.25, 1.0; 0/1 loss. None of the banks drawn here is one of those
stored there, and nothing in the engine was fitted to any of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from placement.arrays import Floats
from placement.design import Design, ModuleDesign
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.pool import Pool
from placement.simulation import SimulationResult
from placement.strategies import Stopping

ZERO_ONE = tuple(tuple(float(k != d) for d in range(4)) for k in range(4))
BEST = Randomesque(1, 1, 0)
FIGURES = {
    "accuracy": "decision_accuracy",
    "claimed": "claimed_accuracy",
    "same or next": "adjacent_accuracy",
}


def items(generator: np.random.Generator, size: int, module: str = "m0") -> list[ItemParameters]:
    """Draw a bank of the study's law."""
    a, b = generator.lognormal(0.2, 0.35, size), generator.normal(0, 1.1, size)
    rows = enumerate(zip(a, b, strict=True))
    return [
        ItemParameters(f"{module}-{j}", module, "", "2PL", float(p), float(q)) for j, (p, q) in rows
    ]


def bank(size: int, number: int, modules: Sequence[str] = ("m0",)) -> Pool:
    """Return a fresh bank of `size` items a module."""
    generator = np.random.default_rng((2026, size, number))
    return Pool.tabulate([item for module in modules for item in items(generator, size, module)])


def abilities(people: int, number: int) -> Floats:
    """Return the abilities, (N,), of the people who meet a bank: one from each N-th of N(0, 1).

    Stratified, since a third of the noise is otherwise how many people happen to be near a cut.
    """
    generator = np.random.default_rng((7, number))
    return np.asarray(ndtri((generator.permutation(people) + generator.random(people)) / people))


def correlated(people: int, number: int, correlation: Floats) -> Floats:
    """Return the abilities, (N, D), of the people who meet a bank of several modules."""
    generator = np.random.default_rng((8, number))
    middle = np.zeros(len(correlation))
    return generator.multivariate_normal(middle, correlation, people, method="eigh")


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


def jackknife(figure: Callable[[np.ndarray], float], size: int) -> tuple[float, float]:
    """Return a figure of `size` banks and its standard error, by leaving each bank out."""
    banks = np.arange(size)
    without = np.array([figure(banks[banks != number]) for number in banks])
    return figure(banks), float(np.sqrt((size - 1) * without.var()))


def of_banks(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean over banks and its standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def told(results: Sequence[SimulationResult], name: str, digits: int = 3) -> str:
    """Return a figure's mean over banks, with its standard error."""
    mean, error = of_banks([getattr(result, name) for result in results])
    return f"{mean:.{digits}f} ± {error:.{digits}f}"


def claims_by_decile(results: Sequence[SimulationResult]) -> tuple[Floats, Floats]:
    """Return what was claimed and what was reached in each tenth of placements by claim, (10,)."""
    samples = [module for result in results for module in result.modules]
    claimed = np.concatenate([sample.claimed for sample in samples])
    right = np.concatenate([sample.placed == sample.belongs for sample in samples])
    tenths = np.array_split(np.argsort(claimed, kind="stable"), 10)
    pairs = [(claimed[some].mean(), right[some].mean()) for some in tenths]
    return tuple(np.array(pairs).T)


def table(*columns: str) -> None:
    """Print a table's head."""
    row(*columns)
    print("|" + "---|" * len(columns), flush=True)


def row(*cells: object) -> None:
    """Print a row; long runs show how far they are."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
