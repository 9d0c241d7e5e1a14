"""What an offline pilot on the pool teaches a stopping rule about one module."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

from placement.errors import refuse

FEWEST_SIMULEES = 10


@dataclass(frozen=True, slots=True)
class ModulePlan:
    """A pilot's yield: posterior precision after n answers, and how long its tests were.

    `precision[n]` is the simulees' mean of 1 / posterior variance after n answers (per logit²);
    `lengths[n]` is the number of simulees whose test in this module ended after n answers.
    """

    module: str
    precision: tuple[float, ...]
    lengths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        faults = []
        if not (self.precision and all(value > 0 for value in self.precision)):
            faults.append(f"plan {self.module}: precision must hold numbers above 0")
        if self.lengths and min(self.lengths) < 0:
            faults.append(f"plan {self.module}: lengths must not be below 0")
        refuse(faults)

    def remaining(self, n: int) -> tuple[int, int] | None:
        """Return the central 80 % of what the simulees still going after n had yet to answer.

        None when fewer than ten of them were still going.
        """
        ladder = list(accumulate(self.lengths[n + 1 :]))
        if not ladder or ladder[-1] < FEWEST_SIMULEES:
            return None
        shares = [count / ladder[-1] for count in ladder]
        return bisect_left(shares, 0.1) + 1, bisect_left(shares, 0.9) + 1
