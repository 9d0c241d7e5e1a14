"""The part of a calibration's page that says which questions behave otherwise than the model.

For those who write questions: in plain words, the worst first.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import exp, isnan, log, sqrt

from calibration.drawing import small_bars
from calibration.errors import counted
from calibration.predictive import FLAG, ItemCheck, PairCheck, PredictiveFit
from calibration.tables import bold, chance, number, row, signed, table, text

# Questions shown beside those that stand out, and the most pairs.
LEAST, MOST_PAIRS = 5, 20
# Bars are full at this share of the highest score.
FULL = 0.3
# Odds ratios beyond this, or its inverse, are not told: one step from 1 is too far to be exact.
MOST_ODDS = 10.0
# The least share of the residuals' sum of squares that a pattern explains to be named.
CLEAR = 0.6
READINGS = {
    (
        "level",
        True,
    ): "Easier for all than its parameters say: known beforehand, changed since, or easy to guess?",
    ("level", False): "Harder for all than its parameters say: a wrong key, or changed since?",
    ("slope", True): "Tells weak from strong better than its parameters say: does it ask the same "
    "as another question?",
    ("slope", False): "Tells weak from strong less well than its parameters say: unclear wording, "
    "two right answers, or much guessing?",
    ("weaker", True): "The weaker do better than expected: guessing, a giveaway in the wording, "
    "or known beforehand?",
    ("weaker", False): "The weaker do worse than expected: hard words, or a tempting wrong answer?",
    ("stronger", True): "The stronger do better than expected: do they know it from elsewhere?",
    ("stronger", False): "The stronger do worse than expected: a wrong key, a trap, or a second "
    "right answer?",
}
NO_PATTERN = "Departs in no simple way; look at its curve."
PERHAPS = "Perhaps chance: of 20 good questions about one looks so."
CHANCE = "No more than chance."
TOGETHER = "The same text, picture or idea, or one gives the other away?"
APART = "Does the right answer to one lead astray in the other?"


def checks_section(
    found: PredictiveFit, tops: Mapping[str, int], places: Mapping[str, str], n_persons: int
) -> str:
    """Return the section as HTML.

    Each item has its highest score in `tops`, and in `places` the id of its curve on the page;
    `n_persons` answered, of whom `found` may have looked at fewer.
    """
    return (
        "<section><h3>Questions that behave otherwise than the model says</h3>"
        f"{_how(found, n_persons)}{_items(found, tops, places)}"
        "<h3>Pairs of questions that depend on one another</h3>"
        f"{_pairs(found)}</section>"
    )


def _how(found: PredictiveFit, n_persons: int) -> str:
    whose = counted(found.n_persons, "person")
    if found.n_persons < n_persons:
        whose += f", drawn at random from {n_persons},"
    return (
        "<p>Not everybody was asked everything, and earlier answers may have chosen the later "
        f"questions. So the answers of {whose} are compared with answers to the same questions "
        f"that the model makes up for them, {found.n_draws} times over. A question stands out when "
        "it departs from the model by more than chance explains, seeing how many questions were "
        "looked at.</p>"
    )


def _items(found: PredictiveFit, tops: Mapping[str, int], places: Mapping[str, str]) -> str:
    worst = sorted(found.items, key=lambda item: 2.0 if isnan(item.p) else item.p)
    flagged = sum(item.flagged for item in worst)
    shown = worst[: max(flagged, LEAST)]
    names = (
        "question", "what it may mean", "weakest to strongest", "answers", "departure", "p",
        "adjusted p",
    )  # fmt: skip
    rows = "".join(_item(item, tops[item.item], places[item.item]) for item in shown)
    caption = "The worst first"
    if len(shown) < len(worst):
        caption = f"The {len(shown)} that depart most, the worst first"
    return (
        f"<p>{_verdict(flagged, len(worst))}</p>{table(names, rows, caption, words=3)}"
        "<p><small>Weakest to strongest: persons in groups by ability, and how far the mean score "
        "of each is above (+) or below (−) what was expected, in hundredths of the highest score. "
        "Departure: 1 is what the model leads to expect. p: the chance of at least such a "
        f"departure where the model holds; adjusted for all questions, below {FLAG} stands out."
        "</small></p>"
    )


def _verdict(flagged: int, n_items: int) -> str:
    if not flagged:
        return (
            f"None of {counted(n_items, 'question')} stands out. That is no proof that all are "
            "good: few answers show little, and parameters that were estimated from these same "
            "answers bend to them."
        )
    said = f"{flagged} of {counted(n_items, 'question')} {'stands' if flagged == 1 else 'stand'}"
    return (
        f"<strong>{said} out.</strong> Look at wording, key and options before you change "
        "anything: the figures say that something differs, not what."
    )


def _item(item: ItemCheck, top: int, place: str) -> str:
    residuals = [value / top for value in item.residuals]
    points = ", ".join(signed(100 * value) for value in residuals)
    ratio = item.observed / item.replicated if item.replicated > 0 else float("nan")
    return row(
        f'<a href="#{place}">{escape(item.item)}</a>',
        [
            text(_reading(item)),
            text(f'{small_bars(residuals, FULL)} <span class="points">{points}</span>'),
            number(item.n_responses, 0),
            bold(number(ratio, 1), stands_out=item.flagged),
            chance(item.p),
            bold(chance(item.p_adjusted), stands_out=item.flagged),
        ],
    )


def _reading(item: ItemCheck) -> str:
    if not item.flagged:
        return PERHAPS if item.p < FLAG else CHANCE
    return READINGS.get(pattern(item.residuals), NO_PATTERN)


def pattern(residuals: Sequence[float]) -> tuple[str, bool]:
    """Return the pattern most like the residuals from weak to strong, and whether it is positive.

    Likeness is the share of the residuals' sum of squares that a multiple of the pattern explains;
    the name is empty where that is below 0.6.
    """
    n = len(residuals)
    patterns = {
        "level": [1.0] * n,
        "slope": [g - (n - 1) / 2 for g in range(n)],
        "weaker": [float((n - 1 - g) ** 2) for g in range(n)],
        "stronger": [float(g**2) for g in range(n)],
    }
    size = sqrt(sum(value**2 for value in residuals))
    likeness = {
        name: sum(w * value for w, value in zip(weights, residuals, strict=True))
        / max(size * sqrt(sum(w**2 for w in weights)), 1e-12)
        for name, weights in patterns.items()
    }
    name, value = max(likeness.items(), key=lambda entry: abs(entry[1]))
    return (name if value**2 >= CLEAR else "", value > 0)


def _pairs(found: PredictiveFit) -> str:
    """Return the pairs that stand out; `found` has the least p first."""
    flagged = [pair for pair in found.pairs if pair.flagged]
    looked_at = f"{counted(found.n_pairs, 'pair')} of which the answers tell enough"
    if not found.n_pairs:
        return (
            "<p>Of no two questions do the answers tell enough: too few persons answered both.</p>"
        )
    if not flagged:
        return f"<p>None of {looked_at} stands out.</p>"
    names = ("question", "and", "what it may mean", "answered both", "odds ratio", "adjusted p")
    rows = "".join(map(_pair, flagged[:MOST_PAIRS]))
    caption = "The worst first"
    if len(flagged) > MOST_PAIRS:
        caption = f"The {MOST_PAIRS} worst; the others are in the JSON of spor fit"
    return (
        f"<p><strong>{len(flagged)} of {looked_at} "
        f"{'stands' if len(flagged) == 1 else 'stand'} out.</strong> A test had better not ask "
        "both: the second tells less than the model believes.</p>"
        f"{table(names, rows, caption, words=3)}"
        "<p><small>Odds ratio: about how many times greater the odds of a right answer to one are "
        "for those who have the other right than for equally able persons who have not; 1 where "
        "nothing but ability binds them.</small></p>"
    )


def _pair(pair: PairCheck) -> str:
    reading = TOGETHER if pair.association > 0 else APART
    return row(
        escape(pair.first),
        [
            text(escape(pair.second)),
            text(reading),
            number(pair.n_both, 0),
            _odds(pair.association),
            chance(pair.p_adjusted),
        ],
    )


def _odds(association: float) -> str:
    """Return about the odds ratio, as HTML."""
    if abs(association) > log(MOST_ODDS):
        return f"&gt; {MOST_ODDS:g}" if association > 0 else f"&lt; {1 / MOST_ODDS:g}"
    return number(exp(association), 1)
