"""The command `simulate`: a design given to people whose ability is known."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from sqlalchemy import func, select

from item_bank import service as bank
from placement.design import Design, default_design
from placement.errors import DesignError
from placement.planning import fit_design
from placement.pool import Pool
from placement.reading import UnreadableError, read_pool
from placement.simulation import SimulationResult
from placement.simulation import simulate as run
from webapp.commands import context
from webapp.rounds.designs import design as stored_design
from webapp.rounds.models import DesignVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option(
    "--pool", "pool_file", type=FILE, help="POOL.csv; the newest published pool if left out."
)
@click.option(
    "--design", "design_file", type=FILE, help="A design as JSON; the default design if left out."
)
@click.option("--examinees", default=2000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
def simulate(
    pool_file: Path | None,
    design_file: Path | None,
    examinees: int,
    seed: int,
    json_file: Path | None,
) -> None:
    """Give the test to simulated people; say how often it is right, and how long it takes.

    Abilities are drawn from a standard normal distribution, one a module; answers from the pool's
    own response functions.
    """
    pool, design = _pool_and_design(pool_file, design_file)
    theta = np.random.default_rng(seed).standard_normal((examinees, len(design.modules)))
    started = time.perf_counter()
    result = run(design, pool, theta, seed=seed)
    report = _report(result, time.perf_counter() - started)
    for name, value in report.items():
        click.echo(f"{name:<18} {value}")
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _pool_and_design(pool_file: Path | None, design_file: Path | None) -> tuple[Pool, Design]:
    pool, fitted = _published() if pool_file is None else (_read_pool(pool_file), None)
    if design_file is not None:
        return pool, fit_design(_read_design(design_file), pool)
    return pool, fitted or fit_design(default_design(tuple(dict.fromkeys(pool.modules))), pool)


def _published() -> tuple[Pool, Design]:
    with context.database().read() as session:
        newest = session.scalar(select(func.max(DesignVersion.number)))
        if newest is None:
            raise click.ClickException("no pool is published yet; name one with --pool")
        design_row = session.get_one(DesignVersion, newest)
        return bank.pool(session, design_row.pool_number), stored_design(session, newest)


def _read_pool(file: Path) -> Pool:
    try:
        return Pool.tabulate(read_pool(file.read_text(encoding="utf-8")))
    except UnreadableError as error:
        faults = "\n".join(f"{file}: {fault}" for fault in error.errors)
        raise click.ClickException(faults) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error


def _read_design(file: Path) -> Design:
    try:
        return Design.from_json(file.read_text(encoding="utf-8"))
    except (DesignError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}") from error


def _report(result: SimulationResult, seconds: float) -> Mapping[str, object]:
    names = (
        "n_examinees", "decision_accuracy", "claimed_accuracy", "adjacent_accuracy",
        "expected_loss", "mean_length", "p95_length", "bias", "rmse", "coverage",
        "near_boundary", "exposure_max", "overlap",
    )  # fmt: skip
    figures = {name: getattr(result, name) for name in names}
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
    return {**rounded, "confusion": result.confusion.tolist(), "seconds": round(seconds, 3)}
