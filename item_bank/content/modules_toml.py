"""Reading a `module.toml`: the module's name and its categories."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from item_bank.content.faults import Fault, Finding, SourceError, slip
from item_bank.content.items_toml import MODULE_CODE
from item_bank.content.model import CategorySource, ModuleSource
from item_bank.content.toml_table import Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL_ORDER = ("IT", "OS", "TB", "RA", "DB", "PR", "IE", "SI", "SA")
"""How the modules follow each other where their files do not say; others come after these."""


def read_module(text: str, *, name: str) -> ModuleSource:
    """The module of the file called `name`; SourceError carries every fault found in it."""
    findings: list[Finding] = []
    root = Table(parse_toml(text, name=name), findings)
    code = root.string("code")
    position = root.integer("position") if root.has("position") else _usual_position(code)
    title = root.table("name")
    module = ModuleSource(
        code=code,
        position=position,
        name=title.text(),
        categories=tuple(_category(table) for table in root.tables("category")),
    )
    title.finish("a name")
    root.finish("a module")
    findings += _module_findings(module)
    if findings:
        raise SourceError(Fault.at(name, None, finding) for finding in findings)
    return module


def _usual_position(code: str) -> int:
    return USUAL_ORDER.index(code) + 1 if code in USUAL_ORDER else len(USUAL_ORDER) + 1


def _category(table: Table) -> CategorySource:
    title = table.table("name")
    category = CategorySource(
        code=table.string("code"),
        name=title.text(),
        ref=table.string("ref"),
        weight=table.number("weight"),
    )
    title.finish("a name")
    table.finish("a category")
    return category


def _module_findings(module: ModuleSource) -> Iterator[Finding]:
    if not MODULE_CODE.fullmatch(module.code):
        yield slip("code", "two capital letters")
    if not module.categories:
        yield slip("category", "at least one [[category]]")
    for number, category in enumerate(module.categories, start=1):
        if not re.fullmatch(rf"{re.escape(module.code)}\.[1-9]", category.code):
            yield slip(f"category {number}.code", f'"{module.code}." and a digit')
        if not 0 < category.weight <= 1:
            yield slip(f"category {number}.weight", "a share above 0, at most 1")
    for code, count in Counter(category.code for category in module.categories).items():
        if count > 1:
            yield slip("category", f"codes that differ; {code} is repeated")
    total = math.fsum(category.weight for category in module.categories)
    if module.categories and not math.isclose(total, 1.0, abs_tol=1e-6):
        yield slip("category", f"weights that sum to 1, not {total:g}")
