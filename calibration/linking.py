"""Two calibrations on one scale: abilities θ_old = A θ_new + B, found from the items in common.

Kolen & Brennan (2014), "Test equating, scaling, and linking", ch. 6. Mean–sigma: Marco (1977);
mean–mean: Loyd & Hoover (1980); characteristic curves: Haebara (1980), Stocking & Lord (1983).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy.optimize import least_squares

from calibration.errors import CalibrationError, counted, refuse
from calibration.fitted import Fitted
from placement.arrays import Floats
from placement.items import ItemParameters

# Where curves are compared, weighed as a standard normal population of the old scale.
POINTS = np.linspace(-4.0, 4.0, 81)
WEIGHTS = np.exp(-(POINTS**2) / 2)
FEWEST = 2


class Method(Enum):
    MEAN_SIGMA = "mean-sigma"
    MEAN_MEAN = "mean-mean"
    HAEBARA = "haebara"
    STOCKING_LORD = "stocking-lord"


@dataclass(frozen=True, slots=True)
class Link:
    """θ_old = `slope` × θ_new + `intercept` (logits); `loss` is the mean squared distance left.

    The distance is between the common items' curves (Stocking–Lord: their sums), in scores.
    """

    method: Method
    slope: float
    intercept: float
    loss: float
    items: tuple[str, ...]

    def apply(self, item: ItemParameters) -> ItemParameters:
        """Return the item on the old scale."""
        return moved(item, self.slope, self.intercept)


def link(
    new: Sequence[ItemParameters],
    old: Sequence[ItemParameters],
    method: Method = Method.STOCKING_LORD,
) -> Link:
    """Find the link from the items that both hold; `CalibrationError` where they cannot tell it."""
    pairs = common(new, old)
    refuse(CalibrationError, _faults(pairs))
    slope, intercept = _moments(pairs, Method.MEAN_SIGMA)
    if method is Method.MEAN_MEAN:
        slope, intercept = _moments(pairs, method)
    distances = _distances(pairs, sums=method is Method.STOCKING_LORD)
    if method in {Method.HAEBARA, Method.STOCKING_LORD}:
        found = least_squares(
            distances, (slope, intercept), x_scale=(0.1, 0.1), xtol=1e-13, ftol=1e-13, gtol=1e-13
        )
        slope, intercept = found.x.tolist()
    refuse(CalibrationError, [] if slope > 0 else ["the common items run the other way round"])
    loss = float((distances(np.array([slope, intercept])) ** 2).sum())
    return Link(method, slope, intercept, loss, tuple(ours.item for ours, _ in pairs))


Pairs = list[tuple[ItemParameters, ItemParameters]]


def common(new: Sequence[ItemParameters], old: Sequence[ItemParameters]) -> Pairs:
    """Return the items that both hold, by name, in the new one's order.

    Nominal items are left out: they have no one slope and difficulty for a scale to be told by.
    """
    known = {item.item: item for item in old if item.model != "NRM"}
    return [(item, known[item.item]) for item in new if item.item in known and item.model != "NRM"]


def moved(item: ItemParameters, slope: float, intercept: float) -> ItemParameters:
    """Return the item for abilities slope × θ + intercept; its answers' chances stay what they are.

    A PCM item has slope 1 and becomes a GPCM one on another unit.
    """
    model = "GPCM" if item.model == "PCM" and slope != 1 else item.model
    return replace(
        item,
        model=model,
        a=item.a / slope,
        b=slope * item.b + (0.0 if item.b_steps else intercept),
        b_steps=tuple(slope * step + intercept for step in item.b_steps),
        se_a=item.se_a / slope,
        se_b=item.se_b * slope,
    )


def _faults(pairs: Pairs) -> list[str]:
    if len(pairs) < FEWEST:
        said = f"{counted(len(pairs), 'item')} in common, not counting nominal ones"
        return [f"{said}; a link needs at least {FEWEST}"]
    faults = [
        f"item {ours.item}: {ours.n_categories} categories in one pool, {theirs.n_categories} in "
        "the other"
        for ours, theirs in pairs
        if ours.n_categories != theirs.n_categories
    ]
    spreads = [np.std([pair[side].location for pair in pairs]) for side in (0, 1)]
    return faults + ([] if min(spreads) > 0 else ["the common items are all equally hard"])


def _moments(pairs: Pairs, method: Method) -> tuple[float, float]:
    ours, theirs = (np.array([pair[side].location for pair in pairs]) for side in (0, 1))
    if method is Method.MEAN_MEAN:
        slopes = (sum(pair[side].a for pair in pairs) for side in (0, 1))
        a_new, a_old = slopes
        slope = a_new / a_old
    else:
        slope = float(theirs.std() / ours.std())
    return slope, float(theirs.mean() - slope * ours.mean())


def _distances(pairs: Pairs, *, sums: bool) -> Callable[[Floats], Floats]:
    """Return a function of (A, B): the weighted distances of the curves at the points.

    Of all categories for Haebara; of the expected sums for Stocking and Lord.
    """
    weights = np.sqrt(WEIGHTS / WEIGHTS.sum())
    new = Fitted.of_pool([ours for ours, _ in pairs]).items
    theirs = [item.chances(POINTS) for item in Fitted.of_pool([old for _, old in pairs]).items]

    def distances(link: Floats) -> Floats:
        nodes = (POINTS - link[1]) / max(link[0], 1e-6)
        ours = [item.chances(nodes) for item in new]
        apart = [a - b for a, b in zip(ours, theirs, strict=True)]
        if sums:
            scores = [np.arange(len(gap)) @ gap for gap in apart]
            return np.asarray(np.sum(scores, axis=0) * weights)
        scale = weights / len(pairs) ** 0.5
        return np.concatenate([(gap[1:] * scale).ravel() for gap in apart])

    return distances
