"""Simulated people who answer through the same services as real ones do."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from math import exp
from typing import TYPE_CHECKING

from item_bank.answers import (
    Choice,
    Choices,
    DontKnow,
    Matches,
    Order,
    ShortText,
    answer_fields,
)
from item_bank.content.model import HotSpot, Matching, MultipleResponse, Ordering, SingleChoice
from webapp import clock
from webapp.taking import service
from webapp.taking.forms import new_key

if TYPE_CHECKING:
    from datetime import datetime

    from item_bank.answers import Answer
    from item_bank.content import ItemContent
    from webapp.database import Database

DIFFICULTY = {1: -1.5, 2: -0.4, 3: 0.7}
"""The author's level on the scale of ability, as the uncalibrated bank assumes it."""
SECONDS, SPREAD = 35, 0.5
"""An answer's usual time, and the standard deviation of its logarithm."""
HURRIED_SECONDS = 1.0, 2.5


@dataclass
class Taker:
    """One simulated person: abilities by module, their own chance, and their own pace.

    `hurry` is the share of questions that they click through without reading.
    """

    abilities: dict[str, float]
    chance: random.Random = field(default_factory=random.Random)
    pace: random.Random = field(default_factory=random.Random)
    hurry: float = 0.0

    def answer_all(
        self,
        database: Database,
        public_id: str,
        person_id: int,
        *,
        begun: datetime,
        levels: dict[str, int],
        at_most: int | None = None,
    ) -> int:
        """Answer until the end, or `at_most` questions, from when it was begun; how many it was."""
        answered, moment = 0, begun
        while at_most is None or answered < at_most:
            question = service.open_question(database, public_id, person_id)
            if question is None:
                break
            given, seconds = self._answer(question.content, question.module, levels[question.item])
            moment += timedelta(seconds=seconds)
            form = answer_fields(question.content, given, seed=question.option_seed)
            sent = service.Submission(question.position, new_key(), form)
            with clock.simulated(moment):
                service.answer(database, public_id, person_id, sent)
            answered += 1
        return answered

    def _answer(self, content: ItemContent, module: str, level: int) -> tuple[Answer, float]:
        """What they answer, and after how many seconds."""
        if self.pace.random() < self.hurry:
            return self._anything(content), self.pace.uniform(*HURRIED_SECONDS)
        seconds = SECONDS * self.pace.lognormvariate(0, SPREAD)
        if self._knows(self.abilities[module], level):
            return right_answer(content), seconds
        return self._wrong(content), seconds

    def _anything(self, content: ItemContent) -> Answer:
        """The first option that comes to hand, where one is enough."""
        match content.body:
            case SingleChoice(options) | HotSpot(options=options):
                return Choice(self.pace.randrange(len(options)))
            case _:
                return DontKnow()

    def _knows(self, ability: float, level: int) -> bool:
        return self.chance.random() < 1 / (1 + exp(DIFFICULTY[level] - ability))

    def _wrong(self, content: ItemContent) -> Answer:
        """A distractor where one may be chosen, every other time; otherwise «I don't know»."""
        match content.body:
            case SingleChoice(options) | HotSpot(options=options) if self.chance.random() < 0.5:
                wrong = [index for index, option in enumerate(options) if not option.correct]
                return Choice(self.chance.choice(wrong))
            case _:
                return DontKnow()


def right_answer(content: ItemContent) -> Answer:
    """The key, as an answer."""
    match content.body:
        case SingleChoice(options) | HotSpot(options=options):
            return Choice(next(i for i, option in enumerate(options) if option.correct))
        case MultipleResponse(options):
            return Choices(frozenset(i for i, option in enumerate(options) if option.correct))
        case Ordering(steps):
            return Order(tuple(range(len(steps))))
        case Matching(pairs):
            return Matches(tuple(range(len(pairs))))
        case short:
            return ShortText(short.accept[0] if short.accept else f"{short.value:g}")
