"""What has left the database for a calibration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from item_bank.base import Base


class AnswerExport(Base):
    """Answers that were handed out, without names; the answers themselves are not kept here."""

    __tablename__ = "answer_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    exported_at: Mapped[datetime]
    exported_by: Mapped[int | None]
    """A person's id; None: from the command line."""
    n_attempts: Mapped[int]
    n_answers: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of RESPONSES.csv as it was written."""
