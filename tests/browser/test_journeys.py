"""Three people's journeys, each in three languages, on three kinds of screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.person import Person
from tests.world import World
from webapp.taking import service as taking

DESK = {"viewport": {"width": 1100, "height": 800}}
PHONE_DARK = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
NARROW = {"viewport": {"width": 320, "height": 640}}

SCREENS = pytest.mark.parametrize(
    ("language", "name", "screen"),
    [
        ("nb", "Bokmål", DESK),
        ("nn", "Nynorsk", PHONE_DARK),
        ("en", "English", NARROW),
    ],
    ids=["nb-desk", "nn-phone-dark", "en-narrow"],
)
Visit = Callable[..., Person]


@SCREENS
def test_an_employee_is_placed(
    visit: Visit, world: World, language: str, name: str, screen: dict[str, object]
) -> None:
    person = visit(world.employee, **screen)
    person.choose_language(name)
    assert (person.place, person.language) == ("start", language)
    person.look()

    person.page.locator('a[href="/practice"]').click()
    assert person.place == "practice"
    person.look()
    person.press_main_button()  # nothing chosen yet
    assert person.page.locator(".ds-error-summary").is_visible()
    person.look()
    for _kind in range(3):
        person.answer(know=True)
        assert person.place == "practice"
        person.look()
        person.page.locator("main .actions a.ds-button").first.click()
    assert person.place == "start"

    person.begin()
    seen = []
    for turn in range(6):
        assert person.place == "question"
        person.look()
        seen.append(person.answer(know=turn % 2 == 0))
    assert len(set(seen)) == 6

    person.page.goto("/start")  # a pause
    person.look()
    person.page.locator('main a[href^="/attempts/"]').click()
    assert person.page.locator("form[data-item]").get_attribute("data-item") not in seen

    public_id = person.page.url.rsplit("/", 1)[1]
    world.answer_right(public_id, world.employee)
    person.page.reload()
    assert person.place == "result"
    rows = person.page.locator("[data-module][data-track]")
    placed = {
        row.get_attribute("data-module"): row.get_attribute("data-track") for row in rows.all()
    }
    assert set(placed) == {"TB", "RA", "IE"}
    assert set(placed.values()) <= {"long", "medium", "short", "direct"}
    person.look()

    person.page.locator("main textarea").fill("=1+1 <b>Takk</b>")
    person.page.locator('form[action$="/review"] button').click()
    assert person.place == "result"
    assert person.page.locator('main [role="status"]').first.is_visible()
    person.look()


@SCREENS
def test_hr_reads_the_round(
    visit: Visit, world: World, language: str, name: str, screen: dict[str, object]
) -> None:
    public_id = world.begin(world.employee)
    world.answer_right(public_id, world.employee)
    world.answer_right(world.begin(world.colleague), world.colleague, questions=3)
    person = visit(world.hr, **screen)
    person.choose_language(name)
    assert person.language == language
    person.look()
    person.page.locator('main a[href="/rounds/1"]').first.click()
    assert person.place == "round"
    person.look()
    person.page.goto("/rounds/1/outcomes")
    assert person.place == "outcomes"
    assert person.page.locator('[data-module="TB"][data-track="direct"]').count() >= 1
    person.look()
    for kind in ("csv", "xlsx"):
        with person.page.expect_download() as download:
            person.page.locator(f'a[href*="outcomes.{kind}"]').first.click()
        assert download.value.suggested_filename.endswith(kind)


@SCREENS
def test_an_author_mends_a_question_and_publishes(
    visit: Visit, world: World, language: str, name: str, screen: dict[str, object]
) -> None:
    underway = world.begin(world.employee)
    before = taking.open_question(world.database, underway, world.employee)
    assert before is not None
    person = visit(world.author, **screen)
    person.choose_language(name)
    assert (person.place, person.language) == ("bank", language)
    person.look()
    person.page.goto(f"/bank/{before.item}?key=1")
    assert person.place == "item"
    person.look()

    person.page.locator(f'main a[href^="/bank/{before.item}/edit"]').click()
    person.look()
    stem = person.page.locator("main textarea").first
    stem.fill(stem.input_value() + " Ny setning.")
    person.page.locator('button[value="save"]').first.click()
    assert person.place == "item"
    assert "Ny setning." in person.page.goto(f"/bank/{before.item}?in=nb").text()

    after = taking.open_question(world.database, underway, world.employee)
    assert after == before, "an attempt in progress keeps its revision"

    person.page.goto("/bank/pools/new")
    person.look()
    person.page.locator('main form[method="post"] button').last.click()
    assert person.place == "bank"
    person.look()


@SCREENS
def test_every_kind_of_question_is_shown_well(
    visit: Visit, world: World, language: str, name: str, screen: dict[str, object]
) -> None:
    """The authors' preview uses the employee's own markup, so all kinds can be met there."""
    person = visit(world.author, **screen)
    person.choose_language(name)
    page = person.page.content()
    kinds = set()
    for item in dict.fromkeys(re.findall(r'href="/bank/([A-Z]{2}-\d{3})"', page)):
        person.page.goto(f"/bank/{item}?in={language}")
        kind = person.page.locator("fieldset.question").get_attribute("data-kind")
        if kind not in kinds or kind == "hotspot":
            person.look()
        kinds.add(kind)
        if kinds == {"single", "multiple", "ordering", "matching", "short", "hotspot"}:
            break
    assert kinds == {"single", "multiple", "ordering", "matching", "short", "hotspot"}


@SCREENS
def test_the_pages_around_the_journeys(
    visit: Visit, world: World, language: str, name: str, screen: dict[str, object]
) -> None:
    """What most people never see, and somebody needs: statements, refusals, a link that is old."""
    person = visit(world.hr, **screen)
    person.choose_language(name)
    for address, place in (
        ("/rounds", "rounds"),
        ("/accessibility", "accessibility"),
        ("/privacy", "privacy"),
        ("/nowhere", "error"),
        ("/bank", "error"),
        ("/sign-in/an-old-link", "unknown-link"),
    ):
        person.page.goto(address)
        assert (person.place, person.language) == (place, language)
        person.look()
    person.page.locator(".sign-out button").click()
    assert (person.place, person.language) == ("signed-out", language)
    person.look()
