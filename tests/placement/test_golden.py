"""A design stored before modules could be correlated: its attempts replay, and to the digit."""

import json
from dataclasses import asdict
from pathlib import Path

from placement.dependence import Independent
from placement.design import Design
from placement.engine import decide
from placement.order import Blocks
from placement.pool import Pool
from placement.responses import Response
from tests.placement.examples import authored_items

GOLDEN = json.loads((Path(__file__).parent / "golden" / "design_version_1.json").read_text())
DESIGN = Design.from_json(json.dumps(GOLDEN["design"]))
POOL = Pool.tabulate([*authored_items("TB"), *authored_items("RA")])


def test_a_stored_design_says_nothing_of_dependence_and_gets_none() -> None:
    assert "dependence" not in GOLDEN["design"]
    assert (DESIGN.dependence, DESIGN.order) == (Independent(), Blocks())


def test_stored_attempts_replay_to_the_digit() -> None:
    for sitting in GOLDEN["sittings"]:
        pairs = zip(sitting["items"], sitting["categories"], strict=True)
        responses = [Response(*pair) for pair in pairs]
        for n, (item, remaining) in enumerate(
            zip(sitting["items"], sitting["remaining"], strict=True)
        ):
            step = decide(DESIGN, POOL, responses[:n], seed=sitting["seed"])
            assert (step.item, list(step.remaining)) == (item, remaining)
        finish = decide(DESIGN, POOL, responses, seed=sitting["seed"])
        assert finish.reason == sitting["reason"]
        for placement, stored in zip(finish.placements, sitting["placements"], strict=True):
            now = json.loads(json.dumps(asdict(placement)))
            assert {name: now[name] for name in stored} == stored
            assert (now["own_track"], now["discordant"]) == (stored["track"], False)
            assert now["own_probabilities"] == stored["probabilities"]
