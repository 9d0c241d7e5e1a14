"""Why a person should look at a proposal: notices, that move no proposal and accuse nobody."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from placement.personfit import ODD, hurried

if TYPE_CHECKING:
    from webapp.outcomes.models import Placement


class Notice(StrEnum):
    NEAR = "near"
    DISCORDANT = "discordant"
    PATTERN = "pattern"
    PACE = "pace"


HOW_THEY_CAME = (Notice.DISCORDANT, Notice.PATTERN, Notice.PACE)
"""What the employee reads in words of their own; that it is close stands there already."""


def notices_of(placement: Placement) -> tuple[Notice, ...]:
    """What there is to notice, in the order of `Notice`; what was not kept is no notice."""
    holds = {
        Notice.NEAR: placement.near_boundary,
        Notice.DISCORDANT: bool(placement.discordant),
        Notice.PATTERN: _odd(placement.p_pattern) or _odd(placement.p_drift),
        Notice.PACE: hurried(placement.n_rapid or 0, placement.n_items),
    }
    return tuple(notice for notice, there in holds.items() if there)


def _odd(p: float | None) -> bool:
    return p is not None and p < ODD
