"""The command line `spor`: serving, the demo, and every batch job."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

# Where each command is. It is imported when it is called: what a command does not need costs it no
# time, and who interrupts one while it is being imported is answered as ever.
COMMANDS = {
    "serve": "operating.serve",
    "demo": "operating.demo",
    "migrate": "operating.migrate",
    "sign-in-link": "operating.sign_in_link",
    "bank": "bank.bank",
    "attempt": "attempts.attempt",
    "design": "design.design",
    "simulate": "simulation.simulate",
    "score": "scoring.score",
    "calibrate": "calibration.calibrate",
    "fit": "calibration.fit",
    "dif": "comparing.dif",
    "link": "comparing.link",
}


class _Commands(click.Group):
    """Commands that tell in a line what is wrong with the database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(".")
        command = getattr(import_module(f"webapp.commands.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415

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
