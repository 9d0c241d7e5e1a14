"""What is known of an item before anybody has answered it: its author's judgement, with its doubt.

The numbers and where they come from:

* b: the author's level 1, 2, 3 stands for -1.5, -0.4, +0.7 logits (the spacing of the blueprint,
  centred so that level 2 is a little below the middle of the staff). Authors' ratings agree with
  real difficulty at about r = .6, which leaves an SD of about 0.6 around the level's mean.
* a: 1.0 with an SD of 0.3. With fewer than 300 persons the spread of slopes cannot be estimated and
  invites over-confidence, so it is a fixed, weakly spread prior (König, Spoden & Frey 2020 find the
  same need; own trials: log a ~ N(.15, .25²)). The pool averages over it (expected response
  functions, Mislevy, Wingersky & Sheehan 1994), which keeps uncertain items from over-claiming.
* c: 0.6 of the chance of a blind guess, since «I don't know» is always offered and costs no more
  than a wrong answer: 0.15 with four options. Beta(5, 16) priors for four options have their mean
  at 0.24 where it is not offered. Below 0.01 a guess is not worth a parameter.
"""

from __future__ import annotations

from math import factorial, perm
from typing import TYPE_CHECKING, assert_never

from item_bank.content.model import (
    HotSpot,
    Matching,
    MultipleResponse,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from placement.items import ItemParameters

if TYPE_CHECKING:
    from item_bank.content.model import Body

B_OF_LEVEL = {1: -1.5, 2: -0.4, 3: 0.7}
SE_B = 0.6
A, SE_A = 1.0, 0.3
GUESSING = 0.6
"""The share of those without the knowledge who guess in spite of «I don't know»."""
WORTH_A_PARAMETER = 0.01


def prior_parameters(
    item: str, module: str, category: str, *, level: int, body: Body
) -> ItemParameters:
    """Parameters of an item without answers; KeyError for a level other than 1, 2, 3."""
    c = guessing(body)
    return ItemParameters(
        item=item,
        module=module,
        category=category,
        model="3PL" if c > 0 else "2PL",
        a=A,
        b=B_OF_LEVEL[level],
        c=c,
        se_a=SE_A,
        se_b=SE_B,
        cov_ab=0.0,
    )


def guessing(body: Body) -> float:
    """Return the chance that somebody without the knowledge is right, 0 where it is negligible."""
    c = round(GUESSING * _blind_chance(body), 3)
    return c if c >= WORTH_A_PARAMETER else 0.0


def _blind_chance(body: Body) -> float:
    match body:
        case SingleChoice(options) | HotSpot(options=options):
            return 1 / len(options)
        case MultipleResponse(options):
            return 1 / ((1 << len(options)) - 1)  # every set of options but the empty one
        case Ordering(steps):
            return 1 / factorial(len(steps))
        case Matching():
            return 1 / perm(len(body.rights), len(body.pairs))
        case ShortAnswer():
            return 0.0
        case _:
            assert_never(body)
