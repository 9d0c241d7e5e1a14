import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from placement.errors import DesignError
from placement.priors import NormalPrior
from placement.quadrature import STANDARD
from placement.tracks import Track, expected_losses, track_masses, track_of

CUTS = np.array([-0.75, 0.25, 1.0])


def test_a_person_at_a_cut_belongs_to_the_higher_track() -> None:
    theta = np.array([-0.76, -0.75, 0.2, 0.25, 0.99, 1.0])
    assert track_of(theta, CUTS).tolist() == [0, 1, 1, 2, 2, 3]


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5, unique=True).map(sorted))
def test_the_masses_of_a_cell_sum_to_one(cuts: list[float]) -> None:
    masses = track_masses(STANDARD.nodes, np.array(cuts))
    np.testing.assert_allclose(masses.sum(axis=0), 1, atol=1e-12)
    assert masses.min() >= 0


def test_a_cut_on_a_node_halves_its_cell() -> None:
    masses = track_masses(np.linspace(-2, 2, 9), np.array([0.5]))
    np.testing.assert_allclose(masses[0], [1, 1, 1, 1, 1, 0.5, 0, 0, 0])


def test_two_cuts_in_one_cell_share_it() -> None:
    masses = track_masses(np.linspace(-4, 4, 9), np.array([-0.25, 0.25]))
    np.testing.assert_allclose(masses[:, 4], [0.25, 0.5, 0.25])


@pytest.mark.parametrize(("mean", "sd"), [(0, 1), (0.25, 0.3), (0.9, 0.25), (-0.75, 0.4)])
def test_track_probabilities_of_a_normal_posterior(mean: float, sd: float) -> None:
    found = track_masses(STANDARD.nodes, CUTS) @ NormalPrior(mean, sd)(STANDARD.nodes)
    truth = np.diff([0, *norm.cdf(CUTS, mean, sd), 1])
    np.testing.assert_allclose(found, truth, atol=1e-3)


def test_expected_losses_by_hand() -> None:
    losses = np.array([[0.0, 6], [7, 0]])
    np.testing.assert_allclose(expected_losses(np.array([[0.25, 0.75]]), losses), [[5.25, 1.5]])


@pytest.mark.parametrize("hours", [-1.0, float("nan"), float("inf")])
def test_a_track_of_impossible_hours_is_refused(hours: float) -> None:
    with pytest.raises(DesignError, match="long"):
        Track("long", hours)
