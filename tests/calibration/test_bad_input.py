"""Bad data are refused or set aside in words: never a traceback, never a nonsense parameter."""

import numpy as np
import pytest

from calibration import NO_PRIORS, WEAK_PRIORS, CalibrationError, Model, Responses, fit
from calibration.errors import ModelError, ResponseDataError, TooFewError
from calibration.priors import Beta, Normal, author_priors
from tests.calibration.examples import dichotomous


@pytest.fixture
def scores():
    return dichotomous(100, 6)[0]


def told(ours, item: str) -> str:
    return " | ".join(str(n) for n in ours.notices if n.subject == item)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (2.5, "row 4, item 2: 2.5 is not a whole number from 0 to 99"),
        (-1, "row 4, item 2: -1.0 is not a whole number"),
        (np.inf, "row 4, item 2: inf"),
        (100, "row 4, item 2: 100.0"),
    ],
)
def test_no_score(scores, cell: float, words: str) -> None:
    scores[3, 1] = cell
    with pytest.raises(ResponseDataError) as told:
        fit(scores)
    assert words in str(told.value)


def test_text(scores) -> None:
    table = scores.astype(object)
    table[0, 2] = "right"
    with pytest.raises(ResponseDataError, match="row 1, item 3: 'right' is not a whole number"):
        fit(table)
    with pytest.raises(ResponseDataError, match="'0'"):
        fit(np.array([["0", "1"], ["1", "0"]]))


def test_none_and_masked_cells_are_missing(scores) -> None:
    holes = np.zeros(scores.shape, dtype=bool)
    holes[::7, 2] = True
    none = np.where(holes, None, scores.astype(object))
    same = [fit(np.ma.array(scores, mask=holes)), fit(none), fit(np.where(holes, np.nan, scores))]
    assert len({one.log_likelihood for one in same}) == 1
    assert same[0].n_responses == 600 - holes.sum()


def test_a_score_that_the_model_has_not(scores) -> None:
    scores[0, 4] = 2
    with pytest.raises(ModelError, match="item 5: the 2PL model takes 0 and 1, not 2"):
        fit(scores)


def test_constant_and_unanswered_items_are_set_aside(scores) -> None:
    scores[:, 0], scores[:, 1], scores[:, 2] = 1, np.nan, 0
    ours = fit(scores)
    assert [item.item for item in ours.items] == ["4", "5", "6"]
    assert told(ours, "1") == "1: every answer scored 1 (100 answers), so nothing can be told of it"
    assert told(ours, "2") == "2: nobody answered it"
    assert told(ours, "3") == "3: every answer scored 0 (100 answers), so nothing can be told of it"
    with pytest.raises(KeyError):
        ours["1"]


def test_nothing_left() -> None:
    with pytest.raises(TooFewError, match="no item tells persons apart"):
        fit(np.ones((5, 3)))
    with pytest.raises(TooFewError):
        fit(np.array([[0.0, 1.0, 1.0]]))
    with pytest.raises(CalibrationError):
        fit(np.empty((0, 0)))
    with pytest.raises(CalibrationError):
        fit(np.full((4, 3), np.nan))


def test_persons_without_answers_are_set_aside(scores) -> None:
    scores[:3] = np.nan
    ours = fit(scores)
    assert told(ours, "") == "3 persons answered no item in use"
    assert ours.n_persons == 97
    scores[:3], scores[0] = 1, np.nan
    assert told(fit(scores), "") == "1 person answered no item in use"


def test_the_same_person_or_item_twice(scores) -> None:
    with pytest.raises(ResponseDataError, match="person 'kim' comes twice"):
        Responses.from_matrix(scores[:2], persons=["kim", "kim"])
    with pytest.raises(ResponseDataError, match="item 'q' comes twice"):
        Responses.from_matrix(scores[:, :2], items=["q", "q"])
    with pytest.raises(ResponseDataError, match="person 'kim' answered item 'q' twice"):
        Responses.from_list(["kim", "kim", "ali"], ["q", "q", "q"], [0, 1, 1])


def test_lists_of_unlike_length_and_holes() -> None:
    with pytest.raises(ResponseDataError, match="not one list"):
        Responses.from_list(["kim"], ["q", "r"], [0, 1])
    with pytest.raises(ResponseDataError, match="an answer without a score"):
        Responses.from_list(["kim", "ali"], ["q", "q"], [0, np.nan])
    with pytest.raises(ResponseDataError, match="not among the items"):
        Responses.from_list(["kim", "ali"], ["q", "r"], [0, 1], all_items=["q"])
    with pytest.raises(ResponseDataError, match="not persons × items"):
        fit([0, 1, 1])


def test_names_groups_and_weights_must_fit(scores) -> None:
    for wrong in ({"items": ["a"]}, {"persons": ["a"]}, {"groups": ["a"]}, {"weights": [1]}):
        with pytest.raises(ResponseDataError, match=r"for (6 items|100 persons)"):
            Responses.from_matrix(scores, **wrong)
    with pytest.raises(ResponseDataError, match="a weight is not a number above 0"):
        Responses.from_matrix(scores, weights=[0.0] * 100)


def test_models_must_fit(scores) -> None:
    with pytest.raises(ModelError, match="2 models for 6 items"):
        fit(scores, models=[Model.TWO_PL] * 2)
    with pytest.raises(ModelError, match="item '2' has no model"):
        fit(scores, models={"1": Model.TWO_PL})
    with pytest.raises(ModelError, match="which is no item"):
        fit(scores, models=dict.fromkeys([*"123456", "x"], Model.TWO_PL))


def test_tolerance_and_priors_must_make_sense(scores) -> None:
    with pytest.raises(CalibrationError, match="tolerance 0 is not above 0"):
        fit(scores, tolerance=0)
    with pytest.raises(ModelError):
        Normal(0, 0)
    with pytest.raises(ModelError):
        Beta(0.5, 2)


def test_a_reversed_key_and_a_twin_are_pointed_out() -> None:
    scores, _, _ = dichotomous(800, 8, seed=6)
    scores[:, 2] = 1 - scores[:, 2]
    scores[:, 7] = scores[:, 0]
    ours = fit(scores, priors=NO_PRIORS)
    assert "the better answer it wrong" in told(ours, "3")
    assert ours["3"]["a"] < 0
    assert "every answer to it is the same as to 1" in told(ours, "8")


@pytest.mark.parametrize("priors", [WEAK_PRIORS, author_priors({})])
def test_a_prior_does_not_hide_a_reversed_key(priors) -> None:
    scores, _, _ = dichotomous(400, 8, seed=6)
    scores[:, 2] = 1 - scores[:, 2]
    ours = fit(scores, priors=priors)
    assert ours["3"]["a"] > 0
    assert "those who do better on the others do worse on it; the key?" in told(ours, "3")
    assert [n.subject for n in ours.notices if n.kind == "reversed"] == ["3"]
    fair = fit(dichotomous(400, 8, seed=6)[0], priors=priors)
    assert not [n for n in fair.notices if n.kind == "reversed"]


@pytest.mark.parametrize("model", [Model.RASCH, Model.ONE_PL, Model.THREE_PL])
def test_a_model_does_not_hide_a_reversed_key(model) -> None:
    """Slopes that are fixed or shared are above 0, as are those of people who only guess."""
    scores, _, _ = dichotomous(400, 8, seed=6)
    fair = fit(scores, models=model, priors=WEAK_PRIORS)
    assert not [n for n in fair.notices if n.kind == "reversed"]
    scores[:, 2] = 1 - scores[:, 2]
    ours = fit(scores, models=model, priors=WEAK_PRIORS)
    assert ours["3"]["a"] > 0
    assert [n.subject for n in ours.notices if n.kind == "reversed"] == ["3"]


def test_who_scored_what_the_model_does_not_have_is_named() -> None:
    table = np.ones((5, 2))
    table[:2] = 0
    table[2:4, 1] = 2
    responses = Responses.from_matrix(table, persons=list("abcde"))
    with pytest.raises(ModelError, match=r"not 2 \(person 'c' and 1 more\)"):
        fit(responses)


def test_more_parameters_than_patterns_are_refused() -> None:
    scores, _, _ = dichotomous(300, 3, seed=2)
    assert fit(scores).converged
    with pytest.raises(TooFewError, match="2 items in use, with 4 parameters and 4 patterns"):
        fit(scores[:, :2])
    assert fit(scores[:, :2], models=Model.RASCH).converged
    assert fit(scores[:, :2], priors=WEAK_PRIORS).converged


def test_a_category_that_never_occurs() -> None:
    rng = np.random.default_rng(2)
    scores = rng.choice([1, 2, 4], (200, 4)).astype(float)
    ours = fit(scores, models=Model.GRM)
    assert ours.items[0].categories == (1, 2, 4)
    assert "score 3 never occurs" in told(ours, "1")
    assert ours.items[0].names == ("a", "b1", "b2")


def test_few_answers_are_told(scores) -> None:
    scores[20:, 0] = np.nan
    ours = fit(scores, priors=author_priors({"1": 0.3}))
    assert "only 20 answers" in told(ours, "1")
    assert 0.3 < ours["1"].se["b"] < 0.9


def test_a_perfect_item_does_not_run_away() -> None:
    """An item that splits persons by the rest has an infinite slope: it stops at a bound."""
    scores, _, _ = dichotomous(300, 6, seed=5)
    scores[:, 5] = (scores[:, :5].sum(axis=1) >= 3).astype(float)
    ours = fit(scores)
    assert np.isfinite(ours.items[5].values).all()
    assert abs(ours.items[5]["a"]) <= 20
