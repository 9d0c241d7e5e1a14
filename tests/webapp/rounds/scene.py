"""Rows put into a database by hand, so that a test says exactly who is where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from item_bank.base import Base
from item_bank.models import Category, Item, ItemRevision, Module, Pool, PoolItem
from placement.design import default_design
from tests.pages import LintedClient
from webapp.app import create_app
from webapp.database import Database
from webapp.outcomes.models import Placement, ReviewRequest
from webapp.people import service as people
from webapp.people.models import Person, RoleGrant, Unit
from webapp.rounds.models import DesignVersion, Invitation, Round
from webapp.settings import Settings
from webapp.taking.models import Attempt

LONG_AGO = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FINISHED = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
"""Past midnight in Oslo: the day there is 6 March."""
ANSWERED_ITEM = "RA-101"

CHANCES = {
    "long": [0.9, 0.08, 0.02, 0.0],
    "medium": [0.1, 0.7, 0.15, 0.05],
    "short": [0.0, 0.1, 0.7, 0.2],
    "direct": [0.0, 0.01, 0.03, 0.96],
}


class Scene:
    """A bank of two modules, one pool, one design; rounds and people are the test's own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        if database.engine.dialect.name == "sqlite":
            event.listen(database.engine, "connect", _without_waiting_for_the_disk)
        self._numbers = iter(range(1, 10_000))
        self._keep(_module("TB", 1, "Word processing"), _module("RA", 2, "Spreadsheets"))
        self.pool(1, n_responses=0)
        self.design(1, 1)

    def _keep(self, *rows: Base) -> None:
        with self.database.write() as session:
            for row in rows:
                _add(session, row)

    def pool(self, number: int, *, n_responses: int) -> None:
        self._keep(Pool(number=number, published_at=LONG_AGO, published_by=None))
        for module in ("TB", "RA"):
            self._pool_item(number, module, n_responses if module == "RA" else 0)

    def _pool_item(self, number: int, module: str, n_responses: int) -> None:
        item = f"{module}-10{number}"
        revision = ItemRevision(
            item_id=item, number=1, content={}, created_at=LONG_AGO, author_id=None
        )
        self._keep(
            Item(
                id=item,
                module_code=module,
                category_code=f"{module}.1",
                level=1,
                kind="single",
                setting="general",
                ref="1",
                topic="t",
                created_at=LONG_AGO,
            ),
            revision,
        )
        self._keep(
            PoolItem(
                pool_number=number,
                item_id=item,
                revision_id=revision.id,
                module=module,
                category=f"{module}.1",
                model="2PL",
                a=1,
                b=0,
                c=0,
                se_a=0.2,
                se_b=0.2,
                cov_ab=0,
                n_responses=n_responses,
            )
        )

    def design(self, number: int, pool: int, modules: tuple[str, ...] = ("TB", "RA")) -> None:
        document = default_design(modules, version=number).to_json()
        self._keep(
            DesignVersion(
                number=number, name="d", pool_number=pool, document=document, created_at=LONG_AGO
            )
        )

    def round(
        self,
        *,
        title: str = "Spring",
        opens_on: date = date(2026, 3, 1),
        closes_on: date = date(2026, 4, 30),
        pool: int = 1,
        design: int = 1,
    ) -> int:
        row = Round(
            title={"nb": f"{title} nb", "nn": f"{title} nn", "en": title},
            purpose=dict.fromkeys(("nb", "nn", "en"), "To plan courses."),
            contact_name="Kari Lund",
            contact_email="kari.lund@nordvik.example",
            consulted_on=date(2026, 2, 12),
            opens_on=opens_on,
            closes_on=closes_on,
            design_number=design,
            pool_number=pool,
        )
        self._keep(row)
        return row.id

    def unit(self, name: str) -> int:
        row = Unit(code=f"u{next(self._numbers)}", name=name, parent_id=None)
        self._keep(row)
        return row.id

    def person(
        self,
        name: str,
        *,
        unit: int,
        number: str | None = None,
        group: str = "administration",
        active: bool = True,
        role: str | None = None,
    ) -> int:
        given, _, family = name.partition(" ")
        row = Person(
            employee_number=number or f"{next(self._numbers):04}",
            given_name=given,
            family_name=family,
            email=None,
            unit_id=unit,
            staff_group=group,
            language="en",
            active=active,
        )
        self._keep(row)
        if role:
            self._keep(RoleGrant(person_id=row.id, role=role))
        return row.id

    def invite(self, person: int, round_id: int) -> int:
        row = Invitation(round_id=round_id, person_id=person, invited_at=LONG_AGO)
        self._keep(row)
        return row.id

    def attempt(
        self, person: int, round_id: int, *, finished: bool = True, design: int = 1, pool: int = 1
    ) -> str:
        """Invite the person and let them begin; the attempt's public id."""
        row = Attempt(
            public_id=f"attempt-{next(self._numbers)}",
            invitation_id=self.invite(person, round_id),
            pool_number=pool,
            design_number=design,
            seed=1,
            started_at=LONG_AGO,
            finished_at=FINISHED if finished else None,
        )
        self._keep(row)
        return row.public_id

    def place(
        self, public_id: str, module: str, track: str, *, near: bool = False, **manner: object
    ) -> None:
        """Keep a proposal; `manner` are the columns that say how the answers came, else empty."""
        self._keep(
            Placement(
                attempt_id=self._attempt_id(public_id),
                module=module,
                track=track,
                probabilities=CHANCES[track],
                expected_losses=[1.0, 1.0, 1.0, 1.0],
                theta=-0.4321,
                se=0.3579,
                lower=-0.8642,
                upper=0.1357,
                n_items=12,
                reason="rate_of_return",
                near_boundary=near,
                proposed_at=FINISHED,
                **manner,
            )
        )

    def wish(self, public_id: str, message: str) -> None:
        attempt_id = self._attempt_id(public_id)
        self._keep(ReviewRequest(attempt_id=attempt_id, message=message, requested_at=FINISHED))

    def _attempt_id(self, public_id: str) -> int:
        with self.database.read() as session:
            return session.query(Attempt.id).filter_by(public_id=public_id).scalar()

    def app(self) -> Flask:
        app = create_app(
            Settings(
                database_url=self.database.engine.url.render_as_string(hide_password=False),
                secret_key="a secret that is long enough for the tests",
                base_url="http://localhost",
            )
        )
        app.config["WTF_CSRF_ENABLED"] = False
        app.extensions["spor"].engine.dispose()
        app.extensions["spor"] = self.database
        app.test_client_class = LintedClient
        return app

    def browser(self, person: int, *, csrf: bool = False) -> FlaskClient:
        """A browser in which this person is signed in."""
        app = self.app()
        app.config["WTF_CSRF_ENABLED"] = csrf
        client = app.test_client()
        with self.database.write() as session:
            token = people.make_link(session, person, lasts=timedelta(days=1))
        assert client.get(f"/sign-in/{token}").status_code == 303
        return client

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements sent while it lasts."""
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        event.listen(self.database.engine, "before_cursor_execute", note)
        yield sent
        event.remove(self.database.engine, "before_cursor_execute", note)


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    """Hundreds of rows put in one by one; what is lasting is tested elsewhere."""
    connection.execute("PRAGMA synchronous=OFF")


def _module(code: str, position: int, name: str) -> Module:
    names = {"nb": f"{name} nb", "nn": f"{name} nn", "en": name}
    category = Category(
        code=f"{code}.1", module_code=code, position=1, ref="1", weight=1.0, name=names
    )
    return Module(code=code, position=position, name=names, categories=[category])


def _add(session: Session, row: Base) -> None:
    session.add(row)
    session.flush()
