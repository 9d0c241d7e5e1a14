"""Drawn mock windows: `scenes/<name>.svg`, checked, put into a language, with named places.

A scene is drawn by us, but it goes into the page as it is; so it holds only what this file allows:
shapes and text, no script, style, id or address. `{{nb|nn|en}}` in a text is said in three
languages. A place is `<g data-place="bold" data-box="x y width height">`, in the scene's own units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup

from item_bank.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SVG = "http://www.w3.org/2000/svg"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
THREE_LANGUAGES = re.compile(r"\{\{([^{}|]*)\|([^{}|]*)\|([^{}|]*)\}\}")
NUMBER = r"-?\d+(?:\.\d+)?"
BOX = re.compile(rf"{NUMBER}(?:[ ,]+{NUMBER}){{3}}")
VALUE = re.compile(r"[\w\s.,%()+-]*")
ROWS = 12
"""Places within a twelfth of the height count as one row when they are numbered."""

ELEMENTS = frozenset(
    "svg g rect circle ellipse line polyline polygon path text tspan".split()  # noqa: SIM905
)
ATTRIBUTES = frozenset(
    "viewBox class x y x1 y1 x2 y2 dx dy width height rx ry cx cy r d points transform"  # noqa: SIM905
    " font-size font-weight font-style text-anchor text-decoration letter-spacing textLength"
    " stroke-width stroke-dasharray stroke-linecap stroke-linejoin data-place data-box".split()
)
CLASSES = frozenset(
    f"scene-{word}" for word in ("window", "bar", "paper", "line", "accent", "text", "muted")
)


class SceneError(ValueError):
    """A scene that is not there, or that breaks a rule; says which."""


class Box(NamedTuple):
    """Where a place is, in the scene's own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    svg: str
    view: Box
    places: Mapping[str, Box]

    @property
    def view_box(self) -> str:
        return " ".join(f"{number:g}" for number in self.view)

    def in_reading_order(self, places: list[str]) -> list[str]:
        """The places as the eye meets them, row by row, not as an author happened to list them."""
        band = self.view.height / ROWS

        def key(place: str) -> tuple[float, float]:
            box = self.places[place]
            return ((box.y + box.height / 2 - self.view.y) // band, box.x)

        return sorted(places, key=key)

    def render(self, language: Language) -> Markup:
        """The drawing in one language; the page lays the numbered places over it."""
        index = LANGUAGES.index(language) + 1
        root = ET.fromstring(self.svg)  # noqa: S314  (checked when it was loaded)
        for element in root.iter():
            element.tag = element.tag.removeprefix(f"{{{SVG}}}")
            element.text = _translated(element.text, index)
            element.tail = _translated(element.tail, index)
            for attribute in ("data-place", "data-box"):  # a place's id would name the key
                element.attrib.pop(attribute, None)
        root.set("aria-hidden", "true")  # the alt text and the radio buttons say it in words
        root.set("focusable", "false")
        return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  (escaped by ElementTree)


@lru_cache(maxsize=64)
def load(name: str) -> Scene:
    """The scene of that name; SceneError where it is missing or breaks a rule."""
    if not NAME.fullmatch(name):
        raise SceneError(f"a scene's name has small letters, digits and hyphens: {name!r}")
    file = resources.files("item_bank") / "scenes" / f"{name}.svg"
    if not file.is_file():
        raise SceneError(f"no such scene: {name}")
    return parse(name, file.read_text(encoding="utf-8"))


def parse(name: str, svg: str) -> Scene:
    """A checked scene from its text; SceneError lists every rule it breaks."""
    root = _root(svg)
    faults = list(_faults(root))
    if faults:
        raise SceneError(f"{name}: " + "; ".join(faults))
    boxes = {
        element.attrib["data-place"]: _box(element.attrib["data-box"])
        for element in root.iter()
        if "data-place" in element.attrib
    }
    return Scene(name, svg, _box(root.attrib["viewBox"]), boxes)


def _root(svg: str) -> ET.Element:
    if "<!" in re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL) or "<?" in svg:
        raise SceneError("no DOCTYPE, entity, CDATA or processing instruction")
    try:
        return ET.fromstring(svg)  # noqa: S314  (no DOCTYPE, so no entity to expand)
    except ET.ParseError as error:
        raise SceneError(f"not XML: {error}") from error


def _faults(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{{{SVG}}}svg" or not BOX.fullmatch(root.attrib.get("viewBox", "")):
        yield "an <svg> with a viewBox of four numbers"
    for element in root.iter():
        yield from _element_faults(element)
    places = [e.attrib["data-place"] for e in root.iter() if "data-place" in e.attrib]
    if len(set(places)) < len(places):
        yield "two places share an id"
    moved = [e for e in root.iter() if "transform" in e.attrib]
    if any("data-place" in inner.attrib for outer in moved for inner in outer.iter()):
        yield "a place may not stand within a transform: its box would be elsewhere"


def _element_faults(element: ET.Element) -> Iterator[str]:
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    if tag not in ELEMENTS:
        yield f"<{tag}> is not allowed"
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES:
            yield f"{attribute} on <{tag}> is not allowed"
        elif not VALUE.fullmatch(value):
            yield f"{attribute}={value!r} is not allowed"
    for unknown in set(element.attrib.get("class", "").split()) - CLASSES:
        yield f"the class {unknown} is not one of {', '.join(sorted(CLASSES))}"
    yield from _place_faults(element)
    for text in (element.text, element.tail):
        if re.search(r"\{\{|\}\}|\|", THREE_LANGUAGES.sub("", text or "")):
            yield f"a text in three languages is {{{{nb|nn|en}}}}, not {text!r}"


def _place_faults(element: ET.Element) -> Iterator[str]:
    if "data-place" in element.attrib:
        if not NAME.fullmatch(element.attrib["data-place"]):
            yield f"data-place={element.attrib['data-place']!r}: small letters, digits, hyphens"
        if not BOX.fullmatch(element.attrib.get("data-box", "")):
            yield "a place has a data-box of four numbers"


def _box(numbers: str) -> Box:
    return Box(*(float(number) for number in re.findall(NUMBER, numbers)))


def _translated(text: str | None, index: int) -> str | None:
    return None if text is None else THREE_LANGUAGES.sub(lambda match: match[index], text)
