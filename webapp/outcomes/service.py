"""Proposals as the person and HR read them, and a person's wish for another look.

Reads only what has been proposed; answers and keys are never read here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from item_bank import service as bank
from webapp import clock
from webapp.outcomes.certainty import Certainty, certainty_of
from webapp.outcomes.models import Placement, ReviewRequest
from webapp.outcomes.notices import HOW_THEY_CAME, Notice, notices_of
from webapp.people.models import Person, Unit
from webapp.rounds.designs import design as stored_design
from webapp.rounds.models import Invitation, Round
from webapp.rounds.order import alphabetical
from webapp.rounds.service import (
    RoundFacts,
    UnitChoice,
    UnknownChoice,
    round_facts,
    unit_choices,
)
from webapp.taking.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from placement.design import Design, ModuleDesign
    from webapp.database import Database


class NoSuchAttempt(Exception):
    """There is no such attempt, or it is another person's."""


class Unfinished(Exception):
    """The attempt still has questions to answer, so nothing is proposed yet."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One module's proposed track; `low`, `high`, `point` and `cuts` share one scale."""

    module: str
    name: Mapping[str, str]
    track: str
    hours: float
    certainty: Certainty
    low: float
    high: float
    point: float
    cuts: tuple[float, ...]
    notices: tuple[Notice, ...]
    """How the answers came, where it is unusual."""


@dataclass(frozen=True, slots=True)
class Review:
    """A person's wish for another look, in their own words."""

    message: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """All that an employee reads at the end; `title` by language."""

    public_id: str
    title: Mapping[str, str]
    finished_at: datetime
    closes_on: date
    contact_name: str
    contact_email: str
    proposals: Sequence[Proposal]
    review: Review | None
    calibrated: bool


@dataclass(frozen=True, slots=True)
class OutcomeFilter:
    """Which proposals to list; None asks for all."""

    module: str | None = None
    track: str | None = None
    unit_id: int | None = None
    only_to_look_at: bool = False

    def lets_through(self, outcome: Outcome) -> bool:
        return (
            self.module in {None, outcome.module}
            and self.track in {None, outcome.track}
            and self.unit_id in {None, outcome.unit_id}
            and (outcome.to_look_at or not self.only_to_look_at)
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """One person's proposed track in one module."""

    employee_number: str
    given_name: str
    family_name: str
    unit_id: int
    unit: str
    staff_group: str
    module: str
    module_name: Mapping[str, str]
    track: str
    hours: float
    certainty: Certainty
    notices: tuple[Notice, ...]
    review: Review | None
    proposed_at: datetime

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def to_look_at(self) -> bool:
        return bool(self.notices) or self.review is not None


@dataclass(frozen=True, slots=True)
class ModuleSummary:
    """One module over the whole round; `counts` has every track, in the design's order."""

    module: str
    name: Mapping[str, str]
    counts: Mapping[str, int]
    hours: float
    """Course hours in all: each person's own, added up."""
    n_to_look_at: int

    @property
    def n_people(self) -> int:
        return sum(self.counts.values())

    def share(self, track: str) -> float:
        return self.counts[track] / self.n_people if self.n_people else 0.0


@dataclass(frozen=True, slots=True)
class RoundOutcomes:
    """`modules`, `units` and `n_all` are of the whole round; `outcomes` are those asked for."""

    facts: RoundFacts
    modules: Sequence[ModuleSummary]
    units: Sequence[UnitChoice]
    outcomes: Sequence[Outcome]
    n_all: int
    calibrated: bool

    @property
    def hours(self) -> float:
        return sum(module.hours for module in self.modules)


class _Found(NamedTuple):
    """One row of the query behind HR's list."""

    placement: Placement
    attempt: Attempt
    person: Person
    unit: Unit
    request: ReviewRequest | None


def result(database: Database, public_id: str, person_id: int) -> Result:
    """The person's own proposals. NoSuchAttempt, or Unfinished while questions are left."""
    with database.read() as session:
        attempt, round_ = _own_attempt(session, public_id, person_id)
        assert attempt.finished_at is not None
        request = _request(session, attempt.id)
        design = stored_design(session, attempt.design_number)
        names = _module_names(session)
        found = session.scalars(select(Placement).where(Placement.attempt_id == attempt.id))
        by_module = {placement.module: placement for placement in found}
        return Result(
            public_id=public_id,
            title=round_.title,
            finished_at=attempt.finished_at,
            closes_on=round_.closes_on,
            contact_name=round_.contact_name,
            contact_email=round_.contact_email,
            proposals=[
                _proposal(by_module, one, design, names[one.module])
                for one in design.modules
                if one.module in by_module
            ],
            review=_review(request),
            calibrated=bank.is_calibrated(session, attempt.pool_number),
        )


def ask_for_review(database: Database, public_id: str, person_id: int, message: str) -> None:
    """Ask that somebody looks again, or change the words of a wish made earlier.

    One wish an attempt, however often it is sent. Raises as `result` does.
    """
    with database.write() as session:
        attempt, _round = _own_attempt(session, public_id, person_id, lock=True)
        request = _request(session, attempt.id)
        if request is None:
            session.add(
                ReviewRequest(attempt_id=attempt.id, message=message, requested_at=clock.now())
            )
        else:
            request.message = message


def round_outcomes(database: Database, round_id: int, wanted: OutcomeFilter) -> RoundOutcomes:
    """A round's proposals, by unit, name and module.

    Raises UnknownRound, or UnknownChoice where the filter asks for what is not in the round.
    """
    with database.read() as session:
        facts = round_facts(session, round_id)
        rows = _rows(session, round_id)
        designs = {
            number: stored_design(session, number)
            for number in {facts.design_number, *(row.attempt.design_number for row in rows)}
        }
        names = _module_names(session)
        calibrated = bank.is_calibrated(session, facts.pool_number)
    order = _module_order(facts.design_number, designs)
    sittings: dict[int, list[Placement]] = defaultdict(list)
    for row in rows:
        sittings[row.attempt.id].append(row.placement)
    found = [_outcome(row, sittings[row.attempt.id], designs, names) for row in rows]
    everyone = _sorted(found, order)
    units = unit_choices((outcome.unit_id, outcome.unit) for outcome in everyone)
    if wanted.module not in {None, *order}:
        raise UnknownChoice
    if wanted.unit_id not in {None, *(unit.id for unit in units)}:
        raise UnknownChoice
    tracks = [track.name for track in designs[facts.design_number].tracks]
    return RoundOutcomes(
        facts=facts,
        modules=[_summary(code, names[code], tracks, everyone) for code in order],
        units=units,
        outcomes=[outcome for outcome in everyone if wanted.lets_through(outcome)],
        n_all=len(everyone),
        calibrated=calibrated,
    )


def _own_attempt(
    session: Session, public_id: str, person_id: int, *, lock: bool = False
) -> tuple[Attempt, Round]:
    query = (
        select(Attempt, Round)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(Attempt.public_id == public_id, Invitation.person_id == person_id)
    )
    row = session.execute(query.with_for_update(of=Attempt) if lock else query).one_or_none()
    if row is None:
        raise NoSuchAttempt
    attempt, round_ = row
    if attempt.finished_at is None:
        raise Unfinished
    return attempt, round_


def _request(session: Session, attempt_id: int) -> ReviewRequest | None:
    """Read after the attempt is locked, so that of two equal wishes the second finds the first."""
    return session.scalar(select(ReviewRequest).where(ReviewRequest.attempt_id == attempt_id))


def _review(request: ReviewRequest | None) -> Review | None:
    return None if request is None else Review(request.message, request.requested_at)


def _module_names(session: Session) -> dict[str, Mapping[str, str]]:
    return {module.code: module.name for module in bank.modules(session)}


def _certainty(placement: Placement, design: Design) -> Certainty:
    tracks = (track.name for track in design.tracks)
    probabilities = dict(zip(tracks, placement.probabilities, strict=True))
    return certainty_of(placement.track, probabilities, near_boundary=placement.near_boundary)


def _hours(track: str, design: Design) -> float:
    return next(one.hours for one in design.tracks if one.name == track)


def _proposal(
    sitting: Mapping[str, Placement], module: ModuleDesign, design: Design, name: Mapping[str, str]
) -> Proposal:
    placement = sitting[module.module]
    notices = notices_of(placement, sitting.values())
    return Proposal(
        module=placement.module,
        name=name,
        track=placement.track,
        hours=_hours(placement.track, design),
        certainty=_certainty(placement, design),
        low=placement.lower,
        high=placement.upper,
        point=placement.theta,
        cuts=module.cuts,
        notices=tuple(one for one in notices if one in HOW_THEY_CAME),
    )


def _rows(session: Session, round_id: int) -> list[_Found]:
    """Every proposal of a finished attempt in the round, of people who still work here."""
    found = session.execute(
        select(Placement, Attempt, Person, Unit, ReviewRequest)
        .join(Attempt, Attempt.id == Placement.attempt_id)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Person, Person.id == Invitation.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(ReviewRequest, ReviewRequest.attempt_id == Attempt.id)
        .where(Invitation.round_id == round_id, Attempt.finished_at.is_not(None), Person.active)
    )
    return [_Found(*row) for row in found]


def _outcome(
    found: _Found,
    sitting: Sequence[Placement],
    designs: Mapping[int, Design],
    names: Mapping[str, Mapping[str, str]],
) -> Outcome:
    placement, attempt, person, unit, request = found
    design = designs[attempt.design_number]
    return Outcome(
        employee_number=person.employee_number,
        given_name=person.given_name,
        family_name=person.family_name,
        unit_id=unit.id,
        unit=unit.name,
        staff_group=person.staff_group,
        module=placement.module,
        module_name=names[placement.module],
        track=placement.track,
        hours=_hours(placement.track, design),
        certainty=_certainty(placement, design),
        notices=notices_of(placement, sitting),
        review=_review(request),
        proposed_at=placement.proposed_at,
    )


def _module_order(design_number: int, designs: Mapping[int, Design]) -> list[str]:
    """The round's modules in its design's order, then any that only earlier designs had."""
    own = [one.module for one in designs[design_number].modules]
    earlier = {one.module for design in designs.values() for one in design.modules}
    return [*own, *sorted(earlier - set(own))]


def _sorted(outcomes: Iterable[Outcome], order: Sequence[str]) -> list[Outcome]:
    return sorted(
        outcomes,
        key=lambda o: (
            alphabetical(o.unit),
            alphabetical(o.family_name),
            alphabetical(o.given_name),
            o.employee_number,
            order.index(o.module),
        ),
    )


def _summary(
    code: str, name: Mapping[str, str], tracks: Sequence[str], everyone: Sequence[Outcome]
) -> ModuleSummary:
    here = [outcome for outcome in everyone if outcome.module == code]
    return ModuleSummary(
        module=code,
        name=name,
        counts={track: sum(outcome.track == track for outcome in here) for track in tracks},
        hours=sum(outcome.hours for outcome in here),
        n_to_look_at=sum(outcome.to_look_at for outcome in here),
    )
