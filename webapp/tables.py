"""Every table there is, gathered in one place for migrations and tests."""

from __future__ import annotations

import item_bank.models
import webapp.operations.models
import webapp.outcomes.models
import webapp.people.models
import webapp.rounds.models
import webapp.taking.models
from item_bank.base import Base

ROOMS_WITH_TABLES = (
    item_bank.models,
    webapp.people.models,
    webapp.rounds.models,
    webapp.taking.models,
    webapp.outcomes.models,
    webapp.operations.models,
)

metadata = Base.metadata
