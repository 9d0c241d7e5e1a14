"""The starter bank in its source form, as it comes with the package."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from item_bank.content.faults import Fault, SourceError
from item_bank.content.items_toml import read_items
from item_bank.content.modules_toml import read_module

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from item_bank.content.model import ItemSource, ModuleSource

STARTER = resources.files("item_bank") / "starter"


def starter_sources(
    root: Traversable = STARTER,
) -> tuple[list[ModuleSource], list[ItemSource]]:
    """Read every module and item below `root`, where each module has a folder.

    SourceError with the faults of all files together.
    """
    modules: list[ModuleSource] = []
    items: list[ItemSource] = []
    faults: list[Fault] = []
    for file in _files(root):
        text, name = file.read_text(encoding="utf-8"), file.name
        try:
            if name == "module.toml":
                modules.append(read_module(text, name=name))
            else:
                items += read_items(text, name=name)
        except SourceError as error:
            faults += error.faults
    if faults:
        raise SourceError(faults)
    return modules, items


def practice_items() -> tuple[ItemSource, ...]:
    """Read the questions that count for nothing and are in no pool."""
    text = (STARTER / "practice.toml").read_text(encoding="utf-8")
    return tuple(read_items(text, name="practice.toml"))


def _files(root: Traversable) -> list[Traversable]:
    folders = sorted((f for f in root.iterdir() if f.is_dir()), key=lambda f: f.name)
    files = (file for folder in folders for file in folder.iterdir())
    return sorted((f for f in files if f.name.endswith(".toml")), key=lambda f: f.name)
