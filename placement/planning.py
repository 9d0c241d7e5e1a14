"""Fitting a design to a pool: what a pilot by simulation teaches the stopping rule.

The pilot runs with the design's own selection, blueprint and exposure control; what it measures
becomes part of the design, so that an attempt is replayed from stored values only.
"""

from dataclasses import replace

import numpy as np

from placement.arrays import Floats
from placement.conduct import section_of
from placement.design import Design, ModuleDesign
from placement.lockstep import Sittings, right_answers, sit, sit_together
from placement.order import Blocks
from placement.plans import ModulePlan
from placement.pool import Pool
from placement.standing import Section
from placement.stopping import FixedLength
from placement.together import Together


def fit_design(design: Design, pool: Pool, *, seed: int = 20260701, simulees: int = 400) -> Design:
    """Return the design whose stopping rule carries a plan for each module on this pool.

    First `simulees` people answer as many questions as the rule allows, which gives the mean
    precision λ(n); then the rule runs with λ, which gives the lengths. The seed makes it exact.
    Where modules are correlated the simulees sit all of them, and λ(n) of a module is the prior's
    precision with what its own n answers add: other modules' answers come into a person's variance
    and not into this plan.
    """
    bare = replace(design, stopping=design.stopping.fitted(()))
    together = Together.of(bare, pool)
    if together:
        plans = _plans(bare, together, np.random.default_rng(seed), simulees)
        return replace(design, stopping=design.stopping.fitted(plans))
    plans = [
        _plan(bare, module, pool, np.random.default_rng((seed, number)), simulees)
        for number, module in enumerate(design.modules)
    ]
    return replace(design, stopping=design.stopping.fitted(plans))


def _plans(
    design: Design, together: Together, generator: np.random.Generator, simulees: int
) -> list[ModulePlan]:
    # What a module's own answers add depends on its questions, not on when the others come.
    full = replace(design, stopping=FixedLength(design.stopping.maximum), order=Blocks())
    modules = [section.module for section in together.sections]
    piloted = [
        sitting.precision[: sitting.standing.n.max() + 1].mean(axis=1)
        for sitting in _pilots(full, together, generator, simulees)
    ]
    pairs = zip(modules, piloted, strict=True)
    plans = [ModulePlan(module, tuple(map(float, precision))) for module, precision in pairs]
    stopped = replace(design, stopping=design.stopping.fitted(plans))
    sittings = _pilots(stopped, together, generator, simulees)
    return [
        replace(plan, lengths=tuple(map(int, np.bincount(sitting.standing.n))))
        for plan, sitting in zip(plans, sittings, strict=True)
    ]


def _pilots(
    design: Design, together: Together, generator: np.random.Generator, simulees: int
) -> tuple[Sittings, ...]:
    size = len(together.sections)
    theta = generator.multivariate_normal(
        np.full(size, together.mean), together.covariance, simulees, method="eigh"
    )
    answers = [
        right_answers(section.pool, column, generator.random((simulees, len(section.pool))))
        for section, column in zip(together.sections, theta.T, strict=True)
    ]
    return sit_together(design, together, answers, generator)


def _plan(
    design: Design,
    module: ModuleDesign,
    pool: Pool,
    generator: np.random.Generator,
    simulees: int,
) -> ModulePlan:
    section = section_of(design, module, pool)
    full = replace(design, stopping=FixedLength(design.stopping.maximum))
    precision = _pilot(full, section, generator, simulees).precision.mean(axis=1)
    plan = ModulePlan(module.module, tuple(map(float, precision)))
    stopped = replace(design, stopping=design.stopping.fitted((plan,)))
    lengths = _pilot(stopped, section, generator, simulees).standing.n
    return replace(plan, lengths=tuple(map(int, np.bincount(lengths))))


def _pilot(
    design: Design, section: Section, generator: np.random.Generator, simulees: int
) -> Sittings:
    theta = _draw(section, generator, simulees)
    draws = generator.random((simulees, len(section.pool)))
    return sit(design, section, right_answers(section.pool, theta, draws), generator)


def _draw(section: Section, generator: np.random.Generator, simulees: int) -> Floats:
    """Return abilities (N,) from the prior, by its distribution function at the nodes."""
    ladder = np.cumsum(section.prior) - section.prior / 2
    return np.interp(generator.random(simulees), ladder, section.pool.nodes)
