"""catR 3.17's value of every criterion for every item, and the item it chooses."""

from typing import Any

import numpy as np
import pytest

from placement.arrays import Floats
from placement.criteria_global import (
    KullbackLeibler,
    LikelihoodWeightedInformation,
    PosteriorKullbackLeibler,
    PosteriorWeightedInformation,
)
from placement.criteria_matching import DifficultyMatch, PeakMatch, peaks
from placement.lookahead import Prospects, answers, curves_at
from placement.quadrature import interpolation
from placement.selectors import MaximumInformation
from placement.standing import Standing
from tests.placement.catr import every_state, likelihood_mass, pool_of, standing_in, states
from tests.placement.examples import needs_reference

pytestmark = needs_reference
EVERY = [(bank, state) for bank in ("2pl", "gpcm") for state in states(bank)]
cases = pytest.mark.parametrize(
    ("bank", "state"), EVERY, ids=[f"{bank}-{state['state']}" for bank, state in EVERY]
)


def agrees(found: Floats, state: dict[str, Any], name: str, *, lowest: bool = False) -> None:
    """Every value to 1e-6 of itself and of one, and the same item on top."""
    golden = np.array(state["criteria"][name]["values"], dtype=np.float64)
    free = np.isfinite(golden)
    np.testing.assert_allclose(found[free], golden[free], rtol=1e-6, atol=1e-6)
    sign = -1 if lowest else 1
    best = np.where(free, sign * found, -np.inf).argmax() + 1
    assert best == state["selected"][name]["item"]


@cases
def test_the_same_ability(bank: str, state: dict[str, Any]) -> None:
    assert standing_in(state, bank).mean[0] == pytest.approx(state["theta_used"], abs=1e-9)


@pytest.mark.parametrize("bank", ["2pl", "gpcm"])
def test_before_any_answer(bank: str) -> None:
    state = every_state(bank)[0]
    standing = standing_in(state, bank)
    assert standing.mean[0] == pytest.approx(state["theta_used"], abs=1e-9)
    agrees(MaximumInformation()(standing)[0], state, "MFI")
    if bank == "2pl":
        agrees(1 / DifficultyMatch()(standing)[0] - 1, state, "bOpt", lowest=True)
        agrees(1 / PeakMatch()(standing)[0] - 1, state, "thOpt", lowest=True)
    for name, criterion in (("KL", KullbackLeibler()), ("KLP", PosteriorKullbackLeibler())):
        found = criterion(standing)[0] * likelihood_mass(state, bank, prior=name == "KLP")
        golden = state["selected"][name]
        assert found.argmax() + 1 == golden["item"]
        assert found.max() == pytest.approx(golden["value"], rel=1e-6)


@cases
def test_maximum_information(bank: str, state: dict[str, Any]) -> None:
    agrees(MaximumInformation()(standing_in(state, bank))[0], state, "MFI")


@cases
@pytest.mark.parametrize(
    ("name", "criterion", "prior"),
    [
        ("KL", KullbackLeibler(), False),
        ("KLP", PosteriorKullbackLeibler(), True),
        ("MLWI", LikelihoodWeightedInformation(), False),
        ("MPWI", PosteriorWeightedInformation(), True),
    ],
)
def test_global_criteria_times_the_integral_that_catr_leaves_out(
    bank: str, state: dict[str, Any], name: str, criterion: Any, *, prior: bool
) -> None:
    found = criterion(standing_in(state, bank))[0]
    scale = likelihood_mass(state, bank, prior=prior)
    golden = np.array(state["criteria"][name]["values"], dtype=np.float64) / scale
    np.testing.assert_allclose(found[np.isfinite(golden)], golden[np.isfinite(golden)], rtol=1e-6)
    agrees(found * scale, state, name)


@cases
def test_expected_variance_with_the_chances_at_the_estimate(
    bank: str, state: dict[str, Any]
) -> None:
    """catR weighs by P(θ̂), not by the predictive chance; with its weights its digits."""
    standing = standing_in(state, bank)
    found = (chances_at_estimate(standing) * Prospects.of(standing).variances).sum(axis=1)
    agrees(found[0], state, "MEPV", lowest=True)


@cases
def test_expected_information_with_the_chances_at_the_estimate(
    bank: str, state: dict[str, Any]
) -> None:
    standing = standing_in(state, bank)
    pool, ahead = pool_of(bank), Prospects.of(standing)
    information = curves_at(pool.information, pool.nodes, ahead.means)
    agrees((chances_at_estimate(standing) * information).sum(axis=1)[0], state, "MEI_Fisher")


@pytest.mark.parametrize("state", states("2pl"), ids=lambda state: f"state{state['state']}")
def test_matching_difficulty_and_peak(state: dict[str, Any]) -> None:
    standing = standing_in(state, "2pl")
    agrees(1 / DifficultyMatch()(standing)[0] - 1, state, "bOpt", lowest=True)
    agrees(1 / PeakMatch()(standing)[0] - 1, state, "thOpt", lowest=True)
    golden = state["criteria"]["thOpt"]["theta_max_info"]
    inside = np.abs(golden) < 4
    np.testing.assert_allclose(peaks(pool_of("2pl"))[inside], np.array(golden)[inside], atol=1e-6)


def chances_at_estimate(standing: Standing) -> Floats:
    pool = standing.section.pool
    return answers(interpolation(pool.nodes, standing.mean), pool)
