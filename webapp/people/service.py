"""Signing in and out, and the language a person reads."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from webapp import clock
from webapp.people.models import Person, RoleGrant, SignIn, SignInLink

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from item_bank.content import Language
    from webapp.database import Database

SIGN_IN_LASTS = timedelta(hours=12)
"""A working day: long enough for a sitting with pauses, short enough for a shared computer."""


class UnknownLink(Exception):
    """The link was never made, has expired or was withdrawn."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request, as plain values."""

    id: int
    name: str
    language: str | None
    roles: frozenset[str]


def digest(token: str) -> str:
    """What is kept of a token. A fast hash will do: tokens are random, not chosen by people."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(session: Session, person_id: int, *, lasts: timedelta) -> str:
    """A new personal link's token; shown once, kept only as a digest."""
    token = secrets.token_urlsafe(24)
    moment = clock.now()
    session.add(
        SignInLink(
            person_id=person_id,
            token_digest=digest(token),
            created_at=moment,
            expires_at=moment + lasts,
            withdrawn_at=None,
        )
    )
    return token


def sign_in(database: Database, link_token: str) -> str:
    """Follow a personal link; a new sign-in's token. UnknownLink when the link opens nothing."""
    moment = clock.now()
    token = secrets.token_urlsafe(32)
    with database.write() as session:
        link = session.scalar(
            select(SignInLink)
            .join(Person, Person.id == SignInLink.person_id)
            .where(
                SignInLink.token_digest == digest(link_token),
                SignInLink.expires_at > moment,
                SignInLink.withdrawn_at.is_(None),
                Person.active,
            )
        )
        if link is None:
            raise UnknownLink
        session.add(
            SignIn(
                person_id=link.person_id,
                token_digest=digest(token),
                created_at=moment,
                expires_at=moment + SIGN_IN_LASTS,
                ended_at=None,
            )
        )
    return token


def signed_in_person(database: Database, token: str) -> SignedIn | None:
    """Who holds this sign-in, if it is still good."""
    with database.read() as session:
        person = session.scalar(
            select(Person)
            .join(SignIn, SignIn.person_id == Person.id)
            .where(
                SignIn.token_digest == digest(token),
                SignIn.expires_at > clock.now(),
                SignIn.ended_at.is_(None),
                Person.active,
            )
        )
        if person is None:
            return None
        roles = session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person.id))
        return SignedIn(person.id, person.name, person.language, frozenset(roles))


def sign_out(database: Database, token: str) -> None:
    """End this sign-in on the server; harmless when it has already ended."""
    with database.write() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.token_digest == digest(token), SignIn.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def choose_language(database: Database, person_id: int, language: Language) -> None:
    with database.write() as session:
        session.execute(update(Person).where(Person.id == person_id).values(language=language))
