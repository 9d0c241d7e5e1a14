"""Observed information of the marginal likelihood, by Oakes' identity without differences.

Oakes (1999), JRSS B 61, 479–482: minus the Hessian is the complete-data information less
∂²Q(ξ'|ξ)/∂ξ'∂ξ. A posterior weight r changes by r (s - s̄) with the parameters, s being the
complete-data score at a node and s̄ its posterior mean, so that second term is Σ_n Cov_n(s): the
information that is missing because ability is not seen (Louis 1982, JRSS B 44, 226–233).

Three ways to that sum, by the data: `linear_scores` (exact), `few_answers`, `expansion`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import iadd

import numpy as np

from calibration.blocks import Part
from calibration.complete import add_blocks, observed_blocks
from calibration.executors import People, thinned
from calibration.expansion import Expansion
from calibration.expectation import Expectation, expect_in
from calibration.few_answers import FewAnswers
from calibration.linear_scores import LinearScores
from calibration.structure import Structure
from placement.arrays import Floats

# Of the complete-data information, what may be left out; of large problems, ten times that.
TOLERANCE = 1e-5
# A look on the way up needs less: so many terms of an expansion.
COARSE_TERMS = 2
# Multiplications above which single precision is used: its rounding is 1e-7 of the sums.
LARGE = 5e6
# Of all parameters, the share that a person's own may be for answers to be taken one at a time.
FEW = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """By the free parameters, (F, F): `observed` information, and the scores' `cross` products.

    `observed` has the priors' curvature in it; `cross` sums the persons' s̄ s̄ᵀ, without priors.
    """

    observed: Floats
    cross: Floats


def information(
    structure: Structure, people: People, raw: Floats, expected: Expectation, *, cross: bool
) -> Information:
    """Return the observed information at `raw`, whose expectation is `expected`.

    There are no cross products unless `cross` asks for them.
    """
    single = people.n_patterns * float(structure.n_free) ** 2 > LARGE
    way = _way(structure, people, raw, single=single, terms=0)
    found = way.whole(_sum(people, way.part))
    _take_from(found, structure, observed_blocks(structure, raw, expected))
    cross_products = np.zeros((0, 0))
    if cross:
        every = _sum(people, Expansion(structure, raw, TOLERANCE, single=False).cross)
        cross_products = structure.reduce_both(every)
    return Information(structure.reduce_both(found), cross_products)


def coarse_information(
    structure: Structure, people: People, raw: Floats, expected: Expectation, few: int
) -> Floats:
    """Return the observed information, (F, F), of about `few` patterns spread over all, scaled up.

    Complete and missing information are of the same persons: from different ones their difference,
    small where a test is long, would drown in the sampling error of either.
    """
    way = _way(structure, people, raw, single=True, terms=COARSE_TERMS)
    step = people.n_patterns // few
    if step <= 1:
        found = way.whole(_sum(people, way.part))
        _take_from(found, structure, observed_blocks(structure, raw, expected))
        return structure.reduce_both(found)
    table, weights = structure.log_chances(raw), structure.log_weights(raw)
    results = people.each(
        partial(_thinned, way.part, partial(expect_in, table, weights, structure.nodes), step)
    )
    thin, found = reduce(_both, results)
    blank = Expectation(0.0, 0 * thin.counts, 0 * thin.mass, thin.means)
    priors = observed_blocks(structure, raw, blank)
    share = float(expected.mass.sum() / thin.mass.sum())
    found = way.whole(found)
    found *= share
    both = zip(observed_blocks(structure, raw, thin), priors, strict=True)
    _take_from(found, structure, [share * (seen - prior) + prior for seen, prior in both])
    return structure.reduce_both(found)


def _take_from(missing: Floats, structure: Structure, blocks: Sequence[Floats]) -> None:
    """Turn the missing information, (R, R), in its place into the complete one less it."""
    np.negative(missing, out=missing)
    add_blocks(missing, structure, blocks)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to the missing information: of a part, in a form to be added up, and (R, R) of it."""

    part: Callable[[Part], Floats]
    whole: Callable[[Floats], Floats] = np.asarray


def _way(structure: Structure, people: People, raw: Floats, *, single: bool, terms: int) -> _Way:
    """Return the way that suits the answers; `terms` 0: as many as needed."""
    n_items = sum(len(batch.items) for batch in structure.batches)
    complete = people.n_answers == people.n_patterns * n_items
    if complete and all(batch.family.canonical for batch in structure.batches):
        return _Way(LinearScores.of(structure, raw).missing)
    expansion = Expansion(structure, raw, TOLERANCE * (10 if single else 1), single=single)
    widest = max(batch.n_parameters for batch in structure.batches)
    if (people.most_answers + 1) * widest < FEW * structure.n_free:
        few = FewAnswers(structure, raw, expansion)
        return _Way(partial(few.missing, terms=terms), few.spread)
    return _Way(partial(expansion.missing, terms=terms))


def _thinned(
    find: Callable[[Part], Floats], expect: Callable[[Part], Expectation], step: int, part: Part
) -> tuple[Expectation, Floats]:
    thin = thinned(step, part)
    return expect(thin), find(thin)


def _sum(people: People, find: Callable[[Part], Floats]) -> Floats:
    return reduce(iadd, people.each(find))


def _both(
    one: tuple[Expectation, Floats], other: tuple[Expectation, Floats]
) -> tuple[Expectation, Floats]:
    missing = one[1]
    missing += other[1]
    return one[0] + other[0], missing
