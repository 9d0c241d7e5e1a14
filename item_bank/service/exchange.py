"""Between the source form and the database: import what files say, export what the bank holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from item_bank.content.as_json import content_from_json, content_to_json
from item_bank.content.faults import Fault, SourceError
from item_bank.content.model import CategorySource, ItemSource, ModuleSource
from item_bank.content.writing import file_name, write_items, write_module
from item_bank.models import Category, Item, ItemRevision, Module, Status
from item_bank.service.describing import record
from item_bank.service.reading import latest_rows, modules
from item_bank.service.saving import create_item, describe
from item_bank.texts import LANGUAGES, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.content.model import Setting


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, by item id."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def import_sources(
    session: Session,
    modules: Sequence[ModuleSource],
    items: Sequence[ItemSource],
    now: datetime,
) -> ImportReport:
    """Take modules and items in; the same sources again change nothing.

    New items come in as approved, since a source is reviewed as a file. A known item gets a new
    revision where its content differs. What the sources do not mention stays as it is.
    SourceError, before anything is written, for an id used twice or a category that is nowhere.
    """
    _check(session, modules, items)
    _save_modules(session, modules)
    known = {item.id: (item, revision) for item, revision in session.execute(latest_rows())}
    verdicts: dict[str, list[str]] = {"new": [], "changed": [], "unchanged": []}
    for source in items:
        if source.id not in known:
            create_item(session, source, now=now, note="imported", status=Status.APPROVED)
            verdicts["new"].append(source.id)
        elif _update(session, *known[source.id], source, now):
            verdicts["changed"].append(source.id)
        else:
            verdicts["unchanged"].append(source.id)
    session.flush()
    return ImportReport(**{verdict: tuple(ids) for verdict, ids in verdicts.items()})


def export(session: Session, only: Collection[str] | None = None) -> dict[str, str]:
    """Write the latest revisions in the source form: the text of each file by its path.

    `only` names modules. A category without items gives no file. Status and history stay behind.
    """
    rows = session.execute(latest_rows().order_by(Item.id)).all()
    files = {}
    for module in modules(session):
        if only is not None and module.code not in only:
            continue
        files[f"{module.code}/module.toml"] = write_module(_module_source(module))
        for category in module.categories:
            of_category = [
                _item_source(item, revision)
                for item, revision in rows
                if item.category_code == category.code
            ]
            if of_category:
                name = file_name(category.code, category.name["nb"])
                files[f"{module.code}/{name}"] = write_items(of_category)
    return files


def _check(session: Session, modules: Sequence[ModuleSource], items: Sequence[ItemSource]) -> None:
    categories = set(session.scalars(select(Category.code)))
    categories |= {category.code for module in modules for category in module.categories}
    faults = [
        Fault("import", item.id, "category", f"a category of the bank, not {item.category}")
        for item in items
        if item.category not in categories
    ]
    for id_, count in Counter(item.id for item in items).items():
        if count > 1:
            faults.append(Fault("import", id_, "id", f"an id used once, not {count} times"))
    kinds = dict(session.execute(select(Item.id, Item.kind)).all())
    faults += [
        Fault("import", item.id, "kind", f"{kinds[item.id]}: another kind is another item")
        for item in items
        if kinds.get(item.id, item.kind) != item.kind
    ]
    if faults:
        raise SourceError(faults)


def _save_modules(session: Session, sources: Iterable[ModuleSource]) -> None:
    for source in sources:
        session.merge(
            Module(
                code=source.code,
                position=source.position,
                name=_names(source.name),
                categories=[
                    Category(
                        code=category.code,
                        module_code=source.code,
                        position=position,
                        ref=category.ref,
                        weight=category.weight,
                        name=_names(category.name),
                    )
                    for position, category in enumerate(source.categories, start=1)
                ],
            )
        )
    session.flush()


def _update(
    session: Session, item: Item, latest: ItemRevision, source: ItemSource, now: datetime
) -> bool:
    """Bring a known item up to its source; whether anything changed."""
    changes = describe(item, source)
    if changes:
        record(session, item.id, changes, author_id=None, note="imported", now=now)
    content = content_to_json(source.content)
    if content != latest.content:
        session.add(
            ItemRevision(
                item_id=item.id,
                number=latest.number + 1,
                content=content,
                created_at=now,
                author_id=None,
                note="imported",
            )
        )
    changed = bool(changes) or content != latest.content
    if changed:
        item.version += 1  # an author who has it open must see it again before saving
    return changed


def _names(text: Text) -> dict[str, str]:
    return {language: text.in_(language) for language in LANGUAGES}


def _module_source(module: Module) -> ModuleSource:
    return ModuleSource(
        code=module.code,
        position=module.position,
        name=Text(**module.name),
        categories=tuple(
            CategorySource(category.code, Text(**category.name), category.ref, category.weight)
            for category in module.categories
        ),
    )


def _item_source(item: Item, revision: ItemRevision) -> ItemSource:
    return ItemSource(
        id=item.id,
        module=item.module_code,
        category=item.category_code,
        ref=item.ref,
        topic=item.topic,
        level=item.level,
        setting=cast("Setting", item.setting),
        digcomp=item.digcomp,
        program=item.program,
        content=content_from_json(revision.content),
    )
