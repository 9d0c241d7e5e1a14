"""The bank for its authors: overview, one question and its history, a new revision, a new pool.

Nothing here reads what anybody answered, or who was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank import service as bank
from item_bank.content import LANGUAGES
from item_bank.models import Status
from webapp import clock
from webapp.authoring.shelves import newest_pool, read_shelves
from webapp.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from item_bank.content import Description, ItemContent
    from item_bank.models import Category, Module
    from item_bank.service import ItemRow, Known
    from webapp.authoring.shelves import PoolFacts, ShelvedItem
    from webapp.database import Database


class UnknownItem(Exception):
    """There is no such question, or no such revision of it."""


class NothingNew(Exception):
    """The newest revision says the same already."""


class SavedMeanwhile(Exception):
    """Somebody saved the question first."""


class Invalid(Exception):
    """A rule of the bank is broken; the form's own check says which."""


class MovedMeanwhile(Exception):
    """The question's status is no longer one from which this can be done."""


class StatusAction(StrEnum):
    """What an author can do with a question as a whole."""

    PAUSE = "pause"
    RETIRE = "retire"
    BRING_BACK = "bring_back"


ACTIONS: Mapping[str, tuple[StatusAction, ...]] = {
    Status.APPROVED: (StatusAction.PAUSE, StatusAction.RETIRE),
    Status.IN_USE: (StatusAction.PAUSE, StatusAction.RETIRE),
    Status.PAUSED: (StatusAction.BRING_BACK, StatusAction.RETIRE),
    Status.RETIRED: (StatusAction.BRING_BACK,),
}
"""From which status each can be done; questions on their way in are not published yet."""


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
    author_id: int | None
    author: str | None
    """A name; None where it was imported."""
    note: str
    in_pool: bool
    """Whether the newest pool holds it."""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """A change beside the wording; `changes` by the bank's names, before and after."""

    changes: Mapping[str, tuple[object, object]]
    created_at: datetime
    author_id: int | None
    author: str | None
    note: str


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
    changes: tuple[ChangeFacts, ...]
    """Newest first."""
    pool: PoolFacts | None
    pooled: Known | None
    """What the newest pool holds of it."""

    @property
    def is_newest(self) -> bool:
        return self.revision == self.revisions[0]

    @property
    def actions(self) -> tuple[StatusAction, ...]:
        return ACTIONS.get(self.row.status, ())

    @property
    def newest_change(self) -> ChangeFacts | None:
        """What was done to the facts after the newest revision was saved."""
        described = (one for one in self.changes if "status" not in one.changes)
        newest = next(described, None)
        later = newest is not None and newest.created_at > self.revisions[0].created_at
        return newest if later else None

    @property
    def newest_author_id(self) -> int | None:
        """Who saved it last, wording or facts."""
        return (self.newest_change or self.revisions[0]).author_id


def item(database: Database, item_id: str, revision: int | None = None) -> ShownItem:
    """A question with its history, at its newest revision or the one asked for. UnknownItem."""
    with database.read() as session:
        try:
            row = bank.item(session, item_id)
        except bank.NoSuchItem as error:
            raise UnknownItem(item_id) from error
        revisions = bank.revisions(session, item_id)
        changes = bank.changes(session, item_id)
        ids = {one.author_id for one in revisions} | {one.author_id for one in changes}
        authors = _names(session, ids)
        facts = tuple(
            RevisionFacts(
                number=one.number,
                created_at=one.created_at,
                author_id=one.author_id,
                author=authors.get(one.author_id),
                note=one.note,
                in_pool=one.number == row.pool_revision,
            )
            for one in revisions
        )
        module = next(one for one in bank.modules(session) if one.code == row.module)
        pool = newest_pool(session)
        pooled = bank.pooled(session, item_id, pool.number) if pool else None
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
        changes=tuple(
            ChangeFacts(
                one.changes, one.created_at, one.author_id, authors.get(one.author_id), one.note
            )
            for one in changes
        ),
        pool=pool,
        pooled=pooled,
    )


def _names(session: Session, ids: Collection[int | None]) -> dict[int | None, str]:
    people = session.scalars(select(Person).where(Person.id.in_([id_ for id_ in ids if id_])))
    return {person.id: person.name for person in people}


@dataclass(frozen=True, slots=True)
class Saved:
    """`revision` is the number of a new revision; None: only the description is another."""

    revision: int | None


def save(
    database: Database,
    item_id: str,
    content: ItemContent,
    *,
    description: Description | None = None,
    expected_version: int,
    author_id: int,
    note: str,
) -> Saved:
    """Keep the content as a new revision, and the description, where either is another than before.

    Attempts under way keep the revision they have. UnknownItem; SavedMeanwhile when the item is no
    longer at `expected_version`; NothingNew when all is said already; Invalid. None of them changes
    anything.
    """
    now = clock.now()
    with database.write(alone=True) as session:
        try:
            newest = bank.latest_revision(session, item_id)
            version = expected_version
            if description is not None:
                version = bank.describe_item(
                    session,
                    item_id,
                    description,
                    expected_version=version,
                    author_id=author_id,
                    note=note,
                    now=now,
                )
            saved = bank.save_revision(
                session,
                item_id,
                content,
                expected_version=version,
                author_id=author_id,
                note=note,
                now=now,
            )
        except bank.NoSuchItem as error:
            raise UnknownItem(item_id) from error
        except bank.StaleItem as error:
            raise SavedMeanwhile from error
        except bank.InvalidContent as error:
            raise Invalid from error
        if saved.number > newest.number:
            return Saved(saved.number)
        if version > expected_version:
            return Saved(None)
        raise NothingNew


def change_status(
    database: Database,
    item_id: str,
    action: StatusAction,
    *,
    seen: str,
    author_id: int,
    note: str,
) -> None:
    """Pause, retire or bring back a question whose author saw it with the status `seen`.

    The pool in use keeps what it has; the next one follows. UnknownItem; MovedMeanwhile when the
    status is another by now, or none from which this can be done.
    """
    if action not in ACTIONS.get(seen, ()):
        raise MovedMeanwhile
    with database.write(alone=True) as session:
        try:
            row = bank.item(session, item_id)
            bank.set_status(
                session,
                item_id,
                _status_after(action, row),
                expected=Status(seen),
                author_id=author_id,
                note=note,
                now=clock.now(),
            )
        except bank.NoSuchItem as error:
            raise UnknownItem(item_id) from error
        except bank.OtherStatus as error:
            raise MovedMeanwhile from error


def _status_after(action: StatusAction, row: ItemRow) -> Status:
    if action is StatusAction.BRING_BACK:
        return Status.IN_USE if row.in_pool else Status.APPROVED
    return Status.PAUSED if action is StatusAction.PAUSE else Status.RETIRED
