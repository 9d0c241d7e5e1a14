"""Every table there is, gathered in one place for migrations and tests."""

from __future__ import annotations

import webapp.outcomes.models
import webapp.people.models
import webapp.rounds.models
import webapp.taking.models  # noqa: F401
from item_bank.base import Base

metadata = Base.metadata
