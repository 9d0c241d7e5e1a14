"""From screened responses to a structure of parameters and blocks of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

import numpy as np
from scipy.special import logit

from calibration.answers import Answers, DenseAnswers, first_of_each
from calibration.blocks import Block, dense_blocks, sparse_blocks
from calibration.executors import SERIAL, Executor, gather
from calibration.fitted import FittedItem
from calibration.models import Form, form_of
from calibration.polytomous import Nominal, PartialCredit
from calibration.prior_terms import PriorTerms
from calibration.priors import FLAT, ItemPrior, Priors
from calibration.problem import Problem
from calibration.responses import Responses
from calibration.screening import Screened, random_numbers
from calibration.structure import Batch, Structure
from placement.arrays import Booleans, Floats, Integers

# Slopes and asymptotes stay within what can be told from an infinite one.
STEEPEST = 20.0
LOWEST_C = float(logit(1e-6))
HIGHEST_C = float(logit(0.9))
# Logits from the end of c's range: beyond, c is under 0.0005 and cannot be told from 0.
EDGE = 6.2
# Persons in a block: its tables stay in the processor's cache.
ROWS = 512
# Patterns are collapsed when that saves at least this share of the persons.
SAVING = 0.25
NONE_FIXED: Mapping[str, FittedItem] = MappingProxyType({})


def pose(
    responses: Responses,
    screened: Screened,
    priors: Priors,
    nodes: Floats,
    fixed: Mapping[str, FittedItem] = NONE_FIXED,
    executor: Executor = SERIAL,
) -> tuple[Problem, tuple[str, ...]]:
    """Return the problem to be solved, and the names of the groups that anybody is left in.

    `fixed` items keep their parameters, and every group's mean and sd are free then.
    """
    used, group = np.unique(responses.group[screened.persons], return_inverse=True)
    names = tuple(responses.groups[g] for g in used)
    structure = build_structure(screened, priors, nodes, len(names), fixed)
    weights = responses.weights[screened.persons]
    blocks = build_blocks(screened, structure, group.astype(np.int64), weights)
    return Problem(structure, gather(blocks, executor)), names


def build_structure(
    screened: Screened,
    priors: Priors,
    nodes: Floats,
    n_groups: int,
    fixed: Mapping[str, FittedItem] = NONE_FIXED,
) -> Structure:
    """Return the parameters: batches of items alike, then the groups."""
    order = sorted(range(len(screened.items)), key=lambda j: _kind(screened, j))
    pieces, batches, column, parameter = list[Piece](), [], 0, 0
    for _, alike in groupby(order, key=lambda j: _kind(screened, j)):
        items = list(alike)
        form = form_of(screened.models[items[0]])
        count = len(screened.categories[items[0]])
        tally = screened.tally[items, :count]
        start = _start(form, tally / tally.sum(axis=1, keepdims=True))
        names = [screened.items[j] for j in items]
        known = np.array([name in fixed for name in names])
        for row in np.flatnonzero(known).tolist():
            start[row] = fixed[names[row]].parameters
        own = [FLAT if name in fixed else priors.of(name) for name in names]
        terms = _prior_terms(form, count, own)
        size = start.shape[1]
        place = np.array(items, dtype=np.int64)
        batches.append(Batch(form.family, place, count, column, parameter, size, terms))
        pieces.append(Piece(form, start, known))
        column += len(items) * count
        parameter += start.size
    starts = [piece.start.ravel() for piece in pieces]
    start = np.concatenate((*starts, np.zeros(2 * n_groups)))
    lower, upper = _bounds(batches, n_groups)
    near_lower = np.where(lower == LOWEST_C, lower + EDGE, lower)
    near_upper = np.where(upper == -LOWEST_C, upper - EDGE, upper)
    slots = _slots(pieces, _free_moments(pieces, n_groups))
    return Structure(
        nodes,
        tuple(batches),
        n_groups,
        slots,
        start,
        lower,
        upper,
        near_lower,
        near_upper,
        np.zeros((n_groups, nodes.size)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Items of a batch: where they `start`, (J, p), and which of them are `known`, (J,)."""

    form: Form
    start: Floats
    known: Booleans


def _kind(screened: Screened, j: int) -> tuple[str, int]:
    return screened.models[j].name, len(screened.categories[j])


def _start(form: Form, shares: Floats) -> Floats:
    start = form.family.start(shares)
    if form.slope == "fixed":
        start[:, 0] = 1.0
    return start


def _prior_terms(form: Form, n_categories: int, own: Sequence[ItemPrior]) -> PriorTerms:
    names = form.family.names(n_categories)
    columns = {name[-1]: i for i, name in enumerate(names) if name.startswith("logit")}
    location = np.zeros(0 if isinstance(form.family, Nominal) else len(names))
    if isinstance(form.family, PartialCredit):
        # The mean of the steps b_1 … b_m is -d_m / (a m).
        location[-1] = 1 / (n_categories - 1)
    elif location.size:
        ladder = [i for i, name in enumerate(names) if name.startswith("d")]
        location[ladder] = 1 / len(ladder)
    return PriorTerms.of(own, location, columns)


def _free_moments(pieces: Sequence[Piece], n_groups: int) -> Booleans:
    """Return which groups' mean and log sd are free, (2 G,).

    The first group has mean 0 and sd 1, unless fixed items hold the scale; slopes of 1 hold its
    unit, and the first group's sd is free.
    """
    free = np.ones(2 * n_groups, dtype=np.bool_)
    if not any(piece.known.any() for piece in pieces):
        free[:2] = False, any(piece.form.slope == "fixed" for piece in pieces)
    return free


def _slots(pieces: Sequence[Piece], moments: Booleans) -> Integers:
    """Number the free parameters; shared slopes come last among the items' ones."""
    free = []
    for piece in pieces:
        own = np.ones(piece.start.shape, dtype=np.int64)
        own[:, 0] = {"free": 1, "fixed": 0, "shared": 2}[piece.form.slope]
        own[piece.known] = 0
        free.append(own.ravel())
    state = np.concatenate((*free, moments.astype(np.int64)))
    slots = np.full(state.size, -1, dtype=np.int64)
    single = np.flatnonzero(state == 1)
    slots[single] = np.arange(single.size)
    slots[state == 2] = single.size
    return slots


def _bounds(batches: Sequence[Batch], n_groups: int) -> tuple[Floats, Floats]:
    lower, upper = [], []
    for batch in batches:
        names = batch.family.names(batch.n_categories)
        low = [_lowest(name) for name in names]
        high = [_highest(name) for name in names]
        lower.append(np.tile(low, len(batch.items)))
        upper.append(np.tile(high, len(batch.items)))
    groups = np.tile([-np.inf, np.log(0.01)], n_groups), np.tile([np.inf, np.log(100)], n_groups)
    return np.concatenate((*lower, groups[0])), np.concatenate((*upper, groups[1]))


def _lowest(name: str) -> float:
    if name.startswith("logit"):
        return LOWEST_C if name.endswith("c") else -HIGHEST_C
    return -STEEPEST if name.startswith("a") else -np.inf


def _highest(name: str) -> float:
    if name.startswith("logit"):
        return HIGHEST_C if name.endswith("c") else -LOWEST_C
    return STEEPEST if name.startswith("a") else np.inf


def build_blocks(
    screened: Screened, structure: Structure, group: Integers, weights: Floats
) -> tuple[Block, ...]:
    """Return the answers as blocks, patterns collapsed where that pays.

    `group`, `weights` (N,) are those of the screened persons.
    """
    answers = screened.answers
    answers, group, weights = collapsed(answers, screened.tally.shape, group, weights)
    order = np.argsort(group, kind="stable")
    if (np.diff(group) < 0).any():
        answers, group, weights = answers.chosen(order), group[order], weights[order]
    return blocks_of(answers, structure, group, weights)


def blocks_of(
    answers: Answers, structure: Structure, group: Integers, weights: Floats
) -> tuple[Block, ...]:
    """Return the answers of persons who are sorted by group as blocks."""
    binary = all(batch.n_categories == 2 for batch in structure.batches)
    if isinstance(answers, DenseAnswers) and binary and answers.complete:
        items = np.concatenate([batch.items for batch in structure.batches])
        straight = (np.diff(items) == 1).all()
        scores = answers.scores if straight else answers.scores[:, items]
        return dense_blocks(scores, weights, group, ROWS)
    starts, items_of, scores_of = answers.triplets()
    columns = first_columns(structure)[items_of]
    columns += scores_of
    return sparse_blocks((starts, columns), structure.n_columns, weights, group, ROWS)


def first_columns(structure: Structure) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return the column of each item's lowest category, (J,)."""
    sizes = sum(len(batch.items) for batch in structure.batches)
    first = np.zeros(sizes, dtype=np.int32)
    for batch in structure.batches:
        ladder = batch.column + batch.n_categories * np.arange(len(batch.items))
        first[batch.items] = ladder
    return first


def collapsed(
    answers: Answers, shape: tuple[int, ...], group: Integers, weights: Floats
) -> tuple[Answers, Integers, Floats]:
    """Return one person for every different pattern in a group, with their weights summed."""
    numbers = random_numbers(shape[0] + 1, max(shape[1], int(group.max()) + 1))
    keys = answers.keys(numbers[:-1, : shape[1]]) + numbers[-1, group]
    if np.unique(keys).size > (1 - SAVING) * answers.n_persons:
        return answers, group, weights
    first, place = first_of_each(keys)
    sums = np.bincount(place, weights, first.size).astype(np.float64)
    return answers.chosen(first), group[first], sums
