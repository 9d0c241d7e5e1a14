"""Conducting a section: whether each examinee has answered enough, and what to ask next.

One question for one person and a lockstep simulation both go through these functions.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.combinations import reasons_of
from placement.design import Design, ModuleDesign
from placement.draws import Draws, Stream
from placement.exposure_control import at_hand
from placement.outcomes import StopReason
from placement.pool import Pool
from placement.standing import Section, Standing
from placement.stopping import RateOfReturn
from placement.tracks import expected_losses, track_masses

REASONS = tuple(StopReason)
GOES_ON = -1
KEPT = 32


@lru_cache(maxsize=KEPT)
def section_of(design: Design, module: ModuleDesign, pool: Pool) -> Section:
    """Join one module of a design to its part of the pool; the last few are kept."""
    part, cuts = pool.of_module(module.module), np.array(module.cuts)
    shares, codes = _blueprint(module, part)
    return Section(
        module.module,
        part,
        design.prior(part.nodes),
        track_masses(part.nodes, cuts),
        cuts,
        np.array(design.losses),
        shares,
        codes,
    )


def stop_codes(design: Design, standing: Standing) -> Integers:
    """Return where each examinee's reason to stop stands in `REASONS`, (N,), or `GOES_ON`."""
    n, stopping = standing.n, design.stopping
    most = standing.most(stopping.maximum)
    codes = np.full(n.size, GOES_ON, dtype=np.int64)
    enough = stopping(standing) & (n >= stopping.minimum)
    if np.count_nonzero(enough):
        told = np.array([REASONS.index(reason) for reason in reasons_of(stopping, standing)])
        codes[enough] = told[enough]
    if np.count_nonzero(n >= most):
        codes[n >= stopping.maximum] = REASONS.index(StopReason.LENGTH)
        exhausted = (n >= most) & (n < stopping.maximum) & ~enough
        codes[exhausted] = REASONS.index(StopReason.POOL_EXHAUSTED)
    return codes


def proposals(design: Design, standing: Standing) -> Integers:
    """Return the number of the track proposed to each examinee, (N,)."""
    losses = expected_losses(standing.track_probabilities, standing.section.losses)
    return design.guard(standing, losses)


def discordant(design: Design, standing: Standing) -> Booleans:
    """Return whether own answers alone propose another track than all answers do, (N,)."""
    return np.asarray(proposals(design, standing) != proposals(design, standing.alone))


def next_items(
    design: Design,
    standing: Standing,
    chance: np.random.Generator | Draws,
    place: Integers | None = None,
) -> Integers:
    """Return the row of the next item for each examinee, (N,); each must have one left.

    `place` (N,) is how many questions each has had in the sitting; left out, the design's first
    module opens it and the others follow.
    """
    if place is None:
        opens = standing.section.module == design.modules[0].module
        place = standing.n if opens else standing.n + design.opening.questions
    values = design.selector(standing)
    if standing.closed is not None:
        values = np.where(standing.closed, -np.inf, values)
    values = design.opening(standing, values, place)
    values = design.content(standing, values)
    draws = Stream(chance, values.shape) if isinstance(chance, np.random.Generator) else chance
    return at_hand(design.exposure, standing.section)(values, standing.n, draws)


def next_modules(design: Design, standings: Sequence[Standing], going: Booleans) -> Integers:
    """Return the module of each examinee's next question, (N,), among those `going` (N, D).

    Modules are compared by the rate of return, also where another rule stops them.
    """
    rule = design.stopping
    if not isinstance(rule, RateOfReturn):
        rule = RateOfReturn(minimum=1, maximum=rule.maximum, plans=rule.plans)
    return design.order(rule, standings, going)


def _blueprint(module: ModuleDesign, part: Pool) -> tuple[Floats, Integers]:
    """Shares (C,) of the categories that the pool holds, and each item's category (J,)."""
    if not module.shares:
        return np.zeros(0), np.zeros(len(part), dtype=np.int64)
    held = [s for s in module.shares if s.category in part.categories and s.weight > 0]
    weights = np.array([share.weight for share in held])
    place = {share.category: code for code, share in enumerate(held)}
    codes = [place.get(category, len(held)) for category in part.categories]
    return weights / (weights.sum() or 1), np.array(codes, dtype=np.int64)
