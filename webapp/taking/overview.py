"""What the start page and the frame of a question say around the questions themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from item_bank import service as bank
from webapp import clock
from webapp.i18n import in_language
from webapp.rounds.designs import design as stored_design
from webapp.rounds.designs import usual_length
from webapp.rounds.models import Invitation, Round
from webapp.taking.models import Answer, Attempt

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from item_bank.content import ItemSource
    from webapp.database import Database

MINUTES_PER_QUESTION = 0.75
"""45 seconds: what the default design counts a question to cost."""


@dataclass(frozen=True, slots=True)
class InvitedTo:
    """One round as the person sees it."""

    invitation_id: int
    title: str
    purpose: str
    modules: tuple[str, ...]
    fewest: int
    most: int
    """How many questions most people get, in whole fives from ten up."""
    least: int
    """Nobody gets fewer; about so many come to whoever answers nothing right."""
    minutes: tuple[int, int]
    """A typical person's time, rounded to five minutes."""
    consulted_on: date
    """When the round was discussed with the unions' representatives."""
    opens_on: date
    closes_on: date
    contact_name: str
    contact_email: str
    is_open: bool
    is_over: bool
    attempt: str | None
    """The attempt's address, once begun."""
    answered: int
    finished: bool


def invitations_of(database: Database, person_id: int) -> list[InvitedTo]:
    """The person's rounds, those that close first on top, in the reader's language."""
    answers = select(func.count(Answer.id)).where(Answer.attempt_id == Attempt.id).scalar_subquery()
    query = (
        select(Invitation.id, Round, Attempt, answers)
        .join(Round, Round.id == Invitation.round_id)
        .outerjoin(Attempt, Attempt.invitation_id == Invitation.id)
        .where(Invitation.person_id == person_id)
        .order_by(Round.closes_on, Invitation.id)
    )
    with database.read() as session:
        return [_invited_to(session, *row) for row in session.execute(query)]


def _invited_to(
    session: Session, invitation_id: int, round_: Round, attempt: Attempt | None, answered: int
) -> InvitedTo:
    design = stored_design(session, attempt.design_number if attempt else round_.design_number)
    names = {module.code: in_language(module.name) for module in bank.modules(session)}
    few, many = _outwards(*usual_length(design))
    return InvitedTo(
        invitation_id=invitation_id,
        title=in_language(round_.title),
        purpose=in_language(round_.purpose),
        modules=tuple(names[m.module] for m in design.modules),
        fewest=few,
        most=many,
        least=min(few, len(design.modules) * design.stopping.minimum),
        minutes=(_five(few * MINUTES_PER_QUESTION), _five(many * MINUTES_PER_QUESTION)),
        consulted_on=round_.consulted_on,
        opens_on=round_.opens_on,
        closes_on=round_.closes_on,
        contact_name=round_.contact_name,
        contact_email=round_.contact_email,
        is_open=round_.opens_on <= clock.today() <= round_.closes_on,
        is_over=round_.closes_on < clock.today(),
        attempt=attempt.public_id if attempt else None,
        answered=answered,
        finished=bool(attempt and attempt.finished_at),
    )


def _outwards(few: int, many: int) -> tuple[int, int]:
    """To whole fives, where that is not out of proportion: nobody counts on the digit."""
    return (few, many) if few < 10 else (few - few % 5, many + -many % 5)


def _five(minutes: float) -> int:
    return max(5, 5 * round(minutes / 5))


def module_name(database: Database, code: str) -> str:
    with database.read() as session:
        return next(in_language(m.name) for m in bank.modules(session) if m.code == code)


@cache
def practice_items() -> tuple[ItemSource, ...]:
    return bank.practice_items()
