"""Post hoc simulation: a design given to people whose answers are already there."""

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
    """Give `design` to N people whose answers to the pool's items, (N, J), are known.

    An answer below 0 is one that a person does not have; that item is not given to them, and their
    test ends when those they answered are used up. What all of a person's answers say (the
    posterior mean, logits) stands for the true ability: accuracy is agreement with these answers,
    and errors are what the shorter test adds. So who answered little agrees with it easily.
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
    sums, there = np.zeros((len(answers), section.pool.nodes.size)), answers >= 0
    for item, table in enumerate(section.pool.logs):
        who = there[:, item]
        sums[who] += table[answers[who, item]]
    return Standing.of(section, there, sums).mean
