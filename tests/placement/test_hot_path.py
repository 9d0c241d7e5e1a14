"""What was made quicker gives what the plain way gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from placement.arrays import Floats
from placement.conduct import GOES_ON, REASONS, section_of, stop_codes
from placement.criteria_global import KullbackLeibler, PosteriorKullbackLeibler, likelihood_of
from placement.design import Design
from placement.engine import decide
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.outcomes import Finish
from placement.plans import ModulePlan
from placement.pool import Pool
from placement.quadrature import interpolation
from placement.responses import Response
from placement.standing import Section, Standing
from placement.stopping import RateOfReturn
from tests.placement.examples import Drawn, authored_design, items_by_law, study_design

LAW = Pool.tabulate(items_by_law(5, 30, "TB", 6))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_few_best_are_those_of_a_full_sort(seed: int, tied: bool) -> None:
    generator = np.random.default_rng(seed)
    values = generator.random((20, 12))
    values = np.round(values, 1) if tied else values
    values[generator.random(values.shape) < 0.4] = -np.inf
    values[:, 0] = 0.3
    n, draws = generator.integers(0, 10, 20), generator.random((20, 13))
    scale = np.where(np.isfinite(values), values, 0).max(axis=1, keepdims=True)
    order = np.lexsort((draws[:, :-1], -np.round(values / scale, 9)))
    few = np.minimum(np.where(n < 5, 5, 3), np.isfinite(values).sum(axis=1))
    rank = np.minimum((draws[:, -1] * few).astype(int), few - 1)
    expected = np.take_along_axis(order, rank[:, None], axis=1)[:, 0]
    rule = Randomesque(5, 3, 5)
    np.testing.assert_array_equal(rule(values, n, Drawn(draws)), expected)
    each = [rule(values[r : r + 1], n[r : r + 1], Drawn(draws[r : r + 1])) for r in range(20)]
    np.testing.assert_array_equal(np.concatenate(each), expected)


def test_information_between_nodes_is_the_interpolation() -> None:
    pool = Pool.tabulate(items_by_law(1, 30))
    points = np.array([-7.0, -5.0, -1.234, 0.0, 0.05, 4.99, 5.0, 8.0])
    expected = interpolation(pool.nodes, points) @ pool.information.T
    np.testing.assert_allclose(pool.information_at(points), expected, rtol=1e-12)
    single = np.concatenate([pool.information_at(points[n : n + 1]) for n in range(points.size)])
    np.testing.assert_allclose(single, expected, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12))
def test_divergence_from_factors_is_the_sum_over_all_nodes(seed: int, n: int) -> None:
    """Guessing and few answers, so that the likelihood is far from 0 at the ends of the scale."""
    generator = np.random.default_rng(seed)
    pool = Pool.tabulate(items_of_all_kinds(generator))
    asked = generator.permutation(len(pool))[:n]
    answers = (generator.random(n) * pool.sizes[asked]).astype(int)
    given_items = np.isin(np.arange(len(pool)), asked)[None]
    section = section_of(study_design(), study_design().modules[0], pool)
    standing = Standing.of(section, given_items, pool.logs[asked, answers].sum(axis=0)[None])
    for criterion, weights in (
        (KullbackLeibler(), likelihood_of(standing)),
        (PosteriorKullbackLeibler(), standing.posterior),
    ):
        expected = divergence_by_nodes(standing, weights[0])
        np.testing.assert_allclose(criterion(standing)[0], expected, rtol=1e-7, atol=1e-8)


def items_of_all_kinds(generator: np.random.Generator) -> list[ItemParameters]:
    """Forty items of two categories, steep ones and guessed ones too, and ten of four."""
    a, b = generator.lognormal(0.2, 0.6, 50), generator.normal(0, 1.5, 50)
    c, steps = generator.beta(5, 17, 50), np.array([-1.1, 0.2, 0.9])
    guessed = [
        ItemParameters(f"g{j}", "m", "", "3PL", float(a[j]), float(b[j]), float(c[j]))
        for j in range(40)
    ]
    graded = [
        ItemParameters(f"s{j}", "m", "", "GRM", float(a[j]), 0, b_steps=tuple(b[j] + steps))
        for j in range(40, 50)
    ]
    return guessed + graded


def divergence_by_nodes(standing: Standing, weights: Floats) -> Floats:
    """Σ_q w_q Σ_k P_k(θ̂) log(P_k(θ̂) / P_k(θ_q)) of each item, no category that it lacks."""
    pool = standing.section.pool
    found = np.zeros(len(pool))
    for j, size in enumerate(pool.sizes):
        curves = pool.probabilities[j, :size]
        there = np.maximum(curves @ interpolation(pool.nodes, standing.mean)[0], 1e-300)
        found[j] = weights @ (there @ np.log(there[:, None] / curves))
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 1)), max_size=20))
def test_a_rate_of_return_is_a_plain_sum_over_steps_of_the_mean(
    answers: list[tuple[int, int]],
) -> None:
    """All horizons of all prefixes at once are each horizon of each prefix in loops."""
    design, precision = authored_design("TB"), tuple(1 + 0.3 * n for n in range(26))
    section = section_of(design, design.modules[0], LAW)
    rule = RateOfReturn(plans=(ModulePlan("TB", precision),))
    alone = [prefix_alone(section, answers[:n]) for n in range(len(answers) + 1)]
    given_items = np.concatenate([one.given for one in alone])
    sums = np.concatenate([one.log_likelihood for one in alone])
    together = Standing.of(section, given_items, sums, n=np.arange(len(alone)))
    expected = [rate_in_loops(section, one, n, precision) for n, one in enumerate(alone)]
    np.testing.assert_allclose(rule.rate(together), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(rule(together), np.array(expected) <= rule.cost)


def rate_in_loops(
    section: Section, standing: Standing, n: int, precision: tuple[float, ...]
) -> float:
    """Return the greatest gain per question, by the variance and the mean that are to come."""
    mean, variance = standing.mean.item(), standing.variance.item()
    now, rates = loss_of(section, mean, variance), []
    points = np.linspace(-4, 4, 25)
    weights = norm.pdf(points) / norm.pdf(points).sum()
    for ahead in RateOfReturn().horizons:
        if n + ahead >= len(precision):
            continue
        later = 1 / (1 / variance + precision[n + ahead] - precision[n])
        means = mean + np.sqrt(variance - later) * points
        losses = [loss_of(section, some, later) for some in means]
        rates.append((now - float(weights @ losses)) / ahead)
    return max(rates)


def loss_of(section: Section, mean: float, variance: float) -> float:
    """Return the expected loss of the best track when ability is normal."""
    below = norm.cdf(section.cuts, mean, variance**0.5)
    tracks = np.diff(np.concatenate(([0], below, [1])))
    return float(min(tracks @ section.losses))


def prefix_alone(section: Section, answers: list[tuple[int, int]]) -> Standing:
    """Return the standing after these answers, (row, category), summed one by one."""
    given_items = np.zeros((1, len(section.pool)), dtype=np.bool_)
    sums = np.zeros((1, section.pool.nodes.size))
    for row, category in answers:
        given_items[0, row] = True
        sums[0] += section.pool.logs[row, category]
    return Standing.of(section, given_items, sums, n=np.array([len(answers)]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.sampled_from([0.0, 0.0125, 0.05, 0.3]))
def test_a_sitting_has_ended_where_a_prefix_alone_says_so(seed: int, n: int, cost: float) -> None:
    generator = np.random.default_rng(seed)
    rule = RateOfReturn(cost, minimum=3, maximum=25)
    design = authored_design("TB")
    design = Design("other", 1, design.modules, stopping=rule)
    section = section_of(design, design.modules[0], LAW)
    rows, categories = generator.permutation(30)[:n], generator.integers(0, 2, n)
    answers = list(zip(rows.tolist(), categories.tolist(), strict=True))
    alone = [prefix_alone(section, answers[:some]) for some in range(n + 1)]
    codes = [stop_codes(design, one).item() for one in alone]
    ended = [code for code in codes if code != GOES_ON]
    step = decide(design, LAW, [Response(LAW.items[j], k) for j, k in answers], seed=1)
    assert isinstance(step, Finish) == bool(ended)
    if isinstance(step, Finish):
        assert step.reason is REASONS[ended[0]]
