"""Commands about the question bank."""

from __future__ import annotations

from pathlib import Path

import click

from item_bank import service
from item_bank.content import SourceError
from webapp import clock
from webapp.commands import context
from webapp.rounds.designs import fit_to_pool

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def bank() -> None:
    """Import, export and publish the question bank."""


@bank.command("import")
@click.argument("folder", required=False, type=FOLDER)
def import_(folder: Path | None) -> None:
    """Load question files from FOLDER, or the starter bank that comes with Spor.

    A question that has changed gets a new revision; one that has not is left alone. When anything
    is wrong, all of it is listed and nothing is loaded.
    """
    try:
        modules, items = service.starter_sources(folder) if folder else service.starter_sources()
    except SourceError as error:
        raise click.ClickException("\n".join(map(str, error.faults))) from error
    with context.database().write(alone=True) as session:
        report = service.import_sources(session, modules, items, now=clock.now())
    new, changed, unchanged = map(len, (report.new, report.changed, report.unchanged))
    click.echo(f"{new} new, {changed} changed, {unchanged} unchanged.")


@bank.command()
@click.argument("folder", type=FOLDER)
def export(folder: Path) -> None:
    """Write the newest revision of every question to FOLDER, one file a module and category."""
    with context.database().read() as session:
        files = service.export(session)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    click.echo(f"{len(files)} files in {folder}.")


@bank.command()
@click.option("--note", default="", help="What is new, for whoever reads the list of pools.")
def publish(note: str) -> None:
    """Freeze the newest approved questions as a new pool, and fit the design to it."""
    database = context.database()
    try:
        with database.write(alone=True) as session:
            pool_number = service.publish_pool(session, now=clock.now(), by=None, note=note)
    except service.NothingToPublish as error:
        raise click.ClickException(str(error)) from error
    design_number = fit_to_pool(database, pool_number)
    click.echo(f"Pool {pool_number} is published, with design {design_number} fitted to it.")
