"""Each criterion against a loop over items, answers and nodes, and what each is for."""

from dataclasses import replace

import numpy as np
import pytest

from placement.conduct import section_of
from placement.criteria_ahead import ExpectedInformation, LossReduction, VarianceReduction
from placement.criteria_cuts import NearestCutInformation, UncertainCutInformation
from placement.criteria_global import (
    KullbackLeibler,
    LikelihoodWeightedInformation,
    PosteriorKullbackLeibler,
    PosteriorWeightedInformation,
)
from placement.criteria_matching import DifficultyMatch, PeakMatch, RandomItem, Stratified, peaks
from placement.design import Design
from placement.errors import DesignError
from placement.items import ItemParameters
from placement.kinds import KINDS
from placement.pool import Pool
from placement.quadrature import cell_widths
from placement.standing import Standing
from placement.stopping import FixedLength
from placement.strategies import Selector
from tests.placement.catr import FINE, partial_credit
from tests.placement.examples import by_chance, items_by_law, sat, study_design

POOL = Pool.tabulate(items_by_law(5, 9))
CRITERIA = [cls() for cls in KINDS[Selector].values()]
identify = pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: type(c).__name__)


def standing_after(*answers: list[int], pool: Pool = POOL) -> Standing:
    section = section_of(study_design(), study_design().modules[0], pool)
    tables = np.log(pool.probabilities)
    sums = [sum((tables[j, k] for j, k in enumerate(row)), 0 * pool.nodes) for row in answers]
    given = np.array([[j < len(row) for j in range(len(pool))] for row in answers])
    return Standing.of(section, given, np.array(sums))


def polytomous() -> Pool:
    """Six items of four categories, by hand."""
    generator = np.random.default_rng(4)
    rows = [[1.2, *np.sort(generator.normal(size=3))] for _ in range(6)]
    chances, information = partial_credit(rows)
    plain = [ItemParameters(f"p{j}", "m", "", "2PL", 1, 0) for j in range(6)]
    return replace(Pool.tabulate(plain, FINE), probabilities=chances, information=information)


def ahead(standing: Standing, n: int, j: int) -> list[tuple[float, np.ndarray]]:
    """(chance, posterior) after each answer to item j, one at a time."""
    found = []
    for table in standing.section.pool.probabilities[j]:
        joint = standing.posterior[n] * table
        found.append((joint.sum(), joint / joint.sum()))
    return found


def at(standing: Standing, curve: np.ndarray, theta: float) -> float:
    return float(np.interp(theta, standing.section.pool.nodes, curve))


@pytest.fixture(params=["two categories", "four categories"])
def standing(request: pytest.FixtureRequest) -> Standing:
    if request.param == "two categories":
        return standing_after([1, 0, 1], [0, 0], [])
    return standing_after([3, 0, 1], [0, 2], [], pool=polytomous())


def test_expected_variance_by_a_loop(standing: Standing) -> None:
    found, nodes = VarianceReduction()(standing), standing.section.pool.nodes
    for n, j in np.ndindex(found.shape):
        expected = sum(p * (w @ nodes**2 - (w @ nodes) ** 2) for p, w in ahead(standing, n, j))
        assert found[n, j] == pytest.approx(standing.variance[n] - expected, abs=1e-10)


def test_expected_information_by_a_loop(standing: Standing) -> None:
    found, pool = ExpectedInformation()(standing), standing.section.pool
    for n, j in np.ndindex(found.shape):
        expected = sum(
            p * at(standing, pool.information[j], w @ pool.nodes) for p, w in ahead(standing, n, j)
        )
        assert found[n, j] == pytest.approx(expected, abs=1e-3)


def test_expected_loss_by_a_loop(standing: Standing) -> None:
    found, section = LossReduction(backup=0)(standing), standing.section
    for n, j in np.ndindex(found.shape):
        now = (standing.posterior[n] @ section.masses.T @ section.losses).min()
        later = sum(
            p * (w @ section.masses.T @ section.losses).min() for p, w in ahead(standing, n, j)
        )
        assert found[n, j] == pytest.approx(now - later, abs=1e-10)


@pytest.mark.parametrize(
    ("criterion", "weighted"),
    [(KullbackLeibler(), False), (PosteriorKullbackLeibler(), True)],
)
def test_divergence_by_a_loop(standing: Standing, criterion: Selector, *, weighted: bool) -> None:
    found, pool = criterion(standing), standing.section.pool
    for n, j in np.ndindex(found.shape):
        weights = standing.posterior[n]
        if not weighted:
            weights = np.exp(standing.log_likelihood[n]) * cell_widths(pool.nodes)
            weights = weights / weights.sum()
        total = 0.0
        for table in pool.probabilities[j]:
            there = at(standing, table, standing.mean[n])
            total += weights @ (there * np.log(there / table))
        assert found[n, j] == pytest.approx(total, rel=2e-3, abs=1e-4)


def test_weighted_information_by_a_loop(standing: Standing) -> None:
    table, log_likelihood = standing.section.pool.information, standing.log_likelihood
    likelihood = np.exp(log_likelihood) * cell_widths(standing.section.pool.nodes)
    for n, j in np.ndindex(len(log_likelihood), len(table)):
        posterior = PosteriorWeightedInformation()(standing)[n, j]
        assert posterior == pytest.approx(standing.posterior[n] @ table[j])
        mean = likelihood[n] @ table[j] / likelihood[n].sum()
        assert LikelihoodWeightedInformation()(standing)[n, j] == pytest.approx(mean)


def test_information_at_the_nearest_and_at_the_most_uncertain_cut(standing: Standing) -> None:
    section, pool = standing.section, standing.section.pool
    near, unsure = NearestCutInformation()(standing), UncertainCutInformation()(standing)
    for n in range(len(near)):
        cut = min(section.cuts, key=lambda c: abs(c - standing.mean[n]))
        below = [standing.posterior[n] @ section.masses[: k + 1].sum(axis=0) for k in range(3)]
        other = section.cuts[int(np.abs(np.array(below) - 0.5).argmin())]
        for j in range(len(pool)):
            assert near[n, j] == pytest.approx(at(standing, pool.information[j], cut), abs=1e-3)
            assert unsure[n, j] == pytest.approx(at(standing, pool.information[j], other), abs=1e-3)


def test_where_no_answer_changes_the_track_the_fall_in_variance_decides() -> None:
    sure = standing_after([0] * 8)
    assert LossReduction(backup=0)(sure)[0, 8] == 0
    far = LossReduction()(sure)
    assert far.min() > 0
    assert far[0].argmax() == VarianceReduction()(sure)[0].argmax()


def test_guessing_moves_the_peak_above_the_difficulty() -> None:
    pool = Pool.tabulate([ItemParameters("g", "m", "", "3PL", 1.4, 0.3, 0.2)])
    exact = 0.3 + np.log((1 + np.sqrt(1 + 8 * 0.2)) / 2) / 1.4
    assert peaks(pool)[0] == pytest.approx(exact, abs=1e-3)


def test_a_test_climbs_from_flat_items_to_steep_ones() -> None:
    pool = Pool.tabulate(items_by_law(2, 80))
    design = study_design(selector=Stratified(4, 20), stopping=FixedLength(20))
    asked, _ = sat(design, pool, by_chance(3))
    a = dict(zip(pool.items, pool.a, strict=True))
    stages = np.array([a[step.item] for step in asked]).reshape(4, 5).mean(axis=1)
    assert (np.diff(stages) > 0).all()


def test_strata_are_of_equal_size_and_alike_in_difficulty() -> None:
    pool = Pool.tabulate(items_by_law(2, 80))
    strata = Stratified(4, 20)._stratum(pool)
    assert np.bincount(strata).tolist() == [20] * 4
    means = [pool.b[strata == s].mean() for s in range(4)]
    assert np.ptp(means) < 0.15


@pytest.mark.parametrize("wrong", [(0, 20), (5, 4)])
def test_strata_that_do_not_fit_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(DesignError, match="strata"):
        Stratified(*wrong)


def test_matching_prefers_what_is_near() -> None:
    standing = standing_after([1, 0, 1])
    nearest = np.abs(POOL.b - standing.mean[0]).argmin()
    assert DifficultyMatch()(standing)[0].argmax() == nearest
    assert PeakMatch()(standing)[0].argmax() == nearest
    assert np.ptp(RandomItem()(standing)) == 0


@identify
def test_no_worth_is_negative_and_lockstep_is_one_at_a_time(criterion: Selector) -> None:
    rows = ([1, 0, 1], [], [0] * 8)
    together = criterion(standing_after(*rows))
    assert (together >= 0).all()
    for n, row in enumerate(rows):
        np.testing.assert_allclose(criterion(standing_after(row))[0], together[n], atol=1e-12)


@identify
def test_every_criterion_gives_a_whole_test_and_survives_json(criterion: Selector) -> None:
    design = study_design(selector=criterion, stopping=FixedLength(6))
    assert Design.from_json(design.to_json()) == design
    asked, end = sat(design, POOL, by_chance(2))
    assert len({step.item for step in asked}) == end.placements[0].n_items == 6


@identify
def test_items_of_more_categories(criterion: Selector) -> None:
    found = criterion(standing_after([3, 0, 1], pool=polytomous()))
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def at_the_limits() -> Pool:
    """Items with the smallest and the greatest numbers that an item may have."""
    numbers = [
        {"a": 1e-9}, {"a": 1e9}, {"b": 1e9}, {"b": -1e9}, {"a": 1e9, "b": 0.33},
        {"a": 1e9, "b": 1e9}, {"a": 1e-9, "se_a": 1e9}, {"se_b": 1e9},
        {"se_a": 1e9, "se_b": 1e9, "cov_ab": 9e8},
    ]  # fmt: skip
    steps = [{"model": "GRM", "b_steps": (-1e9, 1e9)}, {"model": "GPCM", "b_steps": (1e9, -1e9)},
        {"model": "NRM", "a": 1e9, "a_steps": (1e9, -1e9), "d_steps": (1e9, -1e9)}]  # fmt: skip
    plain = {"module": "m", "category": "", "model": "2PL", "a": 1.0, "b": 0.0}
    changes = enumerate([*numbers, *steps])
    return Pool.tabulate([ItemParameters(f"i{k}", **{**plain, **some}) for k, some in changes])


@identify
@pytest.mark.parametrize("answers", [[], [0, 1, 0], [1] * 12])
def test_items_at_the_limits_have_a_worth(criterion: Selector, answers: list[int]) -> None:
    found = criterion(standing_after(answers, pool=at_the_limits()))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
