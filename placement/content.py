"""The blueprint: every category of a module gets its share of the questions."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans, Floats
from placement.errors import refuse
from placement.standing import Standing


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Category shares by a first round and a weighted penalty.

    The first round visits every category of share `required` or more once, best item first; so a
    test of that many questions or more has asked about each. After it an item's value is
    multiplied by its category's deficit, share × (n + 1) - asked, never below 0: the maximum
    priority index with the share as a quota (Cheng & Chang 2009).
    """

    required: float = 0.075

    def __post_init__(self) -> None:
        usable = 0 < self.required <= 1
        refuse([] if usable else [f"content: required {self.required} is not in (0, 1]"])

    def __call__(self, standing: Standing, values: Floats) -> Floats:
        left = np.where(standing.given, -np.inf, values)
        if not standing.section.shares.size:
            return left
        member = _membership(standing)
        asked = standing.given @ member
        serves = ~standing.given @ member > 0
        shares = standing.section.shares
        # 3 items of 40 have a share of 0.075, whatever the last bit of the division says.
        weighty = shares >= self.required - 1e-9
        due = (asked == 0) & serves & weighty
        lack = (shares * (standing.n[:, None] + 1) - asked) @ member.T
        return _narrowed(left, due.astype(np.float64) @ member.T > 0, lack)


def _membership(standing: Standing) -> Floats:
    """Return 1 where an item belongs to a category, (J, C)."""
    section = standing.section
    return np.equal.outer(section.codes, np.arange(section.shares.size)).astype(np.float64)


def _narrowed(left: Floats, due: Booleans, lack: Floats) -> Floats:
    """Keep what is due; nothing due: weigh by what is lacking; nothing lacking: keep all."""
    first_round = np.where(due, left, -np.inf)
    # An item already given is worth -inf, and stays so: its factor is kept off zero.
    later = np.where(lack > 0, left * np.where(lack > 0, lack, 1), -np.inf)
    chosen = np.where(np.isfinite(first_round).any(axis=1, keepdims=True), first_round, later)
    return np.where(np.isfinite(chosen).any(axis=1, keepdims=True), chosen, left)
