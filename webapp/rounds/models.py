"""A mapping round, the designs it may use, and the people invited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from item_bank.base import Base
from webapp.people.models import Person


class DesignVersion(Base):
    """How a test is given, frozen: a `placement.design.Design` as JSON, fitted to one pool."""

    __tablename__ = "design_version"

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    pool_number: Mapped[int] = mapped_column(ForeignKey("pool.number"))
    """The pool whose pilot simulation gave the stopping rule its expectations."""
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Round(Base):
    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[dict[str, Any]]
    """By language: nb, nn, en."""
    purpose: Mapped[dict[str, Any]]
    """What the results are used for, by language, in the organisation's own words."""
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_email: Mapped[str] = mapped_column(String(254))
    """Who answers questions about the round."""
    consulted_on: Mapped[date]
    """The day it was discussed with the unions' representatives (Working Environment Act § 9-2)."""
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day to answer."""
    design_number: Mapped[int] = mapped_column(ForeignKey("design_version.number"))
    pool_number: Mapped[int] = mapped_column(ForeignKey("pool.number"))
    """What new attempts draw on; attempts under way keep the numbers they began with."""

    design: Mapped[DesignVersion] = relationship()


class Invitation(Base):
    """One person asked to take part in one round."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    invited_at: Mapped[datetime]

    round: Mapped[Round] = relationship()
    person: Mapped[Person] = relationship()
