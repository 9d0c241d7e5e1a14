"""Contents to test with: one of each kind, and strategies for many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from item_bank.content import (
    CategorySource,
    HotSpot,
    ItemContent,
    ItemSource,
    Matching,
    ModuleSource,
    MultipleResponse,
    Option,
    Ordering,
    Pair,
    ShortAnswer,
    SingleChoice,
    Step,
    Text,
)

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SEEDS = st.integers(0, 2**40)

words = st.text("abcæøåÆ 019.,;«»'\"\\é漢", min_size=1, max_size=12).map(str.strip).filter(bool)
texts = st.builds(Text, words, words, words)


def text(word: str) -> Text:
    return Text(f"{word} nb", f"{word} nn", f"{word} en")


def option(word: str, *, correct: bool = False, place: str | None = None) -> Option:
    return Option(text(word), correct, f"why {word}", place)


def content(body, **others) -> ItemContent:
    return ItemContent(stem=text("Stem"), material=None, body=body, **others)


SINGLE = content(SingleChoice((option("key", correct=True), *map(option, ("x", "y", "z")))))
MULTIPLE = content(
    MultipleResponse(
        (option("one", correct=True), option("two", correct=True), option("x"), option("y"))
    )
)
ORDERING = content(
    Ordering((Step(text("first")), Step(text("second"), "why"), Step(text("third"))))
)
MATCHING = content(
    Matching(
        tuple(Pair(text(f"left {n}"), text(f"right {n}")) for n in "abc"), extras=(text("extra"),)
    )
)
FORMULA = content(ShortAnswer("formula", "why", ("=SUMMER(B2:B9)", "=B2+B3")))
NUMBER = content(
    ShortAnswer("number", "why", ("tolv",), value=12.5, tolerance=0.5, units=("m", "cm", "Meter"))
)
WORD = content(ShortAnswer("text", "why", ("zip", ".zip")))
HOT_SPOT = content(
    HotSpot(
        "ra-ribbon",
        text("A window"),
        (
            option("merge", place="merge"),
            option("border", correct=True, place="border"),
            option("fill", place="fill"),
        ),
    )
)
EVERY_KIND = (SINGLE, MULTIPLE, ORDERING, MATCHING, FORMULA, NUMBER, WORD, HOT_SPOT)


def _distinct(least: int, most: int):
    """Lists of texts that differ in every language."""
    return st.lists(
        words, min_size=least, max_size=most, unique_by=lambda word: " ".join(word.split())
    ).map(lambda found: tuple(Text(f"{w} n", f"{w} y", f"{w} e") for w in found))


def _options(found: tuple[Text, ...], correct: int) -> tuple[Option, ...]:
    return tuple(Option(t, at < correct, "why") for at, t in enumerate(found))


bodies = st.one_of(
    _distinct(3, 5).map(lambda found: SingleChoice(_options(found, 1))),
    _distinct(4, 6).map(lambda found: MultipleResponse(_options(found, 2))),
    _distinct(3, 5).map(lambda found: Ordering(tuple(Step(t) for t in found))),
    st.tuples(_distinct(4, 6), _distinct(4, 6)).map(
        lambda sides: Matching(
            tuple(Pair(a, b) for a, b in zip(sides[0][:3], sides[1][:3], strict=True)),
            sides[1][3:],
        )
    ),
    st.builds(
        ShortAnswer,
        type=st.just("number"),
        rationale=words,
        value=st.floats(-1e9, 1e9),
        tolerance=st.floats(0, 100),
        units=st.lists(words.filter(lambda w: not any(map(str.isdigit, w))), max_size=2).map(tuple),
    ),
    st.builds(
        ShortAnswer,
        type=st.just("text"),
        rationale=words,
        accept=st.lists(words.filter(lambda w: w.strip(".")), min_size=1, max_size=3).map(tuple),
    ),
    st.just(HOT_SPOT.body),
)
contents = st.builds(
    ItemContent,
    stem=texts,
    material=st.sampled_from((None, Text.same("Dear all,\n\nYours"), Text.same("A | B\n1 |"))),
    body=bodies,
)  # fmt: skip


MODULE = ModuleSource(
    "QA",
    1,
    text("Module"),
    (
        CategorySource("QA.1", text("Category one"), "X 1", 0.75),
        CategorySource("QA.2", text("Category two"), "X 2", 0.25),
    ),
)
OTHER_MODULE = replace(MODULE, code="NO", categories=(
    CategorySource("NO.1", text("Noise"), "Y 1", 1.0),
))  # fmt: skip


def source(id_: str, of: ItemContent = SINGLE, **others) -> ItemSource:
    module, digit = id_[:2], id_[3]
    values = {
        "id": id_,
        "module": module,
        "category": f"{module}.{digit}",
        "ref": "X1:1.1",
        "topic": "a topic",
        "level": 2,
        "setting": "general",
        "digcomp": None,
        "program": None,
        "content": of,
    }
    return ItemSource(**(values | others))


ITEMS = [source(f"QA-10{n}", of) for n, of in enumerate(EVERY_KIND)]
NOISE = [source(f"NO-10{n}") for n in range(6)]
