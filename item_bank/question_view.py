"""What the templates read of a question: plain values, ready to be written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

    from item_bank.content.model import AnswerType, Kind
    from item_bank.scenes import Box
    from item_bank.texts import Language, Run

    Runs = tuple[Run, ...]
    Key = frozenset[str] | tuple[str, ...] | dict[str, str]


@dataclass(frozen=True, slots=True)
class Lines:
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class OptionView:
    """`marker` and `box` (x, y, width, height in the scene's units) are a hot-spot's."""

    value: str
    runs: Runs
    checked: bool
    correct: bool | None = None
    rationale: str | None = None
    marker: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class RowView:
    """A line with a select: its field is `row-<name>`."""

    name: str
    runs: Runs
    selected: str | None
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceView:
    value: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class Question:
    """What the templates read; parts that a kind lacks are empty."""

    kind: Kind
    lang: Language
    stem: tuple[Runs, ...]
    material: Lines | Cells | None
    dont_know: bool = False
    options: tuple[OptionView, ...] = ()
    rows: tuple[RowView, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    value: str = ""
    answer_type: AnswerType | None = None
    svg: Markup | None = None
    view_box: str | None = None
    alt: str | None = None
    key: Key | None = None
    """With `reveal`: values that are right, accepted answers, or what belongs to each row."""
    rationale: str | None = None
    """With `reveal`: why a short answer is right."""
