"""Beginning, answering and reading an attempt.

An answer is read, scored and decided upon first; then one short transaction, guarded by the
attempt's version, stores it together with what follows from it. It is acknowledged after that.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from item_bank import service as bank
from item_bank.answers import Answer as RawAnswer
from item_bank.answers import answer_to_json, read_answer
from item_bank.scoring import score
from placement.engine import decide
from placement.outcomes import Administer, Finish
from placement.responses import Response
from webapp import clock
from webapp.outcomes.models import Placement
from webapp.rounds.designs import design as stored_design
from webapp.rounds.models import Invitation, Round
from webapp.taking.manner import manner_of
from webapp.taking.models import Answer, Attempt, Presentation
from webapp.taking.state import AttemptState, GivenAnswer, Step, read_attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from item_bank.content import ItemContent
    from placement.outcomes import ModulePlacement
    from webapp.database import Database
    from webapp.taking.manner import Manner

TRIES = 5
"""Two tabs may answer at once; the later one reads again and then finds its question answered."""


class NoSuchAttempt(Exception):
    """There is none at this address for this person."""


class RoundClosed(Exception):
    """The round has not opened yet, or the last day to answer has passed."""


class AlreadyAnswered(Exception):
    """This question has another answer, which stands; or it is not the next one."""


class KeyReused(Exception):
    """The same showing of a form was sent twice with different content."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One sending of the question form."""

    position: int
    key: str
    form: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question that waits for this person."""

    public_id: str
    position: int
    item: str
    module: str
    module_number: int
    modules: int
    begins_module: bool
    """The first question in a module that is not the first module."""
    remaining: tuple[int, int]
    content: ItemContent
    option_seed: int


def begin(database: Database, invitation_id: int, person_id: int) -> str:
    """The address of this invitation's attempt, begun now unless it was before.

    NoSuchAttempt when the invitation is somebody else's; RoundClosed outside the round's days.
    """
    with database.read() as session:
        known = _attempt_of(session, invitation_id, person_id)
        if known is not None:
            return known
        invited = session.execute(
            select(Invitation, Round)
            .join(Round, Round.id == Invitation.round_id)
            .where(Invitation.id == invitation_id, Invitation.person_id == person_id)
        ).one_or_none()
        if invited is None:
            raise NoSuchAttempt
        round_: Round = invited.Round
        if not round_.opens_on <= clock.today() <= round_.closes_on:
            raise RoundClosed
        seed = secrets.randbelow(2**31)
        first = decide(
            stored_design(session, round_.design_number),
            bank.pool(session, round_.pool_number),
            (),
            seed=seed,
        )
        revisions = bank.pool_revision_ids(session, round_.pool_number)
    public_id = secrets.token_hex(12)  # hex: never takes a dash for an option on a command line
    try:
        with database.write() as session:
            attempt = Attempt(
                public_id=public_id,
                invitation_id=invitation_id,
                pool_number=round_.pool_number,
                design_number=round_.design_number,
                seed=seed,
                started_at=clock.now(),
                finished_at=None,
            )
            session.add(attempt)
            session.flush()
            _store_decision(session, attempt.id, 1, first, revisions, {})
    except IntegrityError:  # the other of two clicks came first
        with database.read() as session:
            known = _attempt_of(session, invitation_id, person_id)
        if known is None:
            raise
        return known
    return public_id


def _attempt_of(session: Session, invitation_id: int, person_id: int) -> str | None:
    return session.scalar(
        select(Attempt.public_id)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .where(Attempt.invitation_id == invitation_id, Invitation.person_id == person_id)
    )


def open_question(database: Database, public_id: str, person_id: int) -> OpenQuestion | None:
    """The person's next question; None when the attempt is finished. Only reads."""
    with database.read() as session:
        state = _own(session, public_id, person_id)
        step = state.open_step
        if step is None:
            return None
        _check_open(state)
        modules = [m.module for m in stored_design(session, state.design_number).modules]
        return OpenQuestion(
            public_id=public_id,
            position=step.position,
            item=step.item,
            module=step.module,
            module_number=modules.index(step.module) + 1,
            modules=len(modules),
            begins_module=step.position > 1
            and all(s.module != step.module for s in state.steps if s.position < step.position),
            remaining=step.remaining,
            content=bank.revision(session, step.revision_id).content,
            option_seed=state.option_seed(step),
        )


def answer(database: Database, public_id: str, person_id: int, sent: Submission) -> None:
    """Store an answer and what follows from it. Returning means that it is durable.

    Repeating an answer that is already stored is harmless. Raises NoSuchAttempt, RoundClosed,
    AlreadyAnswered, KeyReused, or what `item_bank.answers.read_answer` raises; nothing has changed
    then.
    """
    for _ in range(TRIES):
        if _try_to_answer(database, public_id, person_id, sent):
            return
    raise AlreadyAnswered


def _try_to_answer(database: Database, public_id: str, person_id: int, sent: Submission) -> bool:
    """One try; False when somebody else wrote between our reading and our writing."""
    with database.read() as session:
        state = _own(session, public_id, person_id)
        step = _addressed_step(state, sent.position)
        content = bank.revision(session, step.revision_id).content
        given = read_answer(content, sent.form, seed=state.option_seed(step))
        if step.answer is not None:
            _check_repeat(step, given, sent.key)
            return True
        _check_open(state)
        if any(other.answer and other.answer.key == sent.key for other in state.steps):
            raise KeyReused
        answer = GivenAnswer(
            answer_to_json(given), score(content, given), sent.key, answered_at=clock.now()
        )
        design = stored_design(session, state.design_number)
        pool = bank.pool(session, state.pool_number)
        responses = [*state.responses, Response(step.item, answer.category)]
        outcome = decide(design, pool, responses, seed=state.seed)
        manners: Mapping[str, Manner] = {}
        if isinstance(outcome, Finish):
            steps = [*state.steps[:-1], replace(step, answer=answer)]
            manners = manner_of(session, design, pool, steps, seed=state.seed)
        revisions = bank.pool_revision_ids(session, state.pool_number)
    try:
        with database.write() as session:
            if not _claim(session, state):
                return False
            session.execute(
                insert(Answer).values(
                    attempt_id=state.id,
                    presentation_id=step.presentation_id,
                    position=step.position,
                    raw=answer.raw,
                    category=answer.category,
                    idempotency_key=answer.key,
                    answered_at=answer.answered_at,
                )
            )
            _store_decision(session, state.id, step.position + 1, outcome, revisions, manners)
    except IntegrityError:
        return False
    return True


def _own(session: Session, public_id: str, person_id: int) -> AttemptState:
    state = read_attempt(session, public_id=public_id, person_id=person_id)
    if state is None:
        raise NoSuchAttempt
    return state


def _addressed_step(state: AttemptState, position: int) -> Step:
    if not 1 <= position <= len(state.steps):
        raise AlreadyAnswered
    return state.steps[position - 1]


def _check_open(state: AttemptState) -> None:
    if not state.opens_on <= clock.today() <= state.closes_on:
        raise RoundClosed


def _check_repeat(step: Step, given: RawAnswer, key: str) -> None:
    """The same answer again is harmless; another one is refused, and says in which way."""
    assert step.answer is not None
    if answer_to_json(given) == step.answer.raw:
        return
    raise KeyReused if key == step.answer.key else AlreadyAnswered


def _claim(session: Session, state: AttemptState) -> bool:
    """Take the attempt for this write, if nothing was written since it was read."""
    claimed = session.execute(
        update(Attempt)
        .where(Attempt.id == state.id, Attempt.version == state.version)
        .values(version=Attempt.version + 1)
        .returning(Attempt.id)
    )
    return claimed.one_or_none() is not None


def _store_decision(
    session: Session,
    attempt_id: int,
    position: int,
    outcome: Administer | Finish,
    revisions: Mapping[str, int],
    manners: Mapping[str, Manner],
) -> None:
    moment = clock.now()
    if isinstance(outcome, Administer):
        low, high = outcome.remaining
        session.execute(
            insert(Presentation).values(
                attempt_id=attempt_id,
                position=position,
                item_id=outcome.item,
                module=outcome.module,
                revision_id=revisions[outcome.item],
                remaining_low=low,
                remaining_high=high,
                presented_at=moment,
            )
        )
        return
    session.execute(update(Attempt).where(Attempt.id == attempt_id).values(finished_at=moment))
    session.execute(
        insert(Placement),
        [
            {
                **placement_row(p),
                **asdict(manners[p.module]),
                "discordant": p.discordant,
                "attempt_id": attempt_id,
                "proposed_at": moment,
            }
            for p in outcome.placements
        ],
    )


def placement_row(proposal: ModulePlacement) -> dict[str, object]:
    """The engine's proposal as the columns of `outcomes.models.Placement`."""
    lower, upper = proposal.interval
    return {
        "module": proposal.module,
        "track": proposal.track,
        "probabilities": list(proposal.probabilities),
        "expected_losses": list(proposal.expected_losses),
        "theta": proposal.theta,
        "se": proposal.se,
        "lower": lower,
        "upper": upper,
        "n_items": proposal.n_items,
        "reason": proposal.reason.value,
        # Either way a person should look; a proposal the module's own answers contradict is unsure.
        "near_boundary": proposal.near_boundary or proposal.discordant,
    }
