"""A small world to test in, made by the same services that make the demo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from item_bank.answers import answer_fields
from webapp.operations.demo.preparing import AUTHOR, EMPLOYEE, HR, load_starter_bank, populate
from webapp.operations.demo.takers import right_answer
from webapp.outcomes import service as outcomes
from webapp.outcomes.models import Placement
from webapp.people import service as people
from webapp.people.models import Person
from webapp.rounds.designs import fit_to_pool
from webapp.rounds.models import Invitation
from webapp.taking import service as taking
from webapp.taking.forms import new_key
from webapp.taking.models import Answer, Attempt, Presentation

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from webapp.database import Database

TABLES = (Attempt, Presentation, Answer, Placement)


def build_world(database: Database) -> None:
    pool_number = load_starter_bank(database)
    populate(database, pool_number, fit_to_pool(database, pool_number))


MESSAGE = "<script>alert('mess')</script> =1+1 I pressed the wrong button"
"""What the colleague wrote to HR: nothing of it may come alive in a page or a spreadsheet."""


def build_busy_world(database: Database) -> None:
    """On top of the world, the middle of a round: the employee under way, the colleague done."""
    world = World(database)
    world.answer_right(world.begin(world.employee), world.employee, questions=2)
    theirs = world.begin(world.colleague)
    world.answer_right(theirs, world.colleague)
    outcomes.ask_for_review(database, theirs, world.colleague, MESSAGE)


class World:
    """Nordvik before anybody has answered: an employee, an author, HR, and staff."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.read() as session:
            ids = dict(session.execute(select(Person.employee_number, Person.id)).all())
            self.invitations = dict(
                session.execute(select(Invitation.person_id, Invitation.id)).all()
            )
        self.employee, self.author, self.hr = ids[EMPLOYEE], ids[AUTHOR], ids[HR]
        self.colleague = ids["1000"]

    def sign_in(self, client: FlaskClient, person_id: int, *, language: str = "nb") -> None:
        with self.database.write() as session:
            token = people.make_link(session, person_id, lasts=timedelta(days=1))
        people.choose_language(self.database, person_id, language)
        assert client.get(f"/sign-in/{token}").status_code == 303

    def begin(self, person_id: int) -> str:
        return taking.begin(self.database, self.invitations[person_id], person_id)

    def answer_right(self, public_id: str, person_id: int, *, questions: int = 10_000) -> int:
        """Answer right until the end or `questions` times; how many it was."""
        for answered in range(questions):
            question = taking.open_question(self.database, public_id, person_id)
            if question is None:
                return answered
            self.send(question, person_id)
        return questions

    def send(
        self, question: taking.OpenQuestion, person_id: int, *, key: str | None = None
    ) -> None:
        sent = taking.Submission(question.position, key or new_key(), right_form(question))
        taking.answer(self.database, question.public_id, person_id, sent)

    def counts(self) -> tuple[int, ...]:
        """How many rows there are of attempts, presentations, answers and placements."""
        with self.database.read() as session:
            return tuple(
                session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES
            )


def right_form(question: taking.OpenQuestion) -> dict[str, list[str]]:
    return answer_fields(
        question.content, right_answer(question.content), seed=question.option_seed
    )
