"""A scene is a drawing and nothing else, whoever drew it."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.scenes import SceneError, load, parse
from item_bank.texts import LANGUAGES

NAMES = sorted(
    file.name.removesuffix(".svg")
    for file in (resources.files("item_bank") / "scenes").iterdir()
    if file.name.endswith(".svg")
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{}</svg>'
PLACE = '<g data-place="{}" data-box="{}"><rect class="scene-paper" width="1" height="1"/></g>'


@pytest.mark.parametrize("name", NAMES)
def test_every_scene_of_ours_keeps_the_rules(name):
    scene = load(name)
    assert scene.places
    for language in LANGUAGES:
        drawn = scene.render(language)
        assert "{{" not in drawn
        assert drawn.startswith("<svg")
    for place, box in scene.places.items():
        assert box.x >= scene.view.x, place
        assert box.x + box.width <= scene.view.x + scene.view.width, place
        assert box.y + box.height <= scene.view.y + scene.view.height, place


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>*{}</style>",
        "<a><text>x</text></a>",
        '<image href="x.png"/>',
        '<use href="#x"/>',
        "<foreignObject/>",
        '<rect onclick="x"/>',
        '<rect style="x"/>',
        '<rect id="x"/>',
        '<rect fill="red"/>',
        '<rect class="ds-button"/>',
        '<rect transform="url(#x)"/>',
        '<g xmlns:x="http://x.example/"><x:rect/></g>',
        "<text>{{a|b}}</text>",
        "<text>a|b|c</text>",
        PLACE.format("Bold", "1 2 3 4"),
        PLACE.format("bold", "1 2 3"),
        PLACE.format("bold", "1 2 3 4") * 2,
        f'<g transform="translate(1)">{PLACE.format("bold", "1 2 3 4")}</g>',
        "<![CDATA[x]]>",
        "<rect>",
    ],
)
def test_what_is_no_plain_drawing_is_refused(inside):
    with pytest.raises(SceneError):
        parse("x", SVG.format(inside))


@pytest.mark.parametrize(
    "svg",
    [
        '<!DOCTYPE svg [<!ENTITY x "y">]>' + SVG.format("<text>&x;</text>"),
        '<?xml-stylesheet href="x"?>' + SVG.format(""),
        SVG.format("").replace(' viewBox="0 0 100 50"', ""),
        '<g xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_a_document_that_is_more_than_a_drawing_is_refused(svg):
    with pytest.raises(SceneError):
        parse("x", svg)


def test_a_text_is_said_in_one_language_and_escaped():
    scene = parse("x", SVG.format("<text>{{Å &lt;b&gt;|Å nn|Oh}}</text>"))
    assert "<text>Å &lt;b&gt;</text>" in scene.render("nb")
    assert "<text>Oh</text>" in scene.render("en")


def test_places_are_read_row_by_row():
    boxes = {"low": "1 40 5 5", "right": "60 2 5 5", "left": "10 3 5 5"}
    scene = parse("x", SVG.format("".join(PLACE.format(*place) for place in boxes.items())))
    assert scene.in_reading_order(["right", "low", "left"]) == ["left", "right", "low"]


@pytest.mark.parametrize("name", ["../base", "ra-grid.svg", "", "nowhere", "RA-GRID"])
def test_only_scenes_of_ours_are_loaded(name):
    with pytest.raises(SceneError):
        load(name)


@given(st.text())
def test_any_text_is_a_scene_or_refused(text):
    with pytest.raises(SceneError):
        parse("x", text)
