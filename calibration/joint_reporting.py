"""From the top of the climb over several modules to the values that people read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.ability_law import pairs_of
from calibration.ascending import Summit
from calibration.correlated_results import CorrelatedCalibration
from calibration.errors import Notice, counted
from calibration.expectation import posterior_in
from calibration.joint_posterior import corrections
from calibration.joint_problem import JointPoint, JointProblem
from calibration.reporting import Found, report, unsure
from calibration.results import Calibration
from calibration.screening import FEW_ANSWERS, Screened
from calibration.uncertainty import Uncertainty
from placement.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """What was to be solved: the modules' parts by name, the groups' names, who shares what."""

    problem: JointProblem
    parts: Mapping[str, Screened]
    groups: tuple[str, ...]
    shared: Integers
    notices: tuple[Notice, ...]


def report_jointly(
    posed: Posed, summit: Summit[JointPoint], found: Uncertainty, seconds: float
) -> CorrelatedCalibration:
    """Gather a calibration; every number in it is of the same parameters."""
    problem, point, names = posed.problem, summit.point, tuple(posed.parts)
    gradient = float(np.abs(np.where(found.bound, 0.0, point.gradient)).max(initial=0.0))
    modules = tuple(
        replace(_module(posed, d, summit, found, seconds), gradient=gradient)
        for d in range(len(names))
    )
    left, right = pairs_of(len(names))
    pairs = [(f"{names[d]}, {names[e]}", "correlation") for d, e in zip(left, right, strict=True)]
    return CorrelatedCalibration(
        names=names,
        modules=modules,
        correlations=frozen(point.parameters.law.correlation),
        correlations_se=frozen(_errors(problem, found.covariance)),
        shared=posed.shared,
        notices=(*posed.notices, *_notices(posed, summit, found)),
        log_likelihood=marginal(problem, point),
        log_prior=point.log_prior,
        trace=summit.trace,
        cycles=summit.cycles,
        information_passes=summit.looks + found.passes,
        converged=summit.converged,
        change=summit.change,
        gradient=gradient,
        parameters=(*(p for module in modules for p in module.parameters), *pairs),
        free=frozen(point.free),
        covariance=found.covariance,
        n_persons=float(point.expected.moments.persons.sum()),
        seconds=seconds,
    )


def _module(
    posed: Posed, d: int, summit: Summit[JointPoint], found: Uncertainty, seconds: float
) -> Calibration:
    """Return one module's calibration, its errors those of the whole."""
    problem, place = posed.problem.modules[d], posed.problem.structure.places[d]
    point = summit.point.modules[d]
    expected = replace(point.expected, log_likelihood=_alone(posed.problem, summit.point, d))
    # What is to be said of the whole climb is said once, for all modules.
    own = Summit(
        replace(point, expected=expected), summit.trace, summit.change, True, summit.cycles,
        summit.looks,
    )  # fmt: skip
    errors = Uncertainty(
        frozen(found.covariance[place, place]), found.bound[place], True, found.passes
    )
    part = list(posed.parts.values())[d]
    calibration = report(part, Found(problem, own, errors), posed.groups, (), seconds)
    answered = float(posed.shared[d, d])
    return replace(calibration, converged=summit.converged, n_persons=answered)


def _alone(problem: JointProblem, point: JointPoint, d: int) -> float:
    """Return the log likelihood of a module's answers by themselves."""
    structure, raw = problem.structure.modules[d], point.parameters.raws[d]
    table, weights = structure.log_chances(raw), structure.log_weights(raw)
    blocks = [block.modules[d] for block in problem.blocks]
    return sum(float(b.weights @ posterior_in(b, table, weights)[1]) for b in blocks)


def marginal(problem: JointProblem, point: JointPoint) -> float:
    """Return the log likelihood with what expectation propagation leaves out put right."""
    tables, law = problem.structure.tables(point.parameters.raws), point.parameters.law
    nodes, total = problem.structure.nodes, point.expected.log_likelihood
    for b, block in enumerate(problem.blocks):
        posterior = block.posterior(tables, law, nodes, problem.ends.get(b))
        total += float(block.weights @ corrections(posterior, nodes))
    return total


def _errors(problem: JointProblem, covariance: Floats) -> Floats:
    """Return the correlations' standard errors, (D, D); 0 on the diagonal."""
    size, place = len(problem.modules), problem.structure.pairs
    table = np.zeros((size, size))
    left, right = pairs_of(size)
    table[left, right] = table[right, left] = np.sqrt(covariance.diagonal()[place])
    return table


def _notices(posed: Posed, summit: Summit[JointPoint], found: Uncertainty) -> list[Notice]:
    names, notices = tuple(posed.parts), []
    left, right = pairs_of(len(names))
    bound = found.bound[posed.problem.structure.pairs]
    for d, e, stuck in zip(left.tolist(), right.tolist(), bound.tolist(), strict=True):
        both = f"modules {names[d]} and {names[e]}"
        if stuck:
            text = f"{both}: their correlation is at the end of its range"
            notices.append(Notice("boundary", "", text))
        if posed.shared[d, e] < FEW_ANSWERS:
            people = counted(int(posed.shared[d, e]), "person")
            text = f"{both}: only {people} answered something of both"
            notices.append(Notice("unsure", "", text))
    return notices + unsure(summit, found)
