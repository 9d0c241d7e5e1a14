"""What five correlated modules in one sitting gain, and whether what they claim is true."""

import numpy as np
import pytest

from placement.arrays import Floats
from placement.dependence import Equal, Independent
from placement.design import ModuleDesign
from placement.order import Blocks, Interleaved
from placement.planning import fit_design
from placement.pool import Pool
from placement.simulation import SimulationResult, simulate
from placement.stopping import RateOfReturn
from placement.strategies import Dependence, Order
from tests.placement.examples import items_by_law, study_design

pytestmark = pytest.mark.slow
MODULES = tuple(f"m{d}-" for d in range(5))
POOL = Pool.tabulate([item for d, name in enumerate(MODULES) for item in items_by_law(d, 60, name)])
THETA = np.random.default_rng(1).multivariate_normal(np.zeros(5), Equal(0.6)(5), 400, method="eigh")


def sat_by_all(dependence: Dependence, order: Order) -> SimulationResult:
    rule = RateOfReturn(cost=0.0038, minimum=3, maximum=30)
    modules = tuple(map(ModuleDesign, MODULES))
    design = study_design(modules=modules, dependence=dependence, order=order, stopping=rule)
    return simulate(fit_design(design, POOL, simulees=150), POOL, THETA, seed=1)


def right(result: SimulationResult) -> Floats:
    """Share of a person's modules that are placed right, (N,)."""
    return np.mean([m.placed == m.belongs for m in result.modules], axis=0)


def error(shares: Floats) -> float:
    """Standard error of a mean over persons, whose modules are not independent."""
    return float(shares.std() / np.sqrt(shares.size))


def test_joint_modules_need_fewer_questions_at_no_loss_and_say_the_truth() -> None:
    alone = sat_by_all(Independent(), Blocks())
    joint = sat_by_all(Equal(0.6, 0), Interleaved())
    assert joint.mean_length < 0.9 * alone.mean_length
    gained = right(joint) - right(alone)
    assert gained.mean() > -error(gained)
    for result in (alone, joint):
        claimed = np.mean([m.claimed for m in result.modules], axis=0)
        missed = right(result) - claimed
        assert abs(missed.mean()) < 2.5 * error(missed)
