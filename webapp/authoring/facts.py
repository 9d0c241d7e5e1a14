"""What is said of a question beside its content, on its way through the edit form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast, get_args

from item_bank.content import Description, Setting, broken_description
from webapp.authoring import sentences, words
from webapp.authoring.comparison import Difference
from webapp.authoring.drafts import Malformed, clean
from webapp.authoring.problems import Problem
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEVELS = ("1", "2", "3")


@dataclass(frozen=True, slots=True)
class Facts:
    """As typed; `level` and `setting` are chosen."""

    level: str
    setting: Setting
    topic: str
    ref: str
    program: str
    digcomp: str


def facts_of(description: Description) -> Facts:
    """The description as a form that shows it."""
    return Facts(
        level=str(description.level),
        setting=description.setting,
        topic=description.topic,
        ref=description.ref,
        program=description.program or "",
        digcomp=description.digcomp or "",
    )


def read_facts(form: Mapping[str, str]) -> Facts:
    """What was sent, as it was typed. Malformed when it cannot come from our form."""
    level, setting = form.get("level", ""), form.get("setting", "")
    if level not in LEVELS or setting not in get_args(Setting):
        raise Malformed("level or setting")
    typed = {name: clean(form.get(name, "")) for name in ("topic", "ref", "program", "digcomp")}
    return Facts(level=level, setting=cast("Setting", setting), **typed)


def description_of(facts: Facts) -> Description:
    """The description that the form says, right or wrong."""
    topic, ref, program, digcomp = (
        " ".join(text.split()) for text in (facts.topic, facts.ref, facts.program, facts.digcomp)
    )
    return Description(
        ref=ref,
        topic=topic,
        level=int(facts.level),
        setting=facts.setting,
        digcomp=digcomp or None,
        program=program or None,
    )


def problems_with(facts: Facts) -> tuple[Problem, ...]:
    """What must be mended in it, beside the field it is about."""
    return tuple(
        Problem(finding.field, sentences.rule(finding, [finding.field], None))
        for finding in broken_description(description_of(facts))
    )


def differing(theirs: Facts, yours: Facts) -> Iterator[Difference]:
    """Every fact that is not the same in both, in words."""
    a, b = asdict(theirs), asdict(yours)
    labels = words.facts()
    for name in a:
        if a[name] != b[name]:
            field = f"{name}-{b[name]}" if name in {"level", "setting"} else name
            shown = (words.fact(name, a[name]), words.fact(name, b[name]))
            yield Difference(field, labels[name], "nb" if name == "topic" else None, *shown)


def told(changes: Mapping[str, tuple[object, object]]) -> list[tuple[str, str, str]]:
    """A kept change in words: what, before, after."""
    labels = words.facts()
    return [
        (
            labels.get(name, name),
            words.fact(name, before) or _("(nothing)"),
            words.fact(name, after) or _("(nothing)"),
        )
        for name, (before, after) in changes.items()
    ]
