"""`fit_modules`: several modules at once, whose abilities go together."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import isfinite
from time import perf_counter

from numpy.typing import ArrayLike

from calibration.ascending import climb
from calibration.correlated_results import CorrelatedCalibration
from calibration.errors import CalibrationError, refuse
from calibration.fitting import MAX_CYCLES, NODES
from calibration.joint_building import pose_jointly, refuse_modules, split
from calibration.joint_information import joint_information
from calibration.joint_reporting import Posed, report_jointly
from calibration.models import Model
from calibration.priors import NO_PRIORS, Priors
from calibration.responses import Responses
from calibration.screening import models_of, screen
from calibration.uncertainty import StandardErrors, uncertainty
from calibration.watching import Watch, unseen
from placement.quadrature import Quadrature

# Where every correlation begins.
START = 0.3


def fit_modules(  # noqa: PLR0913 - one argument a choice
    responses: Responses | ArrayLike,
    modules: Mapping[str, Sequence[str]],
    *,
    models: Model | Sequence[Model] | Mapping[str, Model] = Model.TWO_PL,
    priors: Priors = NO_PRIORS,
    lkj: float = 1.0,
    quadrature: Quadrature = NODES,
    tolerance: float = 1e-4,
    se: StandardErrors = StandardErrors.OAKES,
    watch: Watch = unseen,
) -> CorrelatedCalibration:
    """Estimate the items of several modules, and the correlations of the abilities they measure.

    `modules` names the items of each; every item measures one module (simple structure), and what
    a person did in one module says something of the others. The matrix R of correlations has a
    prior density ∝ |R|^(lkj - 1): flat at 1; 2 keeps a matrix of few persons from being singular,
    and is hardly felt from some hundred persons on. Everything else is as in `fit`.

    The marginal likelihood is expectation propagation's, one factor a module
    (`calibration.joint_posterior`); `log_likelihood` has what that leaves out put right.
    """
    began = perf_counter()
    claims = (
        (isfinite(tolerance) and tolerance > 0, f"tolerance {tolerance} is not above 0"),
        (isfinite(lkj) and lkj >= 1, f"a prior of correlations with lkj {lkj}, not 1 or above"),
    )
    refuse(CalibrationError, [fault for holds, fault in claims if not holds])
    data = responses if isinstance(responses, Responses) else Responses.from_matrix(responses)
    refuse_modules(data.items, modules)
    screened = screen(data, models_of(data.items, models))
    parts = split(screened, modules)
    problem, groups, shared = pose_jointly(data, parts, priors, quadrature.nodes, lkj)
    summit = climb(problem, problem.start(START), tolerance, MAX_CYCLES, watch)
    point = summit.point
    find = partial(
        joint_information,
        problem.structure,
        problem.blocks,
        point.parameters,
        point.expected,
        problem.ends,
    )
    found = uncertainty(find, point.free, (problem.lower, problem.upper), se)
    general = tuple(n for n in screened.notices if n.subject not in screened.items)
    posed = Posed(problem, parts, groups, shared, general)
    return report_jointly(posed, summit, found, perf_counter() - began)
