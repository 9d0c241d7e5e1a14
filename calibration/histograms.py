"""Ability as a histogram: the weights of the nodes are estimated with the items.

Bock & Aitkin (1981), Psychometrika 46, section 5; "empirical histogram" in mirt and flexMIRT. From
the top that normal ability has, every cycle is one E-step: from its expected counts follow the most
likely weights, with the moments that hold the scale kept (`population.histogram`), and a step of
the items by the information at hand. Weights follow by EM alone, which crawls at last: the most
likely histogram of all puts everybody on a few nodes, and to stop earlier is what keeps it smooth.
"""

from dataclasses import replace

import numpy as np

from calibration.ascending import SHARES, STRIDE, Solve, Summit, safe_solve
from calibration.cholesky import Curvature
from calibration.population import Standard, histogram
from calibration.problem import Point, Problem
from calibration.watching import Watch

MAX_CYCLES = 2000
# Cycles after which the items' information is looked at again.
PATIENCE = 50
# How much more of the weights may move in a last cycle: what they do then, items hardly feel.
LOOSER = 10.0


def climb_with_histograms(
    problem: Problem, summit: Summit[Point], tolerance: float, watch: Watch
) -> tuple[Problem, Summit[Point]]:
    """Climb on from the `summit` that the `problem` has with normal ability.

    It ends when a cycle changes no item parameter by more than `tolerance`, and moves no more than
    ten times that share of the weights. The groups' means and sds are free parameters again at the
    end, of histograms whose shape is taken as known.
    """
    free, raw = problem.structure, summit.point.raw.copy()
    raw[free.group_place] = 0.0
    held = replace(free.with_groups_held().reshaped(summit.point.weights), start=raw)
    climb = _Climb(replace(problem, structure=held), free.standards)
    change = climb.run(tolerance, watch)
    shaped = replace(free, start=raw, shape=climb.problem.structure.shape)
    final = replace(problem, structure=shaped)
    found = Summit(
        final.at_raw(climb.point.raw),
        (*summit.trace, *climb.trace),
        change,
        change <= tolerance,
        summit.cycles + climb.cycles + 1,
        summit.looks + climb.looks,
    )
    return final, found


class _Climb:
    def __init__(self, problem: Problem, standards: tuple[Standard, ...]) -> None:
        self.problem, self.standards = problem, standards
        self.point = problem.at(problem.structure.pick(problem.structure.start))
        self.trace = [self.point.value]
        self.cycles, self.looks = 1, 0

    def run(self, tolerance: float, watch: Watch) -> float:
        """Climb, and return the last cycle's change."""
        change = np.inf
        while change > tolerance and self.cycles < MAX_CYCLES:
            if self.cycles % PATIENCE == 1:
                solve, self.looks = self._solve(), self.looks + 1
            change = self._advance(solve)
            watch(self.cycles, self.point.value, change)
        return change

    def _solve(self) -> Solve:
        moving = np.arange(self.point.size)
        return safe_solve(Curvature(self.problem.hessian(self.point)), self.point, moving)

    def _advance(self, solve: Solve) -> float:
        """Let the weights follow and the items step; a shorter step where that is no ascent."""
        before, nodes = self.point, self.problem.structure.nodes
        pairs = zip(before.expected.mass, self.standards, strict=True)
        weights = np.stack([histogram(mass, nodes, standard) for mass, standard in pairs])
        structure = self.problem.structure.reshaped(weights)
        problem = replace(self.problem, structure=structure)
        step = structure.shortened(solve(before.gradient), STRIDE)
        for share in (*SHARES, 0.0):
            found = problem.at(problem.within(before.free, share * step))
            self.cycles += 1
            if found.value >= before.value - 1e-13 * abs(before.value):
                break
        self.problem, self.point = problem, found
        self.trace.append(max(found.value, before.value))
        items = np.abs(found.free - before.free).max(initial=0.0)
        moved = np.abs(weights - before.weights).sum(axis=1).max() / 2
        return max(float(items), float(moved) / LOOSER)
