"""Post hoc simulation: a design given to people whose answers to every item are already there."""

import numpy as np

from placement.arrays import Floats, Integers
from placement.conduct import section_of
from placement.design import Design
from placement.lockstep import sit, sit_together
from placement.pool import Pool
from placement.sampling import sample_of
from placement.simulation import SimulationResult
from placement.standing import Section, Standing
from placement.together import Together


def simulate_answers(
    design: Design, pool: Pool, answers: Integers, *, seed: int
) -> SimulationResult:
    """Give `design` to N people whose answer to every item of the pool, (N, J), is known.

    What all of a person's answers say (the posterior mean) stands for the true ability: accuracy
    is agreement with the whole bank, and errors are what the shorter test adds.
    """
    generator = np.random.default_rng(seed)
    together = Together.of(design, pool)
    sections = [section_of(design, module, pool) for module in design.modules]
    rows = [_rows(pool, section) for section in sections]
    parts = [answers[:, own] for own in rows]
    whole = [_whole(section, part) for section, part in zip(sections, parts, strict=True)]
    if together:
        sittings = sit_together(design, together, parts, generator)
    else:
        pairs = zip(sections, parts, strict=True)
        sittings = tuple(sit(design, section, part, generator) for section, part in pairs)
    return SimulationResult(
        tuple(sample_of(design, theta, sat) for theta, sat in zip(whole, sittings, strict=True))
    )


def _rows(pool: Pool, section: Section) -> Integers:
    return np.array([j for j, m in enumerate(pool.modules) if m == section.module], dtype=np.int64)


def _whole(section: Section, answers: Integers) -> Floats:
    """Return the posterior mean (N,) of each person from all answers (N, J) to the section."""
    tables = np.log(section.pool.probabilities)
    sums = np.zeros((len(answers), section.pool.nodes.size))
    for item, table in enumerate(tables):
        sums += table[answers[:, item]]
    return Standing.of(section, np.ones(answers.shape, dtype=np.bool_), sums).mean
