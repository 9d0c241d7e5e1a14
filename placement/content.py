"""The blueprint: every category of a module gets its share of the questions."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np

from placement.arrays import Booleans, Floats, frozen
from placement.errors import refuse
from placement.standing import Section, Standing

_Table = TypeVar("_Table", Booleans, Floats)


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
        section = standing.section
        shares = section.shares
        if not shares.size:
            return left
        member = _membership(section)
        asked = standing.given @ member
        serves = asked < member.sum(axis=0)
        # 3 items of 40 have a share of 0.075, whatever the last bit of the division says.
        weighty = shares >= self.required - 1e-9
        due = (asked == 0) & serves & weighty
        lack = shares * (standing.n[:, None] + 1) - asked
        return _narrowed(left, _of_items(due, section), _of_items(lack, section))


@lru_cache(maxsize=64)
def _membership(section: Section) -> Floats:
    """Return 1 where an item belongs to a category, (J, C)."""
    return frozen(np.equal.outer(section.codes, np.arange(section.shares.size)))


def _of_items(table: _Table, section: Section) -> _Table:
    """Return what holds of each item, (N, J), from what holds of categories, (N, C); 0 of none."""
    none = np.zeros((len(table), 1), dtype=table.dtype)
    return np.concatenate((table, none), axis=1)[:, section.codes]


def _narrowed(left: Floats, due: Booleans, lack: Floats) -> Floats:
    """Keep what is due; nothing due: weigh by what is lacking; nothing lacking: keep all."""
    first_round = np.where(due, left, -np.inf)
    begun = first_round.max(axis=1) > -np.inf
    if begun.all():
        return first_round
    # An item already given is worth -inf, and stays so: its factor is kept off zero.
    later = np.where(lack > 0, left * np.where(lack > 0, lack, 1), -np.inf)
    chosen = np.where(begun[:, None], first_round, later)
    return np.where(chosen.max(axis=1, keepdims=True) > -np.inf, chosen, left)
