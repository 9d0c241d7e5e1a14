"""Why a person should look at a proposal: notices, that move no proposal and accuse nobody."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from placement.personfit import ODD, hurried

if TYPE_CHECKING:
    from collections.abc import Collection

    from webapp.outcomes.models import Placement


class Notice(StrEnum):
    NEAR = "near"
    DISCORDANT = "discordant"
    PATTERN = "pattern"
    PACE = "pace"


HOW_THEY_CAME = (Notice.DISCORDANT, Notice.PATTERN, Notice.PACE)
"""What the employee reads in words of their own; that it is close stands there already."""


def notices_of(placement: Placement, sitting: Collection[Placement]) -> tuple[Notice, ...]:
    """What there is to notice, in the order of `Notice`; what was not kept is no notice.

    `sitting` holds the attempt's placements, this one among them.
    """
    holds = {
        Notice.NEAR: placement.near_boundary,
        Notice.DISCORDANT: bool(placement.discordant),
        Notice.PATTERN: _odd(placement.p_pattern) or _odd(placement.p_drift),
        Notice.PACE: _hurried(placement, sitting),
    }
    return tuple(notice for notice, there in holds.items() if there)


def _hurried(placement: Placement, sitting: Collection[Placement]) -> bool:
    """In this module, or over the whole sitting with some of it here: two in each are many."""
    own = placement.n_rapid or 0
    n_rapid = sum(one.n_rapid or 0 for one in sitting)
    n_items = sum(one.n_items for one in sitting)
    return own > 0 and (hurried(own, placement.n_items) or hurried(n_rapid, n_items))


def _odd(p: float | None) -> bool:
    return p is not None and p < ODD
