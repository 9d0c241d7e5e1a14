"""Against mirt 1.45.1 on its own data: see ../shared/reference/README.md and the methods page."""

import numpy as np
import pytest

from calibration import (
    NO_PRIORS,
    WEAK_PRIORS,
    Calibration,
    ItemPrior,
    Model,
    Priors,
    StandardErrors,
    fit,
)
from calibration.priors import Normal
from tests.calibration.examples import reference_fit, reference_table

ON_GUESSING = Priors(ItemPrior(c=Normal(-1.386294, 0.5)))
CASES = [
    ("lsat7", "Rasch", Model.RASCH, NO_PRIORS),
    ("lsat7", "1PLeq", Model.ONE_PL, NO_PRIORS),
    ("lsat7", "2PL", Model.TWO_PL, NO_PRIORS),
    ("lsat7", "3PL", Model.THREE_PL, NO_PRIORS),
    ("lsat7", "3PLnorm", Model.THREE_PL, ON_GUESSING),
    ("deayala", "Rasch", Model.RASCH, NO_PRIORS),
    ("deayala", "2PL", Model.TWO_PL, NO_PRIORS),
    ("deayala", "3PLnorm", Model.THREE_PL, ON_GUESSING),
    ("science", "Rasch", Model.PCM, NO_PRIORS),
    ("science", "graded", Model.GRM, NO_PRIORS),
    ("science", "gpcm", Model.GPCM, NO_PRIORS),
    ("sim2pl", "Rasch", Model.RASCH, NO_PRIORS),
    ("sim2pl", "2PL", Model.TWO_PL, NO_PRIORS),
    ("simgpcm", "gpcm", Model.GPCM, NO_PRIORS),
    ("simgpcm", "graded", Model.GRM, NO_PRIORS),
]
# Three of the asymptotes of a 3PL without a prior end at 0, and have no standard error.
INSIDE = [case for case in CASES if case[1] != "3PL"]
NAMES = {"c": "g", "logit c": "logit(g)"}


def _said(case) -> str:
    return f"{case[0]}-{case[1]}"


@pytest.fixture(params=CASES, ids=_said)
def pair(request):
    name, key, model, priors = request.param
    ours = fit(reference_table(name), models=model, priors=priors, tolerance=1e-6)
    return ours, reference_fit(name, f"{key}@1e-06"), key


def test_same_top_within_sixty_cycles(pair) -> None:
    ours, theirs, _ = pair
    assert ours.converged
    assert ours.cycles + ours.information_passes <= 60
    assert ours.log_likelihood == pytest.approx(theirs["logLik"], abs=0.01)
    assert ours.log_prior == pytest.approx(theirs["logPrior"], abs=0.01)
    assert ours.n_parameters == theirs["nest"]
    assert ours.aic == pytest.approx(theirs["AIC"], abs=0.02)
    assert ours.bic == pytest.approx(theirs["BIC"], abs=0.02)
    assert ours.groups[0].sd ** 2 == pytest.approx(theirs["cov"][0][0], abs=0.005)


REST = [
    *(("ability", model) for model in (Model.RASCH, Model.ONE_PL, Model.TWO_PL)),
    *(("deayala", model) for model in (Model.ONE_PL, Model.NRM)),
    *(("sim2pl", model) for model in (Model.ONE_PL, Model.NRM)),
    *(("science", model) for model in (Model.PCM, Model.NRM)),
    *(("simgpcm", model) for model in (Model.PCM, Model.NRM)),
]


@pytest.mark.parametrize(("name", "model"), REST, ids=lambda part: getattr(part, "value", part))
def test_the_other_models_end_within_sixty_cycles_too(name, model) -> None:
    """To 1e-6, passes for information counted; the models that the golden fits do not have."""
    ours = fit(reference_table(name), models=model, tolerance=1e-6, se=StandardErrors.NONE)
    assert ours.converged
    assert ours.cycles + ours.information_passes <= 60


@pytest.mark.parametrize("name", ["lsat7", "ability", "sim2pl", "deayala"])
def test_guessing_with_the_weak_prior_ends_within_sixty_cycles_too(name) -> None:
    ours = fit(
        reference_table(name),
        models=Model.THREE_PL,
        priors=WEAK_PRIORS,
        tolerance=1e-6,
        se=StandardErrors.NONE,
    )
    assert ours.converged
    assert ours.cycles + ours.information_passes <= 60


def test_same_parameters(pair) -> None:
    ours, theirs, _ = pair
    for estimate, golden in zip(ours.items, theirs["items_irt"], strict=True):
        for name in estimate.names:
            assert estimate[name] == pytest.approx(golden[NAMES.get(name, name)], abs=0.005)


@pytest.mark.parametrize("pair", INSIDE, ids=_said, indirect=True)
def test_same_standard_errors(pair) -> None:
    """Slope–intercept form; mirt gives the 3PL's asymptotes at 0 errors of 86 to 132 logits."""
    ours, theirs, _ = pair
    golden = theirs["SE"]["slope_intercept"]
    for estimate, errors in zip(ours.items, list(golden.values())[:-1], strict=True):
        for name, error in estimate.intercept_se.items():
            expected = errors[{"a": "a1"}.get(name, NAMES.get(name, name))]
            if expected is None:
                assert np.isnan(error)
            else:
                assert error == pytest.approx(expected, rel=0.02)
    spread = golden["GroupPars"]["COV_11"]
    if spread is not None:
        group = ours.groups[0]
        assert 2 * group.sd * group.se_sd == pytest.approx(spread, rel=0.02)


@pytest.mark.parametrize("pair", INSIDE, ids=_said, indirect=True)
def test_same_standard_errors_in_the_usual_form(pair) -> None:
    """Also of a, b, c; but the first step of mirt's GPCM items (see the methods page)."""
    ours, theirs, key = pair
    golden = list(theirs["SE"]["irt"].values())
    for estimate, errors in zip(ours.items, golden, strict=False):
        for name, error in estimate.se.items():
            if (key, name) == ("gpcm", "b1") or errors[NAMES.get(name, name)] is None:
                continue
            assert error == pytest.approx(errors[NAMES.get(name, name)], rel=0.02)


def test_reliability_is_that_of_mirt() -> None:
    ours = fit(reference_table("sim2pl"), tolerance=1e-6, se=StandardErrors.NONE)
    assert ours.reliability == pytest.approx(0.910170613796267, abs=1e-4)


def test_ability_with_missing_answers() -> None:
    """ICAR items: 16 of 1 525 persons answered nothing; no golden fit, so the top is checked."""
    ours: Calibration = fit(reference_table("ability"), tolerance=1e-6)
    assert ours.n_persons == 1509
    assert ours.gradient < 1e-2
    assert [str(n) for n in ours.notices] == ["16 persons answered no item in use"]
    assert ours.log_likelihood == pytest.approx(-12612.70, abs=0.01)
