"""catR 3.17's own digits (../shared/reference/catr): EAP on its nodes, Fisher information."""

import csv
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from placement.conduct import section_of
from placement.items import ItemParameters
from placement.pool import Pool
from placement.quadrature import Quadrature
from placement.selectors import MaximumInformation
from placement.standing import Standing
from tests.placement.examples import REFERENCE, needs_reference, study_design

pytestmark = needs_reference
OWN_NODES, FINE = Quadrature(-4, 4, 33), Quadrature(-5, 5, 1281)


def states() -> list[dict[str, Any]]:
    if not REFERENCE.is_dir():
        return []
    return list(json.loads((REFERENCE / "catr" / "golden_2pl.json").read_text())["states"])


def bank(quadrature: Quadrature) -> Pool:
    rows = csv.DictReader((REFERENCE / "catr" / "bank2pl.csv").read_text().splitlines())
    return Pool.tabulate(
        [
            ItemParameters(f"i{n}", "m", "", "2PL", float(row["a"]), float(row["b"]))
            for n, row in enumerate(rows, start=1)
        ],
        quadrature,
    )


def standing_in(state: dict[str, Any], pool: Pool) -> Standing:
    section = section_of(study_design(), study_design().modules[0], pool)
    rows = np.atleast_1d(np.array(state["items"], dtype=np.int64)) - 1
    given = np.isin(np.arange(len(pool)), rows)
    categories = np.atleast_1d(np.array(state["responses"], dtype=np.int64))
    tables = np.log(pool.probabilities[rows, categories])
    return Standing.of(section, given[None], tables.sum(axis=0)[None])


@pytest.mark.parametrize(
    "state", [s for s in states() if s["items"]], ids=lambda state: f"state{state['state']}"
)
def test_eap_and_its_standard_error_to_1e_6(state: dict[str, Any]) -> None:
    golden = state["estimates"]["EAP_norm"]
    theta, se = study_design().estimator(standing_in(state, bank(OWN_NODES)))
    assert theta[0] == pytest.approx(golden["theta"], abs=1e-6)
    assert se[0] == pytest.approx(golden["se"], abs=1e-6)


@pytest.mark.parametrize("state", states(), ids=lambda state: f"state{state['state']}")
def test_fisher_information_of_every_item_to_1e_6(state: dict[str, Any]) -> None:
    pool = bank(FINE)
    standing = standing_in(state, pool)
    there = replace(standing, mean=np.array([state["theta_used"]]))
    found = MaximumInformation()(there)[0]
    golden = state["criteria"]["MFI"]["values"]
    for j, value in enumerate(golden):
        if value is not None:
            assert found[j] == pytest.approx(value, abs=1e-6)
    assert np.where(there.given[0], -np.inf, found).argmax() + 1 == state["selected"]["MFI"]["item"]
