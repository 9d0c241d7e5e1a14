"""A small bank with every kind of question, its two authors, and somebody who is no author."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select

from item_bank import service as bank
from item_bank.content import ItemContent, Text
from item_bank.models import Item, ItemRevision, Pool, Status
from tests.item_bank.contents import ITEMS, MODULE, NOISE, NOW, OTHER_MODULE
from webapp.authoring import service
from webapp.database import Database
from webapp.people.models import Person, Role, RoleGrant, Unit


def fill_desk(database: Database) -> None:
    with database.write() as session:
        unit = Unit(code="1", name="Service centre")
        session.add(unit)
        session.flush()
        author, other, reader = (
            Person(
                employee_number=f"00{n}",
                given_name=name,
                family_name="Nordvik",
                unit_id=unit.id,
                staff_group="office",
                language="en",
            )
            for n, name in enumerate(("Ada", "Bo", "Cato"))
        )
        session.add_all([author, other, reader])
        session.flush()
        session.add_all(RoleGrant(person_id=p.id, role=Role.AUTHOR) for p in (author, other))
        session.add(RoleGrant(person_id=reader.id, role=Role.HR))
        bank.import_sources(session, [MODULE, OTHER_MODULE], [*ITEMS, *NOISE], now=NOW)


class Desk:
    """The bank and its people, with short ways to change and count."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.read() as session:
            found = session.scalars(select(Person.id).order_by(Person.employee_number))
            self.author, self.other, self.reader = found

    def publish(self) -> int:
        with self.database.write() as session:
            return bank.publish_pool(session, now=NOW, by=self.other, note="")

    def set_status(self, item_id: str, status: Status) -> None:
        with self.database.write() as session:
            session.get_one(Item, item_id).status = status

    def newest(self, item_id: str = "QA-100") -> service.ShownItem:
        return service.item(self.database, item_id)

    def save(self, item_id: str, stem: str, *, by: int | None = None, note: str = "") -> int | None:
        return self.opened(item_id, stem, by=by, note=note)()

    def opened(
        self, item_id: str, stem: str, *, by: int | None = None, note: str = ""
    ) -> Callable[[], int | None]:
        """An author has the question open now, and saves it when the result is called."""
        shown = service.item(self.database, item_id)
        return lambda: (
            service.save(
                self.database,
                item_id,
                with_stem(shown.content, stem),
                expected_version=shown.row.version,
                author_id=self.other if by is None else by,
                note=note,
            ).revision
        )

    def counts(self) -> tuple[int, int]:
        """How many revisions and pools there are."""
        with self.database.read() as session:
            counted = [
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (ItemRevision, Pool)
            ]
        return counted[0], counted[1]


def with_stem(content: ItemContent, stem: str) -> ItemContent:
    return replace(content, stem=Text(f"{stem} nb", f"{stem} nn", f"{stem} en"))
