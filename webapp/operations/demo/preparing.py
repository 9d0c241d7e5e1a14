"""Setting the demo up, once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank import service as bank
from webapp import clock
from webapp.operations.demo import nordvik
from webapp.operations.demo.takers import Taker
from webapp.people.models import Person, Role, RoleGrant, Unit
from webapp.rounds.designs import fit_to_pool
from webapp.rounds.models import Invitation, Round
from webapp.taking import service as taking

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from webapp.database import Database

DEMO_ROLES = ("Employee", "Item author", "HR")
SEED = 20261123
OPEN_DAYS = 7
"""How long ago the round opened."""
FIRST_NUMBER = 1000
"""Employee numbers below are kept free, so that the special people are easy to find."""
EMPLOYEE, AUTHOR, HR = "0001", "0002", "0003"


def prepare_demo(database: Database, *, say: Callable[[str], None]) -> tuple[int, int, int]:
    """Fill an empty database with Nordvik; person ids of an employee, an item author and HR.

    Where Nordvik is already there, nothing is changed.
    """
    with database.read() as session:
        there = _known_people(session)
    if there is not None:
        return there
    say("Loading the starter bank …")
    pool_number = load_starter_bank(database)
    say("Fitting the test to the bank by simulation …")
    design_number = fit_to_pool(database, pool_number)
    say("Inviting the people of Nordvik, and letting some of them answer …")
    invitations = populate(database, pool_number, design_number)
    _let_some_answer(database, invitations)
    with database.read() as session:
        there = _known_people(session)
    assert there is not None
    return there


def _known_people(session: Session) -> tuple[int, int, int] | None:
    ids = dict(
        session.execute(
            select(Person.employee_number, Person.id).where(
                Person.employee_number.in_([EMPLOYEE, AUTHOR, HR])
            )
        ).all()
    )
    return (ids[EMPLOYEE], ids[AUTHOR], ids[HR]) if ids else None


def load_starter_bank(database: Database) -> int:
    """Import the starter bank and publish it, unless there is a pool already; the pool's number."""
    with database.write(alone=True) as session:
        known = bank.latest_pool_number(session)
        if known is not None:
            return known
        modules, items = bank.starter_sources()
        bank.import_sources(session, modules, items, now=clock.now())
        return bank.publish_pool(session, now=clock.now(), by=None, note="Starter bank")


def populate(database: Database, pool_number: int, design_number: int) -> list[tuple[int, int]]:
    """Units, people, roles and the round; (invitation id, person id) in order of invitation."""
    with database.write() as session:
        units = _units(session)
        round_ = _round(pool_number, design_number)
        staff = [_person(number, units) for number in range(nordvik.STAFF)]
        special = _special_people(units)
        session.add_all([round_, *staff, *special])
        session.flush()
        invited = [
            Invitation(round_id=round_.id, person_id=person.id, invited_at=clock.now())
            for person in [*staff, special[0]]
        ]
        session.add_all(invited)
        session.flush()
        return [(invitation.id, invitation.person_id) for invitation in invited]


def _units(session: Session) -> list[Unit]:
    units: dict[str, Unit] = {}
    for known in nordvik.UNITS:
        parent_id = units[known.parent].id if known.parent else None
        units[known.code] = Unit(code=known.code, name=known.name, parent_id=parent_id)
        session.add(units[known.code])
        session.flush()
    return list(units.values())


def _round(pool_number: int, design_number: int) -> Round:
    contact_name, contact_email = nordvik.CONTACT
    today = clock.today()
    return Round(
        title=nordvik.ROUND_TITLE,
        purpose=nordvik.ROUND_PURPOSE,
        contact_name=contact_name,
        contact_email=contact_email,
        consulted_on=today - timedelta(days=40),
        opens_on=today - timedelta(days=OPEN_DAYS),
        closes_on=today + timedelta(days=60),
        design_number=design_number,
        pool_number=pool_number,
    )


def _person(number: int, units: list[Unit]) -> Person:
    given, family = nordvik.full_name(number)
    unit = units[number % len(units)]
    return Person(
        employee_number=str(FIRST_NUMBER + number),
        given_name=given,
        family_name=family,
        email=f"{FIRST_NUMBER + number}@nordvik.kommune.example",
        unit_id=unit.id,
        staff_group="Ledere" if number < len(units) else "Administrasjon",
        language=("nb", "nn", "nb")[number % 3],
        active=True,
    )


def _special_people(units: list[Unit]) -> list[Person]:
    """The employee who has not begun, the item author, and HR; language is theirs to choose."""
    said = (
        (EMPLOYEE, "Solveig", "Strandheim", "Teknisk drift", ()),
        (AUTHOR, "Torunn", "Bergslien", "Nordvik skole", (Role.AUTHOR,)),
        (HR, "Geir", "Holmedal", "Lønn og personal", (Role.HR,)),
    )
    unit_ids = {unit.name: unit.id for unit in units}
    return [
        Person(
            employee_number=number,
            given_name=given,
            family_name=family,
            email=f"{number}@nordvik.kommune.example",
            unit_id=unit_ids[unit],
            staff_group="Administrasjon",
            language=None,
            active=True,
            roles=[RoleGrant(role=role.value) for role in roles],
        )
        for number, given, family, unit, roles in said
    ]


def _let_some_answer(database: Database, invitations: list[tuple[int, int]]) -> None:
    chance = random.Random(SEED)  # noqa: S311  simulated people, not secrets
    with database.read() as session:
        levels = {row.id: row.level for row in bank.items(session)}
    for number, (invitation_id, person_id) in enumerate(invitations):
        if number >= nordvik.FINISHED + nordvik.UNDER_WAY:
            break
        general = chance.gauss(0, 0.8)
        abilities = {code: general + chance.gauss(0, 0.6) for code in ("TB", "RA", "IE")}
        own_chance = random.Random(chance.random())  # noqa: S311
        pace = random.Random(number)  # noqa: S311
        hurry = 0.5 if number == nordvik.IN_A_HURRY else 0.0
        taker = Taker(abilities, own_chance, pace, hurry)
        begun = _some_working_hour(pace)
        with clock.simulated(begun):
            public_id = taking.begin(database, invitation_id, person_id)
        at_most = None if number < nordvik.FINISHED else chance.randrange(3, 12)
        taker.answer_all(
            database, public_id, person_id, begun=begun, levels=levels, at_most=at_most
        )


def _some_working_hour(pace: random.Random) -> datetime:
    """A moment of the days since the round opened, yesterday at the latest."""
    day = clock.today() - timedelta(days=pace.randrange(1, OPEN_DAYS))
    return datetime.combine(day, time(pace.randrange(7, 14), pace.randrange(60)), UTC)
