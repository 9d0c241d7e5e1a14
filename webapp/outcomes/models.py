"""Proposed placements, and requests to have one looked at again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from item_bank.base import Base
from webapp.taking.models import Attempt


class Placement(Base):
    """The engine's proposal for one module of one attempt: what `placement.engine` said, stored.

    The last four columns move no proposal: they say whether a person should look at how the answers
    came. They are empty in attempts that ended before they were kept.
    """

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("attempt_id", "module"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    module: Mapped[str] = mapped_column(String(10))
    track: Mapped[str] = mapped_column(String(10), index=True)
    """long, medium, short or direct."""
    probabilities: Mapped[list[float]]
    """The chance of each track, in the design's order (long to direct); sums to 1."""
    expected_losses: Mapped[list[float]]
    """Hours lost on average by choosing each track, in the same order."""
    theta: Mapped[float]
    """Expected a posteriori ability; the design's prior has mean 0 and SD 1."""
    se: Mapped[float]
    lower: Mapped[float]
    upper: Mapped[float]
    """The central 80 % of the posterior, on the scale of theta."""
    n_items: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    """Why no more was asked."""
    near_boundary: Mapped[bool]
    """A person should look: two tracks are nearly as good, or none is likely."""
    proposed_at: Mapped[datetime]
    discordant: Mapped[bool | None]
    """This module's own answers propose another track than all answers do."""
    p_pattern: Mapped[float | None]
    """How often answers that fit the model are as unusual in their pattern (l_z*)."""
    p_drift: Mapped[float | None]
    """The same for a spell of answers better or worse than the rest (CUSUM)."""
    n_rapid: Mapped[int | None]
    """Answers given faster than the questions can be read; "I don't know" is not one of them."""

    attempt: Mapped[Attempt] = relationship()


class ReviewRequest(Base):
    """A person asks that somebody looks at the proposals again, in their own words."""

    __tablename__ = "review_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), unique=True)
    message: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
