"""The bank for its authors: overview, one question and its history, a new revision, a new pool.

Nothing here reads what anybody answered, or who was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank import service as bank
from item_bank.content import LANGUAGES
from webapp import clock
from webapp.authoring.shelves import newest_pool, read_shelves
from webapp.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.content import ItemContent
    from item_bank.models import Category, Module
    from item_bank.service import ItemRow
    from webapp.authoring.shelves import PoolFacts, ShelvedItem
    from webapp.database import Database


class UnknownItem(Exception):
    """There is no such question, or no such revision of it."""


class NothingNew(Exception):
    """The newest revision says the same already."""


class SavedMeanwhile(Exception):
    """Somebody saved the question first."""


class Invalid(Exception):
    """The content breaks a rule of the bank; the form's own check says which."""


# The overview


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show; None and an empty text for everything."""

    module: str | None = None
    category: str | None = None
    kind: str | None = None
    level: int | None = None
    text: str = ""

    def is_empty(self) -> bool:
        return self == Filters()


@dataclass(frozen=True, slots=True)
class CategoryShelf:
    code: str
    name: Mapping[str, str]
    weight: float
    n_items: int
    planned: int
    """What the blueprint's share of the module's questions comes to."""
    shown: tuple[ShelvedItem, ...]


@dataclass(frozen=True, slots=True)
class ModuleShelf:
    code: str
    name: Mapping[str, str]
    n_items: int
    categories: tuple[CategoryShelf, ...]

    @property
    def n_shown(self) -> int:
        return sum(len(category.shown) for category in self.categories)


@dataclass(frozen=True, slots=True)
class Overview:
    """All modules, whatever the filters: those without anything to show are there, and empty."""

    modules: tuple[ModuleShelf, ...]
    pool: PoolFacts | None
    n_items: int
    n_changed: int

    @property
    def n_shown(self) -> int:
        return sum(module.n_shown for module in self.modules)


def overview(database: Database, filters: Filters) -> Overview:
    """The bank by module and category; the number of queries does not grow with the bank."""
    with database.read() as session:
        modules = bank.modules(session)
        shelves = read_shelves(session)
    shown = {item.row.id for item in shelves.items if _fits(item.row, filters)}
    return Overview(
        modules=tuple(_module_shelf(module, shelves.items, shown) for module in modules),
        pool=shelves.pool,
        n_items=len(shelves.items),
        n_changed=shelves.n_changed,
    )


def _fits(row: ItemRow, filters: Filters) -> bool:
    wanted = (
        (filters.module, row.module),
        (filters.category, row.category),
        (filters.kind, row.kind),
        (filters.level, row.level),
    )
    if any(want is not None and want != has for want, has in wanted):
        return False
    written = [row.id, row.topic, row.ref, row.program or ""]
    written += [row.stem.in_(language) for language in LANGUAGES]
    haystack = "\n".join(written).casefold()
    return all(word in haystack for word in filters.text.casefold().split())


def _module_shelf(
    module: Module, items: Iterable[ShelvedItem], shown: Collection[str]
) -> ModuleShelf:
    own = [item for item in items if item.row.module == module.code]
    return ModuleShelf(
        code=module.code,
        name=module.name,
        n_items=len(own),
        categories=tuple(_category_shelf(category, own, shown) for category in module.categories),
    )


def _category_shelf(
    category: Category, of_module: list[ShelvedItem], shown: Collection[str]
) -> CategoryShelf:
    own = [item for item in of_module if item.row.category == category.code]
    return CategoryShelf(
        code=category.code,
        name=category.name,
        weight=category.weight,
        n_items=len(own),
        planned=round(category.weight * len(of_module)),
        shown=tuple(item for item in own if item.row.id in shown),
    )


# One question


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    number: int
    created_at: datetime
    author: str | None
    """A name; None where it was imported."""
    note: str
    in_pool: bool
    """Whether the newest pool holds it."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item as it stands, with the content of one of its revisions."""

    row: ItemRow
    module_name: Mapping[str, str]
    category_name: Mapping[str, str]
    revision: RevisionFacts
    """The one that `content` is of."""
    content: ItemContent
    revisions: tuple[RevisionFacts, ...]
    """Newest first."""
    pool: PoolFacts | None

    @property
    def is_newest(self) -> bool:
        return self.revision == self.revisions[0]


def item(database: Database, item_id: str, revision: int | None = None) -> ShownItem:
    """A question with its history, at its newest revision or the one asked for. UnknownItem."""
    with database.read() as session:
        try:
            row = bank.item(session, item_id)
        except bank.NoSuchItem as error:
            raise UnknownItem(item_id) from error
        revisions = bank.revisions(session, item_id)
        authors = _names(session, {one.author_id for one in revisions})
        facts = tuple(
            RevisionFacts(
                number=one.number,
                created_at=one.created_at,
                author=authors.get(one.author_id),
                note=one.note,
                in_pool=one.number == row.pool_revision,
            )
            for one in revisions
        )
        module = next(one for one in bank.modules(session) if one.code == row.module)
        pool = newest_pool(session)
    wanted = row.revision if revision is None else revision
    at = next((at for at, one in enumerate(facts) if one.number == wanted), None)
    if at is None:
        raise UnknownItem(item_id)
    category = next(one for one in module.categories if one.code == row.category)
    return ShownItem(
        row=row,
        module_name=module.name,
        category_name=category.name,
        revision=facts[at],
        content=revisions[at].content,
        revisions=facts,
        pool=pool,
    )


def _names(session: Session, ids: Collection[int | None]) -> dict[int | None, str]:
    people = session.scalars(select(Person).where(Person.id.in_([id_ for id_ in ids if id_])))
    return {person.id: person.name for person in people}


def save(
    database: Database,
    item_id: str,
    content: ItemContent,
    *,
    expected_version: int,
    author_id: int,
    note: str,
) -> int:
    """Keep the content as a new revision; its number. Attempts under way keep the one they have.

    UnknownItem; SavedMeanwhile when the item is no longer at `expected_version`; NothingNew when
    the newest revision says the same; Invalid. None of them changes anything.
    """
    with database.write() as session:
        try:
            newest = bank.latest_revision(session, item_id)
            saved = bank.save_revision(
                session,
                item_id,
                content,
                expected_version=expected_version,
                author_id=author_id,
                note=note,
                now=clock.now(),
            )
        except bank.NoSuchItem as error:
            raise UnknownItem(item_id) from error
        except bank.StaleItem as error:
            raise SavedMeanwhile from error
        except bank.InvalidContent as error:
            raise Invalid from error
        if saved.number == newest.number:
            raise NothingNew
    return saved.number
