"""`fit`: from responses to a calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, prod
from time import perf_counter
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from calibration.anchoring import (
    first_cycle,
    fixed_items,
    refuse_few,
    refuse_other_models,
)
from calibration.ascending import climb_by_halves
from calibration.building import pose
from calibration.errors import CalibrationError, Notice, TooFewError, counted, refuse
from calibration.executors import SERIAL, Executor
from calibration.histograms import climb_with_histograms
from calibration.models import Model
from calibration.priors import NO_PRIORS, Priors
from calibration.reporting import Found, report
from calibration.responses import Responses
from calibration.results import Calibration
from calibration.screening import Screened, models_of, screen
from calibration.uncertainty import StandardErrors, covariance
from calibration.watching import Watch, unseen
from placement.arrays import Floats, Integers
from placement.items import ItemParameters
from placement.quadrature import Quadrature

# The nodes of mirt's default range with its reference fits' number: 0.2 logits apart.
NODES = Quadrature(-6.0, 6.0, 61)
# Persons in each of several groups, whose mean and sd are estimated.
FEWEST_IN_GROUP, UNTOLD = 10, "too few to tell their mean and sd"
MAX_CYCLES = 300
Ability = Literal["normal", "histogram"]


def fit(  # noqa: PLR0913 - one argument a choice
    responses: Responses | ArrayLike,
    *,
    models: Model | Sequence[Model] | Mapping[str, Model] = Model.TWO_PL,
    priors: Priors = NO_PRIORS,
    quadrature: Quadrature = NODES,
    tolerance: float = 1e-4,
    se: StandardErrors = StandardErrors.OAKES,
    ability: Ability = "normal",
    fixed: Sequence[ItemParameters] = (),
    watch: Watch = unseen,
    executor: Executor = SERIAL,
) -> Calibration:
    """Estimate item parameters by the mode of the marginal posterior (Bock & Aitkin, Mislevy).

    `responses` may be a bare table (persons × items, nan where nothing was asked). `models` is one
    for all items, one an item, or by name. The climb ends when its next step would change no
    parameter by more than `tolerance`: a distance to the top, not the last of many small steps.

    `ability` is normal in each group, or a histogram on the nodes that is estimated with the items.
    Items in `fixed` keep their parameters, and their model: they hold the scale, and no group's
    ability is standardised (`calibration.anchoring`). `watch` is told of each step.
    Persons are worked on by `executor`: here, in `Threads`, or on a cluster, with the same numbers.

    `CalibrationError` says what is wrong with data or request; what is merely set aside is in
    `Calibration.notices`.
    """
    began = perf_counter()
    refuse(CalibrationError, _faults(tolerance, ability))
    data = responses if isinstance(responses, Responses) else Responses.from_matrix(responses)
    known = fixed_items(fixed)
    own = models_of(data.items, models, {name: item.model for name, item in known.items()})
    screened = screen(data, own, {name: item.n_categories for name, item in known.items()})
    refuse_other_models(screened, fixed)
    problem, groups = pose(data, screened, priors, quadrature.nodes, known, executor)
    _refuse_unidentified(screened, problem.structure.n_free, len(groups), priors)
    if known:
        group = np.searchsorted(np.unique(data.group[screened.persons]), data.group)
        refuse_few(screened, group[screened.persons], groups, known)
    told = _small(groups, data.group[screened.persons], data.weights[screened.persons])
    screened = replace(screened, notices=(*screened.notices, *told))
    structure = problem.structure
    start = first_cycle(problem) if known else structure.pick(structure.start)
    summit = climb_by_halves(problem, start, tolerance, MAX_CYCLES, watch)
    if ability == "histogram":
        problem, summit = climb_with_histograms(problem, summit, tolerance, watch)
    found = covariance(problem, summit.point, se)
    seconds = perf_counter() - began
    return report(screened, Found(problem, summit, found), groups, fixed, seconds)


def _small(names: Sequence[str], group: Integers, weights: Floats) -> list[Notice]:
    """Tell of groups, of several, in which so few are left that nobody can tell mean and sd."""
    counts = np.bincount(np.unique(group, return_inverse=True)[1], weights).tolist()
    return [
        Notice("unsure", "", f"group {name}: {counted(round(count), 'person')}: {UNTOLD}")
        for name, count in zip(names, counts, strict=True)
        if len(names) > 1 and count < FEWEST_IN_GROUP
    ]


def _refuse_unidentified(screened: Screened, n_free: int, n_groups: int, priors: Priors) -> None:
    """Refuse more parameters than there are patterns of answers to tell them apart."""
    patterns = prod(len(scores) for scores in screened.categories)
    held = all(priors.of(item).log_a is not None for item in screened.items)
    text = (
        f"{counted(len(screened.items), 'item')} in use, with {counted(n_free, 'parameter')} and "
        f"{patterns} patterns of answers: take more items, a simpler model, or priors"
    )
    refuse(TooFewError, [text] if n_groups * (patterns - 1) < n_free and not held else [])


def _faults(tolerance: float, ability: str) -> list[str]:
    claims = (
        (isfinite(tolerance) and tolerance > 0, f"tolerance {tolerance} is not above 0"),
        (ability in get_args(Ability), f"ability {ability!r} is neither normal nor a histogram"),
    )
    return [fault for holds, fault in claims if not holds]
