"""The objective of several modules at once, as a function of all free parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from calibration.joint_expectation import Ends, JointBlock, JointExpectation, expect_jointly
from calibration.joint_information import coarse_joint_information
from calibration.joint_structure import JointParameters, JointStructure
from calibration.problem import Point, Problem
from placement.arrays import Floats

# Correlations beyond this cannot be told from 1.
HIGHEST = 0.995
HALVINGS = 40


@dataclass(frozen=True, eq=False)
class JointPoint:
    """One point of the climb; `modules` are its parts, whose group parameters are the law's."""

    structure: JointStructure
    free: Floats
    parameters: JointParameters
    expected: JointExpectation
    modules: tuple[Point, ...]

    @property
    def value(self) -> float:
        return self.expected.log_likelihood + self.log_prior

    @property
    def log_prior(self) -> float:
        return sum(own.log_prior for own in self.modules) + self.parameters.law.log_prior

    @property
    def size(self) -> int:
        return self.free.size

    @cached_property
    def gradient(self) -> Floats:
        """Of the objective by the free parameters, (F,)."""
        law = self.parameters.law
        parts = np.concatenate([*(p.gradient for p in self.modules), np.zeros(law.pairs.size)])
        return self.structure.with_law(parts, law.score(self.expected.moments))

    @cached_property
    def law_information(self) -> Floats:
        return self.parameters.law.information(self.expected.moments.persons)

    def metric(self) -> Floats:
        """Return EM's metric, the expected complete-data information, (F, F)."""
        total = np.zeros((self.size, self.size))
        for place, point in zip(self.structure.places, self.modules, strict=True):
            total[place, place] = point.metric()
        return self.structure.with_law_block(total, self.law_information)

    def em_solve(self, gradient: Floats) -> Floats:
        """Return the step of EM's metric along `gradient` (F,)."""
        step = np.empty_like(gradient)
        for place, point in zip(self.structure.places, self.modules, strict=True):
            step[place] = point.em_solve(gradient[place])
        rows, slots = self.structure.law_free
        step[slots] = np.linalg.solve(self.law_information[np.ix_(rows, rows)], gradient[slots])
        return step


@dataclass(frozen=True, eq=False)
class JointProblem:
    """Each module's own problem, and the blocks that hold the answers to all of them."""

    modules: tuple[Problem, ...]
    blocks: Sequence[JointBlock]
    lkj: float = 1.0
    ends: Ends = field(default_factory=dict)

    @cached_property
    def structure(self) -> JointStructure:
        return JointStructure(tuple(own.structure for own in self.modules), self.lkj)

    def start(self, rho: float) -> Floats:
        """Return free parameters (F,): the modules' usual start, and one correlation for all."""
        own = [p.structure.pick(p.structure.start) for p in self.modules]
        return np.concatenate([*own, self._pairs(rho)])

    def at(self, free: Floats) -> JointPoint:
        """Return the point of free parameters (F,): one E-step."""
        parameters = self.structure.expand(free)
        found = expect_jointly(self.structure, self.blocks, parameters, self.ends)
        points = []
        for d, (place, raw) in enumerate(zip(self.structure.places, parameters.raws, strict=True)):
            own = self.structure.modules[d]
            points.append(Point(own, free[place], raw, found.modules[d], own.log_prior(raw)))
        return JointPoint(self.structure, free, parameters, found, tuple(points))

    def hessian(self, point: JointPoint) -> Floats:
        """Return about the observed information, (F, F): a metric, not a result."""
        return coarse_joint_information(
            self.structure, self.blocks, point.parameters, point.expected, self.ends
        )

    @cached_property
    def lower(self) -> Floats:
        return np.concatenate([*(problem.lower for problem in self.modules), self._pairs(-HIGHEST)])

    @cached_property
    def upper(self) -> Floats:
        return np.concatenate([*(problem.upper for problem in self.modules), self._pairs(HIGHEST)])

    def within(self, free: Floats, step: Floats) -> Floats:
        """Return `free` + `step` within bounds; steps are cut until models and law allow them."""
        parts, place = zip(self.modules, self.structure.places, strict=True), self.structure.pairs
        moved = [problem.within(free[own], step[own]) for problem, own in parts]
        pairs = np.clip(free[place] + step[place], -HIGHEST, HIGHEST)
        target = np.concatenate([*moved, pairs])
        for _ in range(HALVINGS):
            if self.structure.expand(target).law.possible:
                break
            target[place] = (target[place] + free[place]) / 2
        return target

    def _pairs(self, value: float) -> Floats:
        place = self.structure.pairs
        return np.full(place.stop - place.start, value)
