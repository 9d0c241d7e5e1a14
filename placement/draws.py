"""Uniform chance for one step of N examinees, drawn when it is first looked at.

Most steps need a number an examinee or none at all, and a number for every item is not cheap.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np

from placement.arrays import Booleans, Floats


class Draws(Protocol):
    def lots(self) -> Floats:
        """Return one number in [0, 1) for each examinee, (N,); asked for once."""

    def of_items(self, rows: Booleans | None = None) -> Floats:
        """Return one for each item of all examinees or of some, (n, J); asked for once."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """One examinee's numbers, from a key alone: the lot, and one for each of `size` items.

    So the numbers are the same whichever of them are looked at.
    """

    key: tuple[int, int]
    size: int

    def lots(self) -> Floats:
        # A hash of the key: one number, and to seed a generator takes longer than all the rest.
        digest = blake2b(b"%d %d" % self.key, digest_size=8).digest()
        return np.array([(int.from_bytes(digest) >> 11) * 2**-53])

    def of_items(self, rows: Booleans | None = None) -> Floats:
        items = np.random.default_rng(self.key).random((1, self.size))
        return items if rows is None else items[rows]


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
