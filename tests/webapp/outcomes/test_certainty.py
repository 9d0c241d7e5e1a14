from __future__ import annotations

import pytest

from webapp import i18n
from webapp.outcomes.certainty import Grade, certainty_of
from webapp.outcomes.words import certainty_label, certainty_sentence, people_out_of_ten

TRACKS = ("long", "medium", "short", "direct")


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setattr(i18n, "DEFAULT", "en")


def _certainty(track, *chances, near=False):
    return certainty_of(track, dict(zip(TRACKS, chances, strict=True)), near_boundary=near)


@pytest.mark.parametrize(
    ("chance", "grade"),
    [
        (0.59, Grade.CLOSE),
        (0.60, Grade.LIKELY),
        (0.79, Grade.LIKELY),
        (0.80, Grade.FAIRLY),
        (0.89, Grade.FAIRLY),
        (0.90, Grade.SURE),
    ],
)
def test_the_grade_follows_the_chance_of_the_proposed_track(chance, grade):
    assert _certainty("medium", 0, chance, 1 - chance, 0).grade is grade


def test_near_a_boundary_nothing_is_sure():
    assert _certainty("medium", 0, 0.9, 0.1, 0, near=True).grade is Grade.CLOSE


def test_each_grade_has_its_own_words():
    every = [_certainty("medium", 0, p, 1 - p, 0) for p in (0.5, 0.7, 0.85, 0.95)]
    assert len({certainty_sentence(one) for one in every}) == 4
    assert len({certainty_label(one) for one in every}) == 4


def test_a_proposal_for_its_cost_is_close_to_the_likelier_track():
    found = _certainty("medium", 0.05, 0.40, 0.55, 0)
    assert (found.grade, found.other) == (Grade.CLOSE, "short")
    assert (found.of_ten, found.other_of_ten) == (4, 6)


def test_words_never_claim_that_all_ten_belong():
    nearly_all = people_out_of_ten(_certainty("direct", 0, 0, 0.03, 0.97))
    assert "nearly all" in nearly_all
    assert "10 would" not in nearly_all


def test_a_chance_too_small_for_one_in_ten_is_left_out():
    words = people_out_of_ten(_certainty("medium", 0.04, 0.88, 0.04, 0.04))
    assert words == "Of 10 people who answer as you did, about 9 would belong in “Medium course”."


def test_both_likely_tracks_are_named_with_their_numbers():
    words = people_out_of_ten(_certainty("short", 0, 0.4, 0.5, 0.1))
    assert "about 5 would belong in “Short course”" in words
    assert "about 4 in “Medium course”" in words


def test_a_close_proposal_names_the_two_it_is_between():
    close = _certainty("short", 0, 0.4, 0.5, 0.1)
    assert certainty_sentence(close) == "It is close between “Short course” and “Medium course”."
    assert certainty_label(close) == "Close to “Medium course”"
