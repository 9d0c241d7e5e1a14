"""The one place that asks what time it is."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

OSLO = ZoneInfo("Europe/Oslo")

_simulated: ContextVar[datetime | None] = ContextVar("simulated", default=None)


def now() -> datetime:
    return _simulated.get() or datetime.now(UTC)


def today() -> date:
    """The date where the organisation is: a round closes at midnight there."""
    return now().astimezone(OSLO).date()


@contextmanager
def simulated(moment: datetime) -> Iterator[None]:
    """Let it be this moment in the demo, whose people answer at a human pace, and in tests."""
    token = _simulated.set(moment)
    try:
        yield
    finally:
        _simulated.reset(token)
