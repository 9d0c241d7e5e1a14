"""A person at a browser: answers, looks, and has axe look too."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE = """
async () => {
  const result = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(" ")).join(", ")}`);
}
"""


class Person:
    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def place(self) -> str:
        """Which page this is: `data-page`."""
        return self.page.locator("main").get_attribute("data-page") or ""

    @property
    def language(self) -> str:
        return self.page.locator("html").get_attribute("lang") or ""

    def choose_language(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(".language-choice").get_by_role("button", name=name).click()

    def press_main_button(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("main form .ds-button:not([data-variant])").first.click()

    def begin(self) -> None:
        with self.page.expect_navigation():
            self.page.locator('main form[action^="/invitations/"] button').click()

    def answer(self, *, know: bool = False) -> str:
        """Answer the question on the page; the item's identity."""
        form = self.page.locator("form[data-item]")
        item = form.get_attribute("data-item") or ""
        kind = form.locator("fieldset.question").get_attribute("data-kind")
        if know and kind in {"single", "hotspot", "multiple"}:
            form.locator('label[for="answer-1"]').last.click()
        else:
            form.locator('label[for="answer-dont-know"]').click()
        with self.page.expect_navigation():
            form.locator("button.ds-button").first.click()
        return item

    def look(self) -> None:
        """Nothing that axe finds, and nothing that has to be scrolled sideways."""
        where = f"{self.page.url} ({self.language})"
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = self.page.evaluate(RUN_AXE)
        assert violations == [], f"{where}: {violations}"
        width, shown = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert width <= shown, f"{where}: {width} px wide in a window of {shown}"
