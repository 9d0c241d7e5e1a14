"""An attempt and what happened in it, question by question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from item_bank.base import Base
from webapp.rounds.models import Invitation


class Attempt(Base):
    """One person's sitting, pauses included.

    Pool, design and seed are the attempt's own, so that it can be replayed exactly whatever has
    happened to the bank since.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    """What stands in addresses; says nothing about how many attempts there are."""
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), unique=True)
    pool_number: Mapped[int] = mapped_column(ForeignKey("pool.number"))
    design_number: Mapped[int] = mapped_column(ForeignKey("design_version.number"))
    seed: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
    """Counts the stored answers' transactions: a write that read an older one is refused."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship()
    presentations: Mapped[list[Presentation]] = relationship(order_by="Presentation.position")


class Presentation(Base):
    """An item shown, in its place in the attempt."""

    __tablename__ = "presentation"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        UniqueConstraint("attempt_id", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    """Counts from 1."""
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("item_revision.id"))
    module: Mapped[str] = mapped_column(String(10))
    remaining_low: Mapped[int]
    remaining_high: Mapped[int]
    """What the person was told: how many more questions in this module, this one included."""
    presented_at: Mapped[datetime]
    """When the question became the person's next one, not when a browser showed it."""

    answer: Mapped[Answer | None] = relationship(back_populates="presentation")


class Answer(Base):
    """What the person sent, as sent, and how it was scored. Never changed."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        UniqueConstraint("attempt_id", "idempotency_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id"), unique=True)
    position: Mapped[int]
    raw: Mapped[dict[str, Any]]
    """The answer in terms of the revision's own options."""
    category: Mapped[int]
    """The scored category: 0 wrong or «I don't know», 1 right."""
    idempotency_key: Mapped[str] = mapped_column(String(64))
    """Made for one showing of the form; the same key again is the same sending."""
    answered_at: Mapped[datetime]

    presentation: Mapped[Presentation] = relationship(back_populates="answer")
