"""The commands `design list | show | check`, and how a command reads a design from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from placement.design import Design
from placement.design_text import from_toml, to_toml
from placement.designs import BUILT_IN, built_in
from placement.errors import DesignError
from placement.quadrature import STANDARD
from webapp.commands.files import INPUT, text_of

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def design() -> None:
    """Look at the designs that come with Spor, and check one of your own."""


@design.command("list")
def list_() -> None:
    """List the built-in designs and what each is for."""
    width = max(map(len, BUILT_IN))
    for name, known in BUILT_IN.items():
        click.echo(f"{name:<{width}}  {known.purpose}")


@design.command()
@click.argument("name", type=click.Choice(tuple(BUILT_IN)))
def show(name: str) -> None:
    """Print a built-in design as TOML, to be used as it is or changed."""
    click.echo(to_toml(built_in(name)), nl=False)


@design.command()
@click.argument("file", type=INPUT)
def check(file: Path) -> None:
    """Say everything that is wrong with a design (TOML or JSON), or that nothing is."""
    found = read_design(file)
    try:
        found.prior(STANDARD.nodes)
    except DesignError as error:
        raise click.ClickException(_listed(file, error)) from error
    modules = ", ".join(module.module for module in found.modules)
    click.echo(f"{file}: fine. Design {found.name!r}, version {found.version}, modules {modules}.")


def read_design(file: Path) -> Design:
    """Return the design that a file holds; a `ClickException` names every fault by its path."""
    try:
        text = text_of(file).removeprefix("\ufeff")
        return Design.from_json(text) if file.suffix == ".json" else from_toml(text)
    except DesignError as error:
        raise click.ClickException(_listed(file, error)) from error
    except RecursionError as error:
        raise click.ClickException(f"{file}: lists or tables nested too deeply") from error


def _listed(file: Path, error: DesignError) -> str:
    return "\n".join(f"{file}: {fault}" for fault in error.faults)
