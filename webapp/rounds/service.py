"""Rounds as HR follows them: who is asked, and how far each has come. Answers are not read here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from item_bank import service as bank
from webapp import clock
from webapp.people.models import Person, Unit
from webapp.rounds.models import Invitation, Round
from webapp.rounds.order import alphabetical
from webapp.taking.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from webapp.database import Database


class UnknownRound(Exception):
    """There is no such round."""


class UnknownChoice(Exception):
    """A filter asks for something that is not in the round."""


class Status(StrEnum):
    """How far an invited person has come."""

    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"


class Phase(StrEnum):
    """Where a round is in time."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the invited stand where."""

    not_started: int
    under_way: int
    done: int

    @property
    def invited(self) -> int:
        return self.not_started + self.under_way + self.done

    def share(self, status: Status) -> float:
        """The share of the invited with this status, 0 to 1."""
        return self.of(status) / self.invited if self.invited else 0.0

    def of(self, status: Status) -> int:
        return {
            Status.NOT_STARTED: self.not_started,
            Status.UNDER_WAY: self.under_way,
            Status.DONE: self.done,
        }[status]


@dataclass(frozen=True, slots=True)
class UnitChoice:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What a round is, as values; `title` and `purpose` by language."""

    id: int
    title: Mapping[str, str]
    purpose: Mapping[str, str]
    contact_name: str
    contact_email: str
    consulted_on: date
    opens_on: date
    closes_on: date
    phase: Phase
    design_number: int
    pool_number: int


@dataclass(frozen=True, slots=True)
class ListedRound:
    facts: RoundFacts
    progress: Progress


@dataclass(frozen=True, slots=True)
class Participant:
    """One invited person who still works here."""

    given_name: str
    family_name: str
    unit_id: int
    unit: str
    staff_group: str
    status: Status
    done_on: date | None
    """The day where the organisation is; the hour is nobody's business."""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """Which people to list; None asks for all."""

    status: Status | None = None
    unit_id: int | None = None

    def lets_through(self, person: Participant) -> bool:
        return self.status in {None, person.status} and self.unit_id in {None, person.unit_id}


@dataclass(frozen=True, slots=True)
class RoundOverview:
    """`progress` and `units` are of the whole round; `people` are those the filter asks for."""

    facts: RoundFacts
    progress: Progress
    units: Sequence[UnitChoice]
    people: Sequence[Participant]
    calibrated: bool
    """False while no answers have been used to measure how difficult the pool's questions are."""


def rounds(database: Database) -> list[ListedRound]:
    """All rounds, the newest first, with how far their people have come."""
    with database.read() as session:
        found = session.scalars(select(Round).order_by(Round.opens_on.desc(), Round.id.desc()))
        facts = [_facts(one) for one in found]
        progress = _progress_by_round(session)
    nobody = Progress(0, 0, 0)
    return [ListedRound(one, progress.get(one.id, nobody)) for one in facts]


def overview(database: Database, round_id: int, wanted: RoundFilter) -> RoundOverview:
    """One round and its people, by unit and name. UnknownRound, or UnknownChoice by the filter."""
    with database.read() as session:
        facts = round_facts(session, round_id)
        people = _participants(session, round_id)
        calibrated = bank.is_calibrated(session, facts.pool_number)
    units = unit_choices((person.unit_id, person.unit) for person in people)
    if wanted.unit_id not in {None, *(unit.id for unit in units)}:
        raise UnknownChoice
    listed = [person for person in people if wanted.lets_through(person)]
    return RoundOverview(facts, _progress(people), units, listed, calibrated)


def round_facts(session: Session, round_id: int) -> RoundFacts:
    """A round as values; UnknownRound where there is none."""
    found = session.get(Round, round_id)
    if found is None:
        raise UnknownRound
    return _facts(found)


def unit_choices(units: Iterable[tuple[int, str]]) -> list[UnitChoice]:
    """Each unit once, by name."""
    each = {UnitChoice(id=unit_id, name=name) for unit_id, name in units}
    return sorted(each, key=lambda unit: (alphabetical(unit.name), unit.id))


def _facts(found: Round) -> RoundFacts:
    return RoundFacts(
        id=found.id,
        title=found.title,
        purpose=found.purpose,
        contact_name=found.contact_name,
        contact_email=found.contact_email,
        consulted_on=found.consulted_on,
        opens_on=found.opens_on,
        closes_on=found.closes_on,
        phase=_phase(found.opens_on, found.closes_on),
        design_number=found.design_number,
        pool_number=found.pool_number,
    )


def _phase(opens_on: date, closes_on: date) -> Phase:
    today = clock.today()
    if today < opens_on:
        return Phase.PLANNED
    return Phase.OPEN if today <= closes_on else Phase.CLOSED


def _progress_by_round(session: Session) -> dict[int, Progress]:
    counts = session.execute(
        select(
            Invitation.round_id,
            func.count(Invitation.id),
            func.count(Attempt.id),
            func.count(Attempt.finished_at),
        )
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(Attempt, Attempt.invitation_id == Invitation.id)
        .where(Person.active)
        .group_by(Invitation.round_id)
    )
    return {
        round_id: Progress(invited - started, started - done, done)
        for round_id, invited, started, done in counts
    }


def _progress(people: Iterable[Participant]) -> Progress:
    counts = Counter(person.status for person in people)
    return Progress(counts[Status.NOT_STARTED], counts[Status.UNDER_WAY], counts[Status.DONE])


def _participants(session: Session, round_id: int) -> list[Participant]:
    """The invited people who still work here, by unit and name."""
    rows = session.execute(
        select(
            Person.id,
            Person.given_name,
            Person.family_name,
            Unit.id,
            Unit.name,
            Person.staff_group,
            Attempt.started_at,
            Attempt.finished_at,
        )
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(Attempt, Attempt.invitation_id == Invitation.id)
        .where(Invitation.round_id == round_id, Person.active)
        .order_by(Person.id)
    )
    people = [
        Participant(given, family, unit_id, unit, group, _status(started, finished), _day(finished))
        for _person, given, family, unit_id, unit, group, started, finished in rows
    ]
    return sorted(people, key=_by_unit_and_name)


def _by_unit_and_name(person: Participant) -> tuple[str, ...]:
    return tuple(map(alphabetical, (person.unit, person.family_name, person.given_name)))


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(clock.OSLO).date()


def _status(started_at: datetime | None, finished_at: datetime | None) -> Status:
    if started_at is None:
        return Status.NOT_STARTED
    return Status.UNDER_WAY if finished_at is None else Status.DONE
