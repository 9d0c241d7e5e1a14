"""The engine's one question: given these answers, what now? A pure function."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from placement.arrays import Booleans, Floats, Integers
from placement.conduct import (
    GOES_ON,
    REASONS,
    next_items,
    next_modules,
    section_of,
    stop_codes,
)
from placement.design import Design
from placement.errors import CategoryError, RepeatedItemError, UnknownItemError
from placement.outcomes import Administer, Finish, ModulePlacement, ModulePosterior
from placement.pool import Pool
from placement.posterior import quantiles
from placement.responses import Response
from placement.standing import Section, Standing
from placement.together import Together, end_of
from placement.tracks import expected_losses

Own = list[tuple[int, int]]
"""The rows of one module's items and the categories of the answers."""
_History = tuple[Booleans, Floats]
"""What was given, (n + 1, J), and log likelihoods, (n + 1, Q), after 0, 1, … n answers."""


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
    module goes on until its own rule stops it, by what was known then, and stays stopped; the
    design's order says which module comes next. Placements are those of all answers together.
    `ResponseError` when the responses cannot belong to this design and pool.
    """
    _refuse_strangers(design, pool, responses)
    together = Together.of(design, pool)
    if together:
        progress = _progress_together(design, together, responses)
    else:
        progress = [
            _progress(design, section_of(design, module, pool), responses)
            for module in design.modules
        ]
    if any(module.code == GOES_ON for module in progress):
        generator = np.random.default_rng((seed, len(responses)))
        return _administer(design, progress, generator)
    placements = tuple(_placement(design, module) for module in progress)
    last = max(range(len(progress)), key=lambda number: (progress[number].ended, number))
    return Finish(placements, placements[last].reason)


def _refuse_strangers(design: Design, pool: Pool, responses: Sequence[Response]) -> None:
    tested = {module.module for module in design.modules}
    rows, seen = pool.positions(), set[str]()
    for response in responses:
        _refuse_stranger(pool, tested, rows, response)
        if response.item in seen:
            raise RepeatedItemError(f"item {response.item!r} is answered twice")
        seen.add(response.item)


def _refuse_stranger(
    pool: Pool, tested: set[str], rows: dict[str, int], response: Response
) -> None:
    row = rows.get(response.item)
    if row is None or pool.modules[row] not in tested:
        raise UnknownItemError(f"item {response.item!r} is not in the pool of this design")
    if not 0 <= response.category < pool.n_categories()[row]:
        raise CategoryError(f"item {response.item!r} has no category {response.category}")


def _progress(design: Design, section: Section, responses: Sequence[Response]) -> _Progress:
    """Follow one module's answers from the first; it stopped where its rule first said so."""
    rows = section.pool.positions()
    places = [place for place, r in enumerate(responses, start=1) if r.item in rows]
    own = [(rows[r.item], r.category) for r in responses if r.item in rows]
    given, sums = _history(section, own)
    codes = stop_codes(design, Standing.of(section, given, sums))
    stops = np.flatnonzero(codes != GOES_ON)
    # Summed in the pool's order, so that the order of answers cannot change a digit.
    given, sums = _history(section, sorted(own))
    standing = Standing.of(section, given[-1:], sums[-1:])
    if not stops.size:
        return _Progress(standing, GOES_ON, -1)
    return _Progress(standing, int(codes[stops[0]]), [0, *places][stops[0]])


def _progress_together(
    design: Design, together: Together, responses: Sequence[Response]
) -> list[_Progress]:
    """Follow the answers to correlated modules: each ended where its rule first said so.

    Every prefix of the answers is looked at; then all of them once more, summed in the pool's
    order, so that the order of answers cannot change a digit of what is reported.
    """
    owns, counts = _split(together, responses)
    pairs = list(zip(together.sections, owns, strict=True))
    ends = _ends(design, together, [_history(*pair) for pair in pairs], counts)
    lasts = [_history(section, sorted(own)) for section, own in pairs]
    now = together.standings(
        [some[-1:] for some, _ in lasts], np.stack([some[-1:] for _, some in lasts])
    )
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


def _split(together: Together, responses: Sequence[Response]) -> tuple[list[Own], Integers]:
    """Return each module's answers, and how many of each, (n + 1, D), after 0, 1, … n answers."""
    places = [section.pool.positions() for section in together.sections]
    owns: list[Own] = [[] for _ in places]
    counts = np.zeros((len(responses) + 1, len(places)), dtype=np.int64)
    for n, response in enumerate(responses, start=1):
        number = next(d for d, rows in enumerate(places) if response.item in rows)
        owns[number].append((places[number][response.item], response.category))
        counts[n:, number] += 1
    return owns, counts


def _history(section: Section, own: Sequence[tuple[int, int]]) -> _History:
    """Follow the answers to one section."""
    rows = np.array([row for row, _ in own], dtype=np.int64)
    categories = np.array([category for _, category in own], dtype=np.int64)
    tables = np.log(section.pool.probabilities[rows, categories])
    start = np.zeros((1, section.pool.nodes.size))
    sums = np.cumsum(np.concatenate((start, tables)), axis=0)
    given = np.zeros((len(own) + 1, len(section.pool)), dtype=np.bool_)
    for n, row in enumerate(rows):
        given[n + 1 :, row] = True
    return given, sums


def _administer(
    design: Design, progress: Sequence[_Progress], generator: np.random.Generator
) -> Administer:
    going = np.array([[module.code == GOES_ON for module in progress]])
    standings = [module.standing for module in progress]
    number = int(next_modules(design, standings, going)[0])
    standing = standings[number]
    place = np.array([sum(int(module.n[0]) for module in standings)])
    row = int(next_items(design, standing, generator, place)[0])
    return Administer(
        standing.section.pool.items[row],
        standing.section.module,
        number + 1,
        int(standing.n[0]),
        _remaining(design, standing),
        tuple(_posterior(design, module) for module in standings),
    )


def _remaining(design: Design, standing: Standing) -> tuple[int, int]:
    """Return a range of further questions: from the pilot, within what the limits allow."""
    n, stopping = int(standing.n[0]), design.stopping
    most = min(stopping.maximum, len(standing.section.pool)) - n
    least = min(max(stopping.minimum - n, 1), most)
    for plan in stopping.plans:
        piloted = plan.remaining(n) if plan.module == standing.section.module else None
        if piloted:
            low, high = np.clip(piloted, least, most)
            return int(low), int(high)
    return least, most


def _posterior(design: Design, standing: Standing) -> ModulePosterior:
    section = standing.section
    probabilities = standing.track_probabilities
    losses = expected_losses(probabilities, section.losses)
    theta, se = design.estimator(standing)
    low, high = quantiles(standing.posterior, section.pool.nodes, (0.1, 0.9))[0]
    return ModulePosterior(
        section.module,
        design.tracks[int(design.guard(standing, losses)[0])].name,
        tuple(map(float, probabilities[0])),
        tuple(map(float, losses[0])),
        float(theta[0]),
        float(se[0]),
        (float(low), float(high)),
        int(standing.n[0]),
    )


def _placement(design: Design, module: _Progress) -> ModulePlacement:
    standing = module.standing
    so_far = _posterior(design, standing)
    near = design.review(np.array([so_far.probabilities]), np.array([so_far.expected_losses]))
    own = standing.own_track_probabilities
    own_losses = expected_losses(own, standing.section.losses)
    return ModulePlacement(
        **{name: getattr(so_far, name) for name in ModulePosterior.__slots__},
        reason=REASONS[module.code],
        near_boundary=bool(near[0]),
        own_track=design.tracks[int(own_losses[0].argmin())].name,
        own_probabilities=tuple(map(float, own[0])),
        discordant=bool(standing.discordant[0]),
    )
