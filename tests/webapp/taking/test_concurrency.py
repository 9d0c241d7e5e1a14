"""At the same instant: whatever people press twice or in two tabs happens once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import func, select

from tests.webapp.authoring.desk import Desk
from tests.world import World, right_form
from webapp.authoring import pools
from webapp.authoring import service as authoring
from webapp.database import Database
from webapp.outcomes import service as outcomes
from webapp.outcomes.models import Placement, ReviewRequest
from webapp.rounds import designs
from webapp.rounds.models import DesignVersion
from webapp.taking import service
from webapp.taking.forms import new_key
from webapp.taking.models import Answer, Presentation
from webapp.taking.replay import replay

PATIENCE_S = 30


def at_once(jobs: Iterable[Callable[[], object]]) -> list[object]:
    """Start all at the same instant; each one's result, or the exception that it ended with."""
    jobs = list(jobs)
    results: list[object] = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(number: int) -> None:
        barrier.wait(PATIENCE_S)
        try:
            results[number] = jobs[number]()
        except Exception as error:  # noqa: BLE001  any failure is what the tests look for
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in threads)
    return results


def sender(world: World, question: service.OpenQuestion, form: dict[str, list[str]]) -> Callable:
    sent = service.Submission(question.position, new_key(), form)
    return lambda: service.answer(world.database, question.public_id, world.employee, sent)


def opened(world: World, public_id: str) -> service.OpenQuestion:
    question = service.open_question(world.database, public_id, world.employee)
    assert question is not None
    return question


def rows(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_beginning_in_two_tabs_is_beginning_once(world: World) -> None:
    begun = at_once([lambda: world.begin(world.employee)] * 6)
    assert len(set(begun)) == 1
    assert isinstance(begun[0], str)
    assert world.counts() == (1, 1, 0, 0)


def test_two_tabs_with_different_answers_store_one_of_them(world: World) -> None:
    public_id = world.begin(world.employee)
    for position in range(1, 6):
        question = opened(world, public_id)
        right, unsure = right_form(question), {"dont_know": ["1"], "choice": ["dont_know"]}
        ends = at_once([sender(world, question, right), sender(world, question, unsure)] * 2)
        refused = [end for end in ends if end is not None]
        assert len(refused) == 2
        assert all(isinstance(end, service.AlreadyAnswered) for end in refused)
        assert world.counts() == (1, position + 1, position, 0)
    assert replay(world.database, public_id).differences == ()


def test_a_tab_left_behind_and_one_ahead_each_get_their_due(world: World) -> None:
    """One repeats an old answer while the other answers the next question."""
    public_id = world.begin(world.employee)
    for position in range(1, 5):
        first = opened(world, public_id)
        again = sender(world, first, right_form(first))
        again()
        following = opened(world, public_id)
        ends = at_once([again, sender(world, following, right_form(following)), again])
        assert ends == [None, None, None]
        assert world.counts() == (1, 2 * position + 1, 2 * position, 0)


def test_the_last_answer_sent_twice_at_once_gives_one_set_of_placements(world: World) -> None:
    public_id = world.begin(world.employee)
    last = None
    while (
        question := service.open_question(world.database, public_id, world.employee)
    ) is not None:
        last = question
        ends = at_once([sender(world, question, right_form(question))] * 2)
        assert ends == [None, None]
    assert last is not None
    assert rows(world.database, Answer) == rows(world.database, Presentation) == last.position
    assert rows(world.database, Placement) == 3
    assert replay(world.database, public_id).differences == ()


def test_two_people_answer_at_once_and_do_not_wait_for_each_other_in_vain(world: World) -> None:
    def sit(person: int) -> Callable[[], int]:
        public_id = world.begin(person)
        return lambda: world.answer_right(public_id, person, questions=6)

    assert at_once([sit(world.employee), sit(world.colleague)]) == [6, 6]
    assert world.counts() == (2, 14, 12, 0)


def test_a_wish_for_a_review_sent_twice_at_once_is_one_wish(busy: World) -> None:
    public_id = busy.begin(busy.employee)
    busy.answer_right(public_id, busy.employee)
    before = rows(busy.database, ReviewRequest)

    def ask() -> None:
        outcomes.ask_for_review(busy.database, public_id, busy.employee, "Please look again")

    assert at_once([ask] * 4) == [None] * 4
    assert rows(busy.database, ReviewRequest) == before + 1


@pytest.fixture
def desk(copy_of: Callable[[str], str]) -> Iterable[Desk]:
    database = Database(copy_of("desk"))
    yield Desk(database)
    database.engine.dispose()


def test_a_pool_published_twice_at_once_is_published_once(desk: Desk) -> None:
    plan = pools.plan_pool(desk.database)
    before = desk.counts()

    def publish() -> int:
        return pools.publish(desk.database, mark=plan.mark, by=desk.author, note="")

    ends = at_once([publish] * 4)
    numbers = [end for end in ends if isinstance(end, int)]
    assert len(numbers) == 1, ends
    refused = [end for end in ends if not isinstance(end, int)]
    assert all(isinstance(end, pools.PublishedMeanwhile | pools.NothingNew) for end in refused), (
        ends
    )
    assert desk.counts() == (before[0], before[1] + 1)


def test_a_pool_made_usable_twice_at_once_gets_one_design(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.publish()
    ready, fit = threading.Barrier(3), designs.fit_design

    def fit_and_wait(*args: object, **kwargs: object) -> object:
        """So that all three come to their writing at the same instant."""
        fitted = fit(*args, **kwargs)
        ready.wait(PATIENCE_S)
        return fitted

    monkeypatch.setattr(designs, "fit_design", fit_and_wait)
    ends = at_once([lambda: designs.fit_to_pool(desk.database, number)] * 3)
    assert len(set(ends)) == 1, ends
    assert isinstance(ends[0], int), ends
    assert rows(desk.database, DesignVersion) == 1


def test_of_two_authors_who_save_at_once_one_is_told(desk: Desk) -> None:
    before = desk.counts()
    ends = at_once([desk.opened("QA-100", f"New wording {n}") for n in range(3)])
    assert len([end for end in ends if isinstance(end, int)]) == 1, ends
    refused = [end for end in ends if not isinstance(end, int)]
    assert all(isinstance(end, authoring.SavedMeanwhile) for end in refused), ends
    assert desk.counts() == (before[0] + 1, before[1])
