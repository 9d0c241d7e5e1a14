"""Running Spor: serve, migrate, personal links, and the demo municipality."""

from __future__ import annotations

from datetime import timedelta

import click
from sqlalchemy import select

from webapp.commands import context
from webapp.database import Database
from webapp.migrating import migrate as migrate_database
from webapp.operations.demo import DEMO_ROLES, prepare_demo
from webapp.people import service as people
from webapp.people.models import Person
from webapp.serving import serve as serve_app


@click.command()
def serve() -> None:
    """Serve Spor (SPOR_DATABASE_URL, SPOR_SECRET_KEY, SPOR_BASE_URL, SPOR_HOST, PORT)."""
    serve_app(context.settings(), greeting="")


@click.command()
def migrate() -> None:
    """Bring the database to the newest shape; harmless when it is there already."""
    migrate_database(context.database().engine)
    click.echo("The database is up to date.")


@click.command()
@click.option("--serve/--no-serve", "and_serve", help="Serve it as well.")
def demo(*, and_serve: bool) -> None:
    """Set up the fictional municipality Nordvik, once, and print three sign-in links."""
    settings = context.settings(demo=True)
    database = Database(settings.database_url)
    migrate_database(database.engine)
    people_by_role = prepare_demo(database, say=click.echo)
    lines = [
        f"  {role:<12} {_link(database, settings.base_url, person_id, timedelta(days=30))}"
        for role, person_id in zip(DEMO_ROLES, people_by_role, strict=True)
    ]
    greeting = "\n".join(("", "Nordvik kommune is ready. Open one of these:", "", *lines, ""))
    database.engine.dispose()
    if not and_serve:
        click.echo(greeting)
        return
    serve_app(settings, greeting=greeting)


@click.command()
@click.argument("employee_number")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366))
def sign_in_link(employee_number: str, days: int) -> None:
    """Print a new personal sign-in link for one person."""
    database = context.database()
    with database.read() as session:
        person_id = session.scalar(
            select(Person.id).where(Person.employee_number == employee_number, Person.active)
        )
    if person_id is None:
        raise click.ClickException(f"there is no active person with number {employee_number}")
    click.echo(_link(database, context.base_url(), person_id, timedelta(days=days)))


def _link(database: Database, base_url: str, person_id: int, lasts: timedelta) -> str:
    with database.write() as session:
        token = people.make_link(session, person_id, lasts=lasts)
    return f"{base_url}/sign-in/{token}"
