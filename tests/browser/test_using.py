"""What people do to pages: only keys, no script, double clicks, two tabs, the back button."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.person import Person
from tests.world import World

Visit = Callable[..., Person]


def focused(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        """() => { const e = document.activeElement; return {
            tag: e.tagName.toLowerCase(), type: e.type || "", id: e.id || "",
            value: e.value || "", href: e.getAttribute("href") || "",
            form: (e.form && e.form.getAttribute("action")) || "" } }"""
    )
    return found


SEES_FOCUS = """() => [document.activeElement, document.activeElement.closest(".ds-field")]
    .filter(e => e)
    .map(e => getComputedStyle(e))
    .some(style => style.outlineStyle !== "none" || style.boxShadow !== "none")"""


def tab_to(page: Page, wanted: Callable[[dict[str, str]], bool], most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted(focused(page)):
            outline = page.evaluate(SEES_FOCUS)
            assert outline, "the focus cannot be seen"
            return
    raise AssertionError("the keyboard does not reach it")


def answer_by_keyboard(page: Page) -> None:
    """Answer «I don't know» to whatever kind this is, without a mouse."""
    tab_to(
        page,
        lambda e: (
            e["tag"] in {"input", "select"}
            and e["type"] != "hidden"
            and e["form"].endswith("/answers")
        ),
    )
    for _ in range(60):
        now = focused(page)
        if now["id"] == "answer-dont-know":
            break
        page.keyboard.press("ArrowDown" if now["type"] == "radio" else "Tab")
    assert focused(page)["id"] == "answer-dont-know"
    if focused(page)["type"] == "checkbox":
        page.keyboard.press("Space")
    tab_to(page, lambda e: e["tag"] == "button" and e["form"].endswith("/answers"))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_whole_way_with_the_keyboard_alone(visit: Visit, world: World) -> None:
    person = visit(world.employee)
    page = person.page
    page.keyboard.press("Tab")
    assert focused(page)["href"] == "#main"
    tab_to(page, lambda e: e["tag"] == "button" and e["form"].startswith("/invitations/"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for _ in range(80):
        if person.place == "result":
            break
        assert person.place == "question"
        answer_by_keyboard(page)
    assert person.place == "result"
    assert {r.get_attribute("data-track") for r in page.locator("[data-track]").all()} == {"long"}
    tab_to(page, lambda e: e["tag"] == "textarea")
    page.keyboard.type("Kan noen se på dette en gang til?")
    tab_to(page, lambda e: e["tag"] == "button" and e["form"].endswith("/review"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator('main [role="status"]').first.is_visible()


def test_everything_works_without_scripts(visit: Visit, world: World) -> None:
    person = visit(world.employee, java_script_enabled=False)
    person.begin()
    for turn in range(3):
        assert person.place == "question"
        person.answer(know=turn != 1)
    assert world.counts() == (1, 4, 3, 0)


def test_a_double_click_answers_once(visit: Visit, world: World) -> None:
    person = visit(world.employee)
    person.begin()
    person.page.locator('label[for="answer-dont-know"]').click()
    with person.page.expect_response("**/answers"):
        person.page.locator("form[data-item] button").first.dblclick()
    person.page.wait_for_load_state("networkidle")
    assert person.place == "question"
    assert world.counts() == (1, 2, 1, 0)


def test_reload_and_the_back_button_are_harmless(visit: Visit, world: World) -> None:
    person = visit(world.employee)
    person.begin()
    first = person.answer()
    person.page.reload()
    person.page.go_back()
    person.page.go_forward()
    person.page.goto(person.page.url)
    assert person.page.locator("form[data-item]").get_attribute("data-item") != first
    assert world.counts() == (1, 2, 1, 0)


def test_two_tabs_keep_the_first_answer(visit: Visit, world: World) -> None:
    person = visit(world.employee)
    person.begin()
    other = Person(person.page.context.new_page())
    other.page.goto(person.page.url)
    person.page.locator("form[data-item]").wait_for()
    person.answer()
    form = other.page.locator("form[data-item]")
    kind = form.locator("fieldset.question").get_attribute("data-kind")
    if kind in {"single", "hotspot", "multiple"}:
        form.locator('label[for="answer-1"]').last.click()
    elif kind == "short":
        form.locator("#answer-1").fill("7")
    else:
        for number, select in enumerate(form.locator("select").all(), start=1):
            select.select_option(index=number)
    form.locator("button").first.click()
    assert other.place == "error"
    other.page.locator("main a.ds-button").click()
    assert other.place == "question"
    assert world.counts() == (1, 2, 1, 0)


CHOSEN_AT = """() => {
    const middle = box => [box.left + box.width / 2, box.top + box.height / 2];
    const chosen = ([x, y]) => document.elementFromPoint(x, y)?.closest("label")?.htmlFor;
    document.querySelector(".picture").scrollIntoView({block: "center"});
    const frame = document.querySelector(".picture-frame").getBoundingClientRect();
    const inside = ([x, y]) => x > frame.left && x < frame.right && y > frame.top;
    const places = [...document.querySelectorAll(".spot-area")].map(place =>
        [chosen(middle(place.getBoundingClientRect()))]);
    document.querySelectorAll(".spot-ground").forEach((ground, i) => {
        const box = ground.getBoundingClientRect(), [x, y] = middle(box), r = 0.42 * box.width;
        [[x, y], [x - r, y], [x + r, y], [x, y - r], [x, y + r]].filter(inside)
            .forEach(point => places[i].push(chosen(point)));
    });
    return places;
}"""


def pictured(page: Page) -> list[str]:
    """The questions with a picture, as an author finds them."""
    page.goto("/bank?kind=hotspot")
    return sorted(set(re.findall(r'href="/bank/([A-Z]{2}-\d{3})"', page.content())))


SIDEWAYS = "e => e.scrollWidth - e.clientWidth"


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_a_picture_fits_and_each_place_and_number_chooses_its_own(
    visit: Visit, world: World, width: int
) -> None:
    """Also where two places are neighbours, whose numbers nearly touch."""
    person = visit(world.author, viewport={"width": width, "height": 800})
    page = person.page
    items = pictured(page)
    assert len(items) > 5
    for item in items:
        page.goto(f"/bank/{item}")
        assert page.locator(".picture").evaluate(SIDEWAYS) == 0
        for number, chosen in enumerate(page.evaluate(CHOSEN_AT), start=1):
            assert set(chosen) == {f"answer-{number}"}, (item, number, chosen)
        for label in page.locator(".question > .ds-field").all():
            box = label.bounding_box()
            assert box is not None
            assert box["height"] >= 44, "the list's targets are large"


def test_on_a_phone_the_picture_can_be_larger_and_that_is_no_answer(
    visit: Visit, world: World
) -> None:
    person = visit(world.author, viewport={"width": 320, "height": 800})
    page = person.page
    page.goto(f"/bank/{pictured(page)[0]}")
    tab_to(page, lambda e: e["id"] == "picture-larger")
    page.keyboard.press("Space")
    assert page.locator(".picture").evaluate(SIDEWAYS) == 320
    assert page.locator(".picture-hint").is_visible()
    person.look()
    sent = page.locator("form:has(fieldset.question)").evaluate(
        "form => [...new FormData(form).keys()]"
    )
    assert set(sent) <= {"csrf_token"}
    assert page.locator('.question input[type="radio"]:checked').count() == 0


def test_hr_reads_placements_on_a_phone_without_pushing_sideways(
    visit: Visit, world: World
) -> None:
    world.answer_right(world.begin(world.employee), world.employee)
    person = visit(world.hr, viewport={"width": 320, "height": 640})
    person.page.goto("/rounds/1/outcomes")
    table = person.page.locator("table.people")
    assert table.locator("xpath=..").evaluate(SIDEWAYS) == 0
    for cell in table.locator("tbody tr").first.locator("td").all():
        label = cell.evaluate("e => getComputedStyle(e, '::before').content")
        assert cell.get_attribute("data-label") in label
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 320
    person.look()
