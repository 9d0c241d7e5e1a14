"""Uniform chance for one step of N examinees, drawn when it is first looked at.

Most steps need a number an examinee or none at all, and a number for every item is not cheap.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from placement.arrays import Booleans, Floats


class Draws(Protocol):
    def lots(self) -> Floats:
        """Return one number in [0, 1) for each examinee, (N,); asked for once."""

    def of_items(self, rows: Booleans | None = None) -> Floats:
        """Return one for each item of all examinees or of some, (n, J); asked for once."""


@dataclass(slots=True, eq=False)
class Block:
    """All that a step may need at once, (N, J + 1), the examinees' own lots last.

    So the numbers are the same whichever of them are looked at.
    """

    make: Callable[[], Floats]
    _made: Floats | None = field(default=None, init=False)

    def lots(self) -> Floats:
        return self._block()[:, -1]

    def of_items(self, rows: Booleans | None = None) -> Floats:
        items = self._block()[:, :-1]
        return items if rows is None else items[rows]

    def _block(self) -> Floats:
        if self._made is None:
            self._made = self.make()
        return self._made


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What is asked for, as it is asked for: the quick way where many examinees sit together."""

    generator: np.random.Generator
    shape: tuple[int, ...]

    def lots(self) -> Floats:
        return self.generator.random(self.shape[0])

    def of_items(self, rows: Booleans | None = None) -> Floats:
        size = self.shape[0] if rows is None else int(np.count_nonzero(rows))
        return self.generator.random((size, self.shape[1]))
