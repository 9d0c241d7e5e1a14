"""The command `score`: ability from a file of answers, with parameters that are known."""

from __future__ import annotations

import csv
from collections import defaultdict
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from calibration.errors import counted
from placement.ability import Estimate, NoAnswers
from placement.errors import DesignError
from placement.priors import NormalPrior
from placement.reading import read_histogram
from placement.scoring import ESTIMATORS
from placement.scoring import score as run
from webapp.commands.answers import answers_to, pool_of, sizes_of, some
from webapp.commands.files import INPUT, OUTPUT, faults_of, text_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placement.ability import Outcome
    from placement.priors import HistogramPrior
    from placement.scoring import EstimatorName, ModuleScore

NORMAL = "normal:"
T = TypeVar("T")


@click.command()
@click.option("--pool", "pool_file", type=INPUT, required=True, help="POOL.csv: parameters.")
@click.option(
    "--responses", "responses_file", type=INPUT, required=True, help="RESPONSES.csv: answers."
)
@click.option(
    "--estimator",
    type=click.Choice(ESTIMATORS),
    default="eap",
    show_default=True,
    help="EAP and MAP start from a prior; ML and WLE take nothing for granted.",
)
@click.option(
    "--prior",
    "prior_text",
    metavar="normal:MEAN,SD|FILE.csv",
    help="What is believed of ability before the answers: a normal law, normal:0,1 if left out, or "
    "a histogram from earlier rounds (columns theta and weight; for EAP).",
)
@click.option(
    "--out",
    "out_file",
    type=OUTPUT,
    required=True,
    help="SCORES.csv: person, module, theta, se.",
)
def score(
    pool_file: Path,
    responses_file: Path,
    estimator: EstimatorName,
    prior_text: str | None,
    out_file: Path,
) -> None:
    """Estimate every person's ability in every module, in logits, with its standard error.

    Where there is no finite estimate, or nothing was answered, theta and se are empty, and the
    persons are named on standard error.
    """
    pool = pool_of(pool_file)
    table, faults = _tried(lambda: answers_to(responses_file, sizes_of(pool)))
    prior, more = _prior(prior_text)
    if table is None or more:
        raise click.ClickException("\n".join([*faults, *more]))
    try:
        scores = run(pool, table, estimator, prior)
    except DesignError as error:
        raise click.ClickException("\n".join(f"--{fault}" for fault in error.faults)) from error
    write({out_file: _as_csv(scores)})
    for line in _unscored(scores):
        click.echo(line, err=True)
    people = counted(len(table.persons), "person")
    click.echo(f"{out_file}: {counted(len(scores), 'score')} of {people}")


def _tried(read: Callable[[], T]) -> tuple[T | None, list[str]]:
    """Return what is read, or every fault in it."""
    try:
        return read(), []
    except click.ClickException as error:
        return None, [error.message]


def _prior(text: str | None) -> tuple[NormalPrior | HistogramPrior | None, list[str]]:
    """Return what `--prior` says, or every fault in it."""
    if text is None:
        return None, []
    if not text.startswith(NORMAL):
        return _histogram(Path(text))
    try:
        mean, sd = map(float, text.removeprefix(NORMAL).split(","))
        return NormalPrior(mean, sd), []
    except ValueError:
        return None, [f"--prior: expected normal:MEAN,SD with an SD above 0, not {text!r}"]


def _histogram(file: Path) -> tuple[HistogramPrior | None, list[str]]:
    if not file.is_file():
        return None, [f"--prior: neither normal:MEAN,SD nor a file: {file}"]
    return _tried(lambda: _read_histogram(file))


def _read_histogram(file: Path) -> HistogramPrior:
    with faults_of(file):
        return read_histogram(text_of(file))


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


def _unscored(scores: Sequence[ModuleScore]) -> list[str]:
    """Say who has no score and why, one line a module and reason."""
    people = defaultdict[tuple[str, str], list[str]](list)
    for one in scores:
        if not isinstance(one.outcome, Estimate):
            people[one.module, _reason(one.outcome)].append(one.person)
    return [
        f"module {module}: {len(names)} without a score, {reason}: {some(names)}"
        for (module, reason), names in people.items()
    ]


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, NoAnswers):
        return "nothing answered"
    assert not isinstance(outcome, Estimate)
    side = "above" if outcome.direction == "up" else "below"
    return f"no finite estimate ({side} what the items can tell)"
