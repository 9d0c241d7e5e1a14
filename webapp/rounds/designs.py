"""Designs in the database: fitted to a pool, numbered, and never changed."""

from __future__ import annotations

from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import func, select

from item_bank import service as bank
from placement.design import Design, default_design
from placement.planning import fit_design
from webapp import clock
from webapp.rounds.models import DesignVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from webapp.database import Database

PILOT_SEED = 20260901
"""The pilot simulation behind a fitted design is the same wherever it is run."""


def fit_to_pool(database: Database, pool_number: int) -> int:
    """Fit the default design to a pool and keep it; the new design's number.

    A pool that already has a design keeps it. The pilot simulation runs outside the transaction.
    """
    with database.read() as session:
        known = _design_of_pool(session, pool_number)
        if known is not None:
            return known
        pool = bank.pool(session, pool_number)
        modules = {
            module.code: {category.code: category.weight for category in module.categories}
            for module in bank.modules(session)
            if module.code in set(pool.modules)
        }
    design = fit_design(default_design(modules), pool, seed=PILOT_SEED)
    return _keep(database, pool_number, design)


def _keep(database: Database, pool_number: int, design: Design) -> int:
    with database.write(alone=True) as session:
        known = _design_of_pool(session, pool_number)
        if known is not None:
            return known
        newest = session.scalar(select(func.max(DesignVersion.number))) or 0
        row = DesignVersion(
            number=newest + 1,
            name=design.name,
            pool_number=pool_number,
            document=design.to_json(),
            created_at=clock.now(),
        )
        session.add(row)
    return newest + 1


def design(session: Session, number: int) -> Design:
    """A stored design; designs are frozen, so each is parsed once in a process."""
    document = session.scalar(select(DesignVersion.document).where(DesignVersion.number == number))
    if document is None:
        raise LookupError(f"no design {number}")
    return _parsed(document)


def usual_length(design: Design) -> tuple[int, int]:
    """How many questions most people get in all: the central 80 % of the pilot's sums.

    The pilot's modules are independent. A person's are less so, which spreads the sums a little
    more: say the numbers outwards.
    """
    plans = {plan.module: plan for plan in design.stopping.plans}
    own = [plans.get(module.module) for module in design.modules]
    shares = [_shares(plan.lengths) for plan in own if plan and plan.remaining(0)]
    if len(shares) < len(own):  # without a pilot, only the rule's own bounds are known
        return len(own) * design.stopping.minimum, len(own) * design.stopping.maximum
    up_to = np.cumsum(reduce(np.convolve, shares))
    low, high = np.searchsorted(up_to, (0.1, 0.9))
    return int(low), int(high)


def _shares(lengths: Sequence[int]) -> NDArray[np.float64]:
    """Of all, how many a test of 0, 1, 2, … questions had."""
    shares: NDArray[np.float64] = np.array(lengths, dtype=np.float64) / sum(lengths)
    return shares


@lru_cache(maxsize=16)
def _parsed(document: str) -> Design:
    return Design.from_json(document)


def _design_of_pool(session: Session, pool_number: int) -> int | None:
    return session.scalar(
        select(func.max(DesignVersion.number)).where(DesignVersion.pool_number == pool_number)
    )
