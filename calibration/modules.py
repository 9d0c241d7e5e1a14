"""A calibration of every module by itself: each item measures one, so each has its own scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from calibration.answers import MISSING
from calibration.errors import ModelError, Notice, refuse
from calibration.fitting import fit
from calibration.hyper import HyperPriors
from calibration.models import Model
from calibration.pooling import pool_items
from calibration.priors import NO_PRIORS, WEAK_PRIORS, Priors, author_priors
from calibration.reading import ItemFacts
from calibration.responses import Responses
from calibration.results import Calibration
from calibration.sampling import draw
from calibration.uncertainty import StandardErrors
from placement.arrays import frozen
from placement.items import ItemParameters

ALL = "all"
HIERARCHICAL = "hierarchical"
# Persons from whom on the laws of the slopes and difficulties are drawn with the items.
MANY = 500
MODELS: Mapping[str, Model] = {
    "rasch": Model.RASCH,
    "1pl": Model.ONE_PL,
    "2pl": Model.TWO_PL,
    "3pl": Model.THREE_PL,
    "4pl": Model.FOUR_PL,
    "grm": Model.GRM,
    "pcm": Model.PCM,
    "gpcm": Model.GPCM,
    "nrm": Model.NRM,
}
"""Models by the names that people write."""


@dataclass(frozen=True, slots=True)
class Request:
    """How to calibrate: `model` of an item that the facts give none; priors by their name."""

    model: str = "2pl"
    priors: str = "none"
    se: StandardErrors = StandardErrors.OAKES
    tolerance: float = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class ModuleCalibration:
    """One module's calibration, its items for a pool, and what to know of both."""

    module: str
    calibration: Calibration
    items: tuple[ItemParameters, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Calibrations:
    """All modules' calibrations, and their sums; `n_persons` counts each person once."""

    modules: tuple[ModuleCalibration, ...]
    n_persons: int

    @property
    def log_likelihood(self) -> float:
        return sum(m.calibration.log_likelihood for m in self.modules)

    @property
    def n_parameters(self) -> int:
        return sum(m.calibration.n_parameters for m in self.modules)

    @property
    def n_items(self) -> int:
        return sum(m.calibration.n_items for m in self.modules)

    @property
    def n_responses(self) -> int:
        return sum(m.calibration.n_responses for m in self.modules)

    @property
    def cycles(self) -> int:
        return max(m.calibration.cycles for m in self.modules)

    @property
    def converged(self) -> bool:
        return all(m.calibration.converged for m in self.modules)

    @property
    def reliability(self) -> float:
        """The modules' mean reliability."""
        return float(np.mean([m.calibration.reliability for m in self.modules]))

    @property
    def aic(self) -> float:
        return 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return self.n_parameters * log(self.n_persons) - 2 * self.log_likelihood

    @property
    def items(self) -> tuple[ItemParameters, ...]:
        return tuple(item for module in self.modules for item in module.items)


def calibrate(
    responses: Responses, facts: Mapping[str, ItemFacts], request: Request
) -> Calibrations:
    """Calibrate each module; `CalibrationError` says what cannot be."""
    models, priors = models_of(responses, facts, request.model), priors_of(facts, request.priors)
    found = []
    for module, items in modules_of(responses.items, facts).items():
        part = of_items(responses, items)
        own = {item: models[item] for item in items}
        calibration = fit(
            part, models=own, priors=priors, se=request.se, tolerance=request.tolerance
        )
        if request.priors == HIERARCHICAL:
            calibration = averaged(calibration, part, own, priors)
        kept, notices = pool_items(calibration, facts, module)
        everything = (*calibration.notices, *notices)
        found.append(ModuleCalibration(module, calibration, kept, everything))
    return Calibrations(tuple(found), int((responses.answers.answered() > 0).sum()))


def averaged(
    calibration: Calibration, responses: Responses, models: Mapping[str, Model], priors: Priors
) -> Calibration:
    """Return the calibration with each item's posterior mean and covariance, from draws of it.

    The laws of log a and b are drawn too where enough persons tell of them, and fixed below.
    """
    hyper = HyperPriors() if calibration.n_persons >= MANY else None
    drawn = draw(responses, models=models, priors=priors, hyper=hyper)
    known = {item.item: item for item in drawn.items}
    items = tuple(
        replace(e, values=frozen(known[e.item].mean), covariance=frozen(known[e.item].covariance))
        for e in calibration.items
    )
    return replace(calibration, items=items)


def modules_of(items: Sequence[str], facts: Mapping[str, ItemFacts]) -> dict[str, list[str]]:
    """Return each module's items, both in order of appearance."""
    modules: dict[str, list[str]] = {}
    for item in items:
        known = facts.get(item)
        modules.setdefault((known.module if known else "") or ALL, []).append(item)
    return modules


def of_items(responses: Responses, items: Sequence[str]) -> Responses:
    """Return the responses to these items alone."""
    if len(items) == len(responses.items):
        return responses
    wanted = set(items)
    codes = np.full((len(responses.items), responses.answers.highest() + 1), MISSING, np.int8)
    kept = [j for j, item in enumerate(responses.items) if item in wanted]
    codes[kept] = np.arange(codes.shape[1])
    answers = responses.answers.recoded(codes)
    return replace(responses, answers=answers, items=tuple(responses.items[j] for j in kept))


def models_of(
    responses: Responses, facts: Mapping[str, ItemFacts], default: str
) -> dict[str, Model]:
    """Return each item's model; an item of Rasch's model with several categories is a PCM one."""
    names = {i: (facts[i].model if i in facts else "") or default for i in responses.items}
    known = ", ".join(MODELS)
    faults = [
        f"item {i}: {n!r} is none of {known}" for i, n in names.items() if _key(n) not in MODELS
    ]
    refuse(ModelError, faults)
    models = {item: MODELS[_key(name)] for item, name in names.items()}
    tally = responses.answers.tally(responses.answers.highest() + 1)
    for item, counts in zip(responses.items, tally, strict=True):
        if models[item] is Model.RASCH and counts[2:].any():
            models[item] = Model.PCM
    return models


def priors_of(facts: Mapping[str, ItemFacts], name: str) -> Priors:
    """Return the priors of this name: none, weak, author or hierarchical.

    An author's priors ask for a level of at least one item; hierarchical ones use what there is.
    """
    if name == "none":
        return NO_PRIORS
    if name == "weak":
        return WEAK_PRIORS
    levels = {item: f.level for item, f in facts.items() if f.level is not None}
    if name != HIERARCHICAL:
        refuse(ModelError, [] if levels else ["priors of the author need a level of the items"])
    return author_priors(levels)


def in_groups(responses: Responses, names: Sequence[str]) -> Responses:
    """Return the responses with each person's group named, the first one the reference."""
    labels = tuple(dict.fromkeys(names))
    rank = {label: g for g, label in enumerate(labels)}
    group = np.array([rank[name] for name in names], dtype=np.int64)
    return replace(responses, groups=labels, group=group)


def _key(name: str) -> str:
    return name.lower()
