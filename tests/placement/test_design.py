import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement.content import Blueprint
from placement.dependence import Equal
from placement.design import Design, ModuleDesign, Share, default_design
from placement.errors import DesignError
from placement.exposure import Randomesque
from placement.order import Blocks
from placement.planning import fit_design
from placement.plans import ModulePlan
from placement.pool import Pool
from placement.priors import NormalPrior
from placement.review import Review
from placement.selectors import MaximumInformation, TrackInformation
from placement.stopping import FixedLength, RateOfReturn
from tests.placement.examples import authored_design, authored_items

number = st.floats(0, 1e6, allow_nan=False)
plans = st.builds(
    ModulePlan,
    st.text(),
    st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=4).map(tuple),
    st.lists(st.integers(0, 999), max_size=4).map(tuple),
)
modules = st.builds(
    ModuleDesign,
    st.text(min_size=1),
    st.lists(st.builds(Share, st.text(), st.floats(0.01, 1)), unique_by=lambda s: s.category).map(
        tuple
    ),
    st.lists(st.floats(-4, 4), min_size=3, max_size=3, unique=True).map(sorted).map(tuple),
)
designs = st.builds(
    Design,
    st.text(min_size=1),
    st.integers(1, 10**9),
    st.lists(modules, min_size=1, max_size=3, unique_by=lambda m: m.module).map(tuple),
    prior=st.builds(NormalPrior, st.floats(-2, 2), st.floats(0.1, 1.5)),
    selector=st.sampled_from([MaximumInformation(), TrackInformation()]),
    content=st.builds(Blueprint, st.floats(0.01, 1)),
    exposure=st.builds(Randomesque, st.integers(1, 9), st.integers(1, 9), st.integers(0, 9)),
    stopping=st.builds(FixedLength, st.integers(1, 60), st.lists(plans, max_size=2).map(tuple))
    | st.builds(RateOfReturn, number, plans=st.lists(plans, max_size=2).map(tuple)),
    review=st.builds(Review, st.floats(0, 1), number),
)


@settings(max_examples=30, deadline=None)
@given(designs)
def test_json_gives_an_equal_design_back(design: Design) -> None:
    text = design.to_json()
    assert Design.from_json(text) == design
    assert Design.from_json(text).to_json() == text


def test_a_fitted_design_survives_json_to_the_last_digit() -> None:
    design = fit_design(authored_design("TB"), Pool.tabulate(authored_items()), simulees=40)
    assert Design.from_json(design.to_json()) == design


def test_the_default_design_is_what_the_municipality_was_told() -> None:
    design = default_design(["TB", "RA"])
    assert design.name == "placement"
    assert [(t.name, t.hours) for t in design.tracks] == [
        ("long", 15),
        ("medium", 8),
        ("short", 4),
        ("direct", 0),
    ]
    assert design.modules[1].cuts == (-0.75, 0.25, 1.0)
    assert isinstance(design.stopping, RateOfReturn)
    assert (design.stopping.minimum, design.stopping.maximum) == (5, 25)
    assert design.stopping.cost == 45 / 3600
    assert (design.dependence, design.order) == (Equal(0.3), Blocks())


def test_losses_are_the_table_of_hours_with_rows_by_true_need() -> None:
    """True need direct, short, medium, long; placed direct, short, medium, long."""
    table = [[0, 4, 8, 15], [5, 0, 4, 11], [9, 5, 0, 7], [16, 11, 6, 0]]
    reordered = tuple(tuple(float(x) for x in row[::-1]) for row in table[::-1])
    assert default_design(["TB"]).losses == reordered


def test_placing_direct_too_soon_is_the_dearest_mistake_of_each_row_but_the_last() -> None:
    for row in default_design(["TB"]).losses[:2]:
        assert row[3] == max(row)


def edited(**changes: Any) -> str:
    return json.dumps({**json.loads(authored_design("TB").to_json()), **changes})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "not a JSON document"),
        ("[]", "expected an object"),
        (edited(name=3), "name: expected str"),
        (edited(version=True), "version: expected int"),
        (edited(version=0), "version: 0 is below 1"),
        (edited(modules=[]), "needs a module"),
        (edited(colour="red"), "colour: is not known here"),
        (
            edited(selector={"kind": "psychic"}),
            "selector: kind 'psychic' is not one of b_opt",
        ),
        (edited(selector={"kind": "eap"}), "selector: kind 'eap' is not one of"),
        (edited(selector={"kind": ["eap"]}), "selector: kind"),
        (edited(selector=None), "selector: kind None"),
        (edited(review={"certainty": 2}), "review: certainty"),
        (edited(losses=[[0, 1], [1, 0]]), "losses: expected 4 rows"),
        (edited(losses=[[5, 1, 1, 1]] * 4), "right track must cost least"),
        (edited(losses=[[0.0, float("nan"), 1, 1]] * 4), r"losses\[0\]\[1\]: nan is not a finite"),
        (edited(prior={"kind": "normal", "sd": float("inf")}), "prior.sd: inf is not a finite"),
        (edited(tracks=[{"name": "long", "hours": 1}] * 4), "a track comes twice"),
        (edited(tracks=[{"name": "long"}]), r"tracks\[0\].hours: is missing"),
        (
            edited(modules=[{"module": "TB", "cuts": [1, 0, 2]}]),
            r"modules\[0\]: module TB: cuts do",
        ),
        (edited(modules=[{"module": "TB", "cuts": [0]}]), "TB has 1 cuts for 4 tracks"),
        (edited(modules=[{"module": "TB"}] * 2), "a module comes twice"),
        (edited(stopping={"kind": "rate_of_return", "minimum": 9, "maximum": 8}), "no range"),
    ],
)
def test_a_wrong_document_is_refused_where_it_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        Design.from_json(text)


def test_all_faults_are_named_at_once() -> None:
    text = edited(
        name=3,
        review={"certainty": 2},
        stopping={"kind": "rate_of_return", "cost": "dear", "minimum": 1.5},
        selector={"kind": "psychic"},
        colour="red",
    )
    with pytest.raises(DesignError) as caught:
        Design.from_json(text)
    assert {fault.split(":")[0] for fault in caught.value.faults} == {
        "name",
        "review",
        "stopping.cost",
        "stopping.minimum",
        "selector",
        "colour",
    }


def test_a_missing_required_field_is_named() -> None:
    with pytest.raises(DesignError) as caught:
        Design.from_json('{"tracks": []}')
    assert {"name: is missing", "version: is missing", "modules: is missing"} <= set(
        caught.value.faults
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": ""}, "name"),
        ({"version": -1}, "version"),
        ({"losses": ((0.0,),)}, "losses"),
        ({"losses": ((0.0, -1, 1, 1),) * 4}, "losses"),
    ],
)
def test_a_design_is_validated_at_birth(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        replace(authored_design("TB"), **changes)


@pytest.mark.parametrize(
    ("shares", "fault"),
    [
        ((Share("a", 1), Share("a", 1)), "twice"),
        ((Share("a", 0),), "no category has a weight"),
    ],
)
def test_a_blueprint_is_validated_at_birth(shares: tuple[Share, ...], fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        ModuleDesign("TB", shares)


@pytest.mark.parametrize("weight", [-0.1, float("nan")])
def test_a_share_is_a_number_from_nought(weight: float) -> None:
    with pytest.raises(DesignError, match="weight"):
        Share("a", weight)
