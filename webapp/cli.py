"""The command line `spor`: serving, the demo, and every batch job."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from webapp.commands.attempts import attempt
from webapp.commands.bank import bank
from webapp.commands.calibration import calibrate, fit
from webapp.commands.comparing import dif, link
from webapp.commands.design import design
from webapp.commands.operating import demo, migrate, serve, sign_in_link
from webapp.commands.scoring import score
from webapp.commands.simulation import simulate


class _Commands(click.Group):
    """Commands that tell in a line what is wrong with the database."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            fault = str(error.orig).splitlines()[0]
            hint = "SPOR_DATABASE_URL says which it is, `spor migrate` gives it its tables"
            raise click.ClickException(f"the database: {fault} ({hint})") from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spor")
def main() -> None:
    """Spor: an adaptive placement test for the workplace."""


for command in (
    serve,
    demo,
    migrate,
    sign_in_link,
    bank,
    attempt,
    design,
    simulate,
    score,
    calibrate,
    fit,
    dif,
    link,
):
    main.add_command(command)
