"""From the top of the climb to the values that people read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.ascending import Summit
from calibration.errors import Notice
from calibration.fitted import usual_values
from calibration.models import Model, form_of
from calibration.population import moments
from calibration.problem import Point, Problem
from calibration.results import Calibration, GroupEstimate, ItemEstimate
from calibration.screening import Screened, turned_round
from calibration.structure import Batch, Structure
from calibration.uncertainty import Uncertainty
from placement.arrays import Floats, frozen
from placement.items import ItemParameters

STEP = 1e-6
# Slopes under this may be held above 0 by a prior or a model alone.
FLAT = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Where the climb ended, and how well that is known."""

    problem: Problem
    summit: Summit[Point]
    uncertainty: Uncertainty


def report(
    screened: Screened,
    climbed: Found,
    groups: Sequence[str],
    fixed: Sequence[ItemParameters],
    seconds: float,
) -> Calibration:
    """Gather a calibration; every number in it is of the same parameters."""
    problem, summit, found = climbed.problem, climbed.summit, climbed.uncertainty
    point, structure = summit.point, problem.structure
    items = _items(screened, structure, point.raw, found.covariance, fixed)
    gradient = np.where(found.bound, 0.0, point.gradient)
    return Calibration(
        items=items,
        groups=_groups(groups, structure, point, found.covariance),
        notices=(
            *screened.notices,
            *_turned_round(screened, items, _implied_slopes(structure, point.expected.counts)),
            *_notices(items, summit, found, structure),
        ),
        nodes=structure.nodes,
        weights=frozen(point.weights),
        log_likelihood=point.expected.log_likelihood,
        log_prior=point.log_prior,
        trace=summit.trace,
        cycles=summit.cycles,
        information_passes=summit.looks + found.passes,
        converged=summit.converged,
        change=summit.change,
        gradient=float(np.abs(gradient).max(initial=0.0)),
        parameters=_parameter_names(screened, structure, groups),
        n_weights=len(groups) * (structure.nodes.size - 3) if structure.shape.any() else 0,
        free=frozen(point.free),
        covariance=found.covariance,
        n_persons=problem.people.n_persons,
        n_responses=int(screened.tally.sum()),
        reliability=_reliability(problem, point),
        seconds=seconds,
    )


def _own(structure: Structure, covariance: Floats, place: slice, size: int) -> Floats:
    """Return the covariances of raw parameters at `place`, `size` by `size`, (n, size, size).

    They are nan for fixed or unknown ones.
    """
    slots = structure.slots[place].reshape(-1, size)
    own = np.full((*slots.shape, size), np.nan)
    free = (slots >= 0)[:, :, None] & (slots >= 0)[:, None, :]
    every, row, column = np.nonzero(free)
    own[free] = covariance[slots[every, row], slots[every, column]]
    return own


def _items(
    screened: Screened,
    structure: Structure,
    raw: Floats,
    covariance: Floats,
    fixed: Sequence[ItemParameters],
) -> tuple[ItemEstimate, ...]:
    known = {item.item: usual_values(item) for item in fixed}
    estimates: list[ItemEstimate | None] = [None] * len(screened.items)
    answers = screened.tally.sum(axis=1).tolist()
    for batch in structure.batches:
        parameters = batch.of(raw)
        usual, bend = frozen(batch.family.usual(parameters)), _jacobian(batch, parameters)
        own = frozen(_own(structure, covariance, batch.place, batch.n_parameters))
        carried, raw_values = frozen(_carried(bend, own)), frozen(parameters)
        usual_names = batch.family.usual_names(batch.n_categories)
        names = batch.family.names(batch.n_categories)
        for row, j in enumerate(batch.items.tolist()):
            name = screened.items[j]
            estimates[j] = ItemEstimate(
                name,
                screened.models[j],
                answers[j],
                screened.categories[j],
                usual_names,
                frozen(known[name]) if name in known else usual[row],
                carried[row],
                names,
                raw_values[row],
                own[row],
                fixed=name in known,
            )
    return tuple(estimate for estimate in estimates if estimate is not None)


def _jacobian(batch: Batch, parameters: Floats) -> Floats:
    """Return the derivatives of the usual form by the slope–intercept one, (J, p, p)."""
    columns = []
    for k in range(batch.n_parameters):
        above, below = parameters.copy(), parameters.copy()
        above[:, k] += STEP
        below[:, k] -= STEP
        columns.append((batch.family.usual(above) - batch.family.usual(below)) / (2 * STEP))
    return np.stack(columns, axis=2)


def _carried(bend: Floats, own: Floats) -> Floats:
    """Return the covariances (n, p, p) of the usual form by the delta method.

    Fixed numbers do not vary.
    """
    still = np.isnan(own.diagonal(axis1=1, axis2=2))
    moved = bend @ np.nan_to_num(own) @ bend.transpose(0, 2, 1)
    moved[still[:, :, None] | still[:, None, :]] = np.nan
    return np.asarray(moved)


def _groups(
    names: Sequence[str], structure: Structure, point: Point, covariance: Floats
) -> tuple[GroupEstimate, ...]:
    parameters = structure.groups(point.raw)
    begin = structure.group_place.start
    estimates = []
    for g, name in enumerate(names):
        mean, sd = float(parameters[g, 0]), float(np.exp(parameters[g, 1]))
        bend = np.diag([1.0, sd])
        if structure.shape.any():
            mean, sd = moments(point.weights[g], structure.nodes)
            bend = _moment_slopes(
                point.weights[g], structure.weight_slopes(point.raw)[g], structure
            )
        own = _own(structure, covariance, slice(begin + 2 * g, begin + 2 * g + 2), 2)
        se = np.sqrt(_carried(bend[None], own)[0].diagonal()).tolist()
        persons = round(float(point.expected.mass[g].sum()), 6)
        estimates.append(GroupEstimate(name, persons, mean, sd, *se))
    return tuple(estimates)


def _moment_slopes(weights: Floats, slopes: Floats, structure: Structure) -> Floats:
    """Return the derivatives (2, 2) of mean and sd by a group's parameters, from slopes (2, Q)."""
    mean, sd = moments(weights, structure.nodes)
    deviations = structure.nodes - mean
    return np.stack((deviations, deviations**2 / (2 * sd))) * weights @ slopes.T


def _turned_round(
    screened: Screened, items: Sequence[ItemEstimate], slopes: Floats
) -> list[Notice]:
    """Tell of keys that look wrong though the slope is above 0, held there or fixed."""
    flat = [
        j
        for j, item in enumerate(items)
        if item.model is not Model.NRM and item["a"] > 0 and (slopes[j] < FLAT or item.fixed)
    ]
    text = "those who do better on the others do worse on it; the key?"
    return [Notice("reversed", items[j].item, text) for j in turned_round(screened, flat)]


def _implied_slopes(structure: Structure, counts: Floats) -> Floats:
    """Return the slope that each item's expected counts, of (C, Q), imply by themselves, (J,).

    For normal ability and scores of an exponential family cov(x, θ) = a Var(θ) E Var(x | θ)
    (Stein 1981); a model that fixes the slope, or lets people guess, hides what the counts tell.
    """
    slopes = np.zeros(sum(len(batch.items) for batch in structure.batches))
    for batch in structure.batches:
        table, scores = batch.counts(counts), np.arange(batch.n_categories)
        mass = np.maximum(table.sum(axis=1), 1e-12)
        share = mass / mass.sum(axis=1, keepdims=True)
        mean = (scores @ table) / mass
        within = (share * ((scores**2 @ table) / mass - mean**2)).sum(axis=1)
        away = structure.nodes - (share @ structure.nodes)[:, None]
        slopes[batch.items] = (share * away * mean).sum(axis=1) / np.maximum(
            (share * away**2).sum(axis=1) * within, 1e-12
        )
    return slopes


def _notices(
    items: Sequence[ItemEstimate], summit: Summit[Point], found: Uncertainty, structure: Structure
) -> list[Notice]:
    notices = [
        Notice("reversed", item.item, f"a = {item['a']:.2f}: the better answer it wrong; the key?")
        for item in items
        if item.model is not Model.NRM and item["a"] < 0
    ]
    bound = {structure.slots[i] for i in structure.moving if found.bound[structure.slots[i]]}
    for batch in structure.batches:
        names = batch.family.names(batch.n_categories)
        slots = structure.slots[batch.place].reshape(len(batch.items), -1)
        for row, column in np.argwhere(np.isin(slots, list(bound))).tolist():
            item = items[int(batch.items[row])].item
            text = f"{names[column]} is at the end of its range: the data say no more of it"
            notices.append(Notice("boundary", item, text))
    return notices + unsure(summit, found)


def unsure(summit: Summit[Any], found: Uncertainty) -> list[Notice]:
    """Say where the climb stopped below the top, or where no top can be told."""
    notices = []
    if not summit.converged:
        text = f"stopped after {summit.cycles} cycles, {summit.change:.2g} from the top"
        notices.append(Notice("unsure", "", text))
    if not found.definite:
        text = "the information is not positive: no standard errors, and this may be no maximum"
        notices.append(Notice("unsure", "", text))
    return notices


def _parameter_names(
    screened: Screened, structure: Structure, groups: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return (item or group, parameter) of every free parameter; a shared one has no item."""
    raw: list[tuple[str, str]] = []
    for batch in structure.batches:
        names = batch.family.names(batch.n_categories)
        shared = form_of(screened.models[int(batch.items[0])]).slope == "shared"
        for j in batch.items.tolist():
            raw += [("" if shared and n == "a" else screened.items[j], n) for n in names]
    for group in groups:
        raw += [(group, "mean"), (group, "log sd")]
    free = dict(zip(structure.slots.tolist(), raw, strict=True))
    return tuple(free[slot] for slot in range(structure.n_free))


def _reliability(problem: Problem, point: Point) -> float:
    """Return the share of EAP scores' variance in ability's (mirt's empirical_rxx)."""
    n, nodes = problem.people.n_persons, problem.structure.nodes
    first, second = point.expected.means.tolist()
    total = float(point.expected.mass.sum(axis=0) @ nodes**2)
    between, within = (second - first**2 / n) / (n - 1), (total - second) / n
    return float(between / (between + within))
