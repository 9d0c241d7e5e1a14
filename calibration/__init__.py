"""Calibration: item parameters from what people answered. Numbers in, numbers out.

What lives here: estimation, fit, differential item functioning and linking, on numpy and scipy.

What may not: SQL, Flask, and the question bank; webapp carries rows between them as plain values.
"""

from calibration.cluster import cluster
from calibration.correlated import fit_modules
from calibration.correlated_results import CorrelatedCalibration
from calibration.errors import CalibrationError, ClusterError, Notice
from calibration.executors import Threads
from calibration.fitting import fit
from calibration.hyper import HyperPriors
from calibration.models import Model
from calibration.priors import NO_PRIORS, WEAK_PRIORS, ItemPrior, Priors, author_priors
from calibration.responses import Responses
from calibration.results import Calibration, GroupEstimate, ItemEstimate
from calibration.sampling import Draws, ItemDraws, draw
from calibration.uncertainty import StandardErrors

__all__ = [
    "NO_PRIORS",
    "WEAK_PRIORS",
    "Calibration",
    "CalibrationError",
    "ClusterError",
    "CorrelatedCalibration",
    "Draws",
    "GroupEstimate",
    "HyperPriors",
    "ItemDraws",
    "ItemEstimate",
    "ItemPrior",
    "Model",
    "Notice",
    "Priors",
    "Responses",
    "StandardErrors",
    "Threads",
    "author_priors",
    "cluster",
    "draw",
    "fit",
    "fit_modules",
]
