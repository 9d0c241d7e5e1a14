from dataclasses import replace

import numpy as np
import pytest

from calibration import WEAK_PRIORS, ItemPrior, Model, Priors, fit
from calibration.building import pose
from calibration.errors import ModelError
from calibration.hyper import HyperPriors
from calibration.priors import Beta, Normal, author_priors
from calibration.responses import Responses
from calibration.sampling import draw
from calibration.scales import Scale
from calibration.screening import screen
from placement.design import default_design
from placement.exposure import Randomesque
from placement.items import ItemParameters
from placement.planning import fit_design
from placement.pool import Pool
from placement.simulation import simulate
from placement.stopping import RateOfReturn
from tests.calibration.examples import adaptive, dichotomous, graded


def test_scale_there_and_back_and_its_gradient() -> None:
    """Log density on (log a, d/a, logit c), by differences; a shared slope among them."""
    scores, _, _ = dichotomous(200, 6)
    models = [Model.ONE_PL, Model.ONE_PL, Model.TWO_PL, Model.TWO_PL, Model.THREE_PL, Model.RASCH]
    priors = Priors(ItemPrior(Normal(0, 0.5), Normal(0, 1), Beta(5, 17)))
    data = Responses.from_matrix(scores)
    problem, _ = pose(data, screen(data, models), priors, np.linspace(-6, 6, 61))
    scale, structure = Scale.of(problem.structure), problem.structure
    raw = structure.expand(structure.pick(structure.start))
    y = scale.free(raw) + np.random.default_rng(0).normal(0, 0.1, structure.n_free)
    np.testing.assert_allclose(scale.free(scale.raw(y)), y)

    def density(at):
        point = problem.at_raw(scale.raw(at))
        return point.value + scale.log_jacobian(point.raw)

    gradient = scale.gradient(scale.raw(y), problem.at_raw(scale.raw(y)).raw_gradient)
    bend = scale.bend(scale.raw(y))
    for k in range(y.size):
        step = np.zeros(y.size)
        step[k] = 1e-5
        slope = (density(y + step) - density(y - step)) / 2e-5
        assert gradient[k] == pytest.approx(slope, abs=1e-5, rel=1e-6)
        ends = [structure.pick(scale.raw(y + s * step)) for s in (1, -1)]
        np.testing.assert_allclose(bend[:, k], (ends[0] - ends[1]) / 2e-5, atol=1e-7)


def test_with_many_persons_the_draws_are_the_normal_around_the_mode() -> None:
    scores, _, _ = dichotomous(1500, 8, seed=4)
    mode = fit(scores, priors=WEAK_PRIORS)
    drawn = draw(scores, priors=WEAK_PRIORS, draws=250)
    assert drawn.accepted > 0.6
    for item, sample in zip(mode.items, drawn.items, strict=True):
        errors = np.sqrt(item.covariance.diagonal())
        assert (np.abs(sample.mean - item.values) < 0.5 * errors).all()
        np.testing.assert_allclose(np.sqrt(sample.covariance.diagonal()), errors, rtol=0.3)


def test_the_same_seed_gives_the_same_draws_and_models_mix() -> None:
    scores = np.concatenate((dichotomous(80, 3)[0], graded(80, 2, 3)[0]), axis=1)
    models = [Model.TWO_PL, Model.THREE_PL, Model.RASCH, Model.GRM, Model.GPCM]
    first, second = (draw(scores, models=models, priors=WEAK_PRIORS, draws=8) for _ in range(2))
    for one, other in zip(first.items, second.items, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert np.isfinite(one.values).all()
    lower, upper = first.items[1].interval(0.9)
    assert (lower < upper).all()
    assert 0 < lower[2] < upper[2] < 1


def test_draws_need_priors() -> None:
    scores, _, _ = dichotomous(50, 4)
    with pytest.raises(ModelError, match="item 1: draws need a prior"):
        draw(scores, priors=Priors())
    with pytest.raises(ModelError):
        draw(graded(50, 4, 3)[0], models=Model.NRM, priors=WEAK_PRIORS)


@pytest.mark.parametrize(("persons", "seed"), [(30, 0), (60, 1), (600, 2)])
def test_draws_of_answers_by_chance_keep_within_the_range_of_sd(persons: int, seed: int) -> None:
    """Where nothing runs through the answers, what is known of b is what n fair coins tell."""
    scores = np.random.default_rng(seed).integers(0, 2, (persons, 6))
    drawn = draw(scores, models=Model.RASCH, priors=author_priors({}))
    assert drawn.accepted > 0.7
    spread = [item.values[:, 1].std() for item in drawn.items]
    assert np.mean(spread) == pytest.approx((persons / 4 + 1.2**-2) ** -0.5, rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("persons", "hyper"), [(100, None), (300, None), (300, HyperPriors())], ids=str
)
def test_intervals_cover_the_truth_as_often_as_they_say(
    persons: int, hyper: HyperPriors | None
) -> None:
    """Adaptive answers, 19 a person, 60 items; in full: docs/studies/few-persons.md."""
    hits, errors = [], []
    for seed in range(2):
        scores, a, b, level = adaptive(persons, seed=9000 + seed)
        names = [str(k + 1) for k in range(60)]
        priors = author_priors(dict(zip(names, level, strict=True)))
        drawn = draw(scores, priors=priors, hyper=hyper, draws=120)
        for item in drawn.items:
            lower, upper = item.interval()
            truth = np.array([a[int(item.item) - 1], b[int(item.item) - 1]])
            hits.append((lower < truth) & (truth < upper))
            errors.append(item.mean - truth)
    covered = np.mean(hits, axis=0)
    # 120 items: the standard error of 0.95 is 0.02, more as items of one test go together.
    assert ((covered > 0.88) & (covered < 0.995)).all(), covered
    # The full study's root mean square errors of b are 0.36 and 0.25; 120 items tell them to 10 %.
    assert np.std(errors, axis=0)[1] < {100: 0.48, 300: 0.34}[persons]


@pytest.mark.slow
def test_a_bank_from_three_hundred_persons_places_nearly_as_well_as_the_true_one() -> None:
    """In full: docs/studies/few-persons.md."""
    scores, a, b, level = adaptive(300, seed=9100)
    priors = author_priors({str(j + 1): value for j, value in enumerate(level)})
    drawn = {int(i.item) - 1: i for i in draw(scores, priors=priors, draws=120).items}
    believed, known = [], []
    for j in sorted(drawn):
        (mean_a, mean_b), spread = drawn[j].mean.tolist(), drawn[j].covariance
        se_a, se_b = np.sqrt(spread.diagonal()).tolist()
        item = ItemParameters(f"{j}", "m", "", "2PL", mean_a, mean_b)
        believed.append(replace(item, se_a=se_a, se_b=se_b, cov_ab=float(spread[0, 1])))
        known.append(replace(item, a=float(a[j]), b=float(b[j])))
    losses = tuple(tuple(float(k != d) for d in range(4)) for k in range(4))
    plain = replace(default_design(("m",)), losses=losses, exposure=Randomesque(1, 1, 0))
    pools = Pool.tabulate(believed), Pool.tabulate(known)
    theta, truth = np.random.default_rng(9100).normal(size=1000), pools[1]
    rule = RateOfReturn(cost=0.0018, maximum=30)
    averaged, true = (
        simulate(fit_design(replace(plain, stopping=rule), pool), pool, theta, seed=1, truth=truth)
        for pool in pools
    )
    # 1000 persons: the standard error of a share of 0.77 is 0.013, of a difference up to 0.019.
    assert averaged.decision_accuracy > true.decision_accuracy - 0.02 - 0.045
    assert averaged.claimed_accuracy == pytest.approx(averaged.decision_accuracy, abs=0.045)
    assert averaged.mean_length < 18
