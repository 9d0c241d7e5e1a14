"""How the answers came: fast ones are counted, slow ones and "I don't know" never are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from item_bank import service as bank
from item_bank.answers import DontKnow, answer_fields
from placement.engine import decide
from placement.outcomes import Finish
from placement.personfit import FEWEST_TIMES
from tests.world import World, right_form
from webapp import clock
from webapp.outcomes.models import Placement
from webapp.rounds.designs import design as stored_design
from webapp.taking import service
from webapp.taking.forms import new_key
from webapp.taking.manner import PAUSE_S
from webapp.taking.models import Answer, Attempt, Presentation
from webapp.taking.state import read_attempt

Form = Callable[[service.OpenQuestion], dict[str, list[str]]]


def does_not_know(question: service.OpenQuestion) -> dict[str, list[str]]:
    return answer_fields(question.content, DontKnow(), seed=question.option_seed)


def sit(world: World, person: int, seconds: float, form: Form = right_form) -> str:
    """Answer everything, each question this long after the one before; the attempt."""
    moment = clock.now() - timedelta(days=1)
    with clock.simulated(moment):
        public_id = world.begin(person)
    while question := service.open_question(world.database, public_id, person):
        moment += timedelta(seconds=seconds)
        with clock.simulated(moment):
            sent = service.Submission(question.position, new_key(), form(question))
            service.answer(world.database, public_id, person, sent)
    return public_id


def placements(world: World, public_id: str) -> list[Placement]:
    with world.database.read() as session:
        query = select(Placement).join(Attempt).where(Attempt.public_id == public_id)
        return list(session.scalars(query.order_by(Placement.module)))


@pytest.mark.parametrize(
    ("seconds", "form", "share"),
    [
        (40, right_form, 0),
        (3.5, right_form, 0),
        (2.5, right_form, 1),
        (0.5, does_not_know, 0),
        (-1, right_form, 0),  # a clock that was set back
        (86_400 / 200, right_form, 0),
    ],
    ids=["calm", "quick", "rapid", "does not know", "clock set back", "pauses"],
)
def test_rapid_answers_are_counted(world: World, seconds: float, form: Form, share: int) -> None:
    found = placements(world, sit(world, world.employee, seconds, form))
    assert [p.n_rapid for p in found] == [share * p.n_items for p in found]


def test_what_is_kept_is_what_the_answers_say(world: World) -> None:
    public_id = sit(world, world.employee, 30)
    with world.database.read() as session:
        state = read_attempt(session, public_id=public_id, person_id=None)
        assert state is not None
        end = decide(
            stored_design(session, state.design_number),
            bank.pool(session, state.pool_number),
            state.responses,
            seed=state.seed,
        )
    assert isinstance(end, Finish)
    discordant = {p.module: p.discordant for p in end.placements}
    for placement in placements(world, public_id):
        assert placement.discordant is discordant[placement.module]
        assert 0 < (placement.p_pattern or 0) <= 1
        assert 0 < (placement.p_drift or 0) <= 1


def let_others_meet(world: World, public_id: str, seconds: list[float]) -> set[str]:
    """Give an attempt's questions to as many others, each in so many seconds; which they are."""
    with world.database.write() as session:
        model = session.scalars(select(Attempt).where(Attempt.public_id == public_id)).one()
        shown = [one for one in model.presentations if one.answer is not None]
        taken = {model.invitation_id, world.invitations[world.employee]}
        free = sorted(set(world.invitations.values()) - taken)
        for invitation, pace in zip(free, seconds, strict=False):
            other = Attempt(invitation_id=invitation, public_id=f"other-{invitation}")
            for name in ("pool_number", "design_number", "seed", "started_at", "finished_at"):
                setattr(other, name, getattr(model, name))
            session.add(other)
            session.flush()
            session.add_all(_copied(one, other.id, pace) for one in shown)
        return {one.item_id for one in shown}


def _copied(one: Presentation, attempt_id: int, seconds: float) -> Presentation:
    assert one.answer is not None
    columns = ("position", "item_id", "revision_id", "module", "remaining_low", "remaining_high")
    shown = Presentation(**{name: getattr(one, name) for name in columns})
    shown.attempt_id = attempt_id
    shown.presented_at = one.presented_at
    shown.answer = Answer(
        attempt_id=attempt_id,
        position=one.position,
        raw=one.answer.raw,
        category=one.answer.category,
        idempotency_key=one.answer.idempotency_key,
        answered_at=one.presented_at + timedelta(seconds=seconds),
    )
    return shown


@pytest.mark.parametrize(
    ("others", "known"),
    [
        ([80.0] * FEWEST_TIMES, True),
        ([80.0] * (FEWEST_TIMES - 1), False),
        ([80.0] * (FEWEST_TIMES - 1) + [PAUSE_S + 60], False),
    ],
    ids=["enough", "too few", "one of them a pause"],
)
def test_enough_others_say_what_is_too_fast(world: World, others: list[float], known: bool) -> None:
    """Seven seconds are below a tenth of the others' 80, and no fault where these are too few."""
    met = let_others_meet(world, sit(world, world.colleague, 1000), others)
    public_id = sit(world, world.employee, 7)
    with world.database.read() as session:
        state = read_attempt(session, public_id=public_id, person_id=None)
    assert state is not None
    for placement in placements(world, public_id):
        own = [step.item for step in state.steps if step.module == placement.module]
        assert placement.n_rapid == (sum(item in met for item in own) if known else 0)
    assert met & {step.item for step in state.steps}
