"""The starter bank before anybody has answered it: what is claimed from the authors' levels.

Each world draws what the questions really are from what is believed of them (slope, difficulty;
guessing as believed). The default design, fitted to what is believed, meets people of the world.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.decision_study import claims_by_decile, correlated, of_banks, row, table
from item_bank.priors import prior_parameters
from item_bank.starter_bank import starter_sources
from placement.dependence import Equal
from placement.design import Design, default_design
from placement.items import ItemParameters
from placement.planning import fit_design
from placement.pool import Pool
from placement.sampling import ModuleSample
from placement.simulation import simulate

TRUE = (0.3, 0.6)


def starter() -> tuple[list[ItemParameters], Design]:
    """Return the starter bank's items as believed, and the default design for its modules."""
    modules, sources = starter_sources()
    believed = [
        prior_parameters(
            item.id, item.module, item.category, level=item.level, body=item.content.body
        )
        for item in sources
    ]
    weights = {
        module.code: {category.code: category.weight for category in module.categories}
        for module in sorted(modules, key=lambda module: module.position)
    }
    return believed, default_design(weights)


def drawn(believed: list[ItemParameters], seed: int) -> list[ItemParameters]:
    """Draw a world: b normal, a lognormal with the mean and SD believed."""
    generator = np.random.default_rng((3, seed))
    spread = np.sqrt(np.log1p(np.array([item.se_a / item.a for item in believed]) ** 2))
    a = np.exp(generator.normal(-(spread**2) / 2, spread)) * [item.a for item in believed]
    b = generator.normal([item.b for item in believed], [item.se_b for item in believed])
    rows = zip(believed, a, b, strict=True)
    return [replace(item, a=float(p), b=float(q), se_a=0.0, se_b=0.0) for item, p, q in rows]


def from_levels(worlds: int, people: int) -> None:
    """Print what the default design reaches and claims on the starter bank."""
    believed, design = starter()
    pool = Pool.tabulate(believed)
    fitted = fit_design(design, pool)
    codes = [module.module for module in design.modules]
    size = len(codes)
    print(
        f"\n### From the authors' levels alone\n\nStarter bank, default design, {worlds} worlds × "
        f"{people} people; true correlation of modules {TRUE[0]} and {TRUE[1]}, believed .3; ± one "
        "standard error over worlds. *Marked* for a person to look at: near a boundary, or "
        "discordant.\n"
    )
    table(
        "correlation, module",
        "accuracy",
        "claimed",
        "same or next",
        "questions: mean / 10 % / median / 90 %",
        "marked",
        "accuracy: marked, others",
    )
    gaps = []
    for rho in TRUE:
        theta = [correlated(people, 900 + world, Equal(rho)(size)) for world in range(worlds)]
        results = [
            simulate(fitted, pool, some, seed=world, truth=Pool.tabulate(drawn(believed, world)))
            for world, some in enumerate(theta)
        ]
        for number, code in enumerate(codes):
            _line(f"{rho}, {code}", [(result.modules[number],) for result in results])
        _line(f"{rho}, all three", [result.modules for result in results])
        said, got = claims_by_decile(results)
        gaps.append(" ".join(f"{gap:+.3f}" for gap in got - said))
    print("\nReached less claimed, by decile of claim:\n")
    for rho, gap in zip(TRUE, gaps, strict=True):
        print(f"* true correlation {rho}: {gap}", flush=True)


def _line(name: str, worlds: Sequence[Sequence[ModuleSample]]) -> None:
    """Print what some modules reach in each world; lengths are those of all of them together."""
    right = [_joined(world, lambda m: m.placed == m.belongs) for world in worlds]
    marked = [_joined(world, lambda m: m.near_boundary | m.discordant) for world in worlds]
    next_to = [_joined(world, lambda m: np.abs(m.placed - m.belongs) <= 1) for world in worlds]
    lengths = np.concatenate([sum(module.lengths for module in world) for world in worlds])
    few, middle, many = np.quantile(lengths, (0.1, 0.5, 0.9))
    pairs = list(zip(right, marked, strict=True))
    row(
        name,
        _mean(right),
        _mean([_joined(world, lambda m: m.claimed) for world in worlds]),
        _mean(next_to),
        f"{lengths.mean():.1f} / {few:.0f} / {middle:.0f} / {many:.0f}",
        _mean(marked),
        f"{_mean([a[b] for a, b in pairs])}, {_mean([a[~b] for a, b in pairs])}",
    )


def _joined(world: Sequence[ModuleSample], value: Callable[[ModuleSample], Any]) -> Any:
    return np.concatenate([value(module) for module in world])


def _mean(values: Sequence[Any]) -> str:
    mean, error = of_banks([float(np.mean(value)) for value in values])
    return f"{mean:.3f} ± {error:.3f}"
