"""Units, persons, their roles, and sign-in records that the server itself keeps."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from item_bank.base import Base


class Role(StrEnum):
    """What a person may do beyond taking the tests that they are invited to."""

    AUTHOR = "author"
    HR = "hr"


class Unit(Base):
    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    """The organisation's own code, as in its personnel system."""
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)


class Person(Base):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_number: Mapped[str] = mapped_column(String(40), unique=True)
    """Text: leading zeros are part of it. Never a national identity number."""
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(254))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    staff_group: Mapped[str] = mapped_column(String(60))
    """The group that decides the wave: leaders, administration, teachers …"""
    language: Mapped[str | None] = mapped_column(String(2))
    """nb, nn or en as the person chose; empty until then."""
    active: Mapped[bool] = mapped_column(default=True)
    """False when the person has left; nobody is deleted silently."""

    unit: Mapped[Unit] = relationship()
    roles: Mapped[list[RoleGrant]] = relationship(back_populates="person")

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class RoleGrant(Base):
    __tablename__ = "role_grant"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)

    person: Mapped[Person] = relationship(back_populates="roles")


class SignInLink(Base):
    """A personal link. Only a digest is kept, so a stolen database opens no door."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """The link works any number of times until then: people pause and come back."""
    withdrawn_at: Mapped[datetime | None]


class SignIn(Base):
    """One browser that is signed in. Signing out ends it here, not only in the browser."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
