"""The command `score`: ability from a file of answers, with parameters that are known."""

from __future__ import annotations

import csv
import os
import tempfile
from collections import defaultdict
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from placement.ability import Estimate, NoAnswers
from placement.reading import UnreadableError, read_pool, read_responses
from placement.scoring import ESTIMATORS
from placement.scoring import score as run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placement.ability import Outcome
    from placement.scoring import EstimatorName, ModuleScore

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
SHOWN = 20
T = TypeVar("T")


@click.command()
@click.option("--pool", "pool_file", type=FILE, required=True, help="POOL.csv: parameters.")
@click.option(
    "--responses", "responses_file", type=FILE, required=True, help="RESPONSES.csv: answers."
)
@click.option(
    "--estimator",
    type=click.Choice(ESTIMATORS),
    default="eap",
    show_default=True,
    help="EAP and MAP take ability to be standard normal; ML and WLE take nothing for granted.",
)
@click.option(
    "--out",
    "out_file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    required=True,
    help="SCORES.csv: person, module, theta, se.",
)
def score(pool_file: Path, responses_file: Path, estimator: EstimatorName, out_file: Path) -> None:
    """Estimate every person's ability in every module, in logits, with its standard error.

    Where there is no finite estimate, or nothing was answered, theta and se are empty, and the
    persons are named on standard error.
    """
    items, faults = _read(pool_file, read_pool)
    sizes = {item.item: item.n_categories for item in items or []} or None
    table, more = _read(responses_file, lambda text: read_responses(text, sizes))
    if items is None or table is None:
        raise click.ClickException("\n".join([*faults, *more]))
    scores = run(items, table, estimator)
    _write(out_file, _as_csv(scores))
    for line in _unscored(scores):
        click.echo(line, err=True)
    click.echo(f"{out_file}: {len(scores)} scores of {len(table.persons)} persons")


def _read(file: Path, reader: Callable[[str], T]) -> tuple[T | None, list[str]]:
    """Return what a file holds, or every fault in it."""
    try:
        return reader(file.read_text(encoding="utf-8")), []
    except UnreadableError as error:
        return None, [f"{file}: {fault}" for fault in error.errors]
    except UnicodeDecodeError as error:
        return None, [f"{file}: not UTF-8 text: {error.reason} at byte {error.start}"]


def _as_csv(scores: Sequence[ModuleScore]) -> str:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("person", "module", "theta", "se"))
    writer.writerows((one.person, one.module, *_numbers(one.outcome)) for one in scores)
    return out.getvalue()


def _numbers(outcome: Outcome) -> tuple[str, str]:
    if isinstance(outcome, Estimate):
        return f"{outcome.theta:.6f}", f"{outcome.se:.6f}"
    return "", ""


def _write(file: Path, text: str) -> None:
    """Write all of it or nothing: another file first, which then takes the name."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        part.chmod(0o644)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error


def _unscored(scores: Sequence[ModuleScore]) -> list[str]:
    """Say who has no score and why, one line a module and reason."""
    people = defaultdict[tuple[str, str], list[str]](list)
    for one in scores:
        if not isinstance(one.outcome, Estimate):
            people[one.module, _reason(one.outcome)].append(one.person)
    return [
        f"module {module}: {len(names)} without a score, {reason}: {_some(names)}"
        for (module, reason), names in people.items()
    ]


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, NoAnswers):
        return "nothing answered"
    assert not isinstance(outcome, Estimate)
    side = "above" if outcome.direction == "up" else "below"
    return f"no finite estimate ({side} what the items can tell)"


def _some(names: Sequence[str]) -> str:
    more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])
