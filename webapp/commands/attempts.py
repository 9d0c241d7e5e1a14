"""Commands about attempts."""

from __future__ import annotations

import click

from webapp.commands import context
from webapp.taking.replay import replay as replay_attempt
from webapp.taking.service import NoSuchAttempt


@click.group()
def attempt() -> None:
    """Look at attempts."""


@attempt.command()
@click.argument("public_id")
def replay(public_id: str) -> None:
    """Let the engine decide again at every step, and say whether it does what it did."""
    try:
        result = replay_attempt(context.database(), public_id)
    except NoSuchAttempt as error:
        raise click.ClickException(f"there is no attempt {public_id}") from error
    for difference in result.differences:
        click.echo(difference)
    if result.differences:
        raise click.ClickException(f"{len(result.differences)} differences")
    click.echo(f"Identical: {result.questions} questions, {result.placements} placements.")
