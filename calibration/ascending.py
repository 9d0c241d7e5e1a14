"""The climb to the top of the marginal posterior: EM first, then Newton in what EM cannot see.

Every point is an E-step, which gives the objective, its exact gradient and EM's own metric B (the
complete-data information). EM moves by B⁻¹ g and crawls where much information is missing. So
after a few cycles the metric becomes the observed information H = B - M (Oakes), made safe by
H + λB, which is Newton at λ = 0 and a short EM step as λ grows; between two looks at H, limited-
memory BFGS pairs correct it (Jamshidian & Jennrich 1997, JRSS B 59, 569–587, with H for B).
A step that does not raise the objective is cut; when nothing helps, a plain EM step is taken.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic

import numpy as np
from scipy.linalg import LinAlgError, lapack

from calibration.cholesky import Curvature, factor, owned
from calibration.problem import Point, Problem
from calibration.terrain import Place, Standing, Terrain
from calibration.watching import Watch, unseen
from placement.arrays import Booleans, Floats, Integers

Solve = Callable[[Floats], Floats]
# EM goes on until a step changes nothing by more than `WARM`, or for `WARM_CYCLES`: further off
# the objective is not the parabola that Newton takes it for.
WARM_CYCLES = 8
WARM = 0.3
# Largest change of one parameter in one step: logits are of order 1.
STRIDE = 1.5
MEMORY = 12
# Above this many parameters their full information is too large to keep; EM's metric stays.
MAX_NEWTON = 2_500
# A step that is not shorter than this share of the last calls for another look at H.
SLOW = 0.3
PATIENCE = 4
# A step on every other node that is no longer leads onto all nodes.
NEAR = 0.01
# Shares of a step that are tried in turn.
SHARES = (1.0, 0.5, 0.25, 0.1, 0.01)


@dataclass(frozen=True, slots=True)
class Summit(Generic[Place]):
    """Where the climb ended.

    `trace` is the objective at each accepted point, `change` the largest change that the next step
    would make, `cycles` all E-steps, `looks` passes for information. Where the climb began on every
    other node, those of its points are left out of the trace that stood above what all nodes say.
    """

    point: Place
    trace: tuple[float, ...]
    change: float
    converged: bool
    cycles: int
    looks: int


@dataclass(slots=True)
class _Metric:
    """An inverse metric, corrected by BFGS pairs (Nocedal & Wright 2006, algorithm 7.4)."""

    base: Solve
    pairs: deque[tuple[Floats, Floats, float]] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def learn(self, step: Floats, fall: Floats) -> None:
        """Take in that the gradient fell by `fall` along `step`."""
        curve = float(step @ fall)
        if curve > 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(fall)):
            self.pairs.append((step, fall, curve))

    def __call__(self, gradient: Floats) -> Floats:
        ascent, shares = gradient.copy(), []
        for step, fall, curve in reversed(self.pairs):
            share = float(step @ ascent) / curve
            ascent -= share * fall
            shares.append(share)
        ascent = self.base(ascent)
        for (step, fall, curve), share in zip(self.pairs, reversed(shares), strict=True):
            ascent += step * (share - float(fall @ ascent) / curve)
        return ascent


def climb(
    problem: Terrain[Place],
    start: Floats,
    tolerance: float,
    max_cycles: int,
    watch: Watch = unseen,
) -> Summit[Place]:
    """Climb from `start` (F,) until the next step changes no parameter by more than `tolerance`."""
    return _Climb(problem, start, tolerance, max_cycles).run(watch)


def climb_by_halves(
    problem: Problem, start: Floats, tolerance: float, max_cycles: int, watch: Watch = unseen
) -> Summit[Point]:
    """Climb likewise, on every other node until a step is short, if these tell nearly the same.

    The top is that of all nodes: its last cycle at least is on them all.
    """
    halved = problem.on_every_other_node()
    rough = _Climb(halved, start, tolerance, max_cycles)
    if not halved.smooth(rough.point):
        found = climb(problem, start, tolerance, max_cycles, watch)
        return replace(found, cycles=found.cycles + 1)
    return rough.onto(problem, rough.rise(watch, max(NEAR, tolerance))).run(watch)


class _Climb(Generic[Place]):
    def __init__(
        self, problem: Terrain[Place], start: Floats, tolerance: float, max_cycles: int
    ) -> None:
        self.problem, self.tolerance, self.max_cycles = problem, tolerance, max_cycles
        self.point = problem.at(start)
        self.trace = [self.point.value]
        self.cycles, self.looks, self.since = 1, 0, 0
        self.hessian: Curvature | None = None
        self.bound = self._binding()
        self.metric = _Metric(self.point.em_solve)

    @property
    def newton(self) -> bool:
        return self.hessian is not None

    def run(self, watch: Watch) -> Summit[Place]:
        change = _length(self.rise(watch, self.tolerance))
        return Summit(
            self.point,
            tuple(self.trace),
            change,
            change <= self.tolerance,
            self.cycles,
            self.looks,
        )

    def rise(self, watch: Watch, tolerance: float) -> Floats:
        """Climb until a step is no longer than `tolerance`, or nothing helps; return that step."""
        last = np.inf
        while True:
            step = self._step()
            if self._time_to_look(step, last):
                self.looks, self.since = self.looks + 1, 0
                # The old one is let go before the new one is made.
                self.hessian = None
                self._renew()
                self.hessian = Curvature(self.problem.hessian(self.point))
                self._renew()
                step = self._step()
            last = change = _length(step)
            watch(self.cycles, self.point.value, change)
            if change <= tolerance and (self.newton or self.point.size > MAX_NEWTON):
                return step
            if self.cycles >= self.max_cycles or not self._advance(step):
                return step

    def onto(self, problem: Terrain[Place], step: Floats) -> "_Climb[Place]":
        """Return the climb that goes on with the `step`, if it is short, on another problem."""
        free = self.point.free
        if _length(step) <= NEAR:
            free = self.problem.within(free, step)
        other = _Climb(problem, free, self.tolerance, self.max_cycles)
        other.cycles, other.looks, other.since = self.cycles + 1, self.looks, self.since
        other.trace = [*(value for value in self.trace if value <= other.point.value), *other.trace]
        other.hessian = self.hessian
        if self.newton and (other.bound == self.bound).all():
            other.metric = self.metric
        else:
            other._renew()
        # Only the other one keeps the large matrix, to let it go in its time.
        self.hessian = None
        self._renew()
        return other

    def _time_to_look(self, step: Floats, last: float) -> bool:
        if self.point.size > MAX_NEWTON:
            return False
        if not self.newton:
            return self.cycles >= WARM_CYCLES or _length(step) < WARM
        self.since += 1
        return self.since >= PATIENCE and _length(step) > max(SLOW * last, self.tolerance)

    def _renew(self) -> None:
        """Start the metric afresh, from the observed information if there is one."""
        base: Solve = self.point.em_solve
        if self.hessian is not None:
            base = safe_solve(self.hessian, self.point, np.flatnonzero(~self.bound))
        self.metric = _Metric(base)

    def _step(self) -> Floats:
        """Return the metric's step, an item's no longer than `STRIDE`; bounds that bind hold."""
        bound = self._binding()
        if (bound != self.bound).any():
            self.bound = bound
            self._renew()
        gradient = np.where(bound, 0.0, self.point.gradient)
        step = np.where(bound, 0.0, self.metric(gradient))
        if not np.isfinite(step).all() or step @ gradient <= 0:
            step = np.where(bound, 0.0, self.point.em_solve(gradient))
        return self.problem.structure.shortened(step, STRIDE)

    def _binding(self) -> Booleans:
        x, g = self.point.free, self.point.gradient
        low, high = self.problem.lower, self.problem.upper
        return np.asarray(((x <= low) & (g <= 0)) | ((x >= high) & (g >= 0)))

    def _advance(self, step: Floats) -> bool:
        """Move to a higher point; False when there is none to be found."""
        before = self.point
        if any(self._try(share * step) for share in SHARES):
            fall = before.gradient - self.point.gradient
            if self.newton:
                self.metric.learn(self.point.free - before.free, np.where(self.bound, 0.0, fall))
            else:
                self.metric.base = self.point.em_solve
            return True
        self.hessian = None
        self._renew()
        em = self.problem.structure.shortened(
            np.where(self.bound, 0.0, before.em_solve(before.gradient)), STRIDE
        )
        return any(self._try(share * em) for share in SHARES)

    def _try(self, step: Floats) -> bool:
        found = self.problem.at(self.problem.within(self.point.free, step))
        self.cycles += 1
        # Rounding of a sum over all persons: a fall smaller than this is none.
        slack = 1e-13 * abs(self.point.value)
        if not found.value >= self.point.value - slack:
            return False
        self.trace.append(max(found.value, self.point.value))
        self.point = found
        return True


def _length(step: Floats) -> float:
    """Return a step's largest change."""
    return float(np.abs(step).max(initial=0.0))


def safe_solve(hessian: Curvature, point: Standing, moving: Integers) -> Solve:
    """Return the inverse of `hessian` + λ × EM's metric for a λ that makes it positive.

    Only the parameters `moving` take part; the others' steps are 0. What is returned works until
    `hessian` is used again.
    """
    every = moving.size == len(hessian)
    places = np.ix_(moving, moving)
    share, metric = 0.0, None
    while True:
        whole = hessian.whole() if every else hessian.whole()[places]
        # Another matrix: the Hessian is to stay.
        whole = owned(whole if metric is None else whole + share * metric)
        try:
            factor(whole)
        except LinAlgError:
            share = max(4 * share, 0.02)
            metric = point.metric()[places]
        else:
            break

    def solve(gradient: Floats) -> Floats:
        step = np.zeros_like(gradient)
        step[moving] = lapack.dpotrs(whole.T, gradient[moving], lower=1)[0]
        return step

    return solve
