"""Replaying an attempt: does the engine, given the same values, do exactly what it did?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank import service as bank
from item_bank.answers import answer_from_json
from item_bank.scoring import score
from placement.engine import decide
from placement.outcomes import Administer
from placement.responses import Response
from webapp.outcomes.models import Placement
from webapp.rounds.designs import design as stored_design
from webapp.taking.service import NoSuchAttempt, placement_row
from webapp.taking.state import AttemptState, read_attempt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from placement.outcomes import Finish
    from webapp.database import Database

NOT_DECIDED = {
    "id",
    "attempt_id",
    "proposed_at",
    "discordant",
    "p_pattern",
    "p_drift",
    "n_rapid",
}
"""What a placement's row holds beside the proposal; older rows lack the last four."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What was compared, and every difference in words; an exact replay has none."""

    questions: int
    placements: int
    differences: tuple[str, ...]


def replay(database: Database, public_id: str) -> Replay:
    """Score every answer again and let the engine decide again at every step. Only reads."""
    with database.read() as session:
        state = read_attempt(session, public_id=public_id, person_id=None)
        if state is None:
            raise NoSuchAttempt
        stored = _stored_placements(session, state.id)
        differences = (*_score_differences(session, state), *_decisions(session, state, stored))
    return Replay(len(state.steps), len(stored), differences)


def _score_differences(session: Session, state: AttemptState) -> Iterator[str]:
    for step in state.steps:
        if step.answer is None:
            continue
        content = bank.revision(session, step.revision_id).content
        again = score(content, answer_from_json(step.answer.raw))
        if again != step.answer.category:
            yield f"answer {step.position}: scored {step.answer.category}, now {again}"


def _decisions(
    session: Session, state: AttemptState, stored: dict[str, dict[str, object]]
) -> Iterator[str]:
    design = stored_design(session, state.design_number)
    pool = bank.pool(session, state.pool_number)
    answered: list[Response] = []
    for step in state.steps:
        outcome = decide(design, pool, answered, seed=state.seed)
        chosen = outcome.item if isinstance(outcome, Administer) else "the end"
        if chosen != step.item:
            yield f"question {step.position}: was {step.item}, now {chosen}"
        if step.answer is not None:
            answered.append(Response(step.item, step.answer.category))
    if state.finished:
        yield from _end(decide(design, pool, answered, seed=state.seed), stored)


def _end(outcome: Administer | Finish, stored: dict[str, dict[str, object]]) -> Iterator[str]:
    if isinstance(outcome, Administer):
        yield f"the end: was finished, now asks {outcome.item}"
        return
    again = {proposal.module: placement_row(proposal) for proposal in outcome.placements}
    for module in sorted(again.keys() | stored.keys()):
        if again.get(module) != stored.get(module):
            yield f"placement in {module}: was {stored.get(module)}, now {again.get(module)}"


def _stored_placements(session: Session, attempt_id: int) -> dict[str, dict[str, object]]:
    columns = [c for c in Placement.__table__.columns if c.name not in NOT_DECIDED]
    rows = session.execute(select(*columns).where(Placement.attempt_id == attempt_id)).mappings()
    return {row["module"]: dict(row) for row in rows}
