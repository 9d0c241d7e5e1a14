"""Take pictures of the five main pages into docs/screenshots: desk and phone, light and dark.

Runs the demo on a folder of its own, so that nothing of yours is touched, and stops it again.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "screenshots"
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
Scheme = Literal["light", "dark"]
SCREENS: dict[str, ViewportSize] = {
    "desk": {"width": 1100, "height": 800},
    "phone": {"width": 390, "height": 844},
}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
MOST_QUESTIONS = 100


@contextmanager
def demo() -> Iterator[list[str]]:
    """The demo, served: its three sign-in links, in the order employee, item author, HR."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        # The demo's address is said here, so that the environment's own settings do not matter.
        own = {"SPOR_INSTANCE": folder, "PORT": port, "SPOR_BASE_URL": f"http://127.0.0.1:{port}"}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SPOR_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp", "demo", "--serve"],
            cwd=ROOT,
            env={**kept, **own},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield list(links(process))
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def links(process: subprocess.Popen[str]) -> Iterator[str]:
    """Read what the demo prints until it is running."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http\S+/sign-in/\S+", line):
            yield found[0]
        if "is running" in line:
            return


def journey(page: Page, employee: str, author: str, hr: str) -> Iterator[str]:
    """Go to each of the five pages; the name to keep its picture under."""
    page.goto(employee)
    page.goto("/start")
    yield "1-start"
    if page.locator('main form[action^="/invitations/"]').count():
        page.locator('main form[action^="/invitations/"] button').click()
    elif page.locator('main a[href^="/attempts/"]').count():
        page.locator('main a[href^="/attempts/"]').click()
    while page.locator("form[data-item]").count():
        if page.locator('fieldset[data-kind="single"]').count():
            break
        answer(page, "answer-dont-know")
    yield "2-question"
    for _ in range(MOST_QUESTIONS):
        if not page.locator("form[data-item]").count():
            break
        answer(page, "answer-1")
    yield "3-result"
    page.goto(hr)
    page.goto("/rounds/1/outcomes")
    yield "4-outcomes"
    page.goto(author)
    page.goto("/bank/TB-301?key=1")
    yield "5-item"


def answer(page: Page, control: str) -> None:
    kind = page.locator("fieldset.question").get_attribute("data-kind")
    chosen = control if kind in {"single", "multiple", "hotspot"} else "answer-dont-know"
    page.locator(f"#{chosen}").check()
    with page.expect_navigation():
        page.locator("form[data-item] button").first.click()


def photograph(browser: Browser, people: list[str], screen: str, scheme: Scheme) -> None:
    context = browser.new_context(
        base_url=people[0].partition("/sign-in/")[0],
        viewport=SCREENS[screen],
        color_scheme=scheme,
        locale="nb-NO",
    )
    page = context.new_page()
    for name in journey(page, *people):
        page.screenshot(path=OUT / f"{name}-{screen}-{scheme}.png", full_page=screen == "phone")
    context.close()


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    program = os.environ.get("CHROMIUM", "chromium")
    for screen in SCREENS:
        for scheme in SCHEMES:
            with demo() as people, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
                photograph(browser, people, screen, scheme)
                browser.close()
            print(f"{screen}, {scheme}: done")
    print(f"The pictures are in {OUT.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
