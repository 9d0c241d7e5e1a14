"""What is wrong with a question or a source file, said so that its writer can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as column
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Code(StrEnum):
    """Which rule or advice a finding is of. Stable: whoever says it in other words goes by this."""

    SOURCE = "source"
    """A slip in the source form, which no page makes."""
    ID = "id"
    KIND = "kind"

    MISSING = "missing"
    ONE_LINE = "one_line"
    BACKTICKS = "backticks"
    TOO_MANY_WORDS = "too_many_words"
    TOO_LONG = "too_long"
    FIXED_ORDER = "fixed_order"
    MATERIAL_CODE = "material_code"
    MATERIAL_BARS = "material_bars"
    MATERIAL_CELLS = "material_cells"
    MATERIAL_ENDS = "material_ends"
    COUNT = "count"
    ONE_KEY = "one_key"
    SEVERAL_KEYS = "several_keys"
    REPEATED = "repeated"
    RATIONALE = "rationale"
    NO_PLACE = "no_place"
    UNWANTED_PLACE = "unwanted_place"
    UNKNOWN_PLACE = "unknown_place"
    SHARED_PLACE = "shared_place"
    SCENE = "scene"
    ANSWER_TYPE = "answer_type"
    NO_ACCEPT = "no_accept"
    FORMULA = "formula"
    EMPTY_ACCEPT = "empty_accept"
    VALUE = "value"
    TOLERANCE = "tolerance"
    UNIT = "unit"
    LEVEL = "level"
    SETTING = "setting"
    DIGCOMP = "digcomp"

    LONG_STEM = "long_stem"
    NEGATION = "negation"
    QUOTATION_MARKS = "quotation_marks"
    USUAL_COUNT = "usual_count"
    UNEVEN_LENGTHS = "uneven_lengths"
    LONGEST_KEY = "longest_key"
    ALL_OR_NONE = "all_or_none"
    TWO_READINGS = "two_readings"
    SAME_ANSWER = "same_answer"


EXPECTED: Mapping[Code, str] = {
    Code.SOURCE: "{expected}",
    Code.ID: "{prefix} and two digits",
    Code.KIND: "{kind}: another kind is another item",
    Code.MISSING: "a text",
    Code.ONE_LINE: "one line",
    Code.BACKTICKS: "backticks in pairs",
    Code.TOO_MANY_WORDS: "at most {most} words, not {now}",
    Code.TOO_LONG: "at most {most} characters",
    Code.FIXED_ORDER: "only with the kinds single and multiple",
    Code.MATERIAL_CODE: "plain text, without backticks",
    Code.MATERIAL_BARS: "| in every line (a table) or in none",
    Code.MATERIAL_CELLS: "as many cells in every line",
    Code.MATERIAL_ENDS: "| between the cells only, without one at the ends of the lines",
    Code.COUNT: "{least} to {most} of [[item.{part}]], not {now}",
    Code.ONE_KEY: "exactly one with correct = true, not {now}",
    Code.SEVERAL_KEYS: "two or more correct and at least one not; {now} are correct",
    Code.REPEATED: "texts that differ; «{text}» is repeated",
    Code.RATIONALE: "why it is right, or why it tempts",
    Code.NO_PLACE: "the id of a place in the scene",
    Code.UNWANTED_PLACE: "only in a hot-spot",
    Code.UNKNOWN_PLACE: "one of the scene's places: {known}",
    Code.SHARED_PLACE: "a place of its own",
    Code.SCENE: "{reason}",
    Code.ANSWER_TYPE: "formula, number or text",
    Code.NO_ACCEPT: "at least one accepted answer",
    Code.FORMULA: "a formula that starts with = and is whole",
    Code.EMPTY_ACCEPT: "a text that is not empty",
    Code.VALUE: "a finite number",
    Code.TOLERANCE: "a finite number, 0 or more",
    Code.UNIT: "a word or a sign, without digits",
    Code.LEVEL: "1, 2 or 3",
    Code.SETTING: "municipal or general",
    Code.DIGCOMP: 'a DigComp competence such as "3.1"',
    Code.LONG_STEM: "{now} words: about {most} is enough",
    Code.NEGATION: "ask without «{word}»",
    Code.QUOTATION_MARKS: "quotation marks are «…»",
    Code.USUAL_COUNT: "{now} options: four unless there is a reason",
    Code.UNEVEN_LENGTHS: "lengths from {shortest} to {longest} characters: make them more equal",
    Code.LONGEST_KEY: "the key is the longest",
    Code.ALL_OR_NONE: "no «all of these», «none of these»",
    Code.TWO_READINGS: "can be read in two ways: part arguments with ;",
    Code.SAME_ANSWER: "is the same as one before it",
}
"""What is said to writers of source files."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule, or advice, within one question: the field, which rule, and its values."""

    field: str
    code: Code
    values: Mapping[str, str | int] = column(default_factory=dict)

    @property
    def expected(self) -> str:
        return EXPECTED[self.code].format(**self.values)


def slip(field: str, expected: str) -> Finding:
    """A finding about the source form alone."""
    return Finding(field, Code.SOURCE, {"expected": expected})


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding with its address. `item` is None where the fault is the file's own."""

    file: str
    item: str | None
    field: str
    expected: str

    @classmethod
    def at(cls, file: str, item: str | None, finding: Finding) -> Fault:
        return cls(file, item, finding.field, finding.expected)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.item, self.field, self.expected) if part)


class SourceError(ValueError):
    """A source that cannot be taken in; `faults` holds every one that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
