"""`fit`: from responses to a calibration."""

from collections.abc import Mapping, Sequence
from math import isfinite
from time import perf_counter

from numpy.typing import ArrayLike

from calibration.ascending import climb
from calibration.building import pose
from calibration.errors import CalibrationError, refuse
from calibration.models import Model
from calibration.priors import NO_PRIORS, Priors
from calibration.reporting import report
from calibration.responses import Responses
from calibration.results import Calibration
from calibration.screening import models_of, screen
from calibration.uncertainty import StandardErrors, covariance
from placement.quadrature import Quadrature

# The nodes of mirt's default range with its reference fits' number: 0.2 logits apart.
NODES = Quadrature(-6.0, 6.0, 61)
MAX_CYCLES = 300


def fit(
    responses: Responses | ArrayLike,
    *,
    models: Model | Sequence[Model] | Mapping[str, Model] = Model.TWO_PL,
    priors: Priors = NO_PRIORS,
    quadrature: Quadrature = NODES,
    tolerance: float = 1e-4,
    se: StandardErrors = StandardErrors.OAKES,
) -> Calibration:
    """Estimate item parameters by the mode of the marginal posterior (Bock & Aitkin, Mislevy).

    `responses` may be a bare table (persons × items, nan where nothing was asked). `models` is one
    for all items, one an item, or by name. The climb ends when its next step would change no
    parameter by more than `tolerance`: a distance to the top, not the last of many small steps.
    `CalibrationError` says what is wrong with data or request; what is merely set aside is in
    `Calibration.notices`.
    """
    began = perf_counter()
    refuse(CalibrationError, _faults(tolerance))
    data = responses if isinstance(responses, Responses) else Responses.from_matrix(responses)
    screened = screen(data, models_of(data.items, models))
    problem, groups = pose(data, screened, priors, quadrature.nodes)
    summit = climb(problem, problem.structure.pick(problem.structure.start), tolerance, MAX_CYCLES)
    found = covariance(problem, summit.point, se)
    return report(screened, problem, summit, found, groups, perf_counter() - began)


def _faults(tolerance: float) -> list[str]:
    claims = ((isfinite(tolerance) and tolerance > 0, f"tolerance {tolerance} is not above 0"),)
    return [fault for holds, fault in claims if not holds]
