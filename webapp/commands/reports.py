"""What commands about calibration say, as JSON and on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from placement.dependence import SHRINKAGE

if TYPE_CHECKING:
    from calibration import Calibration, CorrelatedCalibration, ItemEstimate
    from calibration.modules import Calibrations, Request
    from placement.arrays import Floats


def as_json(value: object) -> str:
    """Return the text of `value`; a number that is none is null."""
    return json.dumps(plain(value), indent=1, ensure_ascii=False) + "\n"


def plain(value: Any) -> Any:
    """Return what JSON can hold of dataclasses, arrays and mappings."""
    if isinstance(value, (bool, str, int)) or value is None:
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (Sequence, np.ndarray)):
        return [plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def calibration_report(
    found: Calibrations, request: Request, seconds: float, notices: Sequence[str]
) -> dict[str, object]:
    """Return the content of REPORT.json."""
    names = (
        "log_likelihood", "aic", "bic", "n_parameters", "cycles", "converged", "n_persons",
        "n_items", "n_responses", "reliability",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in names},
        "seconds": round(seconds, 4),
        "model": request.model,
        "priors": request.priors,
        "se": request.se.value,
        "tolerance": request.tolerance,
        "ability": request.ability,
        "notices": list(notices),
        "modules": [
            {
                "module": m.module,
                **_module(m.calibration),
                "n_items_in_pool": len(m.items),
                "law": m.law and {**asdict(m.law), "estimated": m.law_estimated},
            }
            for m in found.modules
        ],
    }


def correlations_report(joint: CorrelatedCalibration) -> dict[str, object]:
    """Return how ability in one module goes with ability in another, for REPORT.json."""
    return {
        "modules": joint.names,
        "matrix": joint.correlations,
        "se": joint.correlations_se,
        "n_shared": joint.shared,
        "dependence": {"kind": "correlated", **asdict(joint.dependence())},
    }


def correlations_lines(joint: CorrelatedCalibration) -> list[str]:
    """Return the correlations with their standard errors, a pair a line."""
    lines = []
    for e, right in enumerate(joint.names):
        for d, left in enumerate(joint.names[:e]):
            rho, error = joint.correlations[d, e], joint.correlations_se[d, e]
            said = f"{rho:.3f}" + (f" (se {error:.3f})" if isfinite(error) else "")
            lines.append(f"correlation of {left} and {right}: {said}")
    return lines


def dependence_toml(joint: CorrelatedCalibration) -> str:
    """Return the `[dependence]` of a design with these modules in this order."""
    prior = joint.dependence()
    rows = ",\n".join(f"  [{', '.join(f'{value:.4f}' for value in row)}]" for row in prior.matrix)
    modules = ", ".join(json.dumps(name, ensure_ascii=False) for name in joint.names)
    return (
        f"# Modules in this order: {modules}. Estimated correlations times {SHRINKAGE}, none below "
        f'0.\n[dependence]\nkind = "correlated"\nmatrix = [\n{rows},\n]\nextra = {prior.extra}\n'
    )


def _module(calibration: Calibration) -> dict[str, object]:
    names = (
        "log_likelihood", "log_prior", "aic", "bic", "n_parameters", "cycles", "converged",
        "change", "gradient", "n_persons", "n_items", "n_responses", "reliability", "seconds",
        "trace",
    )  # fmt: skip
    figures = {name: getattr(calibration, name) for name in names}
    groups = zip(calibration.groups, calibration.weights, strict=True)
    return {
        **figures,
        "groups": [
            {**asdict(group), "prior": _prior(calibration, weights)} for group, weights in groups
        ],
        "items": [_item(estimate) for estimate in calibration.items],
    }


def _prior(calibration: Calibration, weights: Floats) -> dict[str, object]:
    """Return ability in a group as the `prior` of a design."""
    return {"kind": "histogram", "nodes": calibration.nodes, "weights": weights}


def _item(estimate: ItemEstimate) -> dict[str, object]:
    return {
        "item": estimate.item,
        "model": estimate.model.value,
        "n_responses": estimate.n_responses,
        "fixed": estimate.fixed,
        "categories": estimate.categories,
        "parameters": dict(zip(estimate.names, estimate.values.tolist(), strict=True)),
        "se": estimate.se,
    }
