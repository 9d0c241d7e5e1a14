"""All that can be said of how answers agree with a pool, module by module."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from calibration.answers import Bytes
from calibration.classical import DistractorRow, alpha, distractors, item_statistics
from calibration.empirical import CurveFit, curve_fits
from calibration.errors import CalibrationError, TooFewError
from calibration.fitted import Fitted
from calibration.item_fit import ItemFit, s_x2
from calibration.limited_information import OverallFit, m2
from calibration.local_dependence import Dependence, ld_x2, q3
from calibration.mean_squares import mean_squares
from calibration.predictive import PredictiveFit, predictive_fit
from calibration.responses import Responses
from calibration.scoring import eap, in_population
from calibration.watching import CHECKS, NamedWatch, Watch, unseen
from placement.arrays import Floats
from placement.items import ItemParameters

# Persons who answered the whole form, under which S-X² and M2 are not tried.
FEWEST = 100
# Q3 this far above its mean calls for a look (Christensen, Makransky & Horton 2017),
STANDS_OUT = 0.2
# and so many standard errors, where few persons answered both.
CERTAIN = 3.0
# Correlations with the other items this many standard errors below 0 call for one, too.
TURNED_ROUND = -2.58
MOST_PAIRS = 5_000
HISTOGRAM: tuple[float, ...] = tuple(np.linspace(-4.0, 4.0, 33).tolist())


@dataclass(frozen=True, slots=True)
class ItemReport:
    """One item: classical figures, mean squares, S-X², its curve, and who answered what."""

    item: str
    n_responses: int
    p: float
    point_biserial: float
    alpha_without: float
    infit: float
    outfit: float
    z_infit: float
    z_outfit: float
    z_h: float
    s_x2: ItemFit | None
    curve: CurveFit
    distractors: tuple[DistractorRow, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items whose residuals correlate more than the others' do."""

    first: str
    second: str
    q3: float
    above_mean: float


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """`n_whole` persons answered every item; `mean` and `sd` are the persons' abilities'.

    `ability_counts` counts their EAP abilities between the edges `HISTOGRAM`, ends included.
    `predictive` is there where somebody was not asked something: it holds for adaptive tests too.
    """

    module: str
    n_persons: int
    n_whole: int
    mean: float
    sd: float
    ability_counts: tuple[int, ...]
    alpha: float
    m2: OverallFit | None
    q3_mean: float
    q3_flagged: tuple[Pair, ...]
    q3: tuple[tuple[float, ...], ...]
    ld_x2: tuple[Dependence, ...]
    items: tuple[ItemReport, ...]
    predictive: PredictiveFit | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What `FitReport` says, of the persons of one group alone, with their own mean and sd."""

    group: str
    modules: tuple[ModuleReport, ...]


@dataclass(frozen=True, slots=True)
class FitReport:
    """All persons' fit, and where they are in several groups each group's."""

    modules: tuple[ModuleReport, ...]
    groups: tuple[GroupReport, ...] = ()
    notes: tuple[str, ...] = ()


def fit_report(
    responses: Responses,
    pool: Sequence[ItemParameters],
    *,
    predictive: bool = True,
    watch: NamedWatch | None = None,
) -> FitReport:
    """Return the fit of each module that anybody has answered; `CalibrationError` for none.

    Without `predictive` there are no checks by replicated answers, which take seconds; of groups
    there are none in any case. `watch` is told of each of their draws.
    """
    modules = _modules(responses, pool, predictive=predictive, watch=watch)
    if len(responses.groups) < 2:
        return FitReport(modules)
    groups, notes = [], []
    for g, name in enumerate(responses.groups):
        try:
            part = _modules(_group(responses, g), pool, predictive=False)
            groups.append(GroupReport(name, part))
        except TooFewError as error:
            notes += [f"group {name}: {fault}" for fault in error.faults]
    return FitReport(modules, tuple(groups), tuple(notes))


def _group(responses: Responses, g: int) -> Responses:
    """Return the responses of the persons in one group."""
    rows = np.flatnonzero(responses.group == g)
    part = responses.of_persons(rows)
    return replace(part, groups=(responses.groups[g],), group=np.zeros(rows.size, dtype=np.int64))


def _modules(
    responses: Responses,
    pool: Sequence[ItemParameters],
    *,
    predictive: bool,
    watch: NamedWatch | None = None,
) -> tuple[ModuleReport, ...]:
    counts = responses.answers.tally(max(responses.answers.highest(), 0) + 1).sum(axis=1)
    answered = {i for i, n in zip(responses.items, counts.tolist(), strict=True) if n}
    reports = []
    for module in dict.fromkeys(item.module for item in pool):
        mine = [item for item in pool if item.module == module and item.item in answered]
        if mine:
            seen = partial(watch, module + CHECKS) if watch else unseen
            reports.append(
                module_report(module, mine, responses, predictive=predictive, watch=seen)
            )
    if not reports:
        raise TooFewError(["the responses hold no item of the pool"])
    return tuple(reports)


def module_report(
    module: str,
    pool: Sequence[ItemParameters],
    responses: Responses,
    *,
    predictive: bool,
    watch: Watch = unseen,
) -> ModuleReport:
    """Return one module's fit, with its persons' mean and sd estimated from their answers."""
    form = Fitted.of_pool(pool)
    scores = form.counted_like(responses).scores(responses)
    scores = scores[(scores >= 0).any(axis=1)]
    if len(scores) < 2:
        some = "1 person" if len(scores) else "nobody"
        raise TooFewError([f"module {module}: {some} with answers"])
    fitted = in_population(form, scores)
    whole = scores[(scores >= 0).all(axis=1)]
    notes, overall, fits = [], None, None
    if len(whole) < FEWEST:
        some = f"only {len(whole)}" if len(whole) else "nobody"
        notes.append(f"{module}: {some} answered every item; S-X² and M2 need {FEWEST} persons")
    else:
        fits = s_x2(fitted, whole)
        try:
            overall = m2(fitted, whole)
        except CalibrationError as error:
            notes += [f"{module}: {fault}" for fault in error.faults]
    gaps = len(whole) < len(scores)
    if gaps and len(whole) >= FEWEST:
        notes.append(
            f"{module}: {len(scores) - len(whole)} of {len(scores)} persons were not asked "
            "everything; where answers chose the questions only the predictive checks hold"
        )
    theta = eap(fitted, scores)
    correlations = q3(fitted, scores, theta)
    centre, flagged = _standing_out(fitted, correlations, scores)
    few = len(fitted.items) * (len(fitted.items) - 1) // 2 <= MOST_PAIRS
    return ModuleReport(
        module,
        len(scores),
        len(whole),
        fitted.mean,
        fitted.sd,
        _counted(theta),
        alpha(scores),
        overall,
        centre,
        flagged,
        tuple(map(tuple, correlations.tolist())),
        ld_x2(fitted, scores) if few else (),
        _items(fitted, scores, theta, fits),
        predictive_fit(fitted, pool, scores, watch=watch) if predictive and gaps else None,
        (*notes, *_mistakes(tuple(item.item for item in pool), scores)),
    )


def _mistakes(names: tuple[str, ...], scores: Bytes) -> list[str]:
    """Tell of keys that look wrong, and of items that everybody answered alike."""
    notes, first = [], dict[bytes, str]()
    for j, item in enumerate(item_statistics(names, scores)):
        if item.point_biserial * item.n_responses**0.5 < TURNED_ROUND:
            r = f"{item.point_biserial:.2f}"
            notes.append(f"{item.item}: the better answer it wrong (r = {r}); the key?")
        if not item.n_responses:
            continue
        twin = first.setdefault(scores[:, j].tobytes(), item.item)
        if twin != item.item and np.unique(scores[:, j]).size > 1:
            notes.append(f"{item.item}: every answer to it is the same as to {twin}")
    return notes


def _items(
    fitted: Fitted, scores: Bytes, theta: Floats, fits: tuple[ItemFit, ...] | None
) -> tuple[ItemReport, ...]:
    names = tuple(item.item for item in fitted.items)
    squares = mean_squares(fitted, scores, theta)
    classical, curves = item_statistics(names, scores), curve_fits(fitted, scores)
    return tuple(
        ItemReport(
            name,
            classical[j].n_responses,
            classical[j].p,
            classical[j].point_biserial,
            classical[j].alpha_without,
            squares[j].infit,
            squares[j].outfit,
            squares[j].z_infit,
            squares[j].z_outfit,
            squares[j].z_h,
            fits[j] if fits else None,
            curves[j],
            distractors(scores[:, j], theta, fitted.items[j].n_categories),
        )
        for j, name in enumerate(names)
    )


def _counted(theta: Floats) -> tuple[int, ...]:
    within = np.clip(theta, HISTOGRAM[0], HISTOGRAM[-1])
    return tuple(np.histogram(within, HISTOGRAM)[0].tolist())


def _standing_out(
    fitted: Fitted, correlations: Floats, scores: Bytes
) -> tuple[float, tuple[Pair, ...]]:
    """Return the mean of Q3 and the pairs that are far above it, the furthest first."""
    i, j = np.triu_indices(len(correlations), 1)
    values = correlations[i, j]
    known = ~np.isnan(values)
    centre = float(values[known].mean()) if known.any() else np.nan
    names = [item.item for item in fitted.items]
    given = (scores >= 0).astype(np.float64)
    both = np.maximum((given.T @ given)[i, j], 1.0)
    bound = centre + np.maximum(STANDS_OUT, CERTAIN / np.sqrt(both))
    far = np.flatnonzero(known & (values > bound)).tolist()
    pairs = [
        Pair(names[i[p]], names[j[p]], float(values[p]), float(values[p] - centre)) for p in far
    ]
    return centre, tuple(sorted(pairs, key=lambda pair: -pair.q3))
