"""The page linter: what every page fetched in any test must be."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from flask.testing import FlaskClient
from justhtml import JustHTML
from werkzeug.test import TestResponse

LABELLED = {"input", "select", "textarea"}
NEEDS_NO_LABEL = {"hidden", "submit", "button"}
OUTSIDE = re.compile(r"^(https?:)?//")


def faults_in(html: str, *, lang: str | None = None) -> list[str]:
    """Everything that is wrong with a page; `lang` is the language that it should be in."""
    page = JustHTML(html, sanitize=False, collect_errors=True)
    every = list(page.query("*"))
    return [
        *(f"does not parse: {error}" for error in page.errors),
        *_frame(page, lang),
        *_ids(every),
        *_labels(every),
        *_strangers(every),
    ]


def _frame(page: JustHTML, lang: str | None) -> list[str]:
    headings = page.query("h1")
    titles = page.query("title")
    html = page.query("html")
    mains = page.query("main")
    said = html[0].attrs.get("lang") if html else None
    checks = (
        (len(headings) == 1, f"{len(headings)} h1 elements"),
        (len(titles) >= 1 and _text(titles[0]) != "", "no title"),
        (len(mains) == 1, f"{len(mains)} main elements"),
        (bool(mains and mains[0].attrs.get("data-page")), "main has no data-page"),
        (said in {"nb", "nn", "en"}, f"lang is {said!r}"),
        (lang is None or said == lang, f"lang is {said!r}, not {lang!r}"),
    )
    return [fault for holds, fault in checks if not holds]


def _ids(every: list[Any]) -> list[str]:
    counted = Counter(node.attrs["id"] for node in every if "id" in (node.attrs or {}))
    return [f"id {name!r} stands {count} times" for name, count in counted.items() if count > 1]


def _labels(every: list[Any]) -> list[str]:
    targets = {node.attrs.get("for") for node in every if node.name == "label"}
    return [
        f"{node.name} {node.attrs.get('name')!r} has no label"
        for node in every
        if node.name in LABELLED
        and node.attrs.get("type") not in NEEDS_NO_LABEL
        and node.attrs.get("id") not in targets
        and not {"aria-label", "aria-labelledby"} & node.attrs.keys()
    ]


def _strangers(every: list[Any]) -> list[str]:
    """Nothing is loaded from another host, and no script or style stands in the page itself."""
    faults = []
    for node in every:
        attrs = node.attrs or {}
        faults += [
            f"{node.name} loads {attrs[name]}"
            for name in ("src", "srcset", "action")
            if OUTSIDE.match(attrs.get(name) or "")
        ]
        if node.name == "link" and OUTSIDE.match(attrs.get("href") or ""):
            faults.append(f"link loads {attrs['href']}")
        if node.name == "style" or "style" in attrs or any(name.startswith("on") for name in attrs):
            faults.append(f"{node.name} carries its own style or script")
        if node.name == "script" and not attrs.get("src"):
            faults.append("a script stands in the page")
    return faults


def _text(node: Any) -> str:
    return str(node.to_text()).strip()


class LintedClient(FlaskClient):
    """A test client that refuses a page with faults, whatever the test is about."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        bodiless = {301, 302, 303, 307, 308}
        asks_for_body = response.request.method not in {"HEAD", "OPTIONS"}
        if (
            response.mimetype == "text/html"
            and asks_for_body
            and response.status_code not in bodiless
        ):
            faults = faults_in(response.get_data(as_text=True))
            assert not faults, f"{response.request.path}: {faults}"
        return response
