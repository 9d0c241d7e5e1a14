"""A stored attempt can be decided again, to the last digit; a changed one is found out."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tests.world import World
from webapp.outcomes.models import Placement
from webapp.taking.models import Answer
from webapp.taking.replay import replay
from webapp.taking.service import NoSuchAttempt


def test_a_finished_attempt_replays_exactly(world: World) -> None:
    public_id = world.begin(world.employee)
    answered = world.answer_right(public_id, world.employee)
    again = replay(world.database, public_id)
    assert again.differences == ()
    assert (again.questions, again.placements) == (answered, 3)


def test_an_attempt_under_way_replays_too(world: World) -> None:
    public_id = world.begin(world.employee)
    world.answer_right(public_id, world.employee, questions=4)
    again = replay(world.database, public_id)
    assert (again.questions, again.placements, again.differences) == (5, 0, ())


def test_a_tampered_answer_is_found(world: World) -> None:
    public_id = world.begin(world.employee)
    world.answer_right(public_id, world.employee)
    with world.database.write() as session:
        session.execute(update(Answer).where(Answer.position == 1).values(category=0))
    assert any(d.startswith("answer 1:") for d in replay(world.database, public_id).differences)


def test_a_tampered_placement_is_found(world: World) -> None:
    public_id = world.begin(world.employee)
    world.answer_right(public_id, world.employee)
    with world.database.write() as session:
        session.execute(update(Placement).where(Placement.module == "RA").values(track="long"))
    (difference,) = replay(world.database, public_id).differences
    assert difference.startswith("placement in RA")


def test_an_unknown_attempt_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(NoSuchAttempt):
        replay(world.database, "nobody")
