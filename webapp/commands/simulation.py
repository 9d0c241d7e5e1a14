"""The command `simulate`: a design given to people whose ability is known."""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from sqlalchemy import func, select

from calibration.errors import counted
from item_bank import service as bank
from placement.bands import bands
from placement.conduct import section_of
from placement.design import Design, default_design
from placement.designs import for_modules
from placement.errors import DesignError, refuse
from placement.penalty import WeightedPenalty
from placement.planning import fit_design
from placement.pool import Pool
from placement.posthoc import simulate_answers
from placement.sampling import ModuleSample
from placement.shadow import Infeasible, ShadowTest, possible
from placement.simulation import SimulationResult
from placement.simulation import simulate as run
from webapp.commands import context
from webapp.commands.answers import pool_of, some
from webapp.commands.design import read_design
from webapp.commands.files import INPUT, OUTPUT, expect_writable, write
from webapp.commands.simulation_input import PostHoc, read_answers, read_theta
from webapp.commands.simulation_plot import plot
from webapp.rounds.designs import design as stored_design
from webapp.rounds.models import DesignVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from placement.arrays import Floats

FIGURES = (
    "n_examinees", "decision_accuracy", "claimed_accuracy", "adjacent_accuracy",
    "expected_loss", "mean_length", "p95_length", "bias", "rmse", "unbounded",
    "coverage", "near_boundary", "exposure_max", "overlap",
)  # fmt: skip
BATCH = 5000
"""Examinees between two steps of the progress bar."""


@click.command()
@click.option(
    "--pool", "pool_file", type=INPUT, help="POOL.csv; the newest published pool if left out."
)
@click.option(
    "--design",
    "design_file",
    type=INPUT,
    help="A design as TOML or JSON; the default design if left out. See `spor design`.",
)
@click.option("--examinees", default=2000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--theta", "theta_file", type=INPUT, help="True abilities, one person a line.")
@click.option("--responses", "responses_file", type=INPUT, help="Real answers, to give again.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--json", "json_file", type=OUTPUT, help="Where to write the figures.")
@click.option("--plot", "plot_file", type=OUTPUT, help="Where to draw accuracy and length (SVG).")
def simulate(
    pool_file: Path | None,
    design_file: Path | None,
    seed: int,
    json_file: Path | None,
    plot_file: Path | None,
    **people: Any,
) -> None:
    """Give the test to simulated people; say how often it is right, and how long it takes.

    Abilities are drawn from a standard normal distribution, one a module, unless --theta has them;
    answers come from the pool's own response functions. With --responses people's real answers are
    given again, and what all of a person's answers say stands for the truth; what somebody did not
    answer is not given to them.
    """
    if people["theta_file"] and people["responses_file"]:
        raise click.UsageError("--theta and --responses exclude one another")
    expect_writable(json_file, plot_file)
    pool, design = _pool_and_design(pool_file, design_file)
    started = time.perf_counter()
    result = _run(design, pool, seed, people)
    report = _report(result, time.perf_counter() - started)
    for name, value in report.items():
        click.echo(f"{name:<18} {value}")
    whole = {**report, **_details(result, design, pool)}
    write({json_file: json.dumps(whole, indent=1) + "\n", plot_file: plot(result)})


def _run(design: Design, pool: Pool, seed: int, people: Mapping[str, Any]) -> SimulationResult:
    if people["responses_file"]:
        found = read_answers(people["responses_file"], pool)
        _tell_gaps(found)
        return simulate_answers(design, pool, found.answers, seed=seed)
    modules = [module.module for module in design.modules]
    if people["theta_file"]:
        theta = read_theta(people["theta_file"], modules)
    else:
        theta = np.random.default_rng(seed).standard_normal((people["examinees"], len(modules)))
    return _in_batches(design, pool, theta, seed)


def _tell_gaps(found: PostHoc) -> None:
    """Say who is left out, what is never given, and for how many people the pool has gaps."""
    people = partial(counted, one="person", many="people")
    if found.left_out:
        text = "left out, without an answer in every module"
        click.echo(f"{text}: {people(found.left_out)}", err=True)
    if found.never:
        click.echo(f"never given, since nobody answered it: {some(found.never)}", err=True)
    gaps = int(np.count_nonzero((found.answers < 0).any(axis=1)))
    if gaps:
        text = "given only what they answered, with the truth from that alone"
        click.echo(f"{text}: {people(gaps)}", err=True)


def _in_batches(design: Design, pool: Pool, theta: Floats, seed: int) -> SimulationResult:
    """Run batches with a bar that shows how far it is; each batch has a seed of its own."""
    starts = range(0, len(theta), BATCH)
    if len(starts) == 1:
        return run(design, pool, theta, seed=seed)
    parts = []
    with click.progressbar(starts, label="Simulating", file=sys.stderr) as bar:
        for start in bar:
            own = int(np.random.SeedSequence((seed, start)).generate_state(1)[0])
            parts.append(run(design, pool, theta[start : start + BATCH], seed=own))
    columns = zip(*(part.modules for part in parts), strict=True)
    return SimulationResult(tuple(ModuleSample.joined(column) for column in columns))


def _pool_and_design(pool_file: Path | None, design_file: Path | None) -> tuple[Pool, Design]:
    pool, fitted = _published() if pool_file is None else (_read_pool(pool_file), None)
    modules = tuple(dict.fromkeys(pool.modules))
    if design_file is None:
        return pool, fitted or fit_design(default_design(modules), pool)
    try:
        design = for_modules(read_design(design_file), modules)
        strange = [m.module for m in design.modules if m.module not in modules]
        refuse([f"modules: the pool has no items of {code}" for code in strange])
        _tell_unknown(design, pool)
        _tell_impossible(design, pool)
        return pool, fit_design(design, pool)
    except DesignError as error:
        raise click.ClickException(f"{design_file}: {error}") from error


def _tell_unknown(design: Design, pool: Pool) -> None:
    """Name the categories and items of a blueprint that the pool does not have."""
    categories = {share.category for module in design.modules for share in module.shares}
    items = set[str]()
    if isinstance(design.content, ShadowTest | WeightedPenalty):
        constraints = design.content.constraints
        categories |= {bound.category for bound in constraints.bounds}
        items = {item for testlet in constraints.testlets for item in testlet}
    for what, names in (
        ("category", categories - set(pool.categories)),
        ("item", items - set(pool.items)),
    ):
        if names:
            text = f"passed over, since the pool has no such {what}"
            click.echo(f"note: {text}: {some(sorted(names))}", err=True)


def _tell_impossible(design: Design, pool: Pool) -> None:
    """Say for which modules no test keeps the constraints, so that the penalty will decide."""
    if not isinstance(design.content, ShadowTest):
        return
    for module in design.modules:
        found = possible(design.content, section_of(design, module, pool))
        if isinstance(found, Infeasible):
            text = "no test keeps all constraints; the weighted penalty decides"
            click.echo(f"module {module.module}: {text} ({found.reason})", err=True)


def _published() -> tuple[Pool, Design]:
    with context.database().read() as session:
        newest = session.scalar(select(func.max(DesignVersion.number)))
        if newest is None:
            raise click.ClickException("no pool is published yet; name one with --pool")
        design_row = session.get_one(DesignVersion, newest)
        return bank.pool(session, design_row.pool_number), stored_design(session, newest)


def _read_pool(file: Path) -> Pool:
    items = pool_of(file)
    try:
        return Pool.tabulate(items)
    except ValueError as error:
        raise click.ClickException(f"{file}: {error}") from error


def _report(result: SimulationResult, seconds: float) -> Mapping[str, object]:
    figures = _figures(result)
    return {**figures, "confusion": result.confusion.tolist(), "seconds": round(seconds, 3)}


def _figures(result: SimulationResult) -> Mapping[str, object]:
    figures = {name: getattr(result, name) for name in FIGURES}
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}


def _details(result: SimulationResult, design: Design, pool: Pool) -> Mapping[str, object]:
    """What is too long for a screen: sums of lengths, each item's exposure, bands of ability."""
    modules = [module.module for module in design.modules]
    shown = zip(modules, result.modules, strict=True)
    return {
        "lengths": np.bincount(result.lengths).tolist(),
        "exposure": {
            item: round(float(share), 4)
            for module, sample in shown
            for item, share in zip(pool.of_module(module).items, sample.exposure, strict=True)
        },
        "conditional": [
            {
                "module": modules[band.number],
                "from": _finite(band.low),
                "to": _finite(band.high),
                **_figures(band.result),
            }
            for band in bands(result)
        ],
    }


def _finite(bound: float) -> float | None:
    """JSON has no infinity: a band without an end has none."""
    return bound if isfinite(bound) else None
