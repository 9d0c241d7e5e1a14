"""Fixed-item calibration: new items on the scale of items whose parameters are known.

Kim (2006), "A comparative study of IRT fixed parameter calibration methods", Journal of
Educational Measurement 43, 355-381: multiple prior-weight updates and multiple EM cycles
(MWU-MEM). The first cycle sees ability through the fixed items alone, so that new items begin on
their scale; afterwards all items tell of it. Ability is never standardised again: the fixed items
hold the scale, and each group's law of ability is free.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from calibration.errors import CalibrationError, ModelError, TooFewError, counted, refuse
from calibration.expectation import Expectation, expect
from calibration.fitted import FittedItem, fitted_item
from calibration.pooling import NAMES
from calibration.population import moments
from calibration.problem import Point, Problem
from calibration.screening import Screened
from calibration.structure import Structure
from placement.arrays import Booleans, Floats, Integers
from placement.items import ItemParameters

# Persons in a group who answered fixed items: fewer tell too little of where the group is.
FEWEST_PERSONS = 30
# Cycles in which ability is found from the fixed items, and Fisher's steps of one M-step.
CYCLES = 25
STEPS = 25
NEAR = 1e-3
STRIDE = 1.5


def fixed_items(pool: Sequence[ItemParameters]) -> dict[str, FittedItem]:
    """Return the fixed items by name; `CalibrationError` when one comes twice."""
    names = [item.item for item in pool]
    twice = sorted({name for name in names if names.count(name) > 1})
    refuse(CalibrationError, [f"the fixed item {name} comes twice" for name in twice])
    return {item.item: fitted_item(item) for item in pool}


def refuse_other_models(screened: Screened, pool: Sequence[ItemParameters]) -> None:
    """Refuse a fixed item that is to be of another model than its pool's."""
    known = {item.item: item.model for item in pool}
    faults = [
        f"item {item}: {known[item]} in the pool, and so not {model.value}"
        for item, model in zip(screened.items, screened.models, strict=True)
        if item in known and NAMES[model] != known[item]
    ]
    refuse(ModelError, faults)


def refuse_few(
    screened: Screened, group: Integers, groups: Sequence[str], fixed: Mapping[str, FittedItem]
) -> None:
    """Refuse groups of whom fixed items tell too little; `group` (N,) are places in `groups`."""
    places = [j for j, item in enumerate(screened.items) if item in fixed]
    refuse(TooFewError, [] if places else ["nobody answered any of the fixed items"])
    starts, items, _ = screened.answers.triplets()
    hits = np.concatenate(([0], np.cumsum(np.isin(items, places))))
    told = np.diff(hits[starts]) > 0
    counts = np.bincount(group[told], minlength=len(groups)).tolist()
    faults = [
        f"group {name}: {counted(count, 'person')} answered a fixed item; their place on its scale "
        f"needs {FEWEST_PERSONS}"
        for name, count in zip(groups, counts, strict=True)
        if count < FEWEST_PERSONS
    ]
    refuse(TooFewError, faults)


def first_cycle(problem: Problem) -> Floats:
    """Return the free parameters (F,) after ability was seen through the fixed items alone."""
    structure = problem.structure
    raw, new = structure.start.copy(), ~_fixed_columns(structure)
    expected = _seen(problem, raw, new)
    for _ in range(CYCLES):
        before = raw.copy()
        _renew_groups(structure, raw, expected.mass)
        expected = _seen(problem, raw, new)
        if np.abs(raw - before).max() < NEAR:
            break
    return _items(problem, structure.pick(raw), expected)


def _fixed_columns(structure: Structure) -> Booleans:
    """Return which (item, category) columns are of items without a free parameter, (C,)."""
    fixed = np.zeros(structure.n_columns, dtype=np.bool_)
    for batch in structure.batches:
        still = (structure.slots[batch.place].reshape(len(batch.items), -1) < 0).all(axis=1)
        fixed[batch.columns] = np.repeat(still, batch.n_categories)
    return fixed


def _seen(problem: Problem, raw: Floats, unseen: Booleans) -> Expectation:
    """Return the E-step in which the `unseen` columns (C,) say nothing of ability."""
    table = problem.structure.log_chances(raw)
    table[unseen] = 0.0
    structure = problem.structure
    return expect(problem.people, table, structure.log_weights(raw), structure.nodes)


def _renew_groups(structure: Structure, raw: Floats, mass: Floats) -> None:
    """Put into `raw` (R,) each group's mean and log sd from the expected counts (G, Q)."""
    for group, counts in zip(structure.groups(raw), mass, strict=True):
        mean, sd = moments(counts / counts.sum(), structure.nodes)
        group[:] = mean, np.log(sd)


def _items(problem: Problem, free: Floats, expected: Expectation) -> Floats:
    """Return the M-step for these counts: Fisher's scoring."""
    structure = problem.structure
    for _ in range(STEPS):
        point = Point(structure, free, structure.expand(free), expected, 0.0)
        step = structure.shortened(point.em_solve(point.gradient), STRIDE)
        free = problem.within(free, step)
        if np.abs(step).max(initial=0.0) < NEAR:
            break
    return free
