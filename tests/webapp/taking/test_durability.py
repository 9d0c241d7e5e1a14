"""`kill -9` between answers: what was acknowledged is there when the server comes back."""

from __future__ import annotations

import re
from datetime import timedelta
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from sqlalchemy import func, select

from tests.serving import Server
from tests.world import World, right_form
from webapp.database import Database
from webapp.people import service as people
from webapp.taking import service
from webapp.taking.models import Answer

KILLS = 3
ANSWERS_BETWEEN_KILLS = 4


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def answer_one(browser: OpenerDirector, base: str, world: World, public_id: str) -> bool:
    """Answer the open question over HTTP; True when the server said that it has it."""
    address = f"{base}/attempts/{public_id}"
    page = browser.open(address, timeout=10).read().decode()
    question = service.open_question(world.database, public_id, world.employee)
    assert question is not None
    fields = {name: [hidden(page, name)] for name in ("csrf_token", "position", "key")}
    body = urlencode(fields | right_form(question), doseq=True).encode()
    with browser.open(f"{address}/answers", body, timeout=10) as response:
        return bool(response.status == 200)  # after following the 303


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(Answer.id))) or 0


def test_nothing_acknowledged_is_lost_by_kill_9(world: World) -> None:
    server = Server(world.database.engine.url.render_as_string(hide_password=False))
    with world.database.write() as session:
        token = people.make_link(session, world.employee, lasts=timedelta(hours=1))
    public_id = world.begin(world.employee)
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    acknowledged = 0
    try:
        for _ in range(KILLS):
            server.start()
            browser.open(f"{server.base}/sign-in/{token}", timeout=10).close()
            for _ in range(ANSWERS_BETWEEN_KILLS):
                acknowledged += answer_one(browser, server.base, world, public_id)
            server.kill()
            assert stored(world.database) == acknowledged
    finally:
        server.kill()
    assert acknowledged == KILLS * ANSWERS_BETWEEN_KILLS
    assert service.open_question(world.database, public_id, world.employee) is not None
