"""Commands about the question bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from item_bank import service
from item_bank.content import SourceError
from placement.reading import write_pool
from webapp import clock
from webapp.authoring import adopting
from webapp.commands import context, files
from webapp.operations import responses as answers
from webapp.rounds.designs import fit_to_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from item_bank.service import Adoption, Measured

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


@bank.command()
@click.option("--out", "responses_file", metavar="RESPONSES.csv", required=True, type=files.OUTPUT)
@click.option("--items", "facts_file", metavar="META.csv", type=files.OUTPUT)
@click.option("--long", is_flag=True, help="One answer a line: person,item,score.")
@click.option(
    "--with",
    "about",
    multiple=True,
    type=click.Choice(answers.ABOUT),
    help="A column about people, for calibrate --groups and dif --group.",
)
def responses(
    *, responses_file: Path, facts_file: Path | None, long: bool, about: tuple[str, ...]
) -> None:
    """Write the answers of all finished tests, for `spor calibrate`.

    People have random names, other ones each time. TB-101@2 is revision 2 of the question TB-101.
    META.csv says each question's module, category, and its author's level in logits. What --with
    tells of a person is empty where fewer than 30 are told of in the same words.
    """
    try:
        with context.database().write(alone=True) as session:
            found = answers.export_answers(session, long=long, about=tuple(dict.fromkeys(about)))
            files.write({responses_file: found.responses, facts_file: found.facts})
    except answers.NoAnswers as error:
        raise click.ClickException("nobody has finished a test yet") from error
    click.echo(
        f"{found.n_answers} answers to {found.n_questions} questions, "
        f"of {found.n_attempts} finished tests."
    )


@bank.command()
@click.option("--out", "pool_file", metavar="POOL.csv", required=True, type=files.OUTPUT)
@click.option("--number", type=click.IntRange(1), help="Another pool than the newest.")
@click.option("--measured", is_flag=True, help="Only what answers have measured: for --fix.")
def pool(*, pool_file: Path, number: int | None, measured: bool) -> None:
    """Write a published pool's parameters, for `calibrate --fix`, `fit`, `link` and `simulate`."""
    with context.database().read() as session:
        number = number or service.latest_pool_number(session) or 1
        try:
            service.pool_facts(session, number)
        except service.NoSuchPool as error:
            raise click.ClickException(f"there is no pool {number}") from error
        found = service.pool_parameters(session, number, measured_only=measured)
    if not found:
        raise click.ClickException(f"answers have measured nothing in pool {number} yet")
    files.write({pool_file: write_pool(found)})
    click.echo(f"{len(found)} questions of pool {number}.")


@bank.command()
@click.argument("pool_file", metavar="POOL.csv", type=files.INPUT)
@click.option(
    "--report",
    "report_file",
    metavar="REPORT.json",
    required=True,
    type=files.INPUT,
    help="The report of the same calibration: how many answers each question had.",
)
@click.option("--skip-edited", is_flag=True, help="Pass over questions edited since.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--note", default="", help="Why, for whoever looks at it later.")
def adopt(
    *, pool_file: Path, report_file: Path, skip_edited: bool, dry_run: bool, note: str
) -> None:
    """Take the parameters that `spor calibrate` found into the bank, for the next pool.

    When anything is wrong, all of it is listed and nothing is taken in. `spor bank publish` puts
    the parameters into use; tests under way go on with the pool they began with.
    """
    database = context.database()
    try:
        calibrated = adopting.read_files(_file(pool_file), _file(report_file))
        with files.faults_of(pool_file), database.read() as session:
            found = adopting.preview(session, calibrated, skip_edited=skip_edited)
        for line in _told(found):
            click.echo(line)
        for line in _notes(calibrated, found):
            click.echo(f"note: {line}", err=True)
        if dry_run:
            click.echo("Nothing was written.")
            return
        with files.faults_of(pool_file):
            number = adopting.adopt(
                database, calibrated, skip_edited=skip_edited, by=None, note=note
            )
    except adopting.NotAReport as error:
        raise click.ClickException(f"{report_file}: {error}") from error
    except service.NothingMeasured as error:
        raise click.ClickException(f"{pool_file}: {error}") from error
    click.echo(f"Taken in as calibration {number}. `spor bank publish` puts it into use.")


def _file(file: Path) -> adopting.File:
    files.text_of(file)  # refuses what is no text
    return adopting.File(file.name, file.read_bytes())


def _told(found: Adoption) -> Iterator[str]:
    """Say what changes, each question and each module on average, and what does not."""
    yield from map(_change, found.measured)
    for module in service.module_changes(found.measured):
        yield (
            f"{module.module}: {module.n_items} questions, {module.harder:+.2f} logits on average, "
            f"information × {module.information:.2f}"
        )
    if found.unchanged:
        yield f"{len(found.unchanged)} rows are as the bank has them."
    if found.edited:
        yield f"Edited since, and passed over: {', '.join(found.edited)}"


def _notes(calibrated: adopting.Calibrated, found: Adoption) -> Iterator[str]:
    if not calibrated.converged:
        yield "the calibration had not converged"
    for module, (mean, sd) in calibrated.other_scales.items():
        yield (
            f"{module}: ability is {mean:.2f} ± {sd:.2f} on this scale; tests believe 0 ± 1, "
            "so placements would be off (a Rasch scale, or other people's?)"
        )
    if lost := found.without_guessing:
        yield (
            f"{len(lost)} questions lose their chance of a right guess, and would seem to tell "
            "more than they do: calibrate with --model 3pl"
        )


def _change(one: Measured) -> str:
    before, after = one.before.parameters, one.after
    return (
        f"{one.key:<12} difficulty {before.location:+.2f} ± {before.se_b:.2f} → "
        f"{after.location:+.2f} ± {after.se_b:.2f}  slope {before.a:.2f} → {after.a:.2f}  "
        f"{one.n_responses} answers"
    )
