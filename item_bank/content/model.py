"""What a question consists of: one frozen class per kind, inside one content, inside one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from item_bank.texts import Text

Kind = Literal["single", "multiple", "ordering", "matching", "short", "hotspot"]
AnswerType = Literal["formula", "number", "text"]
Setting = Literal["municipal", "general"]


@dataclass(frozen=True, slots=True)
class Option:
    """One alternative. The rationale is for authors; `place` is set in hot-spots only."""

    text: Text
    correct: bool
    rationale: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    text: Text
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    left: Text
    right: Text
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class SingleChoice:
    kind: ClassVar[Kind] = "single"
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class MultipleResponse:
    kind: ClassVar[Kind] = "multiple"
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Ordering:
    """Steps in the right order."""

    kind: ClassVar[Kind] = "ordering"
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs that belong together, and right sides that belong to none."""

    kind: ClassVar[Kind] = "matching"
    pairs: tuple[Pair, ...]
    extras: tuple[Text, ...] = ()

    @property
    def rights(self) -> tuple[Text, ...]:
        """All right sides; that of pair `i` stands at index `i`, the extras after the pairs'."""
        return (*(pair.right for pair in self.pairs), *self.extras)


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A written answer: one of `accept`, or, for a number, within `tolerance` of `value`.

    A number may have `units` that are passed over behind it, and words in `accept` that count too.
    """

    kind: ClassVar[Kind] = "short"
    type: AnswerType
    rationale: str
    accept: tuple[str, ...] = ()
    value: float | None = None
    tolerance: float = 0.0
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A drawn window; each option stands at a place of the scene."""

    kind: ClassVar[Kind] = "hotspot"
    scene: str
    alt: Text
    options: tuple[Option, ...]


Body = SingleChoice | MultipleResponse | Ordering | Matching | ShortAnswer | HotSpot


@dataclass(frozen=True, slots=True)
class ItemContent:
    """All that a revision keeps: what the person sees, and the key."""

    stem: Text
    material: Text | None
    body: Body
    fixed_order: bool = False

    @property
    def kind(self) -> Kind:
        return self.body.kind


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of an item beside its content, and may change; module and category never do."""

    ref: str
    topic: str
    level: int
    setting: Setting
    digcomp: str | None
    program: str | None


@dataclass(frozen=True, slots=True)
class ItemSource:
    """One `[[item]]` of a source file: the lasting item and its content.

    `category` is the full code ("TB.1"), `level` the author's 1 (easy) to 3 (hard).
    """

    id: str
    module: str
    category: str
    ref: str
    topic: str
    level: int
    setting: Setting
    digcomp: str | None
    program: str | None
    content: ItemContent

    @property
    def description(self) -> Description:
        return Description(
            ref=self.ref,
            topic=self.topic,
            level=self.level,
            setting=self.setting,
            digcomp=self.digcomp,
            program=self.program,
        )

    @property
    def kind(self) -> Kind:
        return self.content.kind


@dataclass(frozen=True, slots=True)
class CategorySource:
    """A content category; `weight` is its share of the module's bank and of each test, 0 to 1."""

    code: str
    name: Text
    ref: str
    weight: float


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """One `module.toml`; modules are shown by ascending `position`."""

    code: str
    position: int
    name: Text
    categories: tuple[CategorySource, ...]
