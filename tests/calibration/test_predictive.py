"""Checks by replicated answers: right by brute force, level and power where tests are adaptive."""

import numpy as np
import pytest

from calibration import Responses
from calibration.fit_report import fit_report
from calibration.fitted import Fitted
from calibration.predictive import PredictiveFit, predictive_fit
from calibration.predictive import _products as products
from calibration.replicating import Given, drawn
from placement.items import ItemParameters
from tests.calibration.examples import adaptive, dichotomous, graded


def known(a: np.ndarray, b: np.ndarray, se: float = 0.0) -> list[ItemParameters]:
    """A pool of these slopes and difficulties, each with a standard error of `se`."""
    rows = enumerate(zip(a.tolist(), b.tolist(), strict=True))
    return [
        ItemParameters(f"{j + 1}", "m", "", "2PL", p, q, se_a=se, se_b=se) for j, (p, q) in rows
    ]


def checked(scores: np.ndarray, pool: list[ItemParameters], **choices: int) -> PredictiveFit:
    form = Fitted.of_pool(pool)
    return predictive_fit(form, pool, form.scores(Responses.from_matrix(scores)), **choices)


def test_products_of_residuals_by_brute_force() -> None:
    scores, a, b = dichotomous(300, 5, seed=2, given=3)
    pool = known(a, b)
    form = Fitted.of_pool(pool)
    given = Given.of(form.scores(Responses.from_matrix(scores)), 2)
    chances = np.stack(form.chances)
    posterior = given.posterior(chances, form.weights)
    sums, squares = products(given, posterior, chances[:, 1])
    expected = np.zeros((2, 5, 5))
    for row, own in zip(scores, posterior, strict=True):
        answered = np.flatnonzero(~np.isnan(row))
        likelihood = np.prod([chances[j, int(row[j])] for j in answered], axis=0) * form.weights
        np.testing.assert_allclose(own, likelihood / likelihood.sum(), rtol=1e-9, atol=1e-15)
        for i in answered:
            for j in answered[answered > i]:
                product = own @ ((row[i] - chances[i, 1]) * (row[j] - chances[j, 1]))
                expected[:, i, j] += product, product**2
    np.testing.assert_allclose(np.triu(sums, 1), expected[0], atol=1e-9)
    np.testing.assert_allclose(np.triu(squares, 1), expected[1], atol=1e-9)


def test_replicated_answers_are_to_the_same_questions_and_parameters_stay_in_their_spread() -> None:
    scores, a, b = dichotomous(400, 6, seed=3, given=4)
    pool = known(a, b, 0.1)
    form = Fitted.of_pool(pool)
    given = Given.of(form.scores(Responses.from_matrix(scores)), 2)
    curves = []
    for draw in drawn(form, pool, given, 60, np.random.default_rng(1)):
        np.testing.assert_array_equal(draw.replicated.item, given.item)
        curves.append(draw.chances[:, 1])
    spread, middle = np.std(curves, axis=0), np.stack(form.chances)[:, 1]
    assert (spread.max(axis=1) > 0.005).all()
    assert (np.abs(np.mean(curves, axis=0) - middle) < 0.08).all()


def test_parameters_without_errors_are_known_and_a_seed_repeats_itself() -> None:
    scores, a, b = dichotomous(200, 5, seed=4, given=4)
    first, second = (checked(scores, known(a, b), draws=5, seed=9) for _ in range(2))
    assert first == second
    assert first.n_draws == 5
    assert all(0 < item.p <= 1 for item in first.items)


def test_several_categories_and_an_item_that_nobody_answered() -> None:
    scores, a, steps = graded(200, 4, 3, seed=5)
    scores[::3, 1] = np.nan
    scores[:, 3] = np.nan
    rows = enumerate(zip(a.tolist(), steps.tolist(), strict=True))
    pool = [
        ItemParameters(f"{j + 1}", "m", "", "GRM", p, 0.0, b_steps=tuple(q)) for j, (p, q) in rows
    ]
    found = checked(scores, pool, draws=20)
    assert [item.n_responses for item in found.items[:3]] == [200, 133, 200]
    assert all(item.p > 0.001 for item in found.items[:3])
    assert np.isnan(found.items[3].p)


def test_a_report_checks_where_there_are_gaps_and_says_so() -> None:
    scores, a, b = dichotomous(250, 6, seed=6)
    whole = fit_report(Responses.from_matrix(scores), known(a, b)).modules[0]
    assert whole.predictive is None
    scores[:100, 2] = np.nan
    gaps = fit_report(Responses.from_matrix(scores), known(a, b)).modules[0]
    assert gaps.predictive is not None
    assert 0 < gaps.predictive.n_pairs < 15
    assert any("100 of 250 persons were not asked" in note for note in gaps.notes)
    plain = fit_report(Responses.from_matrix(scores), known(a, b), predictive=False)
    assert plain.modules[0].predictive is None


@pytest.mark.slow
def test_the_level_holds_where_answers_chose_the_questions() -> None:
    """In full: docs/studies/predictive-checks.md."""
    p, pairs, looked_at = [], 0, 0
    for seed in range(2):
        scores, a, b, _ = adaptive(650, seed=7100 + seed)
        found = checked(scores, known(a, b), draws=30)
        p += [item.p for item in found.items]
        pairs, looked_at = pairs + len(found.pairs), looked_at + found.n_pairs
    # 120 items: the standard error of 0.05 is 0.02.
    assert np.mean(np.array(p) < 0.05) < 0.11
    # Averages over draws lean towards one half.
    assert 0.25 < np.mean(np.array(p) < 0.5) < 0.65
    assert 0.03 < pairs / looked_at < 0.07


@pytest.mark.slow
def test_misfits_are_found_where_answers_chose_the_questions() -> None:
    _, a, b, level = adaptive(1, seed=7200)
    steep = np.flatnonzero((a > 1.2) & (np.abs(b) < 1))
    flat, guessed = steep[:2].tolist()
    near = np.argsort(np.abs(level - 0.2))
    twins = [int(j) for j in near if j not in (flat, guessed)][:2]
    scores, *_ = adaptive(1000, seed=7200, flat=[flat], guessed=[guessed], twins=twins)
    found = checked(scores, known(a, b), draws=30)
    assert found.items[flat].flagged
    assert found.items[guessed].flagged
    assert found.items[flat].residuals[0] > 0 > found.items[flat].residuals[-1]
    best = found.pairs[0]
    assert {best.first, best.second} == {str(j + 1) for j in twins}
    assert best.flagged
    assert best.association > 0.3
