"""What the engine knows about one question: its module, its category and its parameters."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Literal

from placement.arrays import LARGEST
from placement.errors import PoolError

Model = Literal["1PL", "2PL", "3PL", "4PL", "GRM", "GPCM", "PCM", "NRM"]
MODELS: tuple[Model, ...] = ("1PL", "2PL", "3PL", "4PL", "GRM", "GPCM", "PCM", "NRM")
DICHOTOMOUS: tuple[Model, ...] = ("1PL", "2PL", "3PL", "4PL")
STEPPED: tuple[Model, ...] = ("GRM", "GPCM", "PCM")
GUESSED: tuple[Model, ...] = ("3PL", "4PL")
_Fault = tuple[str, str]
"""A parameter's column in POOL.csv, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Parameters of one item on the logistic scale, D = 1.

    * 1PL, 2PL, 3PL, 4PL: P(1) = c + (d - c) / (1 + exp(-a(θ - b))).
    * GRM: P(≥ k) = 1 / (1 + exp(-a(θ - b - b_k))), `b_steps` b_1 < b_2 < … (Samejima 1969).
    * GPCM, PCM (a = 1): P(k) ∝ exp Σ_{v ≤ k} a(θ - b - b_v), `b_steps` in any order (Muraki 1992,
      Masters 1982).
    * NRM: P(k) ∝ exp(a a_k (θ - b) + d_k), `a_steps` a_1 …, `d_steps` d_1 …, both 0 for category 0
      (Bock 1972).

    So `b` moves the whole item, and is usually 0 where there are steps. `se_a`, `se_b` and `cov_ab`
    say how well `a` (per logit) and `b` (logits) are known: the standard deviations and covariance
    of their posterior, or of the author's prior; for several categories `se_b` is that of the
    thresholds' common shift. 0 = known. Items of one module that share an `enemy` name are not
    given to the same person.

    No number is beyond ±1e9, and `a` is 1e-9 or more. `PoolError` names all that is wrong.
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
    d: float = 1.0
    b_steps: tuple[float, ...] = ()
    a_steps: tuple[float, ...] = ()
    d_steps: tuple[float, ...] = ()
    enemy: str = ""

    def __post_init__(self) -> None:
        numbers = self._numbers()
        named = {column for column, _ in numbers}
        others = [*self._ranges(), *self._steps()]
        faults = [*numbers, *((column, text) for column, text in others if column not in named)]
        if faults:
            texts = [f"item {self.item}: {text}" for _, text in faults]
            raise PoolError(texts, [column for column, _ in faults])

    @property
    def n_categories(self) -> int:
        """The number of response categories: 2 for right and wrong."""
        return 1 + max(1, len(self.b_steps), len(self.a_steps))

    @property
    def location(self) -> float:
        """The difficulty, logits: the mean threshold where there are several."""
        return self.b + (sum(self.b_steps) / len(self.b_steps) if self.b_steps else 0.0)

    def _numbers(self) -> list[_Fault]:
        names = ("a", "b", "c", "d", "se_a", "se_b", "cov_ab")
        numbers = [(n, getattr(self, n)) for n in names]
        for name in ("b_steps", "a_steps", "d_steps"):
            steps = enumerate(getattr(self, name), 1)
            numbers += [(f"{name[0]}{k}", step) for k, step in steps]
        return [(n, f"{n} = {v} {wrong}") for n, v in numbers if (wrong := _beyond(v))]

    def _ranges(self) -> list[_Fault]:
        claims = (
            ("item", self.item != "", "an item needs a name"),
            (
                "model",
                self.model in MODELS,
                f"model {self.model!r} is not one of {', '.join(MODELS)}",
            ),
            ("a", self.a > 0, f"a = {self.a} is not above 0"),
            ("a", self.a <= 0 or self.a >= 1 / LARGEST, f"a = {self.a} is below {1 / LARGEST:.0e}"),
            ("a", self.model != "PCM" or self.a == 1, "a PCM item has a = 1"),
            ("c", 0 <= self.c < 1, f"c = {self.c} is not in [0, 1)"),
            ("c", self.model in GUESSED or self.c == 0, f"a {self.model} item has c = 0"),
            ("d", self.c < self.d <= 1, f"d = {self.d} is not in (c, 1]"),
            ("d", self.model == "4PL" or self.d == 1, f"a {self.model} item has d = 1"),
            ("se_a", self.se_a >= 0, f"se_a = {self.se_a} is below 0"),
            ("se_b", self.se_b >= 0, f"se_b = {self.se_b} is below 0"),
            (
                "cov_ab",
                abs(self.cov_ab) <= abs(self.se_a * self.se_b),
                "|cov_ab| is above se_a × se_b",
            ),
        )
        return [(column, fault) for column, holds, fault in claims if not holds]

    def _steps(self) -> list[_Fault]:
        stepped, nominal = self.model in STEPPED, self.model == "NRM"
        falls = [k for k, (low, high) in enumerate(pairwise(self.b_steps), 2) if low >= high]
        slopes, intercepts = len(self.a_steps), len(self.d_steps)
        claims = (
            (
                "b1",
                bool(self.b_steps) == stepped,
                f"a {self.model} item has {_some(stepped)} b_steps",
            ),
            (
                f"b{falls[0] if falls else 1}",
                self.model != "GRM" or not falls,
                "the b_steps of a GRM item rise",
            ),
            (
                "a1",
                bool(self.a_steps) == nominal,
                f"a {self.model} item has {_some(nominal)} a_steps",
            ),
            (
                f"d{intercepts + 1}" if intercepts < slopes else f"a{slopes + 1}",
                slopes == intercepts,
                "a_steps and d_steps are of one length",
            ),
            ("a1", not nominal or any(self.a_steps), "a NRM item has an a_step other than 0"),
        )
        return [(column, fault) for column, holds, fault in claims if not holds]


def _beyond(value: float) -> str:
    """Return why no item has this number; nothing where one may."""
    if not isfinite(value):
        return "is not a finite number"
    return f"is not within ±{LARGEST:.0e}" if abs(value) > LARGEST else ""


def _some(wanted: bool) -> str:
    return "one or more" if wanted else "no"
