"""`kill -9` while people answer: what was acknowledged is there when the server comes back."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from sqlalchemy import func, select

from tests.serving import Server
from tests.world import World, right_form
from webapp.people import service as people
from webapp.taking import service
from webapp.taking.models import Answer, Attempt, Presentation
from webapp.taking.replay import replay

CLIENTS = 4
KILLS = 2
PATIENCE_S = 10
CUT_OFF = (URLError, HTTPException, ConnectionError, TimeoutError)
"""What a browser meets when the server dies under it."""


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


@dataclass
class Sitting:
    """One person at one browser; what was cut off is sent again."""

    world: World
    person: int
    base: str
    public_id: str = ""
    acknowledged: set[tuple[int, str]] = field(default_factory=set)
    """Position and key of every answer that the server said it has."""
    sent: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    browser: OpenerDirector = field(
        default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar()))
    )

    def sign_in(self) -> None:
        with self.world.database.write() as session:
            token = people.make_link(session, self.person, lasts=timedelta(hours=1))
        self.public_id = self.world.begin(self.person)
        self.browser.open(f"{self.base}/sign-in/{token}", timeout=10).close()

    def answer_until(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                if not self.answer_one(stopped):
                    return
            except HTTPError as refusal:
                self.faults.append(f"{refusal.code} {refusal.url}")
                return
            except CUT_OFF:
                time.sleep(0.02)

    def answer_one(self, stopped: threading.Event) -> bool:
        """Answer the open question; False when there is none."""
        address = f"{self.base}/attempts/{self.public_id}"
        with self.browser.open(address, timeout=10) as response:
            page = response.read().decode()
        if 'data-page="result"' in page:
            return False
        question = service.open_question(self.world.database, self.public_id, self.person)
        assert question is not None
        own = {name: [hidden(page, name)] for name in ("csrf_token", "position", "key")}
        position, key = int(own["position"][0]), own["key"][0]
        assert position == question.position
        body = urlencode(own | right_form(question), doseq=True).encode()
        while True:  # the same form again until it is answered, as a person presses once more
            try:
                self.sent[position] += 1
                self.browser.open(f"{address}/answers", body, timeout=10).close()
            except HTTPError:
                raise
            except CUT_OFF:
                if stopped.is_set():
                    return True
                time.sleep(0.02)
            else:
                self.acknowledged.add((position, key))
                return True


@contextmanager
def served(world: World) -> Iterator[Server]:
    server = Server(world.database.engine.url.render_as_string(hide_password=False))
    server.start()
    try:
        yield server
    finally:
        server.kill()


def stored(world: World, public_id: str) -> list[tuple[int, str]]:
    with world.database.read() as session:
        found = session.execute(
            select(Answer.position, Answer.idempotency_key)
            .join(Attempt)
            .where(Attempt.public_id == public_id)
            .order_by(Answer.position)
        )
        return [(position, key) for position, key in found]


def check(world: World, sitting: Sitting) -> None:
    """What must hold at any moment at which nobody is writing."""
    kept = stored(world, sitting.public_id)
    assert sitting.faults == []
    assert sitting.acknowledged <= set(kept), "an acknowledged answer is missing"
    assert [position for position, _ in kept] == list(range(1, len(kept) + 1))
    with world.database.read() as session:
        shown = session.scalar(
            select(func.count(Presentation.id))
            .join(Attempt, Attempt.id == Presentation.attempt_id)
            .where(Attempt.public_id == sitting.public_id)
        )
        finished = session.scalar(
            select(Attempt.finished_at).where(Attempt.public_id == sitting.public_id)
        )
    assert shown == len(kept) + (finished is None), "an answer without what follows from it"
    assert replay(world.database, sitting.public_id).differences == ()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_kill_9_at_any_moment(world: World) -> None:
    moments = random.Random()
    with served(world) as server:
        some = list(world.invitations)[: CLIENTS - 1]
        sittings = [Sitting(world, person, server.base) for person in (world.employee, *some)]
        for sitting in sittings:
            sitting.sign_in()
        stopped = threading.Event()
        threads = [
            threading.Thread(target=sitting.answer_until, args=(stopped,)) for sitting in sittings
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in range(KILLS):
                wait_for_answers(sittings, moments.randint(2, 9))
                time.sleep(moments.uniform(0, 0.05))
                server.kill()
                server.start()
            wait_for_answers(sittings, 2)
        finally:
            stopped.set()
            for thread in threads:
                thread.join(30)
    for sitting in sittings:
        check(world, sitting)
    assert acknowledged(sittings) >= 2 * (KILLS + 1)


def acknowledged(sittings: list[Sitting]) -> int:
    return sum(len(sitting.acknowledged) for sitting in sittings)


def wait_for_answers(sittings: list[Sitting], more: int) -> None:
    """Until so many more have been acknowledged, so that a slow machine is killed no earlier."""
    wanted, deadline = acknowledged(sittings) + more, time.monotonic() + PATIENCE_S
    while acknowledged(sittings) < wanted and time.monotonic() < deadline:
        time.sleep(0.005)


def test_nothing_acknowledged_is_lost_by_kill_9_between_answers(world: World) -> None:
    with served(world) as server:
        sitting = Sitting(world, world.employee, server.base)
        sitting.sign_in()
        for _ in range(4):
            assert sitting.answer_one(threading.Event())
        server.kill()
        check(world, sitting)
        assert len(stored(world, sitting.public_id)) == len(sitting.acknowledged) == 4
        server.start()
        assert sitting.answer_one(threading.Event())
        check(world, sitting)


def test_the_check_notices_an_acknowledged_answer_that_is_missing(world: World) -> None:
    sitting = Sitting(world, world.employee, "", world.begin(world.employee))
    world.answer_right(sitting.public_id, world.employee, questions=2)
    sitting.acknowledged.update(stored(world, sitting.public_id))
    check(world, sitting)
    sitting.acknowledged.add((3, "never stored"))
    with pytest.raises(AssertionError, match="missing"):
        check(world, sitting)
