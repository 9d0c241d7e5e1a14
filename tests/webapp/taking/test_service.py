"""Answering: what is stored, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from item_bank.answers import IncompleteAnswer, MalformedAnswer
from tests.world import World, right_form
from webapp import clock
from webapp.outcomes.models import Placement
from webapp.rounds.models import Round
from webapp.taking import service
from webapp.taking.forms import new_key
from webapp.taking.models import Answer, Attempt

KEY = "k" * 24


def opened(world: World) -> service.OpenQuestion:
    public_id = world.begin(world.employee)
    question = service.open_question(world.database, public_id, world.employee)
    assert question is not None
    return question


def send(
    world: World, question: service.OpenQuestion, form: dict[str, list[str]], key: str
) -> None:
    sent = service.Submission(question.position, key, form)
    service.answer(world.database, question.public_id, world.employee, sent)


def test_beginning_twice_is_beginning_once(world: World) -> None:
    first = world.begin(world.employee)
    assert world.begin(world.employee) == first
    assert world.counts() == (1, 1, 0, 0)


def test_another_persons_invitation_cannot_be_begun(world: World) -> None:
    with pytest.raises(service.NoSuchAttempt):
        service.begin(world.database, world.invitations[world.colleague], world.employee)
    assert world.counts() == (0, 0, 0, 0)


def test_an_attempt_runs_to_a_placement_in_every_module(world: World) -> None:
    world.begin(world.colleague)
    public_id = world.begin(world.employee)
    answered = world.answer_right(public_id, world.employee)
    with world.database.read() as session:
        placements = session.scalars(
            select(Placement).join(Attempt).where(Attempt.public_id == public_id)
        ).all()
    assert {p.module for p in placements} == {"TB", "RA", "IE"}
    assert {p.track for p in placements} == {"direct"}
    assert sum(p.n_items for p in placements) == answered
    assert all(5 <= p.n_items <= 25 for p in placements)
    assert all(abs(sum(p.probabilities) - 1) < 1e-9 for p in placements)
    assert service.open_question(world.database, public_id, world.employee) is None


def test_an_answer_is_stored_with_what_was_sent_and_how_it_was_scored(world: World) -> None:
    question = opened(world)
    send(world, question, right_form(question), KEY)
    with world.database.read() as session:
        stored = session.scalars(select(Answer)).one()
    assert (stored.position, stored.category, stored.idempotency_key) == (1, 1, KEY)
    assert world.counts() == (1, 2, 1, 0)


def test_dont_know_counts_as_wrong_and_is_kept_apart(world: World) -> None:
    question = opened(world)
    send(world, question, {"dont_know": ["1"], "choice": ["dont_know"]}, KEY)
    with world.database.read() as session:
        stored = session.scalars(select(Answer)).one()
    assert stored.category == 0
    assert "dont_know" in str(stored.raw)


@pytest.mark.parametrize("key", [KEY, "another-showing-of-the-form"])
def test_the_same_answer_again_is_harmless(world: World, key: str) -> None:
    question = opened(world)
    send(world, question, right_form(question), KEY)
    before = world.counts()
    send(world, question, right_form(question), key)
    assert world.counts() == before


def test_another_answer_to_an_answered_question_is_refused(world: World) -> None:
    question = opened(world)
    send(world, question, right_form(question), KEY)
    before = world.counts()
    other = {"dont_know": ["1"], "choice": ["dont_know"]}
    with pytest.raises(service.AlreadyAnswered):
        send(world, question, other, new_key())
    with pytest.raises(service.KeyReused):
        send(world, question, other, KEY)
    assert world.counts() == before


def test_a_question_that_has_not_come_yet_cannot_be_answered(world: World) -> None:
    question = opened(world)
    sent = service.Submission(2, KEY, right_form(question))
    with pytest.raises(service.AlreadyAnswered):
        service.answer(world.database, question.public_id, world.employee, sent)
    assert world.counts() == (1, 1, 0, 0)


def test_a_key_serves_one_question_only(world: World) -> None:
    question = opened(world)
    send(world, question, right_form(question), KEY)
    following = service.open_question(world.database, question.public_id, world.employee)
    assert following is not None
    with pytest.raises(service.KeyReused):
        send(world, following, right_form(following), KEY)
    assert world.counts() == (1, 2, 1, 0)


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({}, IncompleteAnswer),
        ({"choice": ["no such"], "text": ["x" * 300], "row-zz": ["9"]}, MalformedAnswer),
    ],
)
def test_an_unusable_answer_changes_nothing(
    world: World, form: dict[str, list[str]], refusal: type[Exception]
) -> None:
    question = opened(world)
    with pytest.raises((refusal, IncompleteAnswer)):
        send(world, question, form, KEY)
    assert world.counts() == (1, 1, 0, 0)


def test_another_persons_attempt_does_not_exist(world: World) -> None:
    question = opened(world)
    sent = service.Submission(1, KEY, right_form(question))
    with pytest.raises(service.NoSuchAttempt):
        service.answer(world.database, question.public_id, world.colleague, sent)
    with pytest.raises(service.NoSuchAttempt):
        service.open_question(world.database, question.public_id, world.colleague)
    assert world.counts() == (1, 1, 0, 0)


def test_a_closed_round_takes_no_answers_and_keeps_those_it_has(world: World) -> None:
    question = opened(world)
    send(world, question, right_form(question), KEY)
    with world.database.write() as session:
        session.execute(update(Round).values(closes_on=clock.today() - timedelta(days=1)))
    following = service.Submission(2, new_key(), right_form(question))
    with pytest.raises(service.RoundClosed):
        service.open_question(world.database, question.public_id, world.employee)
    with pytest.raises((service.RoundClosed, MalformedAnswer, IncompleteAnswer)):
        service.answer(world.database, question.public_id, world.employee, following)
    with pytest.raises(service.RoundClosed):
        service.begin(world.database, world.invitations[world.colleague], world.colleague)
    assert world.counts() == (1, 2, 1, 0)


def test_many_tabs_at_once_store_one_answer_a_question(world: World) -> None:
    """Eight threads send at the same instant: one answer is stored, and nobody sees a failure."""
    question = opened(world)
    barrier, failures = threading.Barrier(8), []

    def tab() -> None:
        barrier.wait()
        try:
            send(world, question, right_form(question), new_key())
        except Exception as error:  # noqa: BLE001  any failure at all is what the test is about
            failures.append(error)

    tabs = [threading.Thread(target=tab) for _ in range(8)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    assert failures == []
    assert world.counts() == (1, 2, 1, 0)
