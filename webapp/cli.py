"""The command line `spor`: serving, the demo, and every batch job."""

from __future__ import annotations

import click

from webapp.commands.attempts import attempt
from webapp.commands.bank import bank
from webapp.commands.calibration import calibrate, fit
from webapp.commands.comparing import dif, link
from webapp.commands.design import design
from webapp.commands.operating import demo, migrate, serve, sign_in_link
from webapp.commands.scoring import score
from webapp.commands.simulation import simulate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
