"""A real browser against a real server: Debian's chromium, or whatever CHROMIUM points to."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from tests.browser.person import AXE, Person
from tests.pages import faults_in
from tests.serving import Server
from tests.world import World
from webapp.database import Database
from webapp.people import service as people

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.fail("no chromium: run `make test`, which finds or installs one")
    if not AXE.exists():
        pytest.fail("axe-core is not installed: run `make assets`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def world(sqlite_templates: Callable[[str], Path], tmp_path: Path) -> Iterator[World]:
    """The browser tests' own world: SQLite, whatever the other tests run on."""
    file = tmp_path / "world.sqlite3"
    file.write_bytes(sqlite_templates("world").read_bytes())
    database = Database(f"sqlite:///{file}")
    yield World(database)
    database.engine.dispose()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    server = Server(world.database.engine.url.render_as_string(hide_password=False))
    server.start()
    yield server
    server.kill(signal.SIGTERM)


@pytest.fixture
def visit(browser: Browser, server: Server, world: World) -> Iterator[Callable[..., Person]]:
    """Opens a browser window for a person and follows their personal link."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def lint(response: Response) -> None:
        if response.request.resource_type == "document" and response.status not in range(300, 400):
            faults.extend(f"{response.url}: {fault}" for fault in faults_in(response.text()))

    def hush(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("requestfailed", lambda request: _note_failure(request, faults))
        page.on("response", lint)

    def open_window(person_id: int, **options: object) -> Person:
        context = browser.new_context(base_url=server.base, **options)
        contexts.append(context)
        context.on("page", hush)
        with world.database.write() as session:
            token = people.make_link(session, person_id, lasts=timedelta(hours=1))
        page = context.new_page()
        page.goto(f"/sign-in/{token}")
        return Person(page)

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []


def _note_failure(request: object, faults: list[str]) -> None:
    if "ERR_ABORTED" not in str(request.failure):
        faults.append(f"{request.url}: {request.failure}")
