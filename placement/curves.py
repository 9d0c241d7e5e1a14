"""Many items' curves at once: items of one form together, averaged over what is uncertain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from placement.arrays import Floats, Integers
from placement.items import DICHOTOMOUS, ItemParameters
from placement.models import (
    Curves,
    divided_by_total_curves,
    graded_curves,
    logistic_curves,
    parameter_points,
    partial_credit_curves,
)

Family = Callable[..., Curves]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Items of one form: at each point of their uncertainty a weight (J,) and parameters (J, ·).

    `fixed` has the form's family, and what the items' uncertainty leaves alone.
    """

    rows: Integers
    fixed: tuple[Family, Floats, Floats]
    weights: tuple[Floats, ...]
    parameters: tuple[tuple[Floats, ...], ...]

    def at(self, theta: Floats) -> Curves:
        """Return the curves (J, K, N), summed point by point in their order."""
        family = self.fixed[0]
        if len(self.weights) == 1:
            return family(*self.parameters[0], theta)
        sums: list[Floats] = []
        for weight, parameters in zip(self.weights, self.parameters, strict=True):
            shares = [weight[:, None, None] * part for part in family(*parameters, theta)]
            sums = [t + share for t, share in zip(sums, shares, strict=True)] if sums else shares
        return Curves(*sums)

    def moved(self, a: Floats, b: Floats) -> "_Batch":
        """Return the items with slopes and shifts of `a` and `b` (J of all items,), as known."""
        parameters = _parameters(self.fixed, a[self.rows, None], b[self.rows, None])
        return _Batch(self.rows, self.fixed, (np.ones(self.rows.size),), (parameters,))


@dataclass(frozen=True, slots=True, eq=False)
class CurveSet:
    """J items' response functions, at any ability; `sizes` (J,) their numbers of categories."""

    sizes: Integers
    batches: tuple[_Batch, ...]

    @classmethod
    def of(cls, items: Sequence[ItemParameters]) -> Self:
        """Sort the items into batches."""
        sizes = np.array([item.n_categories for item in items], dtype=np.int64)
        groups: dict[tuple[str, int, int], list[int]] = {}
        points = [list(parameter_points(item)) for item in items]
        for j, item in enumerate(items):
            groups.setdefault((_form(item), item.n_categories, len(points[j])), []).append(j)
        return cls(sizes, tuple(_batch(items, points, rows) for rows in groups.values()))

    def moved(self, a: Floats, b: Floats) -> Self:
        """Return the items with other slopes `a` and shifts `b`, (J,) each, as if known."""
        return replace(self, batches=tuple(batch.moved(a, b) for batch in self.batches))

    @property
    def width(self) -> int:
        """The greatest number of categories; 2 for no items at all."""
        return int(self.sizes.max(initial=2))

    def at(self, theta: Floats) -> Curves:
        """Return the items' curves at abilities (N,), (J, K, N); 0 beyond an item's categories."""
        tables = Curves(*(np.zeros((self.sizes.size, self.width, theta.size)) for _ in range(3)))
        for batch in self.batches:
            for table, part in zip(tables, batch.at(theta), strict=True):
                table[batch.rows, : part.shape[1]] = part
        return tables


def _form(item: ItemParameters) -> str:
    if item.model in DICHOTOMOUS:
        return "logistic"
    return {"GRM": "graded", "NRM": "nominal"}.get(item.model, "partial credit")


def _batch(
    items: Sequence[ItemParameters], points: Sequence[Sequence[Point]], rows: Sequence[int]
) -> _Batch:
    mine = [items[j] for j in rows]
    table = np.array([points[j] for j in rows]).transpose(1, 2, 0)
    fixed = _fixed(mine)
    return _Batch(
        np.array(rows, dtype=np.int64),
        fixed,
        tuple(weights for weights, _, _ in table),
        tuple(_parameters(fixed, a[:, None], b[:, None]) for _, a, b in table),
    )


def _fixed(items: Sequence[ItemParameters]) -> tuple[Family, Floats, Floats]:
    """Return the family of items of one form, and what their uncertainty leaves alone."""
    form = _form(items[0])
    if form == "logistic":
        ends = np.array([(item.c, item.d) for item in items])
        return logistic_curves, ends[:, :1], ends[:, 1:]
    if form == "graded":
        steps = np.array([item.b_steps for item in items])
        return graded_curves, steps, steps
    if form == "nominal":
        slopes, intercepts = ([getattr(i, n) for i in items] for n in ("a_steps", "d_steps"))
        return divided_by_total_curves, _led(np.array(slopes)), _led(np.array(intercepts))
    ladder = _led(np.cumsum([item.b_steps for item in items], axis=1))
    return partial_credit_curves, np.arange(ladder.shape[1], dtype=np.float64)[None], -ladder


def _parameters(fixed: tuple[Family, Floats, Floats], a: Floats, b: Floats) -> tuple[Floats, ...]:
    """Return the family's parameters where slopes are `a` and shifts `b`, (J, 1) each."""
    family, first, second = fixed
    if family is logistic_curves:
        return a, b, first, second
    if family is graded_curves:
        return a, b, first
    if family is partial_credit_curves:
        return a * first, a * (second - first * b)
    return a * first, second - a * first * b


def _led(table: Floats) -> Floats:
    """Return the table (J, K - 1) with a first column of 0."""
    return np.concatenate((np.zeros((len(table), 1)), table), axis=1)
