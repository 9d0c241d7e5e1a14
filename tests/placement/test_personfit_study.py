"""What docs/methods.md says person fit marks and finds, in adaptive sittings: full suite only."""

from collections.abc import Callable

import numpy as np
import pytest

from placement.design import Design
from placement.engine import decide
from placement.outcomes import Administer
from placement.personfit import person_fit
from placement.planning import fit_design
from placement.pool import Pool
from placement.responses import Response
from tests.placement.examples import authored_design, authored_items

pytestmark = pytest.mark.slow
POOL = Pool.tabulate(authored_items())
Chance = Callable[[int, float], float]


@pytest.fixture(scope="module")
def design() -> Design:
    return fit_design(authored_design("TB"), POOL)


def marked(design: Design, people: int, chance: Chance, theta: Callable[[float], float]) -> float:
    """Return the share marked; every ten people meet a world of their own."""
    prior = design.prior(POOL.nodes)
    found = 0
    for number in range(people):
        world = {item.item: item for item in authored_items(seed=number // 10)}
        generator, responses = np.random.default_rng((number, 1)), list[Response]()
        ability = theta(generator.normal())
        while isinstance(step := decide(design, POOL, responses, seed=number), Administer):
            item = world[step.item]
            own = 1 / (1 + np.exp(-item.a * (ability - item.b)))
            right = generator.random() < chance(len(responses), own)
            responses.append(Response(step.item, int(right)))
        fit = person_fit(POOL, prior, responses, seed=number)
        found += bool(fit and fit.flags())
    return found / people


def test_one_in_fifty_of_those_who_fit_is_marked(design: Design) -> None:
    assert marked(design, 160, lambda _, own: own, float) == pytest.approx(0.02, abs=0.03)


def test_a_change_half_way_is_found_far_more_often(design: Design) -> None:
    helped = marked(
        design, 60, lambda n, own: own if n < 8 else 0.95, lambda z: -0.3 - 0.7 * abs(z)
    )
    tired = marked(design, 60, lambda n, own: own if n < 8 else 0.1, lambda z: 0.3 + 0.7 * abs(z))
    assert min(helped, tired) > 0.1
