"""Observed information of the marginal likelihood, by Oakes' identity without differences.

Oakes (1999), JRSS B 61, 479–482: minus the Hessian is the complete-data information less
∂²Q(ξ'|ξ)/∂ξ'∂ξ. A posterior weight r changes by r (s - s̄) with the parameters, s being the
complete-data score at a node and s̄ its posterior mean, so that second term is Σ_n Cov_n(s): the
information that is missing because ability is not seen (Louis 1982, JRSS B 44, 226–233).

Three ways to that sum, by the data: `linear_scores` (exact), `few_answers`, `expansion`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import iadd

import numpy as np

from calibration.blocks import Part
from calibration.complete import add_blocks, observed_blocks
from calibration.executors import People, summed, thinned
from calibration.expansion import Expansion
from calibration.expectation import Expectation, expect_in, smooth
from calibration.few_answers import FewAnswers
from calibration.linear_scores import LinearScores
from calibration.polynomials import Reals
from calibration.structure import Structure
from placement.arrays import Floats

# Of the complete-data information, what may be left out; of large problems, ten times that.
TOLERANCE = 1e-5
# A look on the way up needs less: so many terms of an expansion.
COARSE_TERMS = 2
# Multiplications above which single precision is used: its rounding is 1e-7 of the sums.
LARGE = 5e6
# A way to the missing information: of a part, in a form to be added up, and (R, R) of the sum.
Way = tuple[Callable[[Part], Reals], Callable[[Reals], Floats]]
# Of all parameters, the share that a person's own may be for answers to be taken one at a time.
FEW = 0.25
# The posteriors' sd, in distances of nodes, from which on every other node will do: an error of
# 7e-6 of a normal density.
WIDE = 1.6


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
    halved = structure.on_every_other_node()
    enough = not structure.shape.any() and smooth(structure.nodes, expected, WIDE)
    nodes = halved if enough else structure
    found = _missing(people, _way(nodes, people, raw, single=single, terms=0))
    _take_from(found, structure, observed_blocks(structure, raw, expected))
    cross_products = np.zeros((0, 0))
    if cross:
        every = np.asarray(
            _sum(people, Expansion(structure, raw, TOLERANCE, single=False).cross), dtype=np.float64
        )
        cross_products = structure.reduce_both(every)
    return Information(structure.reduce_both(found), cross_products)


def coarse_information(
    structure: Structure, people: People, raw: Floats, expected: Expectation, few: int
) -> Floats:
    """Return the observed information, (F, F), of about `few` patterns spread over all, scaled up.

    Complete and missing information are of the same persons: from different ones their difference,
    small where a test is long, would drown in the sampling error of either.
    """
    part, whole = _way(structure, people, raw, single=True, terms=COARSE_TERMS)
    step = people.n_patterns // few
    if step <= 1:
        missing = _missing(people, (part, whole))
        _take_from(missing, structure, observed_blocks(structure, raw, expected))
        return structure.reduce_both(missing)
    results = people.each(partial(_thinned, part, structure, raw, step))
    thin, found = summed(results, _both)
    share = float(expected.mass.sum() / thin.mass.sum())
    seen = observed_blocks(structure, raw, thin)
    blank = Expectation(0.0, 0 * thin.counts, 0 * thin.mass, thin.means)
    priors = observed_blocks(structure, raw, blank)
    # Of no use any more, and large.
    del part, results, thin, blank
    missing = whole(found)
    missing *= share
    both = zip(seen, priors, strict=True)
    _take_from(missing, structure, [share * (own - prior) + prior for own, prior in both])
    return structure.reduce_both(missing)


def _take_from(missing: Floats, structure: Structure, blocks: Sequence[Floats]) -> None:
    """Turn the missing information, (R, R), in its place into the complete one less it."""
    np.negative(missing, out=missing)
    add_blocks(missing, structure, blocks)


def _missing(people: People, way: Way) -> Floats:
    """Return the missing information, (R, R)."""
    part, whole = way
    found = _sum(people, part)
    del part, way  # Of no use any more, and large.
    return whole(found)


def _way(structure: Structure, people: People, raw: Floats, *, single: bool, terms: int) -> Way:
    """Return the way that suits the answers; `terms` 0: as many as needed."""
    n_items = sum(len(batch.items) for batch in structure.batches)
    complete = people.n_answers == people.n_patterns * n_items
    if complete and all(batch.family.canonical for batch in structure.batches):
        return LinearScores.of(structure, raw).missing, np.asarray
    tolerance = TOLERANCE * (10 if single else 1)
    expand = partial(Expansion, structure, raw, tolerance, single=single, complete=complete)
    widest = max(batch.n_parameters for batch in structure.batches)
    if (people.most_answers + 1) * widest < FEW * structure.n_free:
        few = FewAnswers(structure, raw)
        needed = partial(_of_all, terms) if terms else expand().needed
        return partial(few.missing, needed=needed), few.layout.spread
    expansion = expand()
    return partial(expansion.missing, terms=terms), expansion.whole


def _of_all(terms: int, part: Part) -> tuple[int, int]:
    """Say that so many terms are needed of all the part's persons, and no more of some."""
    del part
    return terms, terms


def _thinned(
    find: Callable[[Part], Reals], structure: Structure, raw: Floats, step: int, part: Part
) -> tuple[Expectation, Reals]:
    thin = thinned(step, part)
    table, weights = structure.log_chances(raw), structure.log_weights(raw)
    expected = expect_in(table, weights, structure.nodes, thin)
    del table
    return expected, find(thin)


def _sum(people: People, find: Callable[[Part], Reals]) -> Reals:
    return summed(people.each(find), iadd)


def _both(
    one: tuple[Expectation, Reals], other: tuple[Expectation, Reals]
) -> tuple[Expectation, Reals]:
    missing = one[1]
    missing += other[1]
    return one[0] + other[0], missing
