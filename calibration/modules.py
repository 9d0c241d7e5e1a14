"""A calibration of every module by itself: each item measures one, so each has its own scale."""

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import log

import numpy as np

from calibration.answers import MISSING
from calibration.errors import CalibrationError, ModelError, Notice, TooFewError, counted, refuse
from calibration.executors import SERIAL, Executor
from calibration.fitting import Ability, fit
from calibration.hyper import HyperPriors, Law
from calibration.models import NAMED, Model
from calibration.pooling import NAMES, pool_items
from calibration.priors import NO_PRIORS, WEAK_PRIORS, Priors, author_priors
from calibration.reading import ItemFacts
from calibration.responses import Responses
from calibration.results import Calibration
from calibration.sampling import draw
from calibration.uncertainty import StandardErrors
from calibration.watching import DRAWS, NamedWatch, unseen
from placement.arrays import frozen
from placement.items import ItemParameters

ALL = "all"
HIERARCHICAL = "hierarchical"
ALL_SLOPES = "a prior is of one slope and one difficulty, and the model has several"
# Persons from whom on the laws of the slopes and difficulties are drawn with the items.
MANY = 350


@dataclass(frozen=True, slots=True)
class Request:
    """How to calibrate: `model` of an item that the facts give none; priors by their name."""

    model: str = "2pl"
    priors: str = "none"
    se: StandardErrors = StandardErrors.OAKES
    tolerance: float = 1e-4
    ability: Ability = "normal"


@dataclass(frozen=True, slots=True, eq=False)
class ModuleCalibration:
    """One module's calibration, its items for a pool, and what to know of both.

    `law` is what the items' priors have in common, where they have: as believed, or the mean of
    what was drawn if `law_estimated`.
    """

    module: str
    calibration: Calibration
    items: tuple[ItemParameters, ...]
    notices: tuple[Notice, ...]
    law: Law | None = None
    law_estimated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Calibrations:
    """All modules' calibrations, and their sums; `n_persons` counts each person once.

    `fixed` items were given, those that nobody answered among them. `silent` tells of modules that
    nobody was asked anything of.
    """

    modules: tuple[ModuleCalibration, ...]
    n_persons: int
    fixed: tuple[ItemParameters, ...] = ()
    silent: tuple[Notice, ...] = ()

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
    def notices(self) -> tuple[Notice, ...]:
        own = (notice for module in self.modules for notice in module.notices)
        return (*self.silent, *own)

    @property
    def items(self) -> tuple[ItemParameters, ...]:
        """The fixed items, then the new ones, module by module."""
        names = {item.item for item in self.fixed}
        new = [i for module in self.modules for i in module.items if i.item not in names]
        return (*self.fixed, *new)


def calibrate(
    responses: Responses,
    facts: Mapping[str, ItemFacts],
    request: Request,
    *,
    fixed: Sequence[ItemParameters] = (),
    watch: NamedWatch | None = None,
    executor: Executor = SERIAL,
) -> Calibrations:
    """Calibrate each module; `CalibrationError` says what cannot be.

    `fixed` items keep their parameters: a module that they measure stays on their scale. Persons
    are worked on by `executor`; draws are made here.
    """
    strangers = bool(fixed) and not {item.item for item in fixed} & set(responses.items)
    refuse(TooFewError, ["the responses hold none of the fixed items"] if strangers else [])
    facts = with_pool(responses.items, facts, fixed)
    models, priors = models_of(responses, facts, request.model), priors_of(facts, request.priors)
    _refuse_nominal(models, request.priors, [item.item for item in fixed])
    found = []
    modules, silent = asked_modules(responses, facts)
    for module, items in modules.items():
        known = tuple(item for item in fixed if item.module == module)
        names = {item.item for item in known}
        own = {item: models[item] for item in items if item not in names}
        data = of_items(responses, items)
        task = _Task(module, data, own, priors, known, watch or unseen, executor)
        with of_module(module if len(modules) > 1 else ""):
            found.append(_one(task, facts, request, others=bool(fixed) and not known))
    found = [named(module) for module in found] if len(found) > 1 else found
    persons = int((responses.answers.answered() > 0).sum())
    return Calibrations(tuple(found), persons, tuple(fixed), silent)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """One module's part of the work."""

    module: str
    responses: Responses
    models: Mapping[str, Model]
    priors: Priors
    fixed: tuple[ItemParameters, ...]
    watch: NamedWatch
    executor: Executor


def _one(
    task: _Task, facts: Mapping[str, ItemFacts], request: Request, *, others: bool
) -> ModuleCalibration:
    """Calibrate one module; `others` says that items of other modules alone are fixed."""
    calibration = fit(
        task.responses,
        models=task.models,
        priors=task.priors,
        se=request.se,
        tolerance=request.tolerance,
        ability=request.ability,
        fixed=task.fixed,
        watch=partial(task.watch, task.module),
        executor=task.executor,
    )
    law = law_of(task.priors) if request.priors in {"author", HIERARCHICAL} else None
    drawn = None
    if request.priors == HIERARCHICAL:
        calibration, drawn = averaged(calibration, task)
    kept, notices = pool_items(calibration, facts, task.module, task.fixed)
    text = f"module {task.module}: the pool has no item of it, so it gets a scale of its own"
    alone = [Notice("unsure", "", text)] if others else []
    nominal = without_priors(task.models, request.priors)
    everything = (*calibration.notices, *nominal, *alone, *notices)
    return ModuleCalibration(
        task.module, calibration, kept, everything, drawn or law, drawn is not None
    )


@contextmanager
def of_module(module: str) -> Iterator[None]:
    """Name the module, if it has a name, in every fault."""
    try:
        yield
    except CalibrationError as error:
        if not module:
            raise
        raise type(error)([f"module {module}: {fault}" for fault in error.faults]) from error


def named(found: ModuleCalibration) -> ModuleCalibration:
    """Return the module's calibration with its name in the notices that name no item."""
    before = f"module {found.module}: "
    notices = tuple(
        n if n.subject or n.text.startswith(before) else replace(n, text=before + n.text)
        for n in found.notices
    )
    return replace(found, notices=notices)


def recoded(responses: Responses, found: Calibrations) -> Responses:
    """Return the responses with scores as the pool counts them, from 0 and without gaps.

    Items that were set aside are left out.
    """
    codes = np.full((len(responses.items), responses.answers.highest() + 1), MISSING, np.int8)
    places = {item: j for j, item in enumerate(responses.items)}
    for module in found.modules:
        for estimate in module.calibration.items:
            scores = [k for k in estimate.categories if k < codes.shape[1]]
            codes[places[estimate.item], scores] = np.arange(len(scores))
    items = tuple(i for i, row in zip(responses.items, codes, strict=True) if row.max() > MISSING)
    return replace(responses, answers=responses.answers.recoded(codes), items=items)


def law_of(priors: Priors) -> Law | None:
    """Return the law that priors of an author have in common, where they have one."""
    default = priors.default
    if default.log_a is None or default.b is None:
        return None
    own = [prior.b for prior in priors.items.values() if prior.b is not None]
    spread = (own[0] if own else default.b).sd
    return Law(default.log_a.mean, default.log_a.sd, 0.0, 1.0, spread)


def with_pool(
    items: Sequence[str], facts: Mapping[str, ItemFacts], fixed: Sequence[ItemParameters]
) -> Mapping[str, ItemFacts]:
    """Return the facts with what a pool of fixed items says; `ModelError` where they disagree.

    Items without a module are of the pool's, when it has one alone.
    """
    faults = [fault for item in fixed for fault in _disagreements(item, facts.get(item.item))]
    known = {item.item for item in fixed}
    modules = list(dict.fromkeys(item.module for item in fixed))
    homeless = [
        i for i in items if i not in known and not (i in facts and facts[i].module) and modules
    ]
    if len(modules) > 1:
        faults += [
            f"item {i}: its module is not said, and the pool has {', '.join(modules)}"
            for i in homeless
        ]
    refuse(ModelError, faults)
    found = dict(facts)
    for name in homeless:
        found[name] = replace(facts.get(name, ItemFacts(name)), module=modules[0])
    for item in fixed:
        found[item.item] = replace(facts.get(item.item, ItemFacts(item.item)), module=item.module)
    return found


def _disagreements(item: ItemParameters, facts: ItemFacts | None) -> list[str]:
    """Name what is said of a fixed item's module and model that its pool does not say."""
    if facts is None:
        return []
    model = NAMED.get(_key(facts.model))
    claims = (
        (facts.module in {"", item.module}, f"module {item.module} in the pool", facts.module),
        (
            not facts.model or (model is not None and NAMES[model] == item.model),
            f"{item.model} in the pool",
            facts.model,
        ),
    )
    return [
        f"item {item.item}: {known}, and so not {other}"
        for holds, known, other in claims
        if not holds
    ]


def averaged(calibration: Calibration, task: _Task) -> tuple[Calibration, Law | None]:
    """Return the calibration with each item's posterior mean and covariance, from draws of it.

    The laws of log a and b are drawn too where enough persons tell of them; they are fixed below,
    and beside fixed items, of whose authors' levels nothing is known.
    """
    hyper = HyperPriors() if calibration.n_persons >= MANY and not task.fixed else None
    drawn = draw(
        task.responses,
        models=task.models,
        priors=task.priors,
        hyper=hyper,
        fixed=task.fixed,
        watch=partial(task.watch, task.module + DRAWS),
    )
    known = {item.item: item for item in drawn.items}
    items = tuple(
        e
        if e.fixed
        else replace(
            e, values=frozen(known[e.item].mean), covariance=frozen(known[e.item].covariance)
        )
        for e in calibration.items
    )
    return replace(calibration, items=items), drawn.law


def modules_of(items: Sequence[str], facts: Mapping[str, ItemFacts]) -> dict[str, list[str]]:
    """Return each module's items, both in order of appearance."""
    modules: dict[str, list[str]] = {}
    for item in items:
        known = facts.get(item)
        modules.setdefault((known.module if known else "") or ALL, []).append(item)
    return modules


def asked_modules(
    responses: Responses, facts: Mapping[str, ItemFacts]
) -> tuple[dict[str, list[str]], tuple[Notice, ...]]:
    """Return the items of each module that somebody answered something of, and of the others why.

    A wide sheet of a whole bank has columns of modules that were not tested. All modules stay if
    nobody answered anything.
    """
    modules = modules_of(responses.items, facts)
    counts = responses.answers.tally(responses.answers.highest() + 1).sum(axis=1)
    known = {i for i, n in zip(responses.items, counts.tolist(), strict=True) if n}
    asked = {name: items for name, items in modules.items() if known.intersection(items)}
    if not asked:
        return modules, ()
    silent = tuple(
        Notice(
            "item set aside",
            "",
            f"module {name}: nobody answered any of {counted(len(items), 'item')}",
        )
        for name, items in modules.items()
        if name not in asked
    )
    return asked, silent


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
    known = ", ".join(NAMED)
    faults = [
        f"item {i}: {n!r} is none of {known}" for i, n in names.items() if _key(n) not in NAMED
    ]
    refuse(ModelError, faults)
    models = {item: NAMED[_key(name)] for item, name in names.items()}
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


def without_priors(models: Mapping[str, Model], name: str) -> list[Notice]:
    """Tell of items for which the priors of this name say nothing."""
    nominal = [item for item, model in models.items() if model is Model.NRM]
    if not nominal or name == "none":
        return []
    text = f"{counted(len(nominal), 'nominal item')} without a prior: {ALL_SLOPES}"
    return [Notice("unsure", "", text)]


def _refuse_nominal(models: Mapping[str, Model], name: str, known: Container[str]) -> None:
    """Refuse to draw items whose posterior may have no end."""
    nominal = [i for i, model in models.items() if model is Model.NRM and i not in known]
    text = f"hierarchical priors cannot hold {counted(len(nominal), 'nominal item')}: {ALL_SLOPES}"
    refuse(ModelError, [text] if nominal and name == HIERARCHICAL else [])


def in_groups(responses: Responses, names: Sequence[str], what: str) -> tuple[Responses, list[str]]:
    """Return the responses with each person's group named, the first one the reference.

    Whoever has no group, an empty name, is left out, and told of in a line that names `what`.
    """
    told = [name for name in names if name]
    refuse(TooFewError, [] if told else [f"nobody has a {what}"])
    labels = tuple(dict.fromkeys(told))
    rank = {label: g for g, label in enumerate(labels)}
    group = np.array([rank[name] for name in told], dtype=np.int64)
    left = len(names) - len(told)
    notes = [f"left out, without a {what}: {counted(left, 'person')}"] if left else []
    kept = responses.of_persons(np.flatnonzero([bool(n) for n in names])) if left else responses
    return replace(kept, groups=labels, group=group), notes


def _key(name: str) -> str:
    return name.lower()
