"""Do answers agree with the model where earlier answers chose the questions? Replicated answers.

Posterior-predictive checks (Gelman, Meng & Stern 1996, Statistica Sinica 6, 733–807; for item
response models Sinharay, Johnson & Stern 2006, Applied Psychological Measurement 30, 298–321).
Parameters and abilities are drawn from their posterior, and what the same persons would then have
answered to the same questions; a discrepancy of the real answers is compared with the drawn ones'.

An answer x less its expectation E(θ) has mean 0 under the model given ability and all that came
before, asked adaptively or not. So have its product with another such, and with what is a function
of θ; and so have their posterior means over θ, because the choice of questions by earlier answers
drops out of the posterior. Discrepancies made of these sums need no common form, and replications
to the questions as they were asked are their reference. Groups by an *estimated* ability would not
do: it goes with the answer itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc, ndtr

from calibration.answers import Bytes
from calibration.fitted import Fitted
from calibration.multiplicity import benjamini_hochberg
from calibration.replicating import Given, drawn
from calibration.watching import Watch, unseen
from placement.arrays import Floats, Integers
from placement.items import ItemParameters

DRAWS = 100
# An item's ability groups, and how many answers one has at least.
GROUPS, SMALLEST = 5, 30
# Pairs answered by fewer say nothing, nor do those whose log odds ratio has a standard error above
# 0.6: where a few answers make up the whole sum it is far from normal.
FEWEST, KNOWN = 30, 0.6**-2
# Of more persons than this, so many are looked at.
MOST_PERSONS = 5_000
# Persons at a time whose pairs of answers are worked out.
ROWS = 256
FLAG = 0.05


@dataclass(frozen=True, slots=True)
class ItemCheck:
    """One item: the mean discrepancy of real and of replicated answers, and the chance of more.

    `residuals` are the mean score less its expectation in groups of rising ability, to which a
    person belongs by posterior probability. `flagged` where `p_adjusted`, for all items, is below
    0.05.
    """

    item: str
    n_responses: int
    observed: float
    replicated: float
    p: float
    p_adjusted: float
    residuals: tuple[float, ...]
    flagged: bool


@dataclass(frozen=True, slots=True)
class PairCheck:
    """Two items: `association` is about the log odds ratio of their answers, given ability."""

    first: str
    second: str
    n_both: int
    association: float
    p: float
    p_adjusted: float
    flagged: bool


@dataclass(frozen=True, slots=True)
class PredictiveFit:
    """One module's checks; `pairs` holds those with p below 0.05 of the `n_pairs` looked at.

    Pairs are looked at where enough persons answered both, and their answers tell enough.
    """

    n_persons: int
    n_draws: int
    items: tuple[ItemCheck, ...]
    n_pairs: int
    pairs: tuple[PairCheck, ...]


def predictive_fit(
    fitted: Fitted,
    pool: Sequence[ItemParameters],
    scores: Bytes,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    watch: Watch = unseen,
) -> PredictiveFit:
    """Check `scores`, (N, J) with -1 where nothing was asked, against the items of `pool`.

    `fitted` has the same items in their order, and the persons' population. What is believed of
    the parameters is the pool's standard errors in the light of these answers; where they are 0
    the parameters are taken as known. `watch` is told of each draw: its number, nan, and the share
    that is left.
    """
    rng = np.random.default_rng(seed)
    if len(scores) > MOST_PERSONS:
        scores = scores[np.sort(rng.choice(len(scores), MOST_PERSONS, replace=False))]
    given = Given.of(scores, max(item.n_categories for item in pool))
    measure = _Measure.of(given, fitted)
    real, again = [], []
    for number, draw in enumerate(drawn(fitted, pool, given, draws, rng), 1):
        real.append(measure(given, draw.chances))
        again.append(measure(draw.replicated, draw.chances))
        watch(number, np.nan, 1 - number / draws)
    names = tuple(item.item for item in pool)
    counts = np.bincount(given.item, minlength=len(names))
    items = _item_checks(names, counts, real, again)
    n_pairs, pairs = _pair_checks(names, measure, real, again)
    return PredictiveFit(len(scores), draws, items, n_pairs, pairs)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Sums over persons of one set of answers at one draw, and sums of the squares.

    `items`, `item_squares` and `residuals` (the sums over the persons' number) are (J, G), 0 and
    nan in groups that an item does not have; `pairs` and `pair_squares` (P,).
    """

    items: Floats
    item_squares: Floats
    residuals: Floats
    pairs: Floats
    pair_squares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Measure:
    """What stays the same from draw to draw.

    `rows` are the persons that answered each item, `groups` (G, Q) an item's ability groups;
    `pairs` (P, 2) are looked at, and `both` (P,) answered by so many.
    """

    fitted: Fitted
    rows: tuple[Integers, ...]
    groups: tuple[Floats, ...]
    pairs: Integers
    both: Integers

    @classmethod
    def of(cls, given: Given, fitted: Fitted) -> "_Measure":
        n_persons, n_items, n_categories = given.shape
        posterior = given.posterior(_padded(fitted, n_categories), fitted.weights)
        order = np.argsort(given.item, kind="stable")
        ends = np.cumsum(np.bincount(given.item, minlength=n_items))[:-1]
        places = tuple(np.split(order, ends))
        groups = tuple(_groups(posterior[given.person[some]].sum(axis=0)) for some in places)
        asked = np.zeros((n_persons, n_items))
        asked[given.person, given.item] = 1.0
        both = np.triu(asked.T @ asked, 1)
        pairs = np.argwhere(both >= FEWEST)
        return cls(fitted, places, groups, pairs, both[tuple(pairs.T)].astype(np.int64))

    def __call__(self, given: Given, chances: Floats) -> _Measured:
        posterior = given.posterior(chances, self.fitted.weights)
        expected = np.einsum("k,jkq->jq", np.arange(chances.shape[1]), chances)
        totals, own_squares = np.zeros((2, len(self.rows), GROUPS))
        residuals = np.full(totals.shape, np.nan)
        for j, (rows, groups) in enumerate(zip(self.rows, self.groups, strict=True)):
            own, score = posterior[given.person[rows]], given.score[rows]
            away = score[:, None] * (own @ groups.T) - own @ (groups * expected[j]).T
            size = len(groups)
            totals[j, :size] = away.sum(axis=0)
            own_squares[j, :size] = (away**2).sum(axis=0)
            residuals[j, :size] = totals[j, :size] / np.maximum((own @ groups.T).sum(axis=0), 1e-9)
        sums, squares = _products(given, posterior, expected)
        pairs = tuple(self.pairs.T)
        return _Measured(totals, own_squares, residuals, sums[pairs], squares[pairs])


def _padded(fitted: Fitted, n_categories: int) -> Floats:
    """Return the form's curves as one table, (J, K, Q)."""
    chances = np.full((len(fitted.items), n_categories, fitted.nodes.size), 1e-300)
    for table, own in zip(chances, fitted.chances, strict=True):
        table[: len(own)] = np.maximum(own, 1e-300)
    return chances


def _groups(mass: Floats) -> Floats:
    """Return groups of nodes, (G, Q) of 0 and 1, that share the persons at the nodes evenly."""
    total = float(mass.sum())
    count = int(np.clip(total // SMALLEST, 1, GROUPS))
    middle = (np.cumsum(mass) - mass / 2) / max(total, 1e-9)
    number = np.minimum(middle * count, count - 1).astype(np.int64)
    return np.asarray(number == np.arange(count)[:, None], dtype=np.float64)


def _products(given: Given, posterior: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Return sums over persons of E((x_i - E_i)(x_j - E_j) | answers) and of its square, (J, J)."""
    n_items = given.shape[1]
    sums, squares = np.zeros(n_items**2), np.zeros(n_items**2)
    for begin in range(0, given.shape[0], ROWS):
        ends = given.starts[begin : begin + ROWS + 1]
        own = posterior[begin : begin + ROWS]
        lengths = np.diff(ends)
        rows = np.repeat(np.arange(lengths.size), lengths)
        place = np.arange(ends[0], ends[-1])
        column = place - np.repeat(ends[:-1], lengths)
        item = np.zeros((lengths.size, lengths.max()), dtype=np.int64)
        away = np.zeros((*item.shape, own.shape[1]))
        item[rows, column] = given.item[place]
        away[rows, column] = given.score[place, None] - expected[given.item[place]]
        product = (away * own[:, None, :]) @ away.transpose(0, 2, 1)
        i, j = np.triu_indices(item.shape[1], 1)
        cells, values = (item[:, i] * n_items + item[:, j]).ravel(), product[:, i, j].ravel()
        sums += np.bincount(cells, values, sums.size)
        squares += np.bincount(cells, values**2, sums.size)
    return sums.reshape(n_items, n_items), squares.reshape(n_items, n_items)


def _item_checks(
    names: Sequence[str],
    counts: Integers,
    real: Sequence[_Measured],
    again: Sequence[_Measured],
) -> tuple[ItemCheck, ...]:
    """Compare with the gamma law that has the replications' mean and variance."""
    spread = np.maximum(np.mean([one.item_squares for one in again], axis=0), 1e-9)
    observed, replicated = (
        np.array([(one.items**2 / spread).sum(axis=1) for one in some]) for some in (real, again)
    )
    mean, variance = replicated.mean(axis=0), replicated.var(axis=0, ddof=1)
    known = (counts > 0) & (variance > 0)
    shape, rate = (np.where(known, x / np.maximum(variance, 1e-12), 1) for x in (mean**2, mean))
    p = np.where(known, gammaincc(shape, rate * observed).mean(axis=0), np.nan)
    residuals = np.mean([one.residuals for one in real], axis=0)
    adjusted = benjamini_hochberg(p.tolist())
    return tuple(
        ItemCheck(
            name,
            int(counts[j]),
            float(observed[:, j].mean()),
            float(mean[j]),
            float(p[j]),
            adjusted[j],
            tuple(residuals[j, ~np.isnan(residuals[j])].tolist()),
            adjusted[j] < FLAG,
        )
        for j, name in enumerate(names)
    )


def _pair_checks(
    names: Sequence[str],
    measure: _Measure,
    real: Sequence[_Measured],
    again: Sequence[_Measured],
) -> tuple[int, tuple[PairCheck, ...]]:
    """Compare with the normal law of the replications; the least p first, none of 0.05 or more.

    Its mean is 0 and its variance the mean sum of squares, better known than from the sums. That is
    also the information on the log odds ratio. Return how many pairs were compared, too.
    """
    information = np.mean([one.pair_squares for one in again], axis=0)
    known = information >= KNOWN
    square, pairs, both = information[known], measure.pairs[known], measure.both[known]
    observed = np.array([one.pairs[known] for one in real])
    above = ndtr(-observed / np.sqrt(square)).mean(axis=0)
    p = 2 * np.minimum(above, 1 - above)
    adjusted = benjamini_hochberg(p.tolist())
    association = observed.mean(axis=0) / square
    checks = tuple(
        PairCheck(
            names[pairs[k, 0]],
            names[pairs[k, 1]],
            int(both[k]),
            float(association[k]),
            float(p[k]),
            adjusted[k],
            adjusted[k] < FLAG,
        )
        for k in np.argsort(p, kind="stable").tolist()
        if p[k] < FLAG
    )
    return len(pairs), checks
