"""The commands `dif` and `link`: two groups of people, two calibrations."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import click

from calibration import CalibrationError
from calibration.dif_report import dif_report
from calibration.drift import drifts
from calibration.errors import counted
from calibration.linking import Link, Method
from calibration.linking import link as link_pools
from calibration.modules import modules_of
from placement.reading import write_pool
from webapp.commands import files, reports
from webapp.commands.answers import facts_of, faults, grouped, pool_of, responses_of, sizes_of

if TYPE_CHECKING:
    from pathlib import Path

    from calibration.dif_report import ItemDif
    from placement.items import ItemParameters

METHODS = tuple(method.value for method in Method)


@click.command()
@click.argument("responses_file", metavar="RESPONSES.csv", type=files.INPUT)
@click.option("--group", required=True, metavar="COLUMN", help="The column with people's groups.")
@click.option("--focal", required=True, metavar="VALUE", help="The group to compare with the rest.")
@click.option("--pool", "pool_file", metavar="POOL.csv", type=files.INPUT)
@click.option(
    "--items",
    "facts_file",
    metavar="META.csv",
    type=files.INPUT,
    help="Which module each item is of, where no pool says so.",
)
@click.option(
    "--likelihood-ratio", "ratios", is_flag=True, help="Calibrate once more for every item."
)
@click.option("--anchors", metavar="ITEM,ITEM…", default="", help="Items known not to differ.")
@click.option("--json", "json_file", metavar="OUT", type=files.OUTPUT)
def dif(  # noqa: PLR0913 - one argument an option
    *,
    responses_file: Path,
    group: str,
    focal: str,
    pool_file: Path | None,
    facts_file: Path | None,
    ratios: bool,
    anchors: str,
    json_file: Path | None,
) -> None:
    """Say which items people of two groups answer differently at equal ability.

    Mantel–Haenszel with ETS' classes A, B, C, and logistic regression; p-values are adjusted for
    the number of items. Ability is that in the item's own module, as the pool or META.csv says.
    Anchors imply the likelihood ratio. A flag asks for a look, no more.
    """
    if pool_file and facts_file:
        raise click.UsageError("--pool or --items, not both")
    pool = pool_of(pool_file) if pool_file else []
    sheet = responses_of(responses_file, [group], sizes_of(pool) if pool else None)
    items = sheet.responses.items
    facts = facts_of(facts_file, set(items)) if facts_file else {}
    names = tuple(name.strip() for name in anchors.split(",") if name.strip())
    try:
        report = dif_report(
            grouped(responses_file, sheet, group),
            focal,
            pool=pool,
            modules=modules_of(items, facts),
            ratios=ratios or bool(names),
            anchors=names,
        )
    except CalibrationError as error:
        raise click.ClickException(faults(responses_file, error)) from error
    files.write({json_file: reports.as_json(report)})
    click.echo(f"{report.n_focal} of {focal}, {report.n_reference} others, by {report.matching}")
    several = len({item.module for item in report.items}) > 1
    click.echo("item              delta   se  ETS   p adj.   ΔR²  p adj.")
    for module, compared in groupby(report.items, key=lambda item: item.module):
        if several:
            click.echo(f"{module}:")
        for item in compared:
            click.echo(_line(item))
    for note in report.notes:
        click.echo(f"note: {note}", err=True)


def _line(item: ItemDif) -> str:
    mantel, logistic = item.mantel_haenszel, item.logistic
    text = (
        f"{item.item:<16} {mantel.delta:>6.2f} {mantel.se_delta:>4.2f} {mantel.ets:>4} "
        f"{item.mantel_haenszel_p_adjusted:>8.4f} {logistic.r2_change:>5.3f} "
        f"{item.logistic_p_adjusted:>7.4f}"
    )
    if item.likelihood_ratio is not None:
        ratio = item.likelihood_ratio
        text += f"  χ²({ratio.df}) {ratio.chi2:.2f}, p adj. {item.likelihood_ratio_p_adjusted:.4f}"
    return text + (f"  ← {item.flag}" if item.flag else "")


@click.command()
@click.argument("new_file", metavar="NEW_POOL.csv", type=files.INPUT)
@click.option("--to", "old_file", metavar="OLD_POOL.csv", type=files.INPUT, required=True)
@click.option("--method", default="stocking-lord", show_default=True, type=click.Choice(METHODS))
@click.option("--out", "pool_file", metavar="POOL.csv", type=files.OUTPUT)
@click.option("--json", "json_file", metavar="OUT", type=files.OUTPUT)
def link(
    *,
    new_file: Path,
    old_file: Path,
    method: str,
    pool_file: Path | None,
    json_file: Path | None,
) -> None:
    """Put a new pool on the scale of an old one.

    The items that both pools hold tell how the scales relate, module by module, and which of them
    have drifted; POOL.csv gets the new pool on the old scale.
    """
    new, old = pool_of(new_file), pool_of(old_file)
    shared = {item.module for item in old}
    items: list[ItemParameters] = []
    told: list[dict[str, object]] = []
    for module in dict.fromkeys(item.module for item in new):
        mine = [item for item in new if item.module == module]
        theirs = [item for item in old if item.module == module or module not in shared]
        try:
            found = link_pools(mine, theirs, Method(method))
        except CalibrationError as error:
            named = CalibrationError([f"module {module}: {fault}" for fault in error.faults])
            raise click.ClickException(faults(new_file, named)) from error
        items += [found.apply(item) for item in mine]
        told.append(_told(module, found, mine, theirs))
    files.write({pool_file: write_pool(items), json_file: reports.as_json({"modules": told})})


def _told(
    module: str, found: Link, new: list[ItemParameters], old: list[ItemParameters]
) -> dict[str, object]:
    """Return what to report of a module's link, having said it."""
    changes = drifts(new, old, found)
    click.echo(
        f"{module}: A {found.slope:.6f}, B {found.intercept:.6f}, "
        f"{counted(len(found.items), 'common item')}, loss {found.loss:.3g}"
    )
    for change in changes:
        if change.drifted:
            click.echo(
                f"  {change.item} has drifted: b by {change.b_change:+.2f} (z {change.b_z:.1f}), "
                f"log a by {change.log_a_change:+.2f} (z {change.log_a_z:.1f})"
            )
    return {
        "module": module,
        "method": found.method.value,
        "A": found.slope,
        "B": found.intercept,
        "loss": found.loss,
        "common_items": found.items,
        "drift": [asdict(change) for change in changes],
    }
