"""All modules of a sheet of answers at once, for a pool and for a design's correlations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from calibration.correlated import fit_modules
from calibration.correlated_results import CorrelatedCalibration
from calibration.errors import ModelError, Notice, refuse
from calibration.modules import (
    ALL,
    HIERARCHICAL,
    Calibrations,
    ModuleCalibration,
    Request,
    asked_modules,
    models_of,
    named,
    of_items,
    priors_of,
    without_priors,
)
from calibration.pooling import pool_items
from calibration.reading import ItemFacts
from calibration.responses import Responses
from calibration.watching import NamedWatch, unseen

# The prior of the correlations, where items have priors.
WEAK_LKJ = 2.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CorrelatedModules(Calibrations):
    """The modules as they would be by themselves, and `joint`: what they are together."""

    joint: CorrelatedCalibration

    @property
    def log_likelihood(self) -> float:
        return self.joint.log_likelihood

    @property
    def n_parameters(self) -> int:
        return self.joint.n_parameters

    @property
    def notices(self) -> tuple[Notice, ...]:
        own = (notice for module in self.modules for notice in module.notices)
        return (*self.silent, *self.joint.notices, *own)


def calibrate_together(
    responses: Responses,
    facts: Mapping[str, ItemFacts],
    request: Request,
    watch: NamedWatch | None = None,
) -> CorrelatedModules:
    """Calibrate all modules and their correlations; `CalibrationError` says what cannot be.

    What is drawn or shaped module by module has no form here: `ModelError`.
    """
    claims = (
        (request.priors != HIERARCHICAL, "hierarchical priors are drawn module by module"),
        (request.ability == "normal", "a histogram of ability has no correlations"),
    )
    refuse(ModelError, [f"correlated modules: {text}" for fine, text in claims if not fine])
    parts, silent = asked_modules(responses, facts)
    asked = of_items(responses, [item for items in parts.values() for item in items])
    joint = fit_modules(
        asked,
        parts,
        models=models_of(asked, facts, request.model),
        priors=priors_of(facts, request.priors),
        lkj=1.0 if request.priors == "none" else WEAK_LKJ,
        tolerance=request.tolerance,
        se=request.se,
        watch=partial(watch, ALL) if watch else unseen,
    )
    modules = []
    for name, calibration in zip(joint.names, joint.modules, strict=True):
        items, notices = pool_items(calibration, facts, name)
        models = {estimate.item: estimate.model for estimate in calibration.items}
        nominal = without_priors(models, request.priors)
        everything = (*calibration.notices, *nominal, *notices)
        modules.append(named(ModuleCalibration(name, calibration, items, everything)))
    persons = round(joint.n_persons)
    return CorrelatedModules(tuple(modules), persons, silent=silent, joint=joint)
