"""Answers on their way to a calibration: whole sittings, without anything that names a person."""

from __future__ import annotations

import csv
import hashlib
import secrets
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from sqlalchemy import select

from item_bank import service as bank
from webapp import clock
from webapp.operations.models import AnswerExport
from webapp.rounds.models import Invitation
from webapp.taking.models import Answer, Attempt, Presentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from item_bank.service import AskedRevision

FACTS = ("item", "module", "category", "level")


class NoAnswers(Exception):
    """Nobody has finished a test yet."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A finished attempt: `categories` maps what was asked (TB-101@2) to the category scored."""

    person: str
    """A random name, made for this export alone."""
    round_id: int
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
    session: Session, *, long: bool = False, with_round: bool = False, by: int | None = None
) -> Exported:
    """Gather the answers of all finished attempts, and note that they were handed out.

    NoAnswers where there are none.
    """
    asked = bank.asked_revisions(session)
    sittings = _sittings(session, asked)
    if not sittings:
        raise NoAnswers
    given = {key for one in sittings for key in one.categories}
    questions = [one for one in asked.values() if one.key in given]
    rows = _long(sittings, with_round=with_round)
    if not long:
        rows = _wide(sittings, [one.key for one in questions], with_round=with_round)
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
        select(Attempt.id, Invitation.round_id, Presentation.revision_id, Answer.category)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Presentation, Presentation.attempt_id == Attempt.id)
        .join(Answer, Answer.presentation_id == Presentation.id)
        .where(Attempt.finished_at.is_not(None))
        .order_by(Attempt.id, Presentation.position)
    )
    sittings: dict[int, Sitting] = {}
    for attempt_id, round_id, revision_id, category in session.execute(query):
        if attempt_id not in sittings:
            sittings[attempt_id] = Sitting(secrets.token_hex(8), round_id, {})
        sittings[attempt_id].categories[asked[revision_id].key] = category
    return sorted(sittings.values(), key=lambda one: one.person)


def _wide(
    sittings: Iterable[Sitting], keys: list[str], *, with_round: bool
) -> Iterator[list[object]]:
    yield ["person", *(["round"] if with_round else []), *keys]
    for one in sittings:
        about = [one.round_id] if with_round else []
        yield [one.person, *about, *(one.categories.get(key, "") for key in keys)]


def _long(sittings: Iterable[Sitting], *, with_round: bool) -> Iterator[list[object]]:
    yield ["person", *(["round"] if with_round else []), "item", "score"]
    for one in sittings:
        about = [one.round_id] if with_round else []
        for key in sorted(one.categories):
            yield [one.person, *about, key, one.categories[key]]


def _facts(questions: Iterable[AskedRevision]) -> str:
    return _csv([FACTS, *((one.key, one.module, one.category, one.level) for one in questions)])


def _csv(rows: Iterable[Iterable[object]]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
