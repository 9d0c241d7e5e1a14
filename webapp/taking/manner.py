"""How the answers of a finished attempt came: what may tell a person to look, never a penalty.

Computed once, when the last answer is stored, from the answers and their times.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import extract, func, select

from item_bank.answers import DontKnow, answer_from_json
from placement.personfit import FEWEST_TIMES, person_fit, rapid_answers
from placement.responses import Response
from webapp.taking.models import Answer, Attempt, Presentation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from placement.design import Design
    from placement.pool import Pool
    from webapp.taking.state import Step

PAUSE_S = 300
"""Somebody who takes longer has done something else meanwhile: no measure of the question."""

OTHERS = 200
"""So many attempts, the latest begun, say what is usual: the cost does not grow with the years."""


@dataclass(frozen=True)
class Manner:
    """One module: the columns of these names in `outcomes.models.Placement`."""

    p_pattern: float | None
    p_drift: float | None
    n_rapid: int


def manner_of(
    session: Session, design: Design, pool: Pool, steps: Sequence[Step], *, seed: int
) -> dict[str, Manner]:
    """Every module of an attempt whose steps are all answered."""
    means = _mean_seconds(session, steps)
    found = {}
    for module in design.modules:
        own = [step for step in steps if step.module == module.module]
        part = pool.of_module(module.module)
        responses = [Response(s.item, s.answer.category) for s in own if s.answer is not None]
        fit = person_fit(part, design.prior(part.nodes), responses, seed=seed)
        found[module.module] = Manner(
            p_pattern=fit.p_lz if fit else None,
            p_drift=fit.p_cusum if fit else None,
            n_rapid=_n_rapid(own, means),
        )
    return found


def _n_rapid(steps: Sequence[Step], means: Mapping[int, float]) -> int:
    """How many answers came faster than the question can be read.

    "I don't know" is none of them: it takes no reading of the options, and is welcome at any pace.
    """
    meant = [step for step in steps if not _does_not_know(step)]
    seconds = np.array([_seconds(step) for step in meant])
    usual = np.array([means.get(step.revision_id, nan) for step in meant])
    return int(rapid_answers(seconds, usual).sum())


def _does_not_know(step: Step) -> bool:
    return step.answer is not None and isinstance(answer_from_json(step.answer.raw), DontKnow)


def _seconds(step: Step) -> float:
    """From when the question became the next one, pauses and all; NaN where clocks disagree.

    The time in front of the question is shorter, so nobody is called fast for a slow network.
    """
    assert step.answer is not None
    elapsed = (step.answer.answered_at - step.presented_at).total_seconds()
    return elapsed if elapsed >= 0 else nan


def _mean_seconds(session: Session, steps: Sequence[Step]) -> dict[int, float]:
    """The mean time of others' answers to these questions, by revision, where enough have one."""
    seconds = extract("epoch", Answer.answered_at) - extract("epoch", Presentation.presented_at)
    own = [step.presentation_id for step in steps]
    latest = select(Attempt.id).order_by(Attempt.id.desc()).limit(OTHERS).scalar_subquery()
    query = (
        select(Presentation.revision_id, func.avg(seconds))
        .join(Answer, Answer.presentation_id == Presentation.id)
        .where(
            Presentation.attempt_id.in_(latest),
            Presentation.revision_id.in_({step.revision_id for step in steps}),
            Presentation.id.not_in(own),
            seconds.between(0, PAUSE_S),
        )
        .group_by(Presentation.revision_id)
        .having(func.count() >= FEWEST_TIMES)
    )
    return {revision: float(mean) for revision, mean in session.execute(query)}
