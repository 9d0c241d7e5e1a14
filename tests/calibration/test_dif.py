"""Differential item functioning: exact examples, definitions, and who is found in simulations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import CalibrationError, Model, Responses
from calibration.dif_likelihood import likelihood_ratios, split_items
from calibration.dif_logistic import NOTHING, logistic_dif, maximum, nagelkerke, size_class
from calibration.dif_mantel import counts, ets_class, mantel_haenszel
from calibration.dif_report import dif_report
from calibration.multiplicity import benjamini_hochberg

# Admissions to six departments of Berkeley, 1973 (Bickel, Hammel & O'Connell 1975, Science 187):
# (admitted, refused) men, then women.
BERKELEY = [
    ((512, 313), (89, 19)),
    ((353, 207), (17, 8)),
    ((120, 205), (202, 391)),
    ((138, 279), (131, 244)),
    ((53, 138), (94, 299)),
    ((22, 351), (24, 317)),
]


def people(tables):
    """Scores, membership and stratum of the persons that tables count."""
    scored, focal, stratum = [], [], []
    for s, groups in enumerate(tables):
        for g, (right, wrong) in enumerate(groups):
            scored += [1] * right + [0] * wrong
            focal += [bool(g)] * (right + wrong)
            stratum += [s] * (right + wrong)
    return np.array(scored), np.array(focal), np.array(stratum)


def test_berkeley_admissions_as_r_reports_them():
    # R 4.2, mantelhaen.test(UCBAdmissions): 1.4269, p 0.2323, odds ratio 0.9046968, and its 95 %
    # interval 0.7719074 to 1.0603298. R's first column is the men, admitted over refused.
    found = mantel_haenszel(*people(BERKELEY))
    assert found.chi2 == pytest.approx(1.4269, abs=5e-5)
    assert found.p == pytest.approx(0.2323, abs=5e-5)
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    assert found.delta == pytest.approx(-2.35 * np.log(0.9046968), abs=1e-6)
    half = 1.959964 * found.se_delta / 2.35
    assert np.exp(np.log(found.odds_ratio) - half) == pytest.approx(0.7719074, abs=1e-6)
    assert np.exp(np.log(found.odds_ratio) + half) == pytest.approx(1.0603298, abs=1e-6)
    assert found.ets == "A"


def test_one_stratum_by_hand():
    # 30 of 40 against 20 of 40: odds ratio 3; |30 - 25| - ½ squared over 40·40·50·30 / (80²·79).
    found = mantel_haenszel(*people([((30, 10), (20, 20))]))
    assert found.odds_ratio == pytest.approx(3.0)
    assert found.chi2 == pytest.approx(4.5**2 / (40 * 40 * 50 * 30 / (80**2 * 79)))
    assert found.difference == pytest.approx(-0.25)
    assert found.ets == "B"


def test_several_categories_by_hand():
    # One stratum, reference 0 1 1 2, focal 0 0 1 1: focal sum 2, expected 4 · 6/8 = 3,
    # variance 4 · 4 · (8 · 8 - 36) / (64 · 7).
    scored = np.array([0, 1, 1, 2, 0, 0, 1, 1])
    focal = np.repeat([False, True], 4)
    found = mantel_haenszel(scored, focal, np.zeros(8, int))
    assert found.chi2 == pytest.approx(1 / (16 * 28 / (64 * 7)))
    assert found.difference == pytest.approx(-0.5)
    assert np.isnan(found.delta)
    assert found.ets == ""


def test_strata_of_one_group_say_nothing():
    alone = [((9, 3), (0, 0)), ((0, 0), (4, 4))]
    ours, theirs = (mantel_haenszel(*people(t)) for t in (BERKELEY, [*BERKELEY, *alone]))
    assert ours == theirs


def test_nothing_in_common_is_nan():
    found = mantel_haenszel(*people([((5, 5), (0, 0))]))
    assert np.isnan([found.delta, found.chi2, found.p]).all()


def test_counts():
    table = counts(np.array([0, 1, 1]), np.array([False, True, True]), np.array([4, 4, 9]))
    assert table.tolist() == [[[1, 0], [0, 1]], [[0, 0], [0, 1]]]


@pytest.mark.parametrize(
    ("delta", "se", "p", "expected"),
    [
        (0.9, 0.1, 0.001, "A"),
        (2.0, 0.2, 0.06, "A"),
        (1.2, 0.1, 0.001, "B"),
        (-1.6, 0.5, 0.01, "B"),
        (-1.6, 0.3, 0.01, "C"),
        (np.nan, 0.3, 0.01, ""),
    ],
)
def test_ets_classes(delta, se, p, expected):
    assert ets_class(delta, se, p) == expected


def test_exchanging_the_groups_turns_the_sign():
    scored, focal, stratum = people(BERKELEY)
    there, back = (mantel_haenszel(scored, f, stratum) for f in (focal, ~focal))
    assert there.delta == pytest.approx(-back.delta)
    assert there.chi2 == pytest.approx(back.chi2)


def test_logistic_regression_of_a_two_by_two_table_is_its_odds_ratio():
    right, focal, _ = people([((30, 10), (20, 20))])
    point, height = maximum(np.stack((np.ones(80), focal.astype(float)), axis=1), right)
    assert point == pytest.approx([np.log(3), -np.log(3)])
    assert height == pytest.approx(30 * np.log(0.75) + 10 * np.log(0.25) + 40 * np.log(0.5))


def test_nagelkerke_is_1_for_certainty():
    assert nagelkerke(100 * np.log(0.5), 0.0, 100) == pytest.approx(1.0)


def test_sizes_by_jodoin_and_gierl():
    assert [size_class(c, 0.01) for c in (0.034, 0.035, 0.07)] == ["A", "B", "C"]
    assert size_class(0.2, 0.06) == "A"


def test_groups_told_apart_by_their_answers_have_no_maximum():
    focal = np.repeat([False, True], 50)
    assert logistic_dif(focal.astype(int), focal, np.linspace(-1, 1, 100)) is NOTHING
    assert logistic_dif(np.ones(100, int), focal, np.zeros(100)) is NOTHING


def test_benjamini_hochberg_as_in_their_paper():
    # Benjamini & Hochberg (1995), section 4.1: fifteen p-values, four rejected at 0.05.
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.000,
    ]  # fmt: skip
    adjusted = benjamini_hochberg(p)
    assert sum(value <= 0.05 for value in adjusted) == 4
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=30))
def test_adjusted_p_values_are_larger_and_in_order(p):
    adjusted = np.array(benjamini_hochberg(p))
    known = ~np.isnan(p) if p else np.zeros(0, bool)
    assert (np.isnan(adjusted) == ~known).all()
    values = np.array(p)[known] if p else np.zeros(0)
    assert (adjusted[known] >= values - 1e-15).all()
    assert (np.diff(adjusted[known][np.argsort(values)]) >= -1e-15).all()


def simulated(seed, persons=1500, items=16, *, shift=0.0, slope=1.0, impact=0.5, asked=1.0):
    """Two groups; item 0 is harder by `shift` and steeper by `slope` in the focal one."""
    rng = np.random.default_rng(seed)
    focal = rng.random(persons) < 0.4
    theta = rng.standard_normal(persons) - impact * focal
    a, b = rng.lognormal(0.1, 0.25, items), np.linspace(-1.5, 1.5, items)
    b[0] = 0.0
    logits = a * (theta[:, None] - b)
    logits[:, 0] = a[0] * np.where(focal, slope, 1.0) * (theta - shift * focal)
    scores = (rng.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(float)
    scores[rng.random(scores.shape) >= asked] = np.nan
    names = ["focal" if member else "other" for member in focal]
    return Responses.from_matrix(scores, groups=names)


@pytest.mark.parametrize("asked", [1.0, 0.6])
def test_a_shifted_item_is_found_and_the_others_are_not(asked):
    report = dif_report(simulated(3, shift=0.9, asked=asked), "focal")
    first, *others = report.items
    assert first.flag in {"B", "C"}
    assert first.mantel_haenszel.delta < -1
    assert first.logistic.p_uniform < 0.001
    assert sum(bool(item.flag) for item in others) <= 1
    assert report.matching == ("summed score" if asked == 1 else "ability from the other answers")


def test_a_steeper_item_is_found_by_the_product():
    report = dif_report(simulated(4, slope=2.5, impact=0.0, persons=3000), "focal")
    assert report.items[0].logistic.p_nonuniform < 0.001
    assert report.items[0].logistic.slope > 0


def test_likelihood_ratio_finds_how_much_harder():
    responses = simulated(5, shift=0.8, items=8)
    report = dif_report(responses, "focal", ratios=True)
    first = report.items[0].likelihood_ratio
    assert first.df == 2
    assert first.p < 1e-4
    assert first.shift == pytest.approx(0.8, abs=0.35)


def test_with_anchors_only_the_others_are_tested():
    responses = simulated(6, shift=0.8, items=8)
    anchors = ["5", "6", "7", "8"]
    report = dif_report(responses, "focal", anchors=anchors, ratios=True)
    tested = [item.item for item in report.items if item.likelihood_ratio]
    assert tested == ["1", "2", "3", "4"]
    assert report.items[0].likelihood_ratio_p_adjusted < 0.001
    assert report.items[2].likelihood_ratio_p_adjusted > 0.01


def test_splitting_moves_the_focal_groups_answers():
    scores = [[1, 0], [0, 1], [1, np.nan]]
    responses = Responses.from_matrix(scores, groups=["a", "b", "b"])
    starts, item, score = split_items(responses, ["1"]).answers.triplets()
    assert starts.tolist() == [0, 2, 4, 5]
    assert item.tolist() == [0, 1, 1, 2, 2]
    assert score.tolist() == [1, 0, 1, 0, 1]


def test_what_cannot_be_compared_is_refused():
    responses = simulated(7, persons=200)
    with pytest.raises(CalibrationError, match="nobody is of group 'x'"):
        dif_report(responses, "x")
    models = dict.fromkeys(responses.items, Model.TWO_PL)
    with pytest.raises(CalibrationError, match="anchor 'q' is no item"):
        likelihood_ratios(responses, models, anchors=["q"])


@pytest.mark.slow
@pytest.mark.parametrize("asked", [1.0, 0.6])
def test_few_false_findings(asked):
    """At 5 % about 5 % of items that do not differ are found, though one group is better."""
    mantel, logistic = [], []
    for seed in range(40):
        report = dif_report(simulated(100 + seed, persons=800, asked=asked), "focal")
        mantel += [item.mantel_haenszel.p for item in report.items]
        logistic += [item.logistic.p_uniform for item in report.items]
    assert 0.02 < np.mean(np.array(mantel) < 0.05) < 0.08
    assert 0.02 < np.mean(np.array(logistic) < 0.05) < 0.08


@pytest.mark.slow
def test_likelihood_ratio_follows_its_law():
    p = []
    for seed in range(15):
        responses = simulated(300 + seed, persons=800, items=6)
        report = dif_report(responses, "focal", ratios=True)
        p += [item.likelihood_ratio.p for item in report.items]
    assert 0.01 <= np.mean(np.array(p) < 0.05) <= 0.13


@pytest.mark.slow
def test_a_large_difference_is_mostly_found():
    found = [
        dif_report(simulated(200 + seed, persons=800, shift=0.8), "focal").items[0].flag
        for seed in range(20)
    ]
    assert np.mean([flag in {"B", "C"} for flag in found]) > 0.75
