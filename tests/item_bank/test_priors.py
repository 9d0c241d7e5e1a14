"""Before any answer, an item is its author's judgement and its doubt."""

from __future__ import annotations

import pytest

from item_bank.priors import guessing, prior_parameters
from tests.item_bank.contents import (
    EVERY_KIND,
    HOT_SPOT,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SINGLE,
)


@pytest.mark.parametrize(("level", "b"), [(1, -1.5), (2, -0.4), (3, 0.7)])
def test_the_authors_level_is_a_difficulty(level, b):
    made = prior_parameters("QA-101", "QA", "QA.1", level=level, body=SINGLE.body)
    assert (made.model, made.a, made.b, made.c) == ("3PL", 1.0, b, 0.15)
    assert (made.se_a, made.se_b, made.cov_ab) == (0.3, 0.6, 0.0)


def test_only_a_chance_worth_a_parameter_makes_a_third_one():
    made = prior_parameters("QA-101", "QA", "QA.1", level=1, body=NUMBER.body)
    assert (made.model, made.c) == ("2PL", 0.0)


@pytest.mark.parametrize(
    ("content", "c"),
    [(SINGLE, 0.15), (HOT_SPOT, 0.2), (MULTIPLE, 0.04), (ORDERING, 0.1), (MATCHING, 0.025)],
)
def test_guessing_is_three_fifths_of_blind_chance(content, c):
    assert guessing(content.body) == pytest.approx(c)


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda of: of.kind)
def test_every_kind_has_a_prior(content):
    assert prior_parameters("QA-101", "QA", "QA.1", level=3, body=content.body).c < 0.5
