import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from placement.conduct import section_of
from placement.dependence import Equal
from placement.design import Design, ModuleDesign
from placement.errors import DesignError
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.opening import Opening, expected_share
from placement.order import Interleaved, RouterThenBlocks
from placement.pool import Pool
from placement.stopping import FixedLength
from tests.placement.examples import authored_design, authored_items, by_chance, sat, study_design

POOL = Pool.tabulate(authored_items())
DESIGN = replace(authored_design("TB"), opening=Opening(2, 0.7), exposure=Randomesque())


def shares(pool: Pool = POOL) -> dict[str, float]:
    return module_shares(DESIGN.modules[0], pool)


def module_shares(module: ModuleDesign, pool: Pool) -> dict[str, float]:
    section = section_of(DESIGN, module, pool)
    return dict(zip(section.pool.items, expected_share(section), strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_the_first_two_are_ones_that_a_typical_person_answers_right(seed: int) -> None:
    asked, _ = sat(DESIGN, POOL, by_chance(seed), seed)
    first = [shares()[step.item] for step in asked]
    assert min(first[:2]) >= 0.7
    assert min(first) < 0.7


def test_the_chance_is_that_of_the_prior_s_mean() -> None:
    known = Pool.tabulate([ItemParameters("x", "TB", "", "2PL", 1.3, -0.8)])
    assert shares(pool=known)["x"] == pytest.approx(1 / (1 + np.exp(-1.3 * 0.8)), abs=1e-6)


def test_only_the_sitting_s_first_module_is_opened_gently() -> None:
    pool = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])
    design = replace(authored_design("TB", "RA"), opening=Opening(2, 0.7), stopping=FixedLength(2))
    known = {item: share for d in design.modules for item, share in module_shares(d, pool).items()}
    asked = [sat(design, pool, by_chance(seed), seed)[0] for seed in range(12)]
    least = np.array([[known[step.item] for step in one] for one in asked]).min(axis=0)
    assert least[:2].min() >= 0.7
    assert least[2:].max() < 0.7


@pytest.mark.parametrize("order", [RouterThenBlocks(1), Interleaved()])
def test_in_any_order_it_is_the_sitting_s_first_questions_that_are_gentle(order: Any) -> None:
    """Not those of the design's first module, which may come late."""
    pool = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])
    design = replace(
        authored_design("TB", "RA"),
        opening=Opening(2, 0.7),
        dependence=Equal(0.6),
        order=order,
        stopping=FixedLength(3),
    )
    known = {item: share for d in design.modules for item, share in module_shares(d, pool).items()}
    asked = [sat(design, pool, by_chance(seed), seed)[0] for seed in range(12)]
    least = np.array([[known[step.item] for step in one] for one in asked]).min(axis=0)
    assert least[:2].min() >= 0.7
    assert least[2:].max() < 0.7


def test_a_module_without_easy_items_begins_as_it_would() -> None:
    hard = Pool.tabulate([replace(item, b=item.b + 4) for item in authored_items()])
    asked, _ = sat(DESIGN, hard, by_chance(1))
    plain, _ = sat(replace(DESIGN, opening=Opening()), hard, by_chance(1))
    assert [step.item for step in asked] == [step.item for step in plain]


def test_when_the_easy_ones_are_used_up_the_others_come() -> None:
    few = [
        ItemParameters(f"i{j}", "m", "", "2PL", 1, b)
        for j, b in enumerate((-2.0, 0.5, 0.6, 0.7, 0.8))
    ]
    design = study_design(opening=Opening(3, 0.7), stopping=FixedLength(4))
    asked, _ = sat(design, Pool.tabulate(few), by_chance(1))
    assert asked[0].item == "i0"
    assert len(asked) == 4


def test_a_stored_design_without_the_field_has_no_opening() -> None:
    document = json.loads(DESIGN.to_json())
    del document["opening"]
    assert Design.from_json(json.dumps(document)) == replace(DESIGN, opening=Opening(0))
    assert Design.from_json(DESIGN.to_json()) == DESIGN


@pytest.mark.parametrize("wrong", [(-1, 0.7), (2, 1.2), (2, -0.1)])
def test_an_impossible_opening_is_refused(wrong: tuple[int, float]) -> None:
    with pytest.raises(DesignError, match="opening"):
        Opening(*wrong)
