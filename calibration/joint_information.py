"""Observed information of several modules and of the law of abilities together.

As for one module (`calibration.information`) it is the complete-data information less the sum of
the persons' score covariances. Within a module a score is expanded in polynomials φ_k orthonormal
under the module's own posterior, k = 1 being the standardised ability x. Between modules it is
expanded in the Hermite polynomials of x under the joint normal law q, where by Mehler's formula
those of degree k covary by ρᵏ and those of different degrees not at all. The law's own scores are
quadratic; their covariances are q's with the third and fourth moments of each module put right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from calibration.ability_law import AbilityLaw
from calibration.blocks import Block
from calibration.complete import observed
from calibration.expectation import Expectation
from calibration.information import Information
from calibration.joint_expectation import Ends, JointBlock, JointExpectation, expect_jointly
from calibration.joint_posterior import JointPosterior
from calibration.joint_structure import JointParameters, JointStructure
from calibration.polynomials import orthonormal
from calibration.structure import Structure
from placement.arrays import Floats, Integers

# Of what has been added up, what a further term may add and be left out; a look needs two terms.
TOLERANCE = 1e-5
MAX_TERMS = 40
COARSE_TERMS = 2
FAINT = 1e-40
# Terms between modules: the correlations' powers vanish.
BETWEEN = 6
# Persons that are enough to look at for a metric.
MANY = 4000


def joint_information(
    structure: JointStructure,
    blocks: Sequence[JointBlock],
    parameters: JointParameters,
    expected: JointExpectation,
    ends: Ends,
    *,
    cross: bool,
) -> Information:
    """Return the information at `parameters`, whose expectation is `expected`.

    The cross products are left at nought unless `cross` asks for them.
    """
    persons = _Persons(structure, parameters, 1 + MAX_TERMS, cross=cross)
    persons.add_all(blocks, ends)
    observed_part = _complete(structure, parameters, expected) - persons.missing
    return Information(observed_part, persons.products)


def coarse_joint_information(
    structure: JointStructure,
    blocks: Sequence[JointBlock],
    parameters: JointParameters,
    expected: JointExpectation,
    ends: Ends,
) -> Floats:
    """Return about the observed information, (F, F), from persons spread over all.

    Complete and missing information are of the same persons, as for one module.
    """
    patterns = sum(block.weights.size for block in blocks)
    step = patterns // max(MANY, 8 * structure.n_free)
    persons = _Persons(structure, parameters, 1 + COARSE_TERMS, cross=False)
    if step <= 1:
        persons.add_all(blocks, ends)
        return _complete(structure, parameters, expected) - persons.missing
    thin = [block.part(slice(0, None, step)) for block in blocks]
    few = {b: s.chosen(np.arange(0, len(s.shift), step)) for b, s in ends.items()}
    found = expect_jointly(structure, thin, parameters, few)
    persons.add_all(thin, few)
    priors = _complete(structure, parameters, found.of_nobody())
    share = float(expected.moments.persons.sum() / found.moments.persons.sum())
    own = _complete(structure, parameters, found) - priors - persons.missing
    return share * own + priors


def _complete(
    structure: JointStructure, parameters: JointParameters, expected: JointExpectation
) -> Floats:
    """Return minus the second derivatives at fixed counts and moments, (F, F)."""
    total = np.zeros((structure.n_free, structure.n_free))
    for d, (own, raw) in enumerate(zip(structure.modules, parameters.raws, strict=True)):
        # The law stands for the modules' own groups, which are left at nought.
        found = expected.modules[d]
        counts = Expectation(0.0, found.counts, np.zeros_like(found.mass), found.means)
        matrix = observed(own, raw, counts)
        place = structure.places[d]
        total[place, place] = own.reduce_columns(own.reduce_columns(matrix).T)
    return structure.with_law_block(total, parameters.law.curvature(expected.moments))


class _Persons:
    """Adds up the persons' score covariances, and products of mean scores, at one point."""

    def __init__(
        self, structure: JointStructure, parameters: JointParameters, terms: int, *, cross: bool
    ) -> None:
        self._structure, self._law = structure, parameters.law
        self._terms, self._cross = terms, cross
        self._tables = structure.tables(parameters.raws)
        pairs = zip(structure.modules, parameters.raws, strict=True)
        self._slopes = [_Slopes.of(own, raw) for own, raw in pairs]
        self.missing = np.zeros((structure.n_free, structure.n_free))
        self.products = np.zeros_like(self.missing)

    def add_all(self, blocks: Sequence[JointBlock], ends: Ends) -> None:
        for b, block in enumerate(blocks):
            start = ends.get(b)
            nodes = self._structure.nodes
            self.add(block, block.posterior(self._tables, self._law, nodes, start))

    def add(self, block: JointBlock, posterior: JointPosterior) -> None:
        roots = np.sqrt(block.weights)[:, None]
        shape = _Shape.of(posterior, self._structure.nodes)
        scores = [self._within(d, own, posterior, roots) for d, own in enumerate(block.modules)]
        law = _LawScores(self._law, block.group, posterior, self._structure.law_free[0])
        self._with_law(law, shape, scores, roots)
        self._between([shape.hermite(d, own) for d, own in enumerate(scores)], shape.rho)
        _, slots = self._structure.law_free
        self.missing[np.ix_(slots, slots)] += law.covariance(shape, block.weights)
        if self._cross:
            mean = np.zeros((len(roots), len(self.products)))
            for place, own in zip(self._structure.places, scores, strict=True):
                mean[:, place] = own[0]
            mean[:, slots] = law.mean * roots
            self.products += mean.T @ mean

    def _within(
        self, module: int, block: Block, posterior: JointPosterior, heavy: Floats
    ) -> list[Floats]:
        """Add a module's own part; return √w E(φ_k s), (n, F_d), for the first k = 0, 1 …"""
        place = self._structure.places[module]
        # Numbers too small for the processor's usual pace, and for any sum, are nought.
        roots = np.sqrt(np.where(posterior.weights[module] > FAINT, posterior.weights[module], 0))
        given = self._slopes[module].categories(block)
        weighted, total, kept = roots * heavy, np.zeros(place.stop - place.start), list[Floats]()
        for k, shape in enumerate(islice(orthonormal(roots, self._structure.nodes), self._terms)):
            scores = self._slopes[module].scores(given, shape * weighted)
            kept += [scores] if k <= BETWEEN else []
            if k:
                part = scores.T @ scores
                self.missing[place, place] += part
                total += part.diagonal()
                if k >= BETWEEN and (part.diagonal() <= TOLERANCE * total).all():
                    break
        return kept

    def _with_law(
        self, law: "_LawScores", shape: "_Shape", scores: Sequence[Sequence[Floats]], roots: Floats
    ) -> None:
        """Add the covariances of the law's scores with the items'."""
        _, slots = self._structure.law_free
        for d, (place, own) in enumerate(zip(self._structure.places, scores, strict=True)):
            first, second = law.reach(shape, d)
            part = (first * roots).T @ own[1] + (second * roots).T @ own[2]
            self.missing[slots, place] += part
            self.missing[place, slots] += part.T

    def _between(self, scores: Sequence[Sequence[Floats]], rho: Floats) -> None:
        """Add the covariances of different modules' scores, from their Hermite terms."""
        for d, left in enumerate(self._structure.places):
            for e, right in enumerate(self._structure.places[:d]):
                part = np.zeros((left.stop - left.start, right.stop - right.start))
                for k, (mine, other) in enumerate(zip(scores[d], scores[e], strict=False), start=1):
                    part += (mine * rho[:, d, e, None] ** k).T @ other
                self.missing[left, right] += part
                self.missing[right, left] += part.T


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """Of n persons' posteriors: `sd` (n, D) and correlations `rho` (n, D, D) of the normal law.

    `third` and `fourth` (n, D) are the standardised moments of each module's own posterior, `rest`
    the norm of x² - 1 beyond x.
    """

    sd: Floats
    rho: Floats
    third: Floats
    fourth: Floats
    rest: Floats

    @classmethod
    def of(cls, posterior: JointPosterior, nodes: Floats) -> "_Shape":
        sd = np.sqrt(np.einsum("ndd->nd", posterior.spread))
        moments = []
        for d, weights in enumerate(posterior.weights):
            x = (nodes - posterior.mean[:, d, None]) / sd[:, d, None]
            cubes = weights * x * x * x
            moments.append((cubes.sum(axis=1), (cubes * x).sum(axis=1)))
        third, fourth = np.array(moments).transpose(1, 2, 0)
        rest = np.sqrt(np.maximum(fourth - 1 - third**2, 0))
        return cls(sd, posterior.spread / (sd[:, :, None] * sd[:, None, :]), third, fourth, rest)

    def hermite(self, module: int, scores: Sequence[Floats]) -> list[Floats]:
        """Return E(He_k s) / √k! from E(φ_k s), k = 1, 2 …; about, beyond 2."""
        third, rest = self.third[:, module, None], self.rest[:, module, None]
        second = (rest * scores[2] + third * scores[1]) / 2**0.5
        return [scores[1], second, *scores[3:]]


@dataclass(frozen=True, slots=True, eq=False)
class _Slopes:
    """Derivatives of a module's log chances, a table (Q, (K + 1) J p) a batch: noughts at last."""

    structure: Structure
    tables: tuple[Floats, ...]

    @classmethod
    def of(cls, structure: Structure, raw: Floats) -> "_Slopes":
        tables = []
        for batch in structure.batches:
            slopes = batch.family.slopes(batch.of(raw), structure.nodes).transpose(3, 2, 0, 1)
            table = np.zeros((slopes.shape[0], slopes.shape[1] + 1, *slopes.shape[2:]))
            table[:, :-1] = slopes
            tables.append(table.reshape(len(table), -1))
        return cls(structure, tuple(tables))

    def categories(self, block: Block) -> tuple[NDArray[np.intp], ...]:
        """Return what was answered, a table (n, 1, J, 1) a batch; K is no answer."""
        given = (block.categories(batch) for batch in self.structure.batches)
        return tuple(table[:, None, :, None] for table in given)

    def scores(self, given: Sequence[NDArray[np.intp]], weights: Floats) -> Floats:
        """Return Σ_q weights × score by the free parameters, (n, F_d), from weights (n, Q)."""
        raw = np.zeros((len(weights), self.structure.start.size))
        parts = zip(self.structure.batches, self.tables, given, strict=True)
        for batch, table, own in parts:
            shape = (len(weights), batch.n_categories + 1, len(batch.items), batch.n_parameters)
            found = np.take_along_axis((weights @ table).reshape(shape), own, axis=1)
            raw[:, batch.place] = found.reshape(len(weights), -1)
        return np.ascontiguousarray(self.structure.reduce_columns(raw))


class _LawScores:
    """Scores of the law's free parameters, quadratic in θ, under the persons' posteriors.

    With u = θ - m, W_j = C⁻¹ ∂_jC C⁻¹ and v_j = C⁻¹ ∂_jm the score of parameter j is
    uᵀ W_j u / 2 + v_jᵀ u and a constant; its slope at the posterior mean is b_j = W_j ū + v_j.
    Seen from one module's x it is `linear` x + `bend` (x² - 1) / 2, both (n, P, D).
    """

    def __init__(
        self, law: AbilityLaw, group: int, posterior: JointPosterior, rows: Integers
    ) -> None:
        covariance = law.covariance(group)
        inverse = np.linalg.inv(covariance)
        means, spreads = law.directions(group)
        bends, pulls = inverse @ spreads[rows] @ inverse, means[rows] @ inverse
        off, spread = posterior.mean - law.mean(group), posterior.spread
        sd = np.sqrt(np.einsum("ndd->nd", spread))[:, None]
        self._bent = bends @ spread[:, None]
        self._slope = np.einsum("pde,ne->npd", bends, off) + pulls
        self._reach = self._slope @ spread
        self.linear = self._reach / sd
        self.bend = np.einsum("nde,nped->npd", spread, self._bent) / sd**2
        around = spread + off[:, :, None] * off[:, None, :] - covariance
        self.mean = np.einsum("pde,nde->np", bends, around) / 2 + off @ pulls.T

    def reach(self, shape: _Shape, module: int) -> tuple[Floats, Floats]:
        """Return the scores' first and second terms in a module's φ, (n, P) each."""
        linear, bend = self.linear[:, :, module], self.bend[:, :, module]
        third, rest = shape.third[:, module, None], shape.rest[:, module, None]
        return linear + bend * third / 2, bend * rest / 2

    def covariance(self, shape: _Shape, weights: Floats) -> Floats:
        """Return Σ_n w Cov(s_i, s_j), (P, P)."""
        size, heavy = self._bent.shape[1], weights[:, None, None]
        left = (self._bent * heavy[:, None]).transpose(1, 0, 2, 3).reshape(size, -1)
        right = self._bent.transpose(1, 0, 3, 2).reshape(size, -1)
        total = left @ right.T / 2 + np.einsum("npd,nqd->pq", self._reach * heavy, self._slope)
        skew = self.linear * heavy * shape.third[:, None] / 2
        skewed = np.einsum("npd,nqd->pq", skew, self.bend)
        tails = self.bend * heavy * (shape.fourth[:, None] - 3) / 4
        return np.asarray(total + skewed + skewed.T + np.einsum("npd,nqd->pq", tails, self.bend))
