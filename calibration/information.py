"""Observed information of the marginal likelihood, by Oakes' identity without differences.

Oakes (1999), JRSS B 61, 479–482: minus the Hessian is the complete-data information less
∂²Q(ξ'|ξ)/∂ξ'∂ξ. A posterior weight r changes by r (s - s̄) with the parameters, s being the
complete-data score at a node and s̄ its posterior mean, so that second term is Σ_n Cov_n(s): the
information that is missing because ability is not seen (Louis 1982, JRSS B 44, 226–233).

Three ways to that sum, by the data: `linear_scores` (exact), `few_answers`, `expansion`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from calibration.blocks import Part
from calibration.complete import observed
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

Missing = Callable[[Part], Floats]


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

    The cross products are left at nought unless `cross` asks for them.
    """
    single = people.n_patterns * float(structure.n_free) ** 2 > LARGE
    missing = _sum(people, _missing(structure, people, raw, single=single, terms=0))
    found = _reduced(structure, observed(structure, raw, expected) - missing)
    if not cross:
        return Information(found, np.zeros_like(found))
    every = _sum(people, Expansion(structure, raw, TOLERANCE, single=False).cross)
    return Information(found, _reduced(structure, every))


def coarse_information(
    structure: Structure, people: People, raw: Floats, expected: Expectation, few: int
) -> Floats:
    """Return the observed information, (F, F), of about `few` patterns spread over all, scaled up.

    Complete and missing information are of the same persons: from different ones their difference,
    small where a test is long, would drown in the sampling error of either.
    """
    find = _missing(structure, people, raw, single=True, terms=COARSE_TERMS)
    step = people.n_patterns // few
    if step <= 1:
        return _reduced(structure, observed(structure, raw, expected) - _sum(people, find))
    table, weights = structure.log_chances(raw), structure.log_weights(raw)
    work = partial(_thinned, find, partial(expect_in, table, weights, structure.nodes), step)
    (thin, missing), *more = people.each(work)
    for own, lost in more:
        thin, missing = thin + own, missing + lost
    blank = Expectation(0.0, 0 * thin.counts, 0 * thin.mass, thin.means)
    priors = observed(structure, raw, blank)
    share = float(expected.mass.sum() / thin.mass.sum())
    answers = observed(structure, raw, thin) - priors - missing
    return _reduced(structure, share * answers + priors)


def _missing(
    structure: Structure, people: People, raw: Floats, *, single: bool, terms: int
) -> Missing:
    """Return the way to the missing information, (R, R), of a part; 0 `terms`: all needed."""
    n_items = sum(len(batch.items) for batch in structure.batches)
    complete = people.n_answers == people.n_patterns * n_items
    if complete and all(batch.family.canonical for batch in structure.batches):
        return LinearScores.of(structure, raw).missing
    expansion = Expansion(structure, raw, TOLERANCE * (10 if single else 1), single=single)
    widest = max(batch.n_parameters for batch in structure.batches)
    if (people.most_answers + 1) * widest < FEW * structure.n_free:
        few = FewAnswers(structure, raw, expansion)
        return partial(few.missing, terms=terms)
    return partial(expansion.missing, terms=terms)


def _thinned(
    find: Missing, expect: Callable[[Part], Expectation], step: int, part: Part
) -> tuple[Expectation, Floats]:
    thin = thinned(step, part)
    return expect(thin), find(thin)


def _sum(people: People, find: Missing) -> Floats:
    total, *more = people.each(find)
    for matrix in more:
        total += matrix
    return total


def _reduced(structure: Structure, raw: Floats) -> Floats:
    """Return (F, F) from (R, R)."""
    return structure.reduce_columns(structure.reduce_columns(raw).T)
