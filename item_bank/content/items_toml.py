"""Reading a source file of questions; docs/item-format.md is the description that binds."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, cast, get_args

from item_bank.content.faults import Code, Fault, Finding, SourceError, slip
from item_bank.content.model import (
    AnswerType,
    Body,
    HotSpot,
    ItemContent,
    ItemSource,
    Kind,
    Matching,
    MultipleResponse,
    Option,
    Ordering,
    Pair,
    Setting,
    ShortAnswer,
    SingleChoice,
    Step,
)
from item_bank.content.rules import broken_description, broken_rules
from item_bank.content.toml_table import Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from item_bank.texts import Text

MODULE_CODE = re.compile(r"[A-Z]{2}")


def read_items(text: str, *, name: str) -> list[ItemSource]:
    """The questions of one file called `name`; SourceError carries every fault found in it."""
    findings: list[Finding] = []
    root = Table(parse_toml(text, name=name), findings)
    module, category = root.string("module"), root.string("category")
    rows = root.rows("item")
    root.finish("a file of questions")
    findings += _file_findings(module, category)
    faults = [Fault.at(name, None, finding) for finding in findings]
    items = []
    for number, row in enumerate(rows, start=1):
        item, item_findings = _item(row, module, category)
        items.append(item)
        faults += [Fault.at(name, item.id or f"item {number}", found) for found in item_findings]
    faults += [Fault(name, id_, "id", "an id used once") for id_ in _repeated(items)]
    if faults:
        raise SourceError(faults)
    return items


def _file_findings(module: str, category: str) -> Iterator[Finding]:
    if module and not MODULE_CODE.fullmatch(module):
        yield slip("module", "two capital letters")
    if category and not re.fullmatch(rf"{re.escape(module)}\.[1-9]", category):
        yield slip("category", f'"{module}." and the category\'s number')


def _repeated(items: list[ItemSource]) -> list[str]:
    return [id_ for id_, count in Counter(item.id for item in items).items() if id_ and count > 1]


def _item(row: dict[str, Any], module: str, category: str) -> tuple[ItemSource, list[Finding]]:
    findings: list[Finding] = []
    table = Table(row, findings)
    item = ItemSource(
        id=table.string("id"),
        module=module,
        category=category,
        ref=table.string("ref"),
        topic=table.string("topic"),
        level=table.integer("level"),
        setting=cast("Setting", table.string("setting")),
        digcomp=table.optional_string("digcomp"),
        program=table.optional_string("program"),
        content=_content(table),
    )
    findings += _without_known(_item_findings(item), findings)
    findings += _without_known(broken_rules(item.content), findings)
    return item, findings


def _without_known(new: Iterator[Finding], known: list[Finding]) -> list[Finding]:
    """One fault per field: a missing text is already known when a rule meets it as an empty one."""
    fields = {finding.field for finding in known}
    return [finding for finding in new if finding.field not in fields]


def _item_findings(item: ItemSource) -> Iterator[Finding]:
    prefix = f"{item.module}-{item.category.rpartition('.')[2]}"
    if not re.fullmatch(rf"{re.escape(prefix)}\d\d", item.id):
        yield Finding("id", Code.ID, {"prefix": prefix})
    yield from broken_description(item.description)


def _content(table: Table) -> ItemContent:
    stem = _finished_text(table.table("stem"), "a stem")
    material = table.optional_table("material")
    kind = table.string("kind")
    content = ItemContent(
        stem=stem,
        material=None if material is None else _finished_text(material, "a material"),
        body=_body(table, kind),
        fixed_order=table.flag("fixed_order"),
    )
    table.finish(f"a question of the kind {kind}")
    return content


def _body(table: Table, kind: str) -> Body:
    match kind:
        case "multiple":
            return MultipleResponse(_options(table))
        case "ordering":
            return Ordering(tuple(_step(step) for step in table.tables("step")))
        case "matching":
            extras = tuple(_finished_text(extra, "an extra") for extra in table.tables("extra"))
            return Matching(tuple(_pair(pair) for pair in table.tables("pair")), extras)
        case "short":
            return _short_answer(table.table("answer"))
        case "hotspot":
            return _hot_spot(table)
        case _:
            if kind and kind != "single":
                table.note("kind", "one of " + ", ".join(get_args(Kind)))
            return SingleChoice(_options(table))


def _options(table: Table) -> tuple[Option, ...]:
    return tuple(_option(option) for option in table.tables("option"))


def _option(table: Table) -> Option:
    option = Option(
        text=table.text(),
        correct=table.flag("correct"),
        rationale=table.string("rationale"),
        place=table.optional_string("place"),
    )
    table.finish("an option")
    return option


def _step(table: Table) -> Step:
    step = Step(table.text(), table.optional_string("rationale"))
    table.finish("a step")
    return step


def _pair(table: Table) -> Pair:
    pair = Pair(
        left=_finished_text(table.table("left"), "a left side"),
        right=_finished_text(table.table("right"), "a right side"),
        rationale=table.optional_string("rationale"),
    )
    table.finish("a pair")
    return pair


def _short_answer(table: Table) -> ShortAnswer:
    answer_type = cast("AnswerType", table.string("type"))
    numeric = answer_type == "number"
    answer = ShortAnswer(
        type=answer_type,
        rationale=table.string("rationale"),
        accept=() if numeric and not table.has("accept") else table.strings("accept"),
        value=table.number("value") if numeric else None,
        tolerance=table.number("tolerance", 0.0) if numeric else 0.0,
        units=table.strings("units") if numeric and table.has("units") else (),
    )
    table.finish(f"an answer of the type {answer_type}")
    return answer


def _hot_spot(table: Table) -> HotSpot:
    picture = table.table("picture")
    scene = picture.string("scene")
    alt = _finished_text(picture.table("alt"), "an alt text")
    picture.finish("a picture")
    return HotSpot(scene, alt, _options(table))


def _finished_text(table: Table, of: str) -> Text:
    text = table.text()
    table.finish(of)
    return text
