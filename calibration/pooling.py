"""From a calibration to the items of a pool: the engine's parameters, with what is unsure of them.

A pool's `se_b` of an item with several thresholds is that of their common shift, so of their mean;
a nominal item's `se_a` and `se_b` are those of a factor common to its slopes, and of its shift.
What is fixed, or was not asked for, counts as known. Items of Rasch's model keep slope 1: abilities
on their scale have the standard deviation that the calibration reports.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from calibration.errors import Notice
from calibration.models import Model
from calibration.reading import ItemFacts
from calibration.results import Calibration, ItemEstimate
from placement.arrays import Floats
from placement.errors import PoolError
from placement.items import ItemParameters
from placement.items import Model as PoolModel

NAMES: Mapping[Model, PoolModel] = {
    Model.RASCH: "1PL",
    Model.ONE_PL: "1PL",
    Model.TWO_PL: "2PL",
    Model.THREE_PL: "3PL",
    Model.FOUR_PL: "4PL",
    Model.GRM: "GRM",
    Model.PCM: "PCM",
    Model.GPCM: "GPCM",
    Model.NRM: "NRM",
}
STEPPED = (Model.GRM, Model.PCM, Model.GPCM)
# Where estimates of slopes stop.
STEEPEST = 20.0
# Standard errors of a difficulty from here on tell less than the weakest prior believes; without
# one, a difficulty this far off.
VAGUE, FAR = 2.5, 10.0
# A correlation of ±1, rounded, is still one.
WHOLE = 1 - 1e-9


def pool_items(
    calibration: Calibration,
    facts: Mapping[str, ItemFacts],
    module: str = "all",
    fixed: Sequence[ItemParameters] = (),
) -> tuple[tuple[ItemParameters, ...], tuple[Notice, ...]]:
    """Return the items that a pool can hold, and why it cannot hold the others.

    `facts` gives module, category and enemy where known; other items are of `module`. Fixed items
    come first, as they are, whether or not anybody answered them.
    """
    items, notices = list(fixed), list[Notice]()
    for estimate in calibration.items:
        if estimate.fixed:
            continue
        if abs(estimate.intercepts[0]) >= STEEPEST:
            text = "left out of the pool: no end of its slope can be told; a prior would hold it"
            notices.append(Notice("item set aside", estimate.item, text))
            continue
        if estimate.model is not Model.NRM and estimate["a"] <= 0:
            text = "left out of the pool, which holds no slope of 0 or below"
            notices.append(Notice("item set aside", estimate.item, text))
            continue
        own = facts.get(estimate.item, ItemFacts(estimate.item))
        try:
            items.append(_item(estimate, own, own.module or module))
            notices += [*_renumbered(estimate), *_undetermined(items[-1])]
        except PoolError as error:
            faults = [fault.removeprefix(f"item {estimate.item}: ") for fault in error.faults]
            text = f"left out of the pool: {'; '.join(faults)}"
            notices.append(Notice("item set aside", estimate.item, text))
    return tuple(items), tuple(notices)


def _renumbered(estimate: ItemEstimate) -> list[Notice]:
    ranks = range(len(estimate.categories))
    if estimate.categories == tuple(ranks):
        return []
    scores, places = (", ".join(map(str, numbers)) for numbers in (estimate.categories, ranks))
    return [Notice("categories", estimate.item, f"scores {scores} are {places} in the pool")]


def _undetermined(item: ItemParameters) -> list[Notice]:
    """Tell of a difficulty that could be nearly any."""
    if item.se_b < VAGUE and (item.se_b > 0 or abs(item.location) < FAR):
        return []
    known = f"{item.location:.1f} ± {item.se_b:.1f}" if item.se_b else f"{item.location:.1f}"
    text = f"the answers do not determine its difficulty ({known} logits)"
    more = "" if item.model == "NRM" else "; a prior would hold it"
    return [Notice("unsure", item.item, text + more)]


def _item(estimate: ItemEstimate, facts: ItemFacts, module: str) -> ItemParameters:
    name = (estimate.item, module, facts.category, NAMES[estimate.model])
    if estimate.model is Model.NRM:
        half = len(estimate.values) // 2
        steps = estimate.values.tolist()
        se_a, se_b, cov_ab = _errors(estimate, *_nominal_directions(estimate.values[:half]))
        return ItemParameters(
            *name,
            a=1.0,
            b=0.0,
            se_a=se_a,
            se_b=se_b,
            cov_ab=cov_ab,
            a_steps=tuple(steps[:half]),
            d_steps=tuple(steps[half:]),
            enemy=facts.enemy,
        )
    values = dict(zip(estimate.names, estimate.values.tolist(), strict=True))
    stepped = estimate.model in STEPPED
    se_a, se_b, cov_ab = _uncertainty(estimate)
    return ItemParameters(
        *name,
        a=values["a"],
        b=0.0 if stepped else values["b"],
        c=values.get("c", 0.0),
        d=values.get("u", 1.0),
        b_steps=tuple(estimate.values[1:].tolist()) if stepped else (),
        se_a=se_a,
        se_b=se_b,
        cov_ab=cov_ab,
        enemy=facts.enemy,
    )


def _uncertainty(estimate: ItemEstimate) -> tuple[float, float, float]:
    """Return the standard deviations of a and of the location, and their covariance."""
    names = estimate.names
    location = np.array([float(name.startswith("b")) for name in names])
    location /= location.sum()
    return _errors(estimate, np.array([float(name == "a") for name in names]), location)


def _nominal_directions(slopes: Floats) -> tuple[Floats, Floats]:
    """Return what a common factor of the slopes a_k and a common shift take of (a_k …, d_k …).

    Least squares: the item moved is (a a_k, -a a_k b), at a = 1 and b = 0.
    """
    share, still = slopes / (slopes @ slopes), np.zeros_like(slopes)
    return np.concatenate((share, still)), np.concatenate((still, -share))


def _errors(estimate: ItemEstimate, slope: Floats, location: Floats) -> tuple[float, float, float]:
    """Return two sums' standard deviations and covariance; the sums' shares are (m,) each."""
    sums = np.stack((slope, location))
    spread = sums @ np.nan_to_num(estimate.covariance) @ sums.T
    se_a, se_b = np.sqrt(np.maximum(spread.diagonal(), 0.0)).tolist()
    bound = WHOLE * se_a * se_b
    return se_a, se_b, float(np.clip(spread[0, 1], -bound, bound))
