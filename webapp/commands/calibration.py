"""The commands `calibrate` and `fit`: item parameters from answers, and how well they hold."""

from __future__ import annotations

import time
from contextlib import nullcontext
from statistics import median
from typing import TYPE_CHECKING

import click

from calibration import CalibrationError, ClusterError, StandardErrors, Threads, cluster
from calibration.errors import counted
from calibration.executors import SERIAL
from calibration.fit_report import fit_report
from calibration.modules import HIERARCHICAL, Request, recoded
from calibration.modules import calibrate as run
from calibration.report import html_page
from calibration.together import CorrelatedModules, calibrate_together
from placement.design import CUTS
from placement.reading import write_pool
from webapp.commands import files, reports
from webapp.commands.answers import facts_of, faults, grouped, pool_of, responses_of, sizes_of
from webapp.commands.progress import steps_shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from calibration.executors import Executor
    from calibration.fit_report import FitReport, ModuleReport
    from calibration.fitting import Ability
    from calibration.modules import Calibrations
    from calibration.predictive import PredictiveFit
    from placement.items import ItemParameters

MODELS = ("rasch", "2pl", "3pl", "grm", "gpcm", "nrm")
SHOWN = (
    "n_persons", "n_items", "n_responses", "log_likelihood", "aic", "bic", "n_parameters",
    "cycles", "converged", "reliability", "seconds",
)  # fmt: skip
PROGRESS = click.option(
    "--progress", is_flag=True, help="Tell of each step, also where there is no terminal."
)
# Models whose slopes differ; answers a question from which on their best fit tells its own errors.
SLOPED = ("2pl", "3pl", "grm", "gpcm")
MANY_ANSWERS = 150
PRIORS = ("none", "weak", "author", "hierarchical")


@click.command()
@click.argument("responses_file", metavar="RESPONSES.csv", type=files.INPUT)
@click.option(
    "--items",
    "facts_file",
    metavar="META.csv",
    type=files.INPUT,
    help="What is known of items: item, and any of module, category, enemy, model, level.",
)
@click.option("--model", default="2pl", show_default=True, type=click.Choice(MODELS))
@click.option("--out", "pool_file", metavar="POOL.csv", required=True, type=files.OUTPUT)
@click.option("--json", "json_file", metavar="REPORT.json", type=files.OUTPUT)
@click.option("--priors", default="none", show_default=True, type=click.Choice(PRIORS))
@click.option("--groups", metavar="COLUMN", help="Each person's group, with its own mean and sd.")
@click.option("--se", default="oakes", show_default=True, type=click.Choice(("oakes", "none")))
@click.option("--tolerance", default=1e-4, show_default=True, type=click.FloatRange(1e-10, 1.0))
@click.option(
    "--ability",
    default="normal",
    show_default=True,
    type=click.Choice(("normal", "histogram")),
    help="The form of ability in each group: a normal law, or any at all.",
)
@click.option(
    "--fix",
    "fixed_file",
    metavar="POOL.csv",
    type=files.INPUT,
    help="Items whose parameters are kept, and whose scale the others are put on.",
)
@click.option(
    "--correlated", is_flag=True, help="All modules together, with the correlations of ability."
)
@click.option(
    "--dependence",
    "dependence_file",
    metavar="DEPENDENCE.toml",
    type=files.OUTPUT,
    help="The correlations, shrunk, as the [dependence] of a design; with --correlated.",
)
@click.option("--html", "html_file", metavar="REPORT.html", type=files.OUTPUT)
@PROGRESS
@click.option(
    "--threads", type=click.IntRange(1, 1024), help="Work on blocks of persons in so many threads."
)
@click.option(
    "--scheduler",
    metavar="tcp://HOST:PORT",
    help="Work on blocks of persons on a Dask cluster (pip install spor[cluster]).",
)
def calibrate(  # noqa: PLR0913 - one argument an option
    *,
    responses_file: Path,
    facts_file: Path | None,
    model: str,
    pool_file: Path,
    json_file: Path | None,
    priors: str,
    groups: str | None,
    se: str,
    tolerance: float,
    ability: Ability,
    fixed_file: Path | None,
    correlated: bool,
    dependence_file: Path | None,
    html_file: Path | None,
    progress: bool,
    threads: int | None,
    scheduler: str | None,
) -> None:
    """Estimate item parameters from what people answered.

    RESPONSES.csv is wide (first column person, then a column an item, empty where nothing was
    asked) or long (person,item,score), or the same as Parquet. Each module has its own scale;
    modules are calibrated one by one, or together with --correlated.
    """
    _refuse_clashes(
        ("--threads or --scheduler, not both", threads and scheduler),
        ("--correlated or --fix, not both", correlated and fixed_file),
        ("--correlated works in one thread, here", correlated and (threads or scheduler)),
        ("--correlated or --ability histogram, not both", correlated and ability != "normal"),
        ("--dependence needs --correlated", dependence_file and not correlated),
    )
    sheet = responses_of(responses_file, [groups] if groups else [])
    fixed = pool_of(fixed_file) if fixed_file else []
    known = {*sheet.responses.items, *(item.item for item in fixed)}
    facts = facts_of(facts_file, known) if facts_file else {}
    request = Request(model, priors, StandardErrors(se), tolerance, ability)
    responses = grouped(responses_file, sheet, groups)
    started = time.perf_counter()
    try:
        with (
            executor_of(threads, scheduler) as executor,
            steps_shown(tolerance, always=progress) as watch,
        ):
            if correlated:
                found: Calibrations = calibrate_together(responses, facts, request, watch)
            else:
                found = run(responses, facts, request, fixed=fixed, watch=watch, executor=executor)
    except ClusterError as error:
        raise click.ClickException(str(error)) from error
    except CalibrationError as error:
        raise click.ClickException(faults(responses_file, error)) from error
    joint = found.joint if isinstance(found, CorrelatedModules) else None
    notices = [*map(str, found.notices), *_better_priors(found, request)]
    if not found.items:
        text = files.listed(responses_file, ["no item is left for a pool", *notices])
        raise click.ClickException(text)
    report = reports.calibration_report(found, request, time.perf_counter() - started, notices)
    report["responses"] = files.trace_of(responses_file)
    if joint:
        report["correlations"] = reports.correlations_report(joint)
    page = ""
    if html_file is not None:
        shown = {name: report[name] for name in SHOWN}
        with steps_shown(always=progress) as watch:
            fitting = fit_report(recoded(responses, found), found.items, watch=watch)
        page = page_of(f"Calibration: {responses_file.name}", shown, fitting, found.items, notices)
    texts = {pool_file: write_pool(found.items), json_file: reports.as_json(report)}
    snippet = reports.dependence_toml(joint) if joint else ""
    files.write({**texts, html_file: page, dependence_file: snippet})
    for name in SHOWN:
        click.echo(f"{name:<16} {_shown(report[name])}")
    for line in reports.correlations_lines(joint) if joint else ():
        click.echo(line)
    for notice in notices:
        click.echo(f"note: {notice}", err=True)


def _better_priors(found: Calibrations, request: Request) -> list[str]:
    """Name the priors whose intervals cover as they say where answers are few."""
    drawn = request.priors == HIERARCHICAL or isinstance(found, CorrelatedModules)
    if drawn or request.model not in SLOPED:
        return []
    estimates = (item for module in found.modules for item in module.calibration.items)
    counts = [item.n_responses for item in estimates if not item.fixed]
    typical = median(counts) if counts else MANY_ANSWERS
    if typical >= MANY_ANSWERS:
        return []
    text = f"about {typical:.0f} answers a question: with so few, --priors hierarchical"
    return [f"{text} has truer standard errors than a single best fit"]


@click.command()
@click.argument("responses_file", metavar="RESPONSES.csv", type=files.INPUT)
@click.option("--pool", "pool_file", metavar="POOL.csv", required=True, type=files.INPUT)
@click.option("--groups", metavar="COLUMN", help="Each person's group, to be told of by itself.")
@click.option("--json", "json_file", metavar="OUT", type=files.OUTPUT)
@click.option("--html", "html_file", metavar="REPORT.html", type=files.OUTPUT)
@PROGRESS
def fit(
    *,
    responses_file: Path,
    pool_file: Path,
    groups: str | None,
    json_file: Path | None,
    html_file: Path | None,
    progress: bool,
) -> None:
    """Say how well answers agree with a pool's parameters.

    Classical figures, infit and outfit, curves, Q3 and LD-X² for all; S-X² and M2 of the persons
    who answered every item, where there are enough. Where somebody was not asked something, as in
    adaptive tests, items and pairs are also checked against replicated answers. The persons' mean
    and spread are estimated.
    """
    pool = pool_of(pool_file)
    columns = [groups] if groups else []
    sheet = responses_of(responses_file, columns, sizes_of(pool))
    responses = grouped(responses_file, sheet, groups)
    try:
        with steps_shown(always=progress) as watch:
            report = fit_report(responses, pool, watch=watch)
    except CalibrationError as error:
        raise click.ClickException(faults(responses_file, error)) from error
    page = page_of(f"Fit: {responses_file.name}", {}, report, pool, ()) if html_file else ""
    files.write({json_file: reports.as_json(report), html_file: page})
    for module in report.modules:
        _say_module(module)
    for group in report.groups:
        for module in group.modules:
            click.echo(
                f"{module.module}, {group.group}: {counted(module.n_persons, 'person')}, "
                f"mean {module.mean:.3f}, sd {module.sd:.3f}, alpha {module.alpha:.3f}"
            )
            for note in module.notes:
                click.echo(f"note: {group.group}: {note}", err=True)
    for note in report.notes:
        click.echo(f"note: {note}", err=True)


def _say_module(module: ModuleReport) -> None:
    """Print one module's fit, an item a line."""
    click.echo(f"{module.module}: {counted(module.n_persons, 'person')}, alpha {module.alpha:.3f}")
    if module.m2 is not None:
        low, high = module.m2.rmsea_low, module.m2.rmsea_high
        click.echo(
            f"  M2 {module.m2.m2:.2f}, df {module.m2.df}, p {module.m2.p:.4f}, "
            f"RMSEA {module.m2.rmsea:.4f} [{low:.4f}, {high:.4f}]"
        )
    click.echo("  item                 n     p   r_pb  infit outfit   S-X²   df      p")
    for item in module.items:
        line = (
            f"  {item.item:<16} {item.n_responses:>5} {item.p:>5.2f} "
            f"{item.point_biserial:>6.2f} {item.infit:>6.2f} {item.outfit:>6.2f}"
        )
        if item.s_x2 is not None and item.s_x2.df:
            line += f" {item.s_x2.s_x2:>6.1f} {item.s_x2.df:>4} {item.s_x2.p:>6.3f}"
        click.echo(line)
    if module.predictive is not None:
        _say_predictive(module.predictive)
    for note in module.notes:
        click.echo(f"note: {note}", err=True)


def _say_predictive(found: PredictiveFit) -> None:
    """Print the checks by replicated answers; a star marks what stands out among all."""
    click.echo(f"  replicated answers, {found.n_draws} draws: item, discrepancy, expected, p")
    for item in found.items:
        mark = " *" if item.flagged else ""
        click.echo(
            f"  {item.item:<16} {item.n_responses:>5} {item.observed:>7.1f} "
            f"{item.replicated:>7.1f} {item.p:>7.4f}{mark}"
        )
    flagged = [pair for pair in found.pairs if pair.flagged]
    click.echo(f"  pairs that depend on one another: {len(flagged)} of {found.n_pairs}")
    for pair in flagged:
        click.echo(
            f"  {pair.first} {pair.second}: {counted(pair.n_both, 'person')}, log odds ratio about "
            f"{pair.association:.2f}, p {pair.p:.6f}"
        )


def _refuse_clashes(*clashes: tuple[str, object]) -> None:
    """Refuse options that mean nothing together; each clash has its text."""
    for text, given in clashes:
        if given:
            raise click.UsageError(text)


def executor_of(threads: int | None, scheduler: str | None) -> AbstractContextManager[Executor]:
    """Return where persons are worked on: on a cluster, in threads, or here."""
    if scheduler:
        return cluster(scheduler)
    return Threads(threads) if threads else nullcontext(SERIAL)


def page_of(
    title: str,
    figures: Mapping[str, object],
    report: FitReport,
    pool: Sequence[ItemParameters],
    notices: Sequence[str],
) -> str:
    """Return how well answers agree with a pool as a page, against the default design's cuts."""
    known = {item.item: item for item in pool}
    modules = [(module, [known[i.item] for i in module.items]) for module in report.modules]
    notes = (*notices, *report.notes)
    return html_page(title, figures, modules, CUTS, notes, report.groups)


def _shown(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else f"{value}"
