"""The engine's one question: given these answers, what now? A pure function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import (
    GOES_ON,
    KEPT,
    REASONS,
    discordant,
    next_items,
    next_modules,
    proposals,
    section_of,
    stop_codes,
)
from placement.design import Design
from placement.draws import Keyed
from placement.errors import CategoryError, RepeatedItemError, ResponseError, UnknownItemError
from placement.outcomes import Administer, Finish, ModulePlacement, ModulePosterior
from placement.pool import Pool
from placement.posterior import quantiles
from placement.responses import Response
from placement.standing import Section, Standing
from placement.together import Together, codes_when_due, end_of
from placement.tracks import expected_losses

Own = list[int]
"""The answers to one module in their order, each as row × K + category, K the pool's most."""
_History = tuple[Booleans, Floats]
"""What was given, (n, J), and log likelihoods, (n, Q), after each of n numbers of answers."""
NOW = slice(-1, None)
"""Of a history: after all answers."""
EVERYBODY = np.ones(1, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """A design joined to its pool, once and for all.

    `places` holds of each item and category its module's number and row × K + category, K the most
    categories in the module's pool.
    """

    sections: tuple[Section, ...]
    together: Together | None
    places: Mapping[tuple[str, int], tuple[int, int]]

    @classmethod
    def of(cls, design: Design, pool: Pool) -> Self:
        sections = tuple(section_of(design, module, pool) for module in design.modules)
        places = {
            (item, category): (number, row * section.pool.width + category)
            for number, section in enumerate(sections)
            for row, (item, size) in enumerate(
                zip(section.pool.items, section.pool.n_categories().tolist(), strict=True)
            )
            for category in range(size)
        }
        return cls(sections, Together.of(design, pool), places)


class _Answers(NamedTuple):
    """The answers to each module, and the number of the module that each answer belongs to."""

    owns: list[Own]
    numbers: list[int]

    def places(self, number: int) -> list[int]:
        """Return how many answers there were in all after each answer to one module."""
        return [place for place, own in enumerate(self.numbers, start=1) if own == number]


class _Progress(NamedTuple):
    """One module: where it stands after the answers, its stop code, and the answer it ended on."""

    standing: Standing
    code: int
    ended: int


def decide(
    design: Design, pool: Pool, responses: Sequence[Response], *, seed: int
) -> Administer | Finish:
    """Return the next question, or the placements.

    Everything follows from the arguments; chance comes from (seed, number of responses). Each
    module goes on until its own rule stops it, by what was known then, and stays stopped, unless
    the design's order reopens modules; the order says which comes next. Placements are those of
    all answers together.
    `ResponseError` when the responses cannot belong to this design and pool.
    """
    course = _course(design, pool)
    answers = _split(course, responses)
    if course.together:
        progress = _progress_together(design, course.together, answers)
    else:
        progress = [
            _progress(design, section, number, answers)
            for number, section in enumerate(course.sections)
        ]
    going = [module.code == GOES_ON for module in progress]
    if True in going:
        standings = [module.standing for module in progress]
        return _administer(design, standings, going, (seed, len(responses)))
    placements = tuple(_placement(design, module) for module in progress)
    last = max(range(len(progress)), key=lambda number: (progress[number].ended, number))
    return Finish(placements, placements[last].reason)


@lru_cache(maxsize=KEPT)
def _course(design: Design, pool: Pool) -> _Course:
    return _Course.of(design, pool)


def _split(course: _Course, responses: Sequence[Response]) -> _Answers:
    """Sort the answers by module; refuse those that cannot belong here."""
    places = course.places
    pairs = [(response.item, response.category) for response in responses]
    try:
        found = [places[pair] for pair in pairs]
    except KeyError:
        raise _fault(course, pairs) from None
    if len(dict(pairs)) < len(pairs):
        raise _fault(course, pairs)
    owns: list[Own] = [[] for _ in course.sections]
    for number, place in found:
        owns[number].append(place)
    return _Answers(owns, [number for number, _ in found])


def _fault(course: _Course, pairs: Sequence[tuple[str, int]]) -> ResponseError:
    """Return what is wrong with the first answer, (item, category), that cannot belong here."""
    seen = set[str]()
    for item, category in pairs:
        if (item, 0) not in course.places:
            return UnknownItemError(f"item {item!r} is not in the pool of this design")
        if (item, category) not in course.places:
            return CategoryError(f"item {item!r} has no category {category}")
        if item in seen:
            break
        seen.add(item)
    return RepeatedItemError(f"item {item!r} is answered twice")


def _progress(design: Design, section: Section, number: int, answers: _Answers) -> _Progress:
    """Follow one module's answers from the first; it stopped where its rule first said so."""
    own = answers.owns[number]
    # A rule says nothing before its minimum, nor before the pool is empty.
    fewest = min(design.stopping.minimum, len(section.pool))
    counts = np.arange(min(fewest, len(own)), len(own) + 1)
    history = Standing.of(section, *_history(section, own, counts), n=counts)
    standing = history.only(NOW)
    if len(own) < fewest:
        return _Progress(standing, GOES_ON, -1)
    codes = stop_codes(design, history)
    row = int((codes != GOES_ON).argmax())
    code = codes.item(row)
    if code == GOES_ON:
        return _Progress(standing, GOES_ON, -1)
    return _Progress(standing, code, [0, *answers.places(number)][counts[row]])


def _progress_together(design: Design, together: Together, answers: _Answers) -> list[_Progress]:
    """Follow the answers to correlated modules: each ended where its rule first said so.

    Every prefix of the answers is looked at; only all of them where modules reopen.
    """
    parts = zip(together.sections, answers.owns, strict=True)
    histories = [_history(section, own, np.arange(len(own) + 1)) for section, own in parts]
    given, sums = [some[NOW] for some, _ in histories], [some[NOW] for _, some in histories]
    now = together.standings(given, np.stack(sums))
    if design.order.reopens:
        codes = [codes_when_due(design, standing, EVERYBODY).item() for standing in now]
        return [_Progress(*pair, len(answers.numbers)) for pair in zip(now, codes, strict=True)]
    ends = _ends(design, together, histories, _counts(answers))
    return [_Progress(standing, *end) for standing, end in zip(now, ends, strict=True)]


def _ends(
    design: Design, together: Together, histories: Sequence[_History], counts: Integers
) -> list[tuple[int, int]]:
    """Return each module's stop code and the number of answers, to all modules, at its end."""
    fewest = [min(design.stopping.minimum, len(section.pool)) for section in together.sections]
    places = np.flatnonzero((counts >= fewest).any(axis=1))
    if not places.size:
        return [(GOES_ON, -1)] * len(histories)
    own = counts[places]
    given = [some[count] for (some, _), count in zip(histories, own.T, strict=True)]
    sums = np.stack([some[count] for (_, some), count in zip(histories, own.T, strict=True)])
    cavities = together.law.cavities(sums)
    ends = []
    for number, count in enumerate(own.T):
        end = GOES_ON, -1
        for rows in _looks(count, fewest[number]):
            seen = given[number][rows], sums[number][rows], cavities.chosen(rows)
            code, row = end_of(design, together, together.standing(number, *seen))
            if code != GOES_ON:
                end = code, int(places[rows[row]])
                break
        ends.append(end)
    return ends


def _looks(count: Integers, fewest: int) -> list[Integers]:
    """Return the rows after which a module may end: to its last answer, then to the very last.

    Most modules end on their last answer, and what others answered later need not be looked at.
    """
    rows = np.flatnonzero(count >= fewest)
    early = rows[rows <= np.searchsorted(count, count[-1])]
    looks = (early,) if early.size == rows.size else (early, rows)
    return [some for some in looks if some.size]


def _counts(answers: _Answers) -> Integers:
    """Return how many answers each module had, (n + 1, D), after 0, 1, … n answers in all."""
    size = len(answers.numbers)
    counts = np.zeros((size + 1, len(answers.owns)), dtype=np.int64)
    counts[np.arange(1, size + 1), answers.numbers] = 1
    return counts.cumsum(axis=0)


def _history(section: Section, own: Own, counts: Integers) -> _History:
    """Follow the answers to one section: after so many of them as each of `counts` (n,) says.

    Summed in the pool's order, so that the order of answers cannot change a digit of what is
    reported of all of them.
    """
    answers = np.array(own, dtype=np.int64)
    order = answers.argsort()
    answers = answers[order]
    taken = counts[:, None] > order
    given = np.zeros((counts.size, len(section.pool)), dtype=np.bool_)
    given[:, answers // section.pool.width] = taken
    return given, taken.astype(np.float64).dot(section.pool.log_chances(answers))


def _administer(
    design: Design, standings: Sequence[Standing], going: list[bool], chance: tuple[int, int]
) -> Administer:
    number = _next_module(design, standings, going)
    standing = standings[number]
    draws = Keyed(chance, len(standing.section.pool))
    row = next_items(design, standing, draws, np.array(chance[1:])).item(0)
    return Administer(
        standing.section.pool.items[row],
        standing.section.module,
        number + 1,
        standing.n.item(0),
        _remaining(design, standing),
        tuple([_posterior(design, module) for module in standings]),
    )


def _next_module(design: Design, standings: Sequence[Standing], going: list[bool]) -> int:
    """Return the number of the next question's module; where one goes on, no order is asked."""
    if going.count(True) == 1:
        return going.index(True)
    return int(next_modules(design, standings, np.array([going]))[0])


def _remaining(design: Design, standing: Standing) -> tuple[int, int]:
    """Return a range of further questions: from the pilot, within what the limits allow."""
    n, stopping = int(standing.n[0]), design.stopping
    most = min(stopping.maximum, len(standing.section.pool)) - n
    least = min(max(stopping.minimum - n, 1), most)
    for plan in stopping.plans:
        piloted = plan.remaining(n) if plan.module == standing.section.module else None
        if piloted:
            low, high = (min(max(questions, least), most) for questions in piloted)
            return low, high
    return least, most


def _posterior(design: Design, standing: Standing) -> ModulePosterior:
    section = standing.section
    probabilities = standing.track_probabilities
    losses = expected_losses(probabilities, section.losses)
    theta, se = design.estimator(standing)
    low, high = quantiles(standing.posterior, section.pool.nodes, (0.1, 0.9))[0].tolist()
    return ModulePosterior(
        section.module,
        design.tracks[design.guard(standing, losses).item(0)].name,
        tuple(probabilities[0].tolist()),
        tuple(losses[0].tolist()),
        theta.item(0),
        se.item(0),
        (low, high),
        standing.n.item(0),
    )


def _placement(design: Design, module: _Progress) -> ModulePlacement:
    standing = module.standing
    so_far = _posterior(design, standing)
    near = design.review(np.array([so_far.probabilities]), np.array([so_far.expected_losses]))
    own = standing.alone
    return ModulePlacement(
        **{name: getattr(so_far, name) for name in ModulePosterior.__slots__},
        reason=REASONS[module.code],
        near_boundary=bool(near[0]),
        own_track=design.tracks[int(proposals(design, own)[0])].name,
        own_probabilities=tuple(own.track_probabilities[0].tolist()),
        discordant=bool(discordant(design, standing)[0]),
    )
