"""Many examinees through one section, question by question together."""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import GOES_ON, next_items, stop_codes
from placement.design import Design
from placement.pool import Pool
from placement.quadrature import interpolation
from placement.standing import Section, Standing


@dataclass(frozen=True, slots=True, eq=False)
class Sittings:
    """How a section ended for N examinees, and what was learnt on the way.

    `codes` (N,) place each stop reason; `precision` (n_max + 1, N) is 1 / posterior variance after
    n answers, NaN after the end.
    """

    standing: Standing
    codes: Integers
    precision: Floats


def right_answers(pool: Pool, theta: Floats, draws: Floats) -> Integers:
    """Return the answers (N, J) of examinees at theta (N,) by uniform draws (N, J)."""
    weights = interpolation(pool.nodes, theta)
    steps = np.cumsum(pool.probabilities, axis=1)[:, :-1]
    levels = np.einsum("nq,jkq->njk", weights, steps, optimize=True)
    return np.asarray((draws[:, :, None] >= levels).sum(axis=2), dtype=np.int64)


def sit(
    design: Design, section: Section, answers: Integers, generator: np.random.Generator
) -> Sittings:
    """Give the section to N examinees whose answer to every item, (N, J), is already fixed."""
    given = np.zeros(answers.shape, dtype=np.bool_)
    sums = np.zeros((len(answers), section.pool.nodes.size))
    codes = np.full(len(answers), GOES_ON, dtype=np.int64)
    precision: list[Floats] = []
    tables = np.log(section.pool.probabilities)
    while (going := np.flatnonzero(codes == GOES_ON)).size:
        standing = Standing.of(section, given[going], sums[going])
        precision.append(_spread(1 / standing.variance, going, len(answers)))
        codes[going] = stop_codes(design, standing)
        still = codes[going] == GOES_ON
        rows, asked = going[still], next_items(design, _only(standing, still), generator)
        given[rows, asked] = True
        sums[rows] += tables[asked, answers[rows, asked]]
    return Sittings(Standing.of(section, given, sums), codes, np.array(precision))


def _only(standing: Standing, chosen: Booleans) -> Standing:
    """Return the chosen examinees' standing."""
    return Standing(
        standing.section,
        standing.given[chosen],
        standing.log_likelihood[chosen],
        standing.posterior[chosen],
        standing.mean[chosen],
        standing.variance[chosen],
        standing.n[chosen],
    )


def _spread(values: Floats, rows: Integers, size: int) -> Floats:
    """Return a row of `size` with `values` at `rows` and NaN elsewhere."""
    row = np.full(size, np.nan)
    row[rows] = values
    return row
