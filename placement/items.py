"""What the engine knows about one question: its module, its category and its parameters."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from placement.errors import PoolError

Model = Literal["2PL", "3PL"]
MODELS: tuple[Model, ...] = ("2PL", "3PL")


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Parameters of one item on the logistic scale, D = 1: P = c + (1 - c) / (1 + exp(-a(θ - b))).

    `se_a`, `se_b` and `cov_ab` say how well `a` (per logit) and `b` (logits) are known: the
    standard deviations and covariance of their posterior, or of the author's prior. 0 = known.
    """

    item: str
    module: str
    category: str
    model: Model
    a: float
    b: float
    c: float = 0.0
    se_a: float = 0.0
    se_b: float = 0.0
    cov_ab: float = 0.0

    def __post_init__(self) -> None:
        faults = [*self._numbers(), *self._ranges()]
        if faults:
            raise PoolError([f"item {self.item}: {fault}" for fault in faults])

    def _numbers(self) -> list[str]:
        names = ("a", "b", "c", "se_a", "se_b", "cov_ab")
        return [f"{n} is not a finite number" for n in names if not isfinite(getattr(self, n))]

    def _ranges(self) -> list[str]:
        claims = (
            (self.item != "", "an item needs a name"),
            (self.model in MODELS, f"model {self.model!r} is not one of {', '.join(MODELS)}"),
            (self.a > 0, f"a = {self.a} is not above 0"),
            (0 <= self.c < 1, f"c = {self.c} is not in [0, 1)"),
            (self.model != "2PL" or self.c == 0, "a 2PL item has c = 0"),
            (min(self.se_a, self.se_b) >= 0, "a standard deviation is below 0"),
            (abs(self.cov_ab) <= self.se_a * self.se_b, "|cov_ab| is above se_a × se_b"),
        )
        return [fault for holds, fault in claims if not holds]
