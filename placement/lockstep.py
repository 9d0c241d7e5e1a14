"""Many examinees through one section or several, question by question together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import GOES_ON, next_items, next_modules, stop_codes
from placement.design import Design
from placement.pool import Pool
from placement.posterior import moments
from placement.quadrature import interpolated
from placement.standing import Section, Standing
from placement.together import Endings, Together, ended


@dataclass(frozen=True, slots=True, eq=False)
class Sittings:
    """How a section ended for N examinees, and what was learnt on the way.

    `codes` (N,) place each stop reason; `precision` (n_max + 1, N) is 1 / posterior variance after
    n answers, NaN after the end. Where other modules inform this one it is what the prior and the
    module's own n answers give: what they add to 1 / variance, with the prior's.
    """

    standing: Standing
    codes: Integers
    precision: Floats


def right_answers(pool: Pool, theta: Floats, draws: Floats) -> Integers:
    """Return the answers (N, J) of examinees at theta (N,) by uniform draws (N, J)."""
    steps = np.cumsum(pool.probabilities, axis=1)[:, :-1]
    answers = np.zeros(draws.shape, dtype=np.int64)
    for step in range(steps.shape[1]):
        answers += draws >= interpolated(pool.nodes, theta, steps[:, step].T.copy())
    return answers


def sit(
    design: Design, section: Section, answers: Integers, generator: np.random.Generator
) -> Sittings:
    """Give the section to N examinees whose answers to its items, (N, J), are already fixed.

    An answer below 0 is one that an examinee does not have: that item is not given to them.
    """
    size, pool, closed = len(answers), section.pool, _lacking(answers)
    given = np.zeros(answers.shape, dtype=np.bool_)
    sums = np.zeros((size, pool.nodes.size))
    codes = np.full(size, GOES_ON, dtype=np.int64)
    lengths = np.zeros(size, dtype=np.int64)
    precision: list[Floats] = []
    # Those who go on are kept together, so that a step costs nothing for those who have ended.
    rows, seen, known = np.arange(size), given.copy(), sums.copy()
    while rows.size:
        n = np.full(rows.size, len(precision))
        standing = Standing.of(section, seen, known, n=n, closed=closed)
        precision.append(_spread(1 / standing.variance, rows, size))
        now = stop_codes(design, standing)
        if (ended := now != GOES_ON).any():
            out = rows[ended]
            codes[out], lengths[out] = now[ended], n[ended]
            given[out], sums[out] = seen[ended], known[ended]
            standing = standing.only(~ended)
            rows, closed = rows[~ended], standing.closed
            seen, known = standing.given, standing.log_likelihood
        if rows.size:
            asked = next_items(design, standing, generator)
            seen[np.arange(rows.size), asked] = True
            known += pool.log_chances(asked * pool.width + answers[rows, asked])
    standing = Standing.of(section, given, sums, n=lengths)
    return Sittings(standing, codes, np.array(precision))


def _lacking(answers: Integers) -> Booleans | None:
    """Return which answers (N, J) there are not; None where there are all."""
    lacking = answers < 0
    return lacking if lacking.any() else None


def _spread(values: Floats, rows: Integers, size: int) -> Floats:
    """Return a row of `size` with `values` at `rows` and NaN elsewhere."""
    row = np.full(size, np.nan)
    row[rows] = values
    return row


def _added(standing: Standing) -> Floats:
    """Return what a module's own answers add to its precision, (N,)."""
    _, without = moments(standing.prior, standing.section.pool.nodes)
    return np.maximum(1 / standing.variance - 1 / without, 0)


def sit_together(
    design: Design,
    together: Together,
    answers: Sequence[Integers],
    generator: np.random.Generator,
) -> tuple[Sittings, ...]:
    """Give correlated sections to N examinees whose answers, (N, J) a section, are fixed.

    An answer below 0 is one that an examinee does not have: that item is not given to them.
    """
    room = _Room(design, together, answers)
    while (rows := room.waiting()).size:
        standings = room.look(rows)
        room.end(rows, standings)
        room.ask(rows, standings, generator)
    return room.left()


@dataclass(slots=True)
class _Room:
    """N examinees at D correlated sections; what they have answered changes in place."""

    design: Design
    together: Together
    answers: Sequence[Integers]
    given: list[Booleans] = field(init=False)
    sums: Floats = field(init=False)
    tables: list[Floats] = field(init=False)
    endings: list[Endings] = field(init=False)
    precision: list[Floats] = field(init=False)
    closed: list[Booleans | None] = field(init=False)

    def __post_init__(self) -> None:
        sections, size = self.together.sections, len(self.answers[0])
        self.given = [np.zeros(some.shape, dtype=np.bool_) for some in self.answers]
        self.sums = np.zeros((len(sections), size, sections[0].pool.nodes.size))
        self.tables = [np.log(section.pool.probabilities) for section in sections]
        self.endings = [Endings.open(size) for _ in sections]
        self.precision = [np.full((some.shape[1] + 1, size), np.nan) for some in self.answers]
        self.closed = [_lacking(some) for some in self.answers]

    def waiting(self) -> Integers:
        """Return who has a module that goes on."""
        done = np.stack([endings.done for endings in self.endings], axis=1)
        return np.flatnonzero(~done.all(axis=1))

    def look(self, rows: Integers) -> tuple[Standing, ...]:
        """Return where some examinees stand."""
        given = [some[rows] for some in self.given]
        closed = [None if some is None else some[rows] for some in self.closed]
        standings = self.together.standings(given, self.sums[:, rows], closed)
        for number, standing in enumerate(standings):
            known = 1 / self.together.covariance[number, number]
            self.precision[number][standing.n, rows] = known + _added(standing)
        return standings

    def end(self, rows: Integers, standings: Sequence[Standing]) -> None:
        """Let the modules end that have enough; where they reopen, what they had is forgotten."""
        anew = Endings.open(rows.size) if self.design.order.reopens else None
        for standing, endings in zip(standings, self.endings, strict=True):
            so_far = anew or endings.chosen(rows)
            endings.put(rows, ended(self.design, self.together, standing, so_far))

    def ask(
        self, rows: Integers, standings: Sequence[Standing], generator: np.random.Generator
    ) -> None:
        """Choose a module and an item for everyone who goes on, and take the answer."""
        going = np.stack([~endings.done[rows] for endings in self.endings], axis=1)
        still = np.asarray(going.any(axis=1), dtype=np.bool_)
        chosen = np.full(rows.size, -1, dtype=np.int64)
        some = [standing.only(still) for standing in standings]
        chosen[still] = next_modules(self.design, some, going[still])
        place = np.sum([standing.n for standing in standings], axis=0)
        for number, standing in enumerate(standings):
            mine = np.asarray(chosen == number)
            if mine.any():
                asked = next_items(self.design, standing.only(mine), generator, place[mine])
                self._take(number, rows[mine], asked)

    def left(self) -> tuple[Sittings, ...]:
        """Return how it ended, every module seen in the light of all the answers."""
        standings = self.together.standings(self.given, self.sums)
        parts = zip(standings, self.endings, self.precision, strict=True)
        return tuple(
            Sittings(standing, endings.codes, precision) for standing, endings, precision in parts
        )

    def _take(self, number: int, rows: Integers, asked: Integers) -> None:
        self.given[number][rows, asked] = True
        answers = self.answers[number][rows, asked]
        self.sums[number, rows] += self.tables[number][asked, answers]
