"""A calibrated form as fit statistics see it: curves on nodes, their slopes, who answered what.

It is made of a `Calibration`, or of the item parameters of a pool. J items, Q nodes (logits).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from calibration.answers import MISSING, Bytes
from calibration.errors import ResponseDataError, TooFewError, refuse
from calibration.families import Family
from calibration.models import Model, form_of
from calibration.population import log_weights, weight_slopes
from calibration.responses import Responses
from calibration.results import Calibration
from placement.arrays import Floats, Integers
from placement.items import ItemParameters
from placement.quadrature import Quadrature

NODES = Quadrature(-6.0, 6.0, 61)
POOL_MODELS: Mapping[str, Model] = {
    "1PL": Model.RASCH,
    "2PL": Model.TWO_PL,
    "3PL": Model.THREE_PL,
    "4PL": Model.FOUR_PL,
    "GRM": Model.GRM,
    "PCM": Model.PCM,
    "GPCM": Model.GPCM,
    "NRM": Model.NRM,
}


@dataclass(frozen=True, slots=True, eq=False)
class FittedItem:
    """One item: its parameters in slope–intercept form, (p,), and its categories' scores.

    A slope that is fixed or shared is no parameter of the item's own.
    """

    item: str
    model: Model
    parameters: Floats
    categories: tuple[int, ...]

    @property
    def family(self) -> Family:
        return form_of(self.model).family

    @property
    def n_categories(self) -> int:
        return len(self.categories)

    @property
    def first_free(self) -> int:
        """Where the item's own parameters begin: 1 where the slope is not its own."""
        return int(form_of(self.model).slope != "free")

    @property
    def n_free(self) -> int:
        return self.parameters.size - self.first_free

    def chances(self, nodes: Floats) -> Floats:
        """Return the chance of each category, (K, Q)."""
        return np.asarray(np.exp(self.family.log_chances(self.parameters[None], nodes)[0]))

    def slopes(self, nodes: Floats) -> Floats:
        """Return the chances' derivatives by the item's own parameters, (m, K, Q)."""
        logs = self.family.slopes(self.parameters[None], nodes)[0, self.first_free :]
        return np.asarray(logs * self.chances(nodes))

    def expected(self, chances: Floats) -> Floats:
        """Return the expected category number, (Q,), of chances (K, Q)."""
        return np.asarray(np.arange(self.n_categories) @ chances)


@dataclass(frozen=True, eq=False)
class Fitted:
    """J items on Q nodes, in a population with this `mean` and `sd` (logits).

    `free_sd` says whether the population's spread was estimated with the items, as in Rasch's
    model, where it stands for the common slope.
    """

    items: tuple[FittedItem, ...]
    nodes: Floats
    mean: float = 0.0
    sd: float = 1.0

    @classmethod
    def of_calibration(cls, calibration: Calibration) -> Self:
        """Take a calibration of one group, or the mixture's mean and sd of several."""
        items = tuple(
            FittedItem(e.item, e.model, e.intercepts, e.categories) for e in calibration.items
        )
        persons = np.array([g.n_persons for g in calibration.groups])
        means = np.array([g.mean for g in calibration.groups])
        sds = np.array([g.sd for g in calibration.groups])
        mean = float(np.average(means, weights=persons))
        square = float(np.average(sds**2 + (means - mean) ** 2, weights=persons))
        return cls(items, calibration.nodes, mean, square**0.5)

    @classmethod
    def of_pool(cls, items: Sequence[ItemParameters], mean: float = 0.0, sd: float = 1.0) -> Self:
        """Take the items of a pool, their parameters as if known."""
        return cls(tuple(map(fitted_item, items)), NODES.nodes, mean, sd)

    def counted_like(self, responses: Responses) -> Self:
        """Return the form with categories from 1 for items whose scores are 1 … K, never 0."""
        tally = responses.answers.tally(max(responses.answers.highest(), 0) + 1)
        seen = dict(zip(responses.items, tally, strict=True))
        return replace(self, items=tuple(_counted(i, seen.get(i.item)) for i in self.items))

    @property
    def free_sd(self) -> bool:
        return any(item.first_free for item in self.items)

    @cached_property
    def weights(self) -> Floats:
        """The population's weights of the nodes, (Q,), of sum 1."""
        return np.asarray(np.exp(log_weights(self._population, self.nodes)[0]))

    @cached_property
    def chances(self) -> tuple[Floats, ...]:
        """The chance of each category at each node, (K, Q) an item."""
        return tuple(item.chances(self.nodes) for item in self.items)

    @property
    def sd_slope(self) -> Floats:
        """The weights' derivative by the logarithm of the population's sd, (Q,)."""
        return np.asarray(weight_slopes(self._population, self.nodes)[0, 1] * self.weights)

    @property
    def _population(self) -> Floats:
        return np.array([[self.mean, np.log(self.sd)]])

    def scores(self, responses: Responses) -> Bytes:
        """Return the categories that persons reached, (N, J), -1 where there is no answer.

        Items of the responses that the form does not have are left out.
        """
        places = {name: j for j, name in enumerate(responses.items)}
        known = [item for item in self.items if item.item in places]
        refuse(TooFewError, [] if known else ["the responses hold no item of the pool"])
        starts, item, score = responses.answers.triplets()
        table = np.full((responses.answers.n_persons, len(responses.items)), MISSING, np.int8)
        table[np.repeat(np.arange(starts.size - 1), np.diff(starts)), item] = score
        columns, faults = [], []
        for fitted in self.items:
            if fitted.item not in places:
                columns.append(np.full(len(table), MISSING, np.int8))
                continue
            column = table[:, places[fitted.item]]
            strange = sorted(set(np.unique(column).tolist()) - {MISSING, *fitted.categories})
            faults += [f"item {fitted.item}: the pool knows no score {s}" for s in strange]
            columns.append(_recoded(column, fitted.categories))
        refuse(ResponseDataError, faults)
        return np.stack(columns, axis=1)


def _counted(item: FittedItem, tally: Integers | None) -> FittedItem:
    if tally is None or tally[0] or np.flatnonzero(tally).max(initial=0) != item.n_categories:
        return item
    return replace(item, categories=tuple(range(1, item.n_categories + 1)))


def _recoded(column: Bytes, categories: tuple[int, ...]) -> Bytes:
    codes = np.full(129, MISSING, dtype=np.int8)
    codes[list(categories)] = np.arange(len(categories))
    return np.asarray(codes[column])


def fitted_item(item: ItemParameters) -> FittedItem:
    """Turn a pool's item into slope–intercept form."""
    count = item.n_categories
    if item.model == "NRM":
        steps = np.array(item.a_steps)
        parameters = np.concatenate((item.a * steps, item.d_steps - item.a * steps * item.b))
    elif item.b_steps:
        ladder = -item.a * (item.b + np.array(item.b_steps))
        ladder = ladder if item.model == "GRM" else np.cumsum(ladder)
        parameters = np.array([item.a, *ladder])
    else:
        tails = {"3PL": [item.c], "4PL": [item.c, item.d]}.get(item.model, [])
        # An asymptote at its bound has no logit; one part in 10^12 stands for it.
        safe = np.clip(tails, 1e-12, 1 - 1e-12)
        parameters = np.array([item.a, -item.a * item.b, *np.log(safe / (1 - safe))])
    return FittedItem(item.item, POOL_MODELS[item.model], parameters, tuple(range(count)))


def usual_values(item: ItemParameters) -> Floats:
    """Return a pool's item in the form that people read, (m,), to the last digit where b is 0."""
    if item.model == "NRM":
        return fitted_item(item).parameters
    if item.b_steps:
        return np.array([item.a, *(item.b + np.array(item.b_steps))])
    tails = {"3PL": [item.c], "4PL": [item.c, item.d]}.get(item.model, [])
    return np.array([item.a, item.b, *tails])
