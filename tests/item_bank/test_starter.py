"""The starter bank keeps the format and follows the blueprint."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from item_bank.answers import ShortText
from item_bank.scoring import score
from item_bank.service import practice_items, starter_sources

BLUEPRINT = Path(__file__).parents[3] / "shared" / "domain" / "blueprint.json"
MODULES, ITEMS = starter_sources()


def test_every_module_has_forty_questions():
    assert Counter(item.module for item in ITEMS) == {module.code: 40 for module in MODULES}
    assert {"TB", "RA", "IE"} <= {module.code for module in MODULES}


def test_ids_are_used_once():
    assert max(Counter(item.id for item in ITEMS).values()) == 1


def test_every_category_has_its_share_of_the_questions():
    counts = Counter(item.category for item in ITEMS)
    for module in MODULES:
        for category in module.categories:
            assert counts[category.code] == pytest.approx(40 * category.weight), category.code


def test_topics_and_levels_are_the_blueprints():
    if not BLUEPRINT.exists():
        pytest.skip("the blueprint is not beside this repository")
    blueprint = {module["code"]: module for module in json.loads(BLUEPRINT.read_text("utf-8"))}
    for module in MODULES:
        for category, wanted in zip(
            module.categories, blueprint[module.code]["categories"], strict=True
        ):
            found = sorted(
                (item.topic, item.level) for item in ITEMS if item.category == category.code
            )
            assert found == sorted((one["topic"], one["level"]) for one in wanted["topics"])
            assert category.weight == wanted["weight"]
            assert category.name.nb == wanted["name"]


def test_about_a_third_is_set_in_municipal_work():
    for module in MODULES:
        settings = [item.setting for item in ITEMS if item.module == module.code]
        assert 0.25 <= settings.count("municipal") / len(settings) <= 0.5, module.code


def test_the_practice_questions_are_in_no_module_and_of_different_kinds():
    practice = practice_items()
    assert not {item.id for item in practice} & {item.id for item in ITEMS}
    assert [item.content.kind for item in practice] == ["single", "multiple", "hotspot"]


@pytest.mark.parametrize(
    ("item_id", "right", "wrong"),
    [
        ("TB-204", ["5", "5.", "fem", "Five places", "5 Steder"], ["1", "4 steder"]),
        ("TB-703", ["24,7", "24.70 cm", "24,7cm", "24,7 Centimeter.", "247 mm"], ["247", "16"]),
        ("TB-705", ["4", "fire", "4 section breaks", "fire skift"], ["2", "to skift"]),
    ],
)
def test_questions_that_ask_for_a_number_take_it_as_people_write_it(item_id, right, wrong):
    content = next(item.content for item in ITEMS if item.id == item_id)
    assert content.body.type == "number"
    assert [score(content, ShortText(answer)) for answer in (*right, *wrong)] == (
        [1] * len(right) + [0] * len(wrong)
    )
