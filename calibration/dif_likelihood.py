"""Differential item functioning by the likelihood ratio of two calibrations.

Thissen, Steinberg & Wainer (1993), in "Differential item functioning", 67–113. Groups have their
own mean and sd of ability. An item that differs is two items, one for each group: the same model
fitted once with one item, once with two, and anchor items in common tell the groups apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc

from calibration.answers import SparseAnswers
from calibration.errors import CalibrationError, ModelError, refuse
from calibration.fitting import fit
from calibration.models import Model
from calibration.priors import NO_PRIORS, Priors
from calibration.responses import Responses
from calibration.results import Calibration
from calibration.uncertainty import StandardErrors

# What an item is called in the second group when it counts as another there.
OTHER = "\u2009in the focal group"


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """χ² that the item is another one in the focal group; `shift` is its location there, higher."""

    item: str
    chi2: float
    df: int
    p: float
    shift: float


def likelihood_ratios(
    responses: Responses,
    models: Mapping[str, Model],
    *,
    anchors: Sequence[str] = (),
    priors: Priors = NO_PRIORS,
) -> tuple[LikelihoodRatio, ...]:
    """Test each item that is no anchor; without anchors all the other items are the anchors.

    `responses` have two groups, the focal one second. `CalibrationError` when they have not.
    """
    faults = [f"anchor {name!r} is no item" for name in anchors if name not in responses.items]
    if len(responses.groups) != 2:
        faults.append(f"{len(responses.groups)} groups, not two")
    refuse(ModelError, faults)
    studied = [item for item in responses.items if item not in anchors]
    free = studied if anchors else []
    base = _fit(responses, models, free, priors)
    tests = []
    for item in studied:
        others = [name for name in free if name != item] if anchors else [item]
        try:
            other = _fit(responses, models, others, priors)
        except CalibrationError:
            continue
        narrow, wide = (other, base) if anchors else (base, other)
        tests.append(_ratio(item, narrow, wide))
    return tuple(tests)


def _ratio(item: str, narrow: Calibration, wide: Calibration) -> LikelihoodRatio:
    names = {estimate.item for estimate in wide.items}
    if not {item, item + OTHER} <= names:
        return LikelihoodRatio(item, np.nan, 0, np.nan, np.nan)
    chi2 = 2 * max(wide.log_likelihood - narrow.log_likelihood, 0.0)
    df = wide.n_parameters - narrow.n_parameters
    here, there = (
        np.mean([wide[name][n] for n in wide[name].names if n.startswith("b")] or [np.nan])
        for name in (item, item + OTHER)
    )
    return LikelihoodRatio(item, chi2, df, float(chdtrc(df, chi2)), float(there - here))


def _fit(
    responses: Responses, models: Mapping[str, Model], split: Sequence[str], priors: Priors
) -> Calibration:
    doubled = split_items(responses, split)
    own = {name: models[name.removesuffix(OTHER)] for name in doubled.items}
    priors = replace(
        priors, items={**priors.items, **{name + OTHER: priors.of(name) for name in split}}
    )
    return fit(doubled, models=own, priors=priors, se=StandardErrors.NONE, tolerance=1e-5)


def split_items(responses: Responses, split: Sequence[str]) -> Responses:
    """Return the responses in which the focal group's answers to `split` are to other items."""
    if not split:
        return responses
    starts, item, score = responses.answers.triplets()
    size = len(responses.items)
    other = np.arange(size)
    places = {name: j for j, name in enumerate(responses.items)}
    for k, name in enumerate(split):
        other[places[name]] = size + k
    focal = np.repeat(responses.group == 1, np.diff(starts))
    moved = np.where(focal, other[item], item)
    person = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    order = np.lexsort((moved, person))
    answers = SparseAnswers(starts, moved[order].astype(np.int32), score[order], size + len(split))
    names = (*responses.items, *(name + OTHER for name in split))
    return replace(responses, answers=answers, items=names)
