"""The engine's one question: given these answers, what now? A pure function."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from placement.conduct import GOES_ON, REASONS, next_items, section_of, stop_codes
from placement.design import Design
from placement.errors import CategoryError, RepeatedItemError, UnknownItemError
from placement.outcomes import Administer, Finish, ModulePlacement, ModulePosterior
from placement.pool import Pool
from placement.posterior import quantiles
from placement.responses import Response
from placement.standing import Section, Standing
from placement.tracks import expected_losses


class _Progress(NamedTuple):
    """One module: where it stands after its answers, and its stop code."""

    standing: Standing
    code: int


def decide(
    design: Design, pool: Pool, responses: Sequence[Response], *, seed: int
) -> Administer | Finish:
    """Return the next question, or the placements.

    Everything follows from the arguments; chance comes from (seed, number of responses). Modules
    are taken in the design's order, each until its own rule stops it; a module that has stopped
    stays stopped. `ResponseError` when the responses cannot belong to this design and pool.
    """
    _refuse_strangers(design, pool, responses)
    progress = [
        _progress(design, section_of(design, module, pool), responses) for module in design.modules
    ]
    for number, (standing, code) in enumerate(progress, start=1):
        if code == GOES_ON:
            generator = np.random.default_rng((seed, len(responses)))
            return _administer(design, progress, number, standing, generator)
    placements = tuple(_placement(design, *module) for module in progress)
    return Finish(placements, placements[-1].reason)


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
    own = [(rows[r.item], r.category) for r in responses if r.item in rows]
    codes = stop_codes(design, _history(section, own))
    stops = codes[codes != GOES_ON]
    # Summed in the pool's order, so that the order of answers cannot change a digit.
    standing = _history(section, sorted(own), last=True)
    return _Progress(standing, int(stops[0]) if stops.size else GOES_ON)


def _history(section: Section, own: Sequence[tuple[int, int]], *, last: bool = False) -> Standing:
    """Return the standing after 0, 1, … all of the module's answers, or after all of them only."""
    rows = np.array([row for row, _ in own], dtype=np.int64)
    categories = np.array([category for _, category in own], dtype=np.int64)
    tables = np.log(section.pool.probabilities[rows, categories])
    start = np.zeros((1, section.pool.nodes.size))
    sums = np.cumsum(np.concatenate((start, tables)), axis=0)
    given = np.zeros((len(own) + 1, len(section.pool)), dtype=np.bool_)
    for n, row in enumerate(rows):
        given[n + 1 :, row] = True
    kept = slice(-1, None) if last else slice(None)
    return Standing.of(section, given[kept], sums[kept])


def _administer(
    design: Design,
    progress: Sequence[_Progress],
    number: int,
    standing: Standing,
    generator: np.random.Generator,
) -> Administer:
    section, n = standing.section, int(standing.n[0])
    row = int(next_items(design, standing, generator)[0])
    return Administer(
        section.pool.items[row],
        section.module,
        number,
        n,
        _remaining(design, standing),
        tuple(_posterior(design, module.standing) for module in progress),
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
        design.tracks[int(losses[0].argmin())].name,
        tuple(map(float, probabilities[0])),
        tuple(map(float, losses[0])),
        float(theta[0]),
        float(se[0]),
        (float(low), float(high)),
        int(standing.n[0]),
    )


def _placement(design: Design, standing: Standing, code: int) -> ModulePlacement:
    so_far = _posterior(design, standing)
    near = design.review(np.array([so_far.probabilities]), np.array([so_far.expected_losses]))
    return ModulePlacement(
        **{name: getattr(so_far, name) for name in ModulePosterior.__slots__},
        reason=REASONS[code],
        near_boundary=bool(near[0]),
    )
