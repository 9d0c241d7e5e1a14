"""What people answered, checked once: persons, items, scores, groups, weights.

Two doors: a table of persons × items (NaN or None where nothing was asked), and a long list of
(person, item, score). Anything else than a whole number of 0 or more is refused by name and place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.answers import MISSING, Answers, Bytes, DenseAnswers, SparseAnswers, repeated
from calibration.errors import ResponseDataError, refuse
from placement.arrays import Floats, Integers

HIGHEST_SCORE = 99
# A share of cells answered above which a byte for every cell is smaller than a list.
DENSE_SHARE = 0.2
SHOWN = 5
ONE_GROUP = ("all",)


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """N persons' answers to J items.

    `group` (N,) are places in `groups`; `weights` (N,) count persons. `persons` is empty where they
    have no names.
    """

    answers: Answers
    items: tuple[str, ...]
    persons: tuple[str, ...]
    groups: tuple[str, ...]
    group: Integers
    weights: Floats

    def __post_init__(self) -> None:
        faults = [f"item {name!r} comes twice" for name in repeated(self.items)[:SHOWN]]
        faults += [f"person {name!r} comes twice" for name in repeated(self.persons)[:SHOWN]]
        if len(self.items) != self.answers.n_items:
            faults.append(f"{len(self.items)} item names for {self.answers.n_items} items")
        for what, size in (
            ("person names", len(self.persons) or self.answers.n_persons),
            ("group memberships", self.group.size),
            ("weights", self.weights.size),
        ):
            if size != self.answers.n_persons:
                faults.append(f"{size} {what} for {self.answers.n_persons} persons")
        if not (np.isfinite(self.weights).all() and (self.weights > 0).all()):
            faults.append("a weight is not a number above 0")
        refuse(ResponseDataError, faults)

    def of_persons(self, rows: Integers) -> Self:
        """Return the responses of the persons in these rows alone."""
        return replace(
            self,
            answers=self.answers.chosen(rows),
            persons=tuple(self.persons[n] for n in rows) if self.persons else (),
            group=self.group[rows],
            weights=self.weights[rows],
        )

    @classmethod
    def from_matrix(
        cls,
        scores: ArrayLike,
        *,
        items: Sequence[str] = (),
        persons: Sequence[str] = (),
        groups: Sequence[str] = (),
        weights: ArrayLike = (),
    ) -> Self:
        """Take a table (N, J); `groups` names each person's group, `weights` counts each row."""
        table = np.ma.asarray(scores) if np.ma.isMaskedArray(scores) else np.asarray(scores)
        if table.ndim != 2 or not table.size:
            raise ResponseDataError([f"responses of shape {table.shape}, not persons × items"])
        names = tuple(map(str, items)) or tuple(f"{j + 1}" for j in range(table.shape[1]))
        labels, group = _groups(groups, len(table))
        counts = np.asarray(weights, dtype=np.float64)
        return cls(
            _kept(_bytes(table, names)),
            names,
            tuple(map(str, persons)),
            labels,
            group,
            counts if counts.size else np.ones(len(table)),
        )

    @classmethod
    def from_list(
        cls,
        persons: Sequence[Any] | NDArray[Any],
        items: Sequence[Any] | NDArray[Any],
        scores: ArrayLike,
        *,
        groups: Mapping[str, str] | None = None,
        all_items: Sequence[str] = (),
    ) -> Self:
        """Take a list of answers; `groups` is each person's group, `all_items` the items' order."""
        values = np.asarray(scores)
        if not len(persons) == len(items) == values.size:
            raise ResponseDataError(
                [f"{len(persons)} persons, {len(items)} items, {values.size} scores: not one list"]
            )
        people, person = _places(persons)
        named, item = _places(items)
        named, item = _reordered(named, item, tuple(map(str, all_items)))
        given = _bytes(values.reshape(-1, 1), ("the list",))[:, 0]
        refuse(ResponseDataError, ["an answer without a score"] if (given < 0).any() else [])
        order = np.lexsort((item, person))
        person, item, given = person[order], item[order], given[order]
        _refuse_twice(person, item, people, named)
        labels, group = _groups([groups[p] for p in people] if groups else (), len(people))
        answers = _listed(person, item, given, (len(people), len(named)))
        return cls(answers, named, people, labels, group, np.ones(len(people)))

    @classmethod
    def of_codes(cls, scores: Bytes, items: Sequence[str], persons: Sequence[str]) -> Self:
        """Take scores (N, J) that have been checked, -1 where there is none."""
        return cls._of(_kept(scores), items, persons)

    @classmethod
    def of_places(
        cls,
        person: Integers,
        item: Integers,
        scores: Bytes,
        items: Sequence[str],
        persons: Sequence[str],
    ) -> Self:
        """Take a list of scores that have been checked, by rising places of persons and items."""
        answers = _listed(person, item, scores, (len(persons), len(items)))
        return cls._of(answers, items, persons)

    @classmethod
    def _of(cls, answers: Answers, items: Sequence[str], persons: Sequence[str]) -> Self:
        labels, group = _groups((), len(persons))
        return cls(answers, tuple(items), tuple(persons), labels, group, np.ones(len(persons)))


def _kept(scores: Bytes) -> Answers:
    """Keep a table (N, J) as it is, or where little was answered only what was."""
    dense = DenseAnswers(scores)
    if dense.answered().sum() >= DENSE_SHARE * scores.size:
        return dense
    return SparseAnswers(*dense.triplets(), dense.n_items)


def _listed(person: Integers, item: Integers, scores: Bytes, shape: tuple[int, int]) -> Answers:
    """Keep a list by rising persons and items as it is, or where much was answered as a table."""
    if scores.size >= DENSE_SHARE * shape[0] * shape[1]:
        table = np.full(shape, MISSING, dtype=np.int8)
        table[person, item] = scores
        return DenseAnswers(table)
    starts = np.searchsorted(person, np.arange(shape[0] + 1)).astype(np.int64)
    return SparseAnswers(starts, item.astype(np.int32), scores, shape[1])


def _places(names: Sequence[Any] | NDArray[Any]) -> tuple[tuple[str, ...], Integers]:
    """Return the different names, sorted, and each entry's place among them."""
    array = np.asarray(names)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ResponseDataError(["a person or an item without a name"])
    different, places = np.unique(array, return_inverse=True)
    return tuple(map(str, different.tolist())), places.astype(np.int64)


def _reordered(
    found: tuple[str, ...], places: Integers, wanted: tuple[str, ...]
) -> tuple[tuple[str, ...], Integers]:
    if not wanted:
        return found, places
    rank = {name: j for j, name in enumerate(wanted)}
    strange = [name for name in found if name not in rank]
    refuse(ResponseDataError, [f"item {name!r} is not among the items" for name in strange])
    return wanted, np.array([rank[name] for name in found], dtype=np.int64)[places]


def _refuse_twice(
    person: Integers, item: Integers, people: tuple[str, ...], items: tuple[str, ...]
) -> None:
    twice = np.flatnonzero((np.diff(person) == 0) & (np.diff(item) == 0))[:SHOWN]
    refuse(
        ResponseDataError,
        [f"person {people[person[i]]!r} answered item {items[item[i]]!r} twice" for i in twice],
    )


def _groups(groups: Sequence[str], size: int) -> tuple[tuple[str, ...], Integers]:
    """Return the groups in order of appearance, and each person's place among them."""
    if not len(groups):
        return ONE_GROUP, np.zeros(size, dtype=np.int64)
    labels = tuple(dict.fromkeys(map(str, groups)))
    rank = {label: g for g, label in enumerate(labels)}
    return labels, np.array([rank[str(label)] for label in groups], dtype=np.int64)


def _bytes(table: NDArray[Any], items: Sequence[str]) -> Bytes:
    """Return scores as bytes, -1 where there is none; refuse what is no score."""
    if isinstance(table, np.ma.MaskedArray):
        table = np.ma.filled(table.astype(np.float64), np.nan)
    if table.dtype.kind in "bui":
        whole = table.view(np.uint8) if table.dtype.kind == "b" else table
        _refuse_cells((whole < 0) | (whole > HIGHEST_SCORE), table, items)
        return whole.astype(np.int8)
    values = table if table.dtype.kind == "f" else _numbers(table, items)
    missing = np.isnan(values)
    filled = np.where(missing, -1.0, values)
    bad = (filled != np.floor(filled)) | (filled > HIGHEST_SCORE) | ((filled < 0) & ~missing)
    _refuse_cells(bad, table, items)
    return filled.astype(np.int8)


def _numbers(table: NDArray[Any], items: Sequence[str]) -> Floats:
    """Return floats from objects or texts: None is missing, a text is refused, even a number's."""
    cells = table.astype(object)
    empty = np.vectorize(lambda cell: cell is None, otypes=[bool])(cells)
    real = np.vectorize(lambda cell: isinstance(cell, (int, float, np.number)), otypes=[bool])
    _refuse_cells(
        ~(real(cells) | empty) if cells.size else np.zeros(cells.shape, bool), cells, items
    )
    return np.where(empty, np.nan, cells).astype(np.float64)


def _refuse_cells(bad: NDArray[np.bool_], table: NDArray[Any], items: Sequence[str]) -> None:
    """Name the first cells that hold no score."""
    if not bad.any():
        return
    cells = np.argwhere(bad)
    faults = [
        f"row {n + 1}, item {items[j]}: {table[n : n + 1, j].tolist()[0]!r} is not a whole number "
        f"from 0 to {HIGHEST_SCORE}"
        for n, j in cells[:SHOWN].tolist()
    ]
    more = [f"and {len(cells) - SHOWN} more cells"] if len(cells) > SHOWN else []
    raise ResponseDataError([*faults, *more])
