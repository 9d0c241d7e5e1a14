"""What can be estimated at all: items and persons that tell nothing are set aside, and said so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from calibration.answers import MISSING, Answers, Bytes
from calibration.errors import ModelError, Notice, TooFewError, counted, refuse
from calibration.models import Model, form_of
from calibration.responses import Responses
from placement.arrays import Integers

FEW_ANSWERS = 30
# Persons whose answers are compared with their other ones at a time.
TOGETHER = 1024
FAR = -1.96
NO_MODELS: Mapping[str, Model] = MappingProxyType({})
NONE_FIXED: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """What goes into the calibration.

    `items` and `models` are the J that stay; `tally` (J, width) counts their categories from 0;
    `categories` are the scores these stood for; `persons` (N,) the rows of those who stay.
    """

    answers: Answers
    items: tuple[str, ...]
    models: tuple[Model, ...]
    categories: tuple[tuple[int, ...], ...]
    tally: Integers
    persons: Integers
    notices: tuple[Notice, ...]


def screen(
    responses: Responses, models: Sequence[Model], fixed: Mapping[str, int] = NONE_FIXED
) -> Screened:
    """Set aside what cannot be estimated; `CalibrationError` when scores do not fit a model.

    `fixed` are the items whose parameters are known, and their numbers of categories: they stay as
    long as anybody answered them, and keep categories that nobody reached.
    """
    width = max(responses.answers.highest() + 1, *fixed.values(), 1)
    tally = responses.answers.tally(width)
    _refuse_scores(responses, models, tally)
    _refuse_unknown(responses.items, tally, fixed)
    given = responses.answers.answered()
    _refuse_alone(int((given > 0).sum()))
    told = [
        _why_aside(counts, known=item in fixed)
        for item, counts in zip(responses.items, tally, strict=True)
    ]
    kept = [j for j, why in enumerate(told) if not why]
    notices = [
        Notice("item set aside", responses.items[j], why) for j, why in enumerate(told) if why
    ]
    refuse(TooFewError, [] if kept else ["no item tells persons apart", *map(str, notices)])
    categories = {j: _categories(tally[j], fixed.get(responses.items[j])).tolist() for j in kept}
    codes, notices_of_codes = _codes(responses.items, models, tally, categories, fixed)
    answers = responses.answers.recoded(codes)
    given = given if answers is responses.answers else answers.answered()
    persons = np.flatnonzero(given > 0)
    aside = answers.n_persons - persons.size
    if aside:
        people = counted(aside, "person")
        answers = answers.chosen(persons)
        notices.append(Notice("persons set aside", "", f"{people} answered no item in use"))
    _refuse_alone(persons.size)
    items, final = tuple(responses.items[j] for j in kept), _retold(tally[kept], codes[kept])
    return Screened(
        answers,
        items,
        tuple(models[j] for j in kept),
        tuple(tuple(categories[j]) for j in kept),
        final,
        persons,
        (*notices, *notices_of_codes, *_twins(items, answers, final)),
    )


def _refuse_alone(persons: int) -> None:
    refuse(
        TooFewError,
        [f"{counted(persons, 'person')} with answers: at least two are needed"]
        if persons < 2
        else [],
    )


def models_of(
    items: Sequence[str],
    models: Model | Sequence[Model] | Mapping[str, Model],
    fixed: Mapping[str, Model] = NO_MODELS,
) -> tuple[Model, ...]:
    """Return each item's model; `ModelError` when one has none.

    Items in `fixed` have a model already, and need no other one.
    """
    if isinstance(models, Model):
        return tuple(fixed.get(item, models) for item in items)
    if isinstance(models, Mapping):
        known = {**fixed, **models}
        refuse(ModelError, [f"item {i!r} has no model" for i in items if i not in known])
        strange = set(models) - set(items)
        refuse(ModelError, [f"a model for {i!r}, which is no item" for i in sorted(strange)])
        return tuple(known[item] for item in items)
    if len(models) != len(items):
        raise ModelError([f"{len(models)} models for {len(items)} items"])
    return tuple(models)


def _refuse_scores(responses: Responses, models: Sequence[Model], tally: Integers) -> None:
    """Refuse scores that a model cannot give, naming one person who has such a score."""
    faults = []
    for j in np.flatnonzero(tally[:, 2:].any(axis=1)).tolist():
        if not form_of(models[j]).polytomous:
            scores = ", ".join(map(str, (np.flatnonzero(tally[j, 2:]) + 2).tolist()))
            text = f"the {models[j].value} model takes 0 and 1, not {scores}"
            faults.append(f"item {responses.items[j]}: {text}{_whose(responses, j)}")
    refuse(ModelError, faults)


def _whose(responses: Responses, j: int) -> str:
    """Return the name of the first person whose score on item j is above 1, if persons have one."""
    if not responses.persons:
        return ""
    starts, item, scores = responses.answers.triplets()
    first = np.flatnonzero((item == j) & (scores > 1))[0]
    person = responses.persons[int(np.searchsorted(starts, first, side="right")) - 1]
    more = int(((item == j) & (scores > 1)).sum()) - 1
    return f" (person {person!r}" + (f" and {more} more)" if more else ")")


def _refuse_unknown(items: Sequence[str], tally: Integers, fixed: Mapping[str, int]) -> None:
    """Refuse scores that a fixed item's pool does not know."""
    faults = []
    for item, counts in zip(items, tally, strict=True):
        if item not in fixed:
            continue
        strange = np.setdiff1d(np.flatnonzero(counts), _categories(counts, fixed[item]))
        if strange.size:
            scores = ", ".join(map(str, strange.tolist()))
            faults.append(
                f"item {item}: {fixed[item]} categories in the pool, and no score {scores}"
            )
    refuse(ModelError, faults)


def _categories(counts: Integers, known: int | None) -> Integers:
    """Return the scores that categories 0, 1 … stand for: those given, or those of the pool.

    A pool's categories 0 … K - 1 may be scored 1 … K, when there is no 0 and somebody scored K.
    """
    given = np.flatnonzero(counts)
    if known is None:
        return given
    from_one = bool(given.size) and int(given[0]) > 0 and int(given[-1]) == known
    return np.arange(known) + int(from_one)


def _why_aside(counts: Integers, *, known: bool) -> str:
    given = np.flatnonzero(counts)
    if given.size == 0:
        return "nobody answered it"
    if given.size == 1 and not known:
        answers = counted(int(counts.sum()), "answer")
        return f"every answer scored {given[0]} ({answers}), so nothing can be told of it"
    return ""


def _codes(
    items: Sequence[str],
    models: Sequence[Model],
    tally: Integers,
    categories: Mapping[int, Sequence[int]],
    fixed: Mapping[str, int],
) -> tuple[Bytes, list[Notice]]:
    """Return the new score for every old one, (J, width), and what to say of it."""
    width = 1 + max(scores[-1] for scores in categories.values())
    codes = np.full((len(items), max(width, tally.shape[1])), MISSING, dtype=np.int8)
    notices, answers = [], tally.sum(axis=1).tolist()
    for j, scores in categories.items():
        codes[j, scores] = range(len(scores))
        if items[j] in fixed:
            continue
        # Of items that are not fixed the categories are the scores given.
        if len(scores) <= scores[-1] - scores[0]:
            gaps = sorted(set(range(scores[0], scores[-1])) - set(scores))
            text = f"score {', '.join(map(str, gaps))} never occurs; the others are moved together"
            notices.append(Notice("categories", items[j], text))
        if answers[j] < FEW_ANSWERS:
            text = f"only {counted(answers[j], 'answer')}"
            notices.append(Notice("unsure", items[j], text))
        if models[j] is Model.NRM and len(scores) < 3:
            text = "two categories: the nominal model is a 2PL model here"
            notices.append(Notice("categories", items[j], text))
    return codes, notices


def _retold(tally: Integers, codes: Bytes) -> Integers:
    """Return the tally (J, width) of scores changed by `codes`."""
    old = codes[:, : tally.shape[1]]
    item, score = np.nonzero(old != MISSING)
    found = np.zeros((len(tally), int(codes.max()) + 1), dtype=np.int64)
    found[item, old[item, score]] = tally[item, score]
    return found


def _twins(items: Sequence[str], answers: Answers, tally: Integers) -> list[Notice]:
    """Tell of items that everybody answered alike: mostly one question under two names."""
    shares = [tuple(counts) for counts in tally.tolist()]
    often = Counter(shares)
    alike = [j for j, share in enumerate(shares) if often[share] > 1]
    if not alike:
        return []
    seen: dict[int, str] = {}
    notices = []
    keys = answers.item_keys(random_numbers(answers.n_persons), alike)
    for j, key in zip(alike, keys, strict=True):
        if key in seen:
            text = f"every answer to it is the same as to {seen[key]}"
            notices.append(Notice("twins", items[j], text))
        seen.setdefault(key, items[j])
    return notices


def turned_round(screened: Screened, items: Sequence[int]) -> list[int]:
    """Return which of `items` the better people answer worse, beyond chance (p < 0.025).

    By the correlation with the mean share of the highest score on the person's other items. A prior
    that holds slopes above 0 hides what is turned round from the model.
    """
    if not items:
        return []
    highest = np.array([max(len(c) - 1, 1) for c in screened.categories])
    # Of own share x and rest y: the sums of 1, x, y, x², y² and xy.
    sums = np.zeros((6, len(items)))
    for people in screened.answers.pieces(TOGETHER):
        given, total = people.answered(), people.totals(1 / highest)
        who, place, scores = people.to(items)
        compared = given[who] > 1
        who, place = who[compared], place[compared]
        own = scores[compared] / highest[items][place]
        rest = (total[who] - own) / (given[who] - 1)
        for row, each in enumerate((None, own, rest, own**2, rest**2, own * rest)):
            sums[row] += np.bincount(place, each, len(items))
    n = np.maximum(sums[0], 1)
    own, rest, own_square, rest_square, product = sums[1:] / n
    spread = np.sqrt(np.maximum((own_square - own**2) * (rest_square - rest**2), 0))
    z = (product - own * rest) / np.maximum(spread, 1e-12) * np.sqrt(n)
    return [
        j for j, far in zip(items, (sums[0] > 2) & (spread > 0) & (z < FAR), strict=True) if far
    ]


def random_numbers(size: int, width: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """Return odd 64-bit numbers, (size,) or (size, width), the same at every call.

    Their sums tell patterns apart (Zobrist 1970): two of a million patterns share a sum with a
    chance of one in forty million.
    """
    shape = (size, width) if width else (size,)
    numbers = np.random.default_rng(20260901).integers(0, 2**63, shape, dtype=np.uint64)
    return numbers * np.uint64(2) + np.uint64(1)
