"""How sure a proposal is, in four grades and in people out of ten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# From 0.9 the central 80 % lies within one track, and from 0.8 it crosses one border at most, so
# that the words never say more than the picture.
SURE_FROM = 0.90
FAIRLY_FROM = 0.80
LIKELY_FROM = 0.60


class Grade(StrEnum):
    SURE = "sure"
    FAIRLY = "fairly"
    LIKELY = "likely"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the proposed `track` is, and the likeliest of the others.

    The numbers of people are out of 10 who answer alike; `of_ten` is 10 only when hardly anybody
    belongs elsewhere, and `other_of_ten` may be 0.
    """

    grade: Grade
    track: str
    probability: float
    of_ten: int
    other: str
    other_of_ten: int


def certainty_of(
    track: str, probabilities: Mapping[str, float], *, near_boundary: bool
) -> Certainty:
    """Grade a proposal. The track of least cost need not be the likeliest: then it is close."""
    proposed = probabilities[track]
    other, next_best = max(
        ((name, chance) for name, chance in probabilities.items() if name != track),
        key=lambda pair: pair[1],
    )
    return Certainty(
        grade=_grade(proposed, near_boundary=near_boundary),
        track=track,
        probability=proposed,
        of_ten=round(10 * proposed),
        other=other,
        other_of_ten=round(10 * next_best),
    )


def _grade(probability: float, *, near_boundary: bool) -> Grade:
    if near_boundary or probability < LIKELY_FROM:
        return Grade.CLOSE
    if probability < FAIRLY_FROM:
        return Grade.LIKELY
    return Grade.FAIRLY if probability < SURE_FROM else Grade.SURE
