"""Draws from the posterior of all item parameters, for calibrations of few persons.

Ability is summed out on the nodes, so that only the parameters are drawn: by Hamiltonian Monte
Carlo (Neal 2011, in "Handbook of Markov chain Monte Carlo", ch. 5) with the E-step's gradient, on
the scale (log a, d/a, logit c), whitened by the observed information at the mode. The skewness of
a posterior from 30 answers is kept, and the bias of a mode in hundreds of dimensions is not.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from calibration.anchoring import fixed_items
from calibration.ascending import climb
from calibration.building import pose
from calibration.errors import ModelError, refuse
from calibration.hyper import HyperPriors, Law, mean_law, redrawn
from calibration.models import Model
from calibration.priors import Priors
from calibration.problem import Point, Problem
from calibration.responses import Responses
from calibration.scales import Scale
from calibration.screening import Screened, models_of, screen
from calibration.structure import Structure
from calibration.watching import Watch, unseen
from placement.arrays import Floats, frozen
from placement.items import ItemParameters
from placement.quadrature import Quadrature

NODES = Quadrature(-6.0, 6.0, 61)
LEAPS = 6
# Whitened, a quarter turn (π / 2) carries a draw furthest from where it was.
STRIDE = 0.26
WARM_UP = 80
AIM = 0.85


@dataclass(frozen=True, slots=True, eq=False)
class ItemDraws:
    """S draws of one item in the usual form, `values` (S, m) in the order of `names`."""

    item: str
    model: Model
    names: tuple[str, ...]
    values: Floats

    @property
    def mean(self) -> Floats:
        return np.asarray(self.values.mean(axis=0))

    @property
    def covariance(self) -> Floats:
        return np.atleast_2d(np.cov(self.values, rowvar=False))

    def interval(self, level: float = 0.95) -> Floats:
        """Return the lower and upper ends for each parameter, (2, m)."""
        tails = (1 - level) / 2
        return np.asarray(np.quantile(self.values, [tails, 1 - tails], axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Draws of every item, the share of trajectories accepted, and the laws' means if drawn."""

    items: tuple[ItemDraws, ...]
    accepted: float
    law: Law | None = None


def draw(  # noqa: PLR0913 - one argument a choice
    responses: Responses | ArrayLike,
    *,
    models: Model | Sequence[Model] | Mapping[str, Model] = Model.TWO_PL,
    priors: Priors,
    hyper: HyperPriors | None = None,
    draws: int = 400,
    quadrature: Quadrature = NODES,
    seed: int = 1,
    fixed: Sequence[ItemParameters] = (),
    watch: Watch = unseen,
) -> Draws:
    """Draw item parameters from their posterior; with `hyper`, also the laws of log a and b.

    Items in `fixed` keep their parameters and hold the scale. `watch` is told of each draw.
    `ModelError` when an item's slope or location has no prior: its posterior may have no end.
    """
    data = responses if isinstance(responses, Responses) else Responses.from_matrix(responses)
    known = fixed_items(fixed)
    own = models_of(data.items, models, {name: item.model for name, item in known.items()})
    screened = screen(data, own, {name: item.n_categories for name, item in known.items()})
    _refuse_flat(screened, priors, known)
    problem, _ = pose(data, screened, priors, quadrature.nodes, known)
    chain = _Chain(problem, hyper, np.random.default_rng(seed))
    kept, laws = [], list[Law]()
    for number in range(WARM_UP + draws):
        chain.step()
        if number >= WARM_UP:
            kept.append(chain.raw)
            laws += [chain.law] if chain.law else []
        watch(number + 1, chain.value, 1 - (number + 1) / (WARM_UP + draws))
    law = mean_law(laws) if laws else None
    return Draws(_items(screened, problem, np.array(kept)), chain.accepted, law)


def _refuse_flat(screened: Screened, priors: Priors, known: Container[str]) -> None:
    faults = [
        f"item {item}: draws need a prior on its slope and on its location"
        for item, model in zip(screened.items, screened.models, strict=True)
        if item not in known
        and (model is Model.NRM or priors.of(item).log_a is None or priors.of(item).b is None)
    ]
    refuse(ModelError, faults)


class _Chain:
    """One chain, from the mode on."""

    def __init__(
        self, problem: Problem, hyper: HyperPriors | None, rng: np.random.Generator
    ) -> None:
        self.problem, self.hyper, self.rng = problem, hyper, rng
        self.law: Law | None = None
        self.own, self.scale = problem.structure, Scale.of(problem.structure)
        start = problem.structure.pick(problem.structure.start)
        point = climb(problem, start, 1e-3, 200).point
        self.y = self.scale.free(point.raw)
        self.root = _root(problem, point, self.scale)
        self.stride, self.steps, self.taken = STRIDE, 0, 0
        self.value, self.slope, self.raw = self._at(self.y)

    @property
    def accepted(self) -> float:
        return self.taken / max(self.steps, 1)

    def step(self) -> None:
        """Make one trajectory, then redraw the laws."""
        momentum = self.rng.normal(size=self.y.size)
        y, value, slope, raw = self.y, self.value, self.slope, self.raw
        energy = value - momentum @ momentum / 2
        stride = self.stride * self.rng.uniform(0.8, 1.2)
        momentum = momentum + stride / 2 * slope
        for leap in range(LEAPS):
            y = y + stride * solve_triangular(self.root, momentum, check_finite=False)
            value, slope, raw = self._at(y)
            if not np.isfinite(value):
                break
            momentum = momentum + (stride if leap < LEAPS - 1 else stride / 2) * slope
        gain = value - momentum @ momentum / 2 - energy
        taken = bool(np.log(self.rng.uniform()) < gain)
        if taken:
            self.y, self.value, self.slope, self.raw = y, value, slope, raw
        self._count(taken=taken)
        self._redraw()

    def _count(self, *, taken: bool) -> None:
        """Tune the stride while warming up; count afterwards."""
        self.steps += 1
        self.taken += taken
        if self.steps <= WARM_UP:
            self.stride *= 1.03 if taken else 1.03 ** (-AIM / (1 - AIM))
            self.stride = min(self.stride, 2 * STRIDE)

    def _redraw(self) -> None:
        if self.hyper is None:
            return
        structure, self.law = redrawn(
            self.problem.structure, self.own, self.raw, self.hyper, self.rng
        )
        self.problem = replace(self.problem, structure=structure)
        self.value, self.slope, self.raw = self._at(self.y)

    def _at(self, y: Floats) -> tuple[float, Floats, Floats]:
        """Return the log density, its whitened gradient (F,) and the raw parameters at `y`."""
        structure = self.problem.structure
        raw = self.scale.raw(y)
        if not (np.isfinite(raw).all() and _bounded(structure, raw) and structure.admissible(raw)):
            return -np.inf, np.zeros_like(y), raw
        point = self.problem.at_raw(raw)
        slope = self.scale.gradient(raw, point.raw_gradient)
        value = point.value + self.scale.log_jacobian(raw)
        return value, solve_triangular(self.root, slope, trans="T", check_finite=False), raw


def _bounded(structure: Structure, raw: Floats) -> bool:
    """Return whether each group's mean and sd are within the climb's bounds.

    Answers that nothing runs through say ever more of an ever smaller sd: without an end its
    posterior has no sum, and draws of it would wander off for ever.
    """
    low, high = structure.lower[structure.group_place], structure.upper[structure.group_place]
    own = raw[structure.group_place]
    return bool(((low <= own) & (own <= high)).all())


def _root(problem: Problem, point: Point, scale: Scale) -> Floats:
    """Return the upper Cholesky factor of the information on the scale, (F, F).

    A group's mean and log sd count as known to one unit at least: where nothing is known of them,
    a step would be as long as their range.
    """
    bend = scale.bend(point.raw)
    structure = problem.structure
    curve = bend.T @ problem.hessian(point) @ bend
    metric = bend.T @ point.metric() @ bend
    slots = structure.slots[structure.group_place]
    own = slots[slots >= 0]
    curve[own, own] = np.maximum(curve[own, own], 1.0)
    share = 0.0
    while True:
        try:
            return np.asarray(cholesky(curve + share * metric))
        except LinAlgError:
            share = max(4 * share, 0.02)


def _items(screened: Screened, problem: Problem, raws: Floats) -> tuple[ItemDraws, ...]:
    found: dict[int, ItemDraws] = {}
    for batch in problem.structure.batches:
        own = raws[:, batch.place].reshape(-1, batch.n_parameters)
        usual = batch.family.usual(own).reshape(len(raws), len(batch.items), -1)
        names = batch.family.usual_names(batch.n_categories)
        for row, j in enumerate(batch.items.tolist()):
            values = frozen(usual[:, row])
            found[j] = ItemDraws(screened.items[j], screened.models[j], names, values)
    return tuple(found[j] for j in range(len(screened.items)))
