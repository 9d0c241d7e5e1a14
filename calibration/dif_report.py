"""Every item's comparison of two groups, with p-values adjusted for their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from calibration.answers import Bytes
from calibration.dif_likelihood import LikelihoodRatio, likelihood_ratios
from calibration.dif_logistic import NOTHING as NO_LOGISTIC
from calibration.dif_logistic import LogisticDif, logistic_dif
from calibration.dif_mantel import MantelHaenszel, mantel_haenszel
from calibration.empirical import without_item
from calibration.errors import ModelError, TooFewError, refuse
from calibration.fitted import Fitted
from calibration.fitting import fit
from calibration.models import Model
from calibration.modules import ALL, of_items, of_module
from calibration.multiplicity import benjamini_hochberg
from calibration.priors import WEAK_PRIORS
from calibration.responses import Responses
from calibration.scoring import in_population
from calibration.uncertainty import StandardErrors
from placement.arrays import Booleans, Floats, Integers
from placement.items import ItemParameters

# Strata of ability where there are gaps, so that summed scores cannot be compared.
STRATA = 10
NO_MODULES: Mapping[str, Sequence[str]] = MappingProxyType({})
# Answers in either group, under which nothing is said.
FEWEST = 30


@dataclass(frozen=True, slots=True)
class ItemDif:
    """One item; `p_adjusted` are of all items (Benjamini & Hochberg), "" in `flag` is no finding.

    `flag` is B or C where Mantel–Haenszel's class is and the adjusted p-value is below 0.05.
    """

    item: str
    module: str
    n_reference: int
    n_focal: int
    mantel_haenszel: MantelHaenszel
    mantel_haenszel_p_adjusted: float
    logistic: LogisticDif
    logistic_p_adjusted: float
    likelihood_ratio: LikelihoodRatio | None
    likelihood_ratio_p_adjusted: float
    flag: str


@dataclass(frozen=True, slots=True)
class DifReport:
    """`matching` says what made people equals: their summed score, or their other answers.

    `notes` name the items that nothing can be told of.
    """

    focal: str
    n_reference: int
    n_focal: int
    matching: str
    items: tuple[ItemDif, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Study:
    """What is compared: each person's group, (N,), and how."""

    focal: str
    membership: Booleans
    pool: Sequence[ItemParameters]
    ratios: bool
    anchors: Sequence[str]


def dif_report(
    responses: Responses,
    focal: str,
    *,
    pool: Sequence[ItemParameters] = (),
    modules: Mapping[str, Sequence[str]] = NO_MODULES,
    ratios: bool = False,
    anchors: Sequence[str] = (),
) -> DifReport:
    """Compare the group `focal` with everybody else, module by module.

    Whoever answered everything of a module is matched by the summed score in it; with gaps, by
    ability from its other answers under the pool's parameters, or under a 2PL or GPCM calibration
    where there is no pool. `modules` says which items each module has, where no pool does; without
    either there is one module. A module without any of the anchors has all its items for anchors.
    """
    strange = [f"anchor {name!r} is no item" for name in anchors if name not in responses.items]
    study = _Study(focal, _membership(responses, focal), pool, ratios, anchors)
    refuse(ModelError, strange)
    parts = _parts(responses, pool, modules)
    found, notes, matching = list[ItemDif](), list[str](), dict[str, str]()
    for module, items in parts.items():
        with of_module(module if len(parts) > 1 else ""):
            form, noted = _form(of_items(responses, items), pool)
        notes += noted
        matching[module], compared = _module(module, responses, form, study)
        found += compared
    said = set(matching.values())
    how = "; ".join(f"{module}: {text}" for module, text in matching.items())
    n_focal = int(study.membership.sum())
    return DifReport(
        focal,
        study.membership.size - n_focal,
        n_focal,
        said.pop() if len(said) == 1 else how,
        _adjusted(found),
        tuple(notes),
    )


def _parts(
    responses: Responses, pool: Sequence[ItemParameters], modules: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    """Return the items of each module that is compared."""
    if not pool:
        return modules or {ALL: responses.items}
    known, parts = set(responses.items), dict[str, list[str]]()
    for item in pool:
        if item.item in known:
            parts.setdefault(item.module, []).append(item.item)
    refuse(TooFewError, [] if parts else ["the responses hold no item of the pool"])
    return parts


def _module(
    module: str, responses: Responses, form: Fitted, study: _Study
) -> tuple[str, list[ItemDif]]:
    """Return what made people equals, and each item's comparison, of one module."""
    scores = form.scores(responses)
    answered = (scores >= 0).any(axis=1)
    scores, member = scores[answered], study.membership[answered]
    whole = bool((scores >= 0).all())
    ability = _abilities(form, scores, member)
    found = [
        _item(form, scores[:, j], member, ability[:, j], scores if whole else None, j)
        for j in range(len(form.items))
    ]
    tests: Mapping[str, LikelihoodRatio] = {}
    if study.ratios:
        models = {item.item: item.model for item in form.items}
        two = _two_groups(responses, study.membership, study.focal, list(models))
        anchors = [name for name in study.anchors if name in models]
        tests = {t.item: t for t in likelihood_ratios(two, models, anchors=anchors)}
    return "summed score" if whole else "ability from the other answers", [
        replace(item, module=module, likelihood_ratio=tests.get(item.item)) for item in found
    ]


def _membership(responses: Responses, focal: str) -> Booleans:
    if focal not in responses.groups:
        known = ", ".join(map(repr, responses.groups))
        raise ModelError([f"nobody is of group {focal!r}; there are {known}"])
    member = responses.group == responses.groups.index(focal)
    refuse(ModelError, [f"everybody is of group {focal!r}"] if member.all() else [])
    return np.asarray(member)


def _form(responses: Responses, pool: Sequence[ItemParameters]) -> tuple[Fitted, list[str]]:
    """Return the items as a form, and what is to be said of those that it cannot hold."""
    if pool:
        known = set(responses.items)
        mine = [item for item in pool if item.item in known]
        return Fitted.of_pool(mine).counted_like(responses), []
    tally = responses.answers.tally(max(responses.answers.highest(), 0) + 1)
    several = {item: bool(row[2:].any()) for item, row in zip(responses.items, tally, strict=True)}
    models = {item: Model.GPCM if many else Model.TWO_PL for item, many in several.items()}
    alone = replace(responses, groups=("all",), group=np.zeros_like(responses.group))
    found = fit(alone, models=models, priors=WEAK_PRIORS, se=StandardErrors.NONE)
    notes = [str(notice) for notice in found.notices if notice.kind == "item set aside"]
    return Fitted.of_calibration(found), notes


def _abilities(form: Fitted, scores: Bytes, focal: Booleans) -> Floats:
    """Return each person's ability from the other answers, (N, J).

    It is estimated in the person's own group: of people with the same such estimate, those from a
    better group would otherwise be better still, and every item would seem to differ.
    """
    ability = np.full(scores.shape, np.nan)
    for member in (focal, ~focal):
        ability[member] = without_item(in_population(form, scores[member]), scores[member])
    return ability


def _item(
    fitted: Fitted,
    scored: Bytes,
    focal: Booleans,
    ability: Floats,
    whole: Bytes | None,
    j: int,
) -> ItemDif:
    given = scored >= 0
    mine, member = scored[given].astype(np.int64), focal[given]
    counts = int((~member).sum()), int(member.sum())
    name = fitted.items[j].item
    if min(counts) < FEWEST:
        nothing = mantel_haenszel(mine[:0], member[:0], mine[:0])
        return ItemDif(name, ALL, *counts, nothing, np.nan, NO_LOGISTIC, np.nan, None, np.nan, "")
    stratum = whole.sum(axis=1, dtype=np.int64) if whole is not None else _strata(ability[given])
    two = fitted.items[j].n_categories == 2
    return ItemDif(
        name,
        ALL,
        *counts,
        mantel_haenszel(mine, member, stratum),
        np.nan,
        logistic_dif(mine, member, ability[given]) if two else NO_LOGISTIC,
        np.nan,
        None,
        np.nan,
        "",
    )


def _strata(ability: Floats) -> Integers:
    borders = np.quantile(ability, np.arange(1, STRATA) / STRATA)
    return np.searchsorted(borders, ability, side="right").astype(np.int64)


def _two_groups(
    responses: Responses, member: Booleans, focal: str, items: Sequence[str]
) -> Responses:
    """Return the responses to `items` with everybody else first and the focal group second."""
    wanted = [j for j, item in enumerate(responses.items) if item in set(items)]
    codes = np.full((len(responses.items), max(responses.answers.highest(), 0) + 1), -1, np.int8)
    codes[wanted] = np.arange(codes.shape[1])
    return replace(
        responses,
        answers=responses.answers.recoded(codes),
        items=tuple(responses.items[j] for j in wanted),
        groups=("everybody else", focal),
        group=member.astype(np.int64),
    )


def _adjusted(items: Sequence[ItemDif]) -> tuple[ItemDif, ...]:
    mantel = benjamini_hochberg([item.mantel_haenszel.p for item in items])
    logistic = benjamini_hochberg([item.logistic.p for item in items])
    ratio = benjamini_hochberg(
        [item.likelihood_ratio.p if item.likelihood_ratio else np.nan for item in items]
    )
    return tuple(
        replace(
            item,
            mantel_haenszel_p_adjusted=mantel[j],
            logistic_p_adjusted=logistic[j],
            likelihood_ratio_p_adjusted=ratio[j],
            flag=item.mantel_haenszel.ets
            if mantel[j] < 0.05 and item.mantel_haenszel.ets in {"B", "C"}
            else "",
        )
        for j, item in enumerate(items)
    )
