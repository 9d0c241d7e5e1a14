import numpy as np
import pytest

from placement.conduct import section_of
from placement.items import ItemParameters
from placement.pool import Pool
from placement.selectors import MaximumInformation, TrackInformation
from placement.standing import Standing
from tests.placement.examples import items_by_law, response_function, study_design

POOL = Pool.tabulate(items_by_law(5, 12))
SECTION = section_of(study_design(), study_design().modules[0], POOL)


def standing_after(*answers: list[int]) -> Standing:
    """Each examinee has answered the first items of the pool."""
    tables = np.log(POOL.probabilities)
    sums = np.array(
        [
            sum((tables[j, k] for j, k in enumerate(row)), np.zeros(POOL.nodes.size))
            for row in answers
        ]
    )
    given = np.array([[j < len(row) for j in range(len(POOL))] for row in answers])
    return Standing.of(SECTION, given, sums)


def test_maximum_information_is_a_squared_p_q_at_the_mean() -> None:
    standing = standing_after([1, 0, 1], [0, 0])
    found = MaximumInformation()(standing)
    for n, theta in enumerate(standing.mean):
        for j in range(len(POOL)):
            p = response_function(POOL.a[j], POOL.b[j], 0, np.array([theta]))[0][0]
            assert found[n, j] == pytest.approx(POOL.a[j] ** 2 * p * (1 - p), abs=1e-4)


def test_track_information_against_a_loop() -> None:
    standing = standing_after([1, 0, 1], [0, 0], [])
    found = TrackInformation()(standing)
    for n, posterior in enumerate(standing.posterior):
        for j in range(len(POOL)):
            assert found[n, j] == pytest.approx(information_by_loop(posterior, j), abs=1e-12)


def information_by_loop(posterior: np.ndarray, j: int) -> float:
    """Σ p(t, k) log(p(t, k) / p(t) p(k)), term by term."""
    total = 0.0
    for k in range(2):
        answer = sum(posterior[q] * POOL.probabilities[j, k, q] for q in range(POOL.nodes.size))
        for mass in SECTION.masses:
            track = sum(posterior[q] * mass[q] for q in range(POOL.nodes.size))
            both = sum(
                posterior[q] * mass[q] * POOL.probabilities[j, k, q] for q in range(POOL.nodes.size)
            )
            total += both * np.log(both / (track * answer)) if both > 0 else 0
    return total


def test_an_answer_never_tells_more_than_the_track_holds() -> None:
    standing = standing_after([], [1, 1, 1, 0])
    chances = standing.track_probabilities
    entropy = -(chances * np.log(chances)).sum(axis=1)
    gain = TrackInformation()(standing)
    assert gain.min() > 0
    assert (gain.max(axis=1) < np.minimum(entropy, np.log(2))).all()


def test_the_better_of_two_items_at_the_mean_is_the_steeper() -> None:
    pair = [
        ItemParameters("flat", "m", "", "2PL", 0.7, 0),
        ItemParameters("steep", "m", "", "2PL", 2, 0),
    ]
    pool = Pool.tabulate(pair)
    section = section_of(study_design(), study_design().modules[0], pool)
    fresh = Standing.of(section, np.zeros((1, 2), dtype=np.bool_), np.zeros((1, pool.nodes.size)))
    for selector in (MaximumInformation(), TrackInformation()):
        assert selector(fresh)[0].argmax() == 1
