import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, norm

from placement.certification import PassCurve, PassMark
from placement.conduct import section_of
from placement.design import Design
from placement.errors import DesignError
from placement.guards import CertifiedDirect, NoGuard
from placement.pool import Pool
from placement.simulation import simulate
from placement.standing import Standing
from placement.tracks import expected_losses
from tests.placement.examples import (
    authored_design,
    authored_items,
    by_chance,
    sat,
    standard_normal,
)

POOL = Pool.tabulate(authored_items())
DESIGN = authored_design("TB")
SECTION = section_of(DESIGN, DESIGN.modules[0], POOL)


def standing_at(mean: float, sd: float) -> Standing:
    wanted = norm.logpdf(POOL.nodes, mean, sd) - np.log(SECTION.prior)
    return Standing.of(SECTION, np.arange(len(POOL))[None] < 12, wanted[None])


def test_the_defaults_put_eighty_of_a_hundred_at_the_cut() -> None:
    at_the_cut = np.array([0.0])
    assert PassCurve()(at_the_cut)[0] == pytest.approx(0.80, abs=0.005)
    assert PassMark()(at_the_cut)[0] == pytest.approx(0.80, abs=0.015)


def test_the_pass_mark_against_the_binomial_law() -> None:
    distance = np.linspace(-1, 0.6, 9)
    right = 1 / (1 + np.exp(-(distance + 0.24 + np.log(3))))
    exact = binom.sf(26, 36, right)
    np.testing.assert_allclose(PassMark()(distance), exact, atol=0.012)


def test_the_two_models_tell_much_the_same() -> None:
    distance = np.linspace(-1, 1, 41)
    assert np.abs(PassMark()(distance) - PassCurve()(distance)).max() < 0.03


def test_the_chance_is_averaged_over_the_posterior() -> None:
    sure, unsure = standing_at(1.3, 0.05), standing_at(1.3, 0.6)
    guard = CertifiedDirect()
    assert guard.passing(sure)[0] == pytest.approx(PassCurve()(np.array([0.3]))[0], abs=0.01)
    assert guard.passing(unsure)[0] < guard.passing(sure)[0] - 0.1


@pytest.mark.parametrize(
    ("mean", "sd", "free", "guarded"),
    [(1.15, 0.45, 3, 2), (1.9, 0.35, 3, 3), (0.6, 0.4, 2, 2), (-1.5, 0.4, 0, 0)],
)
def test_only_the_top_track_is_guarded(mean: float, sd: float, free: int, guarded: int) -> None:
    place = standing_at(mean, sd)
    losses = expected_losses(place.track_probabilities, SECTION.losses)
    assert NoGuard()(place, losses)[0] == free
    assert CertifiedDirect()(place, losses)[0] == guarded


def test_a_guard_changes_proposals_and_nothing_else() -> None:
    guarded = replace(DESIGN, guard=CertifiedDirect())
    for seed in range(4):
        (asked, end), (other, cautious) = (
            sat(d, POOL, by_chance(seed, 0.85), seed) for d in (DESIGN, guarded)
        )
        assert [s.item for s in asked] == [s.item for s in other]
        before, after = end.placements[0], cautious.placements[0]
        assert before.probabilities == after.probabilities
        assert (before.track, after.track) in {(t, t) for t in ("medium", "short", "direct")} | {
            ("direct", "short")
        }


def test_fewer_go_direct_and_more_of_them_pass() -> None:
    theta = standard_normal(600, 3)
    direct, passing = [], []
    for guard in (NoGuard(), CertifiedDirect()):
        sample = simulate(replace(DESIGN, guard=guard), POOL, theta, seed=1).modules[0]
        sent = sample.placed == 3
        direct.append(sent.sum())
        passing.append(PassCurve()(theta[sent] - 1.0).mean())
    assert direct[1] < direct[0]
    assert passing[1] > max(passing[0], 0.80)


def test_a_guard_survives_json_and_old_documents_have_none() -> None:
    guarded = replace(DESIGN, guard=CertifiedDirect(PassMark(40, 30), 0.7))
    assert Design.from_json(guarded.to_json()) == guarded
    document = json.loads(DESIGN.to_json())
    del document["guard"]
    assert Design.from_json(json.dumps(document)).guard == NoGuard()


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: PassCurve(slope=0), "slope"),
        (lambda: PassMark(36, 36), "no pass mark"),
        (lambda: CertifiedDirect(required=1.1), "required"),
    ],
)
def test_what_cannot_be_is_refused(make: object, fault: str) -> None:
    with pytest.raises(DesignError, match=fault):
        make()
