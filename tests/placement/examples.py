"""Small pools, designs and sittings that the tests of the engine share."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from placement.arrays import Booleans, Floats
from placement.dependence import Independent
from placement.design import Design, ModuleDesign, Share, default_design
from placement.engine import decide
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.models import parameter_points
from placement.outcomes import Administer, Finish
from placement.pool import Pool
from placement.responses import Response
from placement.selectors import MaximumInformation
from placement.stopping import RateOfReturn

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="../shared/reference is not here (a clone of its own)"
)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws that a test made itself: (N, J) for the items and a last column of lots."""

    numbers: Floats

    def lots(self) -> Floats:
        return self.numbers[:, -1]

    def of_items(self, rows: Booleans | None = None) -> Floats:
        items = self.numbers[:, :-1]
        return items if rows is None else items[rows]


ALWAYS_THE_BEST = Randomesque(1, 1, 0)
ZERO_ONE = tuple(tuple(float(k != d) for d in range(4)) for k in range(4))
LEVELS = {1: -1.5, 2: -0.4, 3: 0.7}


def items_by_law(
    seed: int, size: int, module: str = "m", categories: int = 1
) -> list[ItemParameters]:
    """Known 2PL items of the decision study's law: a lognormal(0.2, 0.35), b normal(0, 1.1)."""
    generator = np.random.default_rng(seed)
    a, b = generator.lognormal(0.2, 0.35, size), generator.normal(0, 1.1, size)
    return [
        ItemParameters(
            f"{module}{j}", module, f"c{j % categories}", "2PL", float(a[j]), float(b[j])
        )
        for j in range(size)
    ]


def authored_items(module: str = "TB", seed: int | None = None) -> list[ItemParameters]:
    """Forty items in six categories known by level only, 13/20/7; a seed draws what they are."""
    levels = [1] * 13 + [2] * 20 + [3] * 7
    believed = [
        ItemParameters(f"{module}{j}", module, f"c{j % 6}", "2PL", 1, LEVELS[level], 0, 0.3, 0.6)
        for j, level in enumerate(levels)
    ]
    return believed if seed is None else drawn(believed, seed)


def drawn(items: list[ItemParameters], seed: int) -> list[ItemParameters]:
    """Draw what uncertain items are from what is believed of them."""
    generator = np.random.default_rng(seed)
    spread = np.sqrt(np.log1p(np.array([item.se_a / item.a for item in items]) ** 2))
    a = np.exp(generator.normal(-(spread**2) / 2, spread)) * [item.a for item in items]
    b = generator.normal([item.b for item in items], [item.se_b for item in items])
    known = {"se_a": 0.0, "se_b": 0.0}
    rows = zip(items, a, b, strict=True)
    return [replace(item, a=float(p), b=float(q), **known) for item, p, q in rows]


def authored_design(*modules: str) -> Design:
    """The product's design with six categories a module, and modules that stand alone."""
    shares = {module: {f"c{i}": 1 / 6 for i in range(6)} for module in modules}
    return replace(default_design(shares), dependence=Independent())


def study_design(**changes: object) -> Design:
    """The decision study's: 0/1 loss, 4 to 30 questions, the best item always."""
    plain = Design(
        "study",
        1,
        (ModuleDesign("m"),),
        losses=ZERO_ONE,
        selector=MaximumInformation(),
        exposure=ALWAYS_THE_BEST,
        stopping=RateOfReturn(cost=0.0020, minimum=4, maximum=30),
    )
    return replace(plain, **changes)


def shared(design: Design, **weights: float) -> Design:
    """Give the design's only module a blueprint."""
    module = replace(design.modules[0], shares=tuple(Share(*pair) for pair in weights.items()))
    return replace(design, modules=(module,))


def study_bank(size: int, number: int) -> list[ItemParameters]:
    text = (REFERENCE / "decisions" / f"bank_{size}_{number}.csv").read_text()
    rows = csv.DictReader(text.splitlines())
    return [
        ItemParameters(row["item"], "m", "", "2PL", float(row["a"]), float(row["b"]))
        for row in rows
    ]


def sat(
    design: Design, pool: Pool, answer: Callable[[str], int], seed: int = 1
) -> tuple[list[Administer], Finish]:
    """Sit the whole test; every question asked, and the end."""
    asked: list[Administer] = []
    responses: list[Response] = []
    while isinstance(step := decide(design, pool, responses, seed=seed), Administer):
        asked.append(step)
        responses.append(Response(step.item, answer(step.item)))
    return asked, step


def by_chance(seed: int, share: float = 0.6) -> Callable[[str], int]:
    generator = np.random.default_rng(seed)
    return lambda _: int(generator.random() < share)


def standard_normal(size: int, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=size)


def response_function(
    a: float, b: float, c: float, theta: Floats, d: float = 1.0
) -> tuple[Floats, Floats]:
    """Return the chance of a right answer at `theta`, and its derivative, each of theta's shape.

    The logistic models of Birnbaum (1968), with the upper asymptote d of Barton & Lord (1981),
    for one item and in the textbook's words.
    """
    logistic = expit(a * (theta - b))
    slope = (d - c) * a * logistic * (1 - logistic)
    return c + (d - c) * logistic, slope


def expected_response_function(item: ItemParameters, theta: Floats) -> tuple[Floats, Floats]:
    """A right answer's chance and its derivative, averaged over the item's uncertainty."""
    chance, slope = np.zeros_like(theta), np.zeros_like(theta)
    for weight, a, b in parameter_points(item):
        p, dp = response_function(a, b, item.c, theta, item.d)
        chance += weight * p
        slope += weight * dp
    return chance, slope
