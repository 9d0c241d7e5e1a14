"""An attempt as plain values, read in one go: what the engine and the pages need of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from placement.responses import Response
from webapp.rounds.models import Invitation, Round
from webapp.taking.models import Answer, Attempt, Presentation

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    raw: dict[str, Any]
    category: int
    key: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A question shown, and its answer once there is one."""

    presentation_id: int
    position: int
    item: str
    module: str
    revision_id: int
    remaining: tuple[int, int]
    presented_at: datetime
    answer: GivenAnswer | None


@dataclass(frozen=True, slots=True)
class AttemptState:
    """Everything that decides what comes next."""

    id: int
    public_id: str
    version: int
    seed: int
    pool_number: int
    design_number: int
    finished: bool
    opens_on: date
    closes_on: date
    contact_name: str
    steps: tuple[Step, ...]

    @property
    def responses(self) -> list[Response]:
        return [Response(s.item, s.answer.category) for s in self.steps if s.answer is not None]

    @property
    def open_step(self) -> Step | None:
        """The question waiting for an answer; None when the attempt is finished."""
        return next((step for step in self.steps if step.answer is None), None)

    def option_seed(self, step: Step) -> int:
        """Shuffles a question's options: alike at each showing, unlike for each person."""
        return self.seed * 1009 + step.position


def read_attempt(session: Session, *, public_id: str, person_id: int | None) -> AttemptState | None:
    """The attempt with this address, if it is this person's (or anybody's, for None)."""
    query = (
        select(Attempt, Round)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(Attempt.public_id == public_id)
    )
    if person_id is not None:
        query = query.where(Invitation.person_id == person_id)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    attempt, round_ = row
    return AttemptState(
        id=attempt.id,
        public_id=attempt.public_id,
        version=attempt.version,
        seed=attempt.seed,
        pool_number=attempt.pool_number,
        design_number=attempt.design_number,
        finished=attempt.finished_at is not None,
        opens_on=round_.opens_on,
        closes_on=round_.closes_on,
        contact_name=round_.contact_name,
        steps=_steps(session, attempt.id),
    )


def _steps(session: Session, attempt_id: int) -> tuple[Step, ...]:
    rows = session.execute(
        select(Presentation, Answer)
        .outerjoin(Answer, Answer.presentation_id == Presentation.id)
        .where(Presentation.attempt_id == attempt_id)
        .order_by(Presentation.position)
    )
    return tuple(
        Step(
            presentation_id=shown.id,
            position=shown.position,
            item=shown.item_id,
            module=shown.module,
            revision_id=shown.revision_id,
            remaining=(shown.remaining_low, shown.remaining_high),
            presented_at=shown.presented_at,
            answer=_given(given),
        )
        for shown, given in rows
    )


def _given(answer: Answer | None) -> GivenAnswer | None:
    if answer is None:
        return None
    return GivenAnswer(answer.raw, answer.category, answer.idempotency_key, answer.answered_at)
