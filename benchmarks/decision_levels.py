"""The starter bank before anybody has answered it: what is claimed from the authors' levels.

Each world draws what the questions really are from what is believed of them (slope, difficulty;
guessing as believed). The default design, fitted to what is believed, meets people of the world.
"""

from dataclasses import replace

import numpy as np

from benchmarks.decision_study import abilities, claims_by_decile, of_banks, row, table
from item_bank.priors import prior_parameters
from item_bank.starter_bank import starter_sources
from placement.arrays import Floats
from placement.dependence import Equal
from placement.design import Design, default_design
from placement.items import ItemParameters
from placement.planning import fit_design
from placement.pool import Pool
from placement.sampling import ModuleSample
from placement.simulation import SimulationResult, simulate

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
        "standard error over worlds. *Marked*: for a person to look at.\n"
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
        theta = [abilities(people, 900 + world, Equal(rho)(size)) for world in range(worlds)]
        results = [
            simulate(fitted, pool, some, seed=world, truth=Pool.tabulate(drawn(believed, world)))
            for world, some in enumerate(theta)
        ]
        for number, code in enumerate(codes):
            _line(f"{rho}, {code}", [result.modules[number] for result in results])
        gaps.append(_whole(rho, results))
    print("\nReached less claimed, by decile of claim:\n")
    for gap in gaps:
        print(f"* true correlation {gap}", flush=True)


def _line(name: str, samples: list[ModuleSample]) -> None:
    right = [sample.placed == sample.belongs for sample in samples]
    marked = [sample.near_boundary for sample in samples]
    next_to = [np.abs(sample.placed - sample.belongs) <= 1 for sample in samples]
    pairs = list(zip(right, marked, strict=True))
    row(
        name,
        _mean(right),
        _mean([sample.claimed for sample in samples]),
        _mean(next_to),
        _lengths(np.concatenate([sample.lengths for sample in samples])),
        _mean(marked),
        f"{_mean([a[b] for a, b in pairs])}, {_mean([a[~b] for a, b in pairs])}",
    )


def _whole(rho: float, results: list[SimulationResult]) -> str:
    """Print the sitting's line, and return how far claims are off by decile."""
    names = ("decision_accuracy", "claimed_accuracy", "adjacent_accuracy", "near_boundary")
    means = [of_banks([getattr(result, name) for result in results]) for name in names]
    accuracy, claimed, adjacent, marked = (f"{mean:.3f} ± {error:.3f}" for mean, error in means)
    lengths = _lengths(np.concatenate([result.lengths for result in results]))
    row(f"{rho}, the whole sitting", accuracy, claimed, adjacent, lengths, marked, "")
    said, got = claims_by_decile(results)
    gaps = " ".join(f"{gap:+.3f}" for gap in got - said)
    return f"{rho}: {gaps}"


def _mean(values: list[Floats]) -> str:
    mean, error = of_banks([float(np.mean(value)) for value in values])
    return f"{mean:.3f} ± {error:.3f}"


def _lengths(lengths: Floats) -> str:
    few, middle, many = np.quantile(lengths, (0.1, 0.5, 0.9))
    return f"{lengths.mean():.1f} / {few:.0f} / {middle:.0f} / {many:.0f}"
