"""Answers on their way to a calibration: whole sittings, without anything that names a person."""

from __future__ import annotations

import csv
import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from item_bank import service as bank
from webapp import clock
from webapp.operations.models import AnswerExport
from webapp.people.models import Person
from webapp.rounds.models import Invitation
from webapp.taking.models import Answer, Attempt, Presentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from item_bank.service import AskedRevision

FACTS = ("item", "module", "category", "level")
# What may be told of a person beside the answers; all but the round are about who they are.
ABOUT = ("round", "language", "staff_group", "unit")
# With fewer persons who have the same in all of these, nothing is told of them.
FEWEST = 30


class NoAnswers(Exception):
    """Nobody has finished a test yet."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A finished attempt: `categories` maps what was asked (TB-101@2) to the category scored."""

    person: str
    """A random name, made for this export alone."""
    about: dict[str, str]
    """What `ABOUT` says of the person; empty where nothing is known."""
    categories: dict[str, int]


@dataclass(frozen=True, slots=True)
class Exported:
    """The texts of RESPONSES.csv and META.csv, and how much they hold."""

    responses: str
    facts: str
    n_attempts: int
    n_answers: int
    n_questions: int


def export_answers(
    session: Session, *, long: bool = False, about: Sequence[str] = (), by: int | None = None
) -> Exported:
    """Gather the answers of all finished attempts, and note that they were handed out.

    `about` are columns of `ABOUT`. What is told of a person is told of 30 others or it is left
    empty, all of it but the round. NoAnswers where there are none.
    """
    asked = bank.asked_revisions(session)
    sittings = _sittings(session, asked)
    if not sittings:
        raise NoAnswers
    given = {key for one in sittings for key in one.categories}
    questions = [one for one in asked.values() if one.key in given]
    known = _of_many(sittings, about)
    rows = _long(sittings, known, about)
    if not long:
        rows = _wide(sittings, known, about, [one.key for one in questions])
    responses = _csv(rows)
    n_answers = sum(len(one.categories) for one in sittings)
    session.add(
        AnswerExport(
            exported_at=clock.now(),
            exported_by=by,
            n_attempts=len(sittings),
            n_answers=n_answers,
            sha256=hashlib.sha256(responses.encode()).hexdigest(),
        )
    )
    session.flush()
    return Exported(responses, _facts(questions), len(sittings), n_answers, len(questions))


def _sittings(session: Session, asked: dict[int, AskedRevision]) -> list[Sitting]:
    """List the finished attempts by their random names, so that their order tells nothing."""
    query = (
        select(Attempt.id, Invitation.round_id, Person, Presentation.revision_id, Answer.category)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Person, Person.id == Invitation.person_id)
        .join(Presentation, Presentation.attempt_id == Attempt.id)
        .join(Answer, Answer.presentation_id == Presentation.id)
        .where(Attempt.finished_at.is_not(None))
        .options(joinedload(Person.unit))
        .order_by(Attempt.id, Presentation.position)
    )
    sittings: dict[int, Sitting] = {}
    for attempt_id, round_id, person, revision_id, category in session.execute(query):
        if attempt_id not in sittings:
            told = (str(round_id), person.language or "", person.staff_group, person.unit.code)
            about = dict(zip(ABOUT, told, strict=True))
            sittings[attempt_id] = Sitting(secrets.token_hex(8), about, {})
        sittings[attempt_id].categories[asked[revision_id].key] = category
    return sorted(sittings.values(), key=lambda one: one.person)


def _of_many(sittings: Sequence[Sitting], about: Sequence[str]) -> list[list[str]]:
    """Return what the columns `about` say of each, empty where it would point at few."""
    who = [tuple(one.about[name] for name in about if name != "round") for one in sittings]
    counts = Counter(who)
    return [
        [one.about[name] if name == "round" or counts[own] >= FEWEST else "" for name in about]
        for one, own in zip(sittings, who, strict=True)
    ]


def _wide(
    sittings: Sequence[Sitting],
    known: Sequence[Sequence[str]],
    about: Sequence[str],
    keys: Sequence[str],
) -> Iterator[list[object]]:
    yield ["person", *about, *keys]
    for one, told in zip(sittings, known, strict=True):
        yield [one.person, *told, *(one.categories.get(key, "") for key in keys)]


def _long(
    sittings: Sequence[Sitting], known: Sequence[Sequence[str]], about: Sequence[str]
) -> Iterator[list[object]]:
    yield ["person", *about, "item", "score"]
    for one, told in zip(sittings, known, strict=True):
        for key in sorted(one.categories):
            yield [one.person, *told, key, one.categories[key]]


def _facts(questions: Iterable[AskedRevision]) -> str:
    return _csv([FACTS, *((one.key, one.module, one.category, one.level) for one in questions)])


def _csv(rows: Iterable[Iterable[object]]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
