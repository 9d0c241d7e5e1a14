"""Where two drafts of the same question differ, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from item_bank.content import LANGUAGES
from webapp.authoring import words
from webapp.i18n import OWN_NAMES
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from item_bank.content import Language
    from webapp.authoring.drafts import Draft, Row, TextDraft


class Difference(NamedTuple):
    field: str
    """Id of the field on the page, or of its nearest heading."""
    label: str
    lang: Language | None
    theirs: str
    yours: str


class _Field(NamedTuple):
    label: str
    lang: Language | None
    value: str


def differences(theirs: Draft, yours: Draft) -> tuple[Difference, ...]:
    """Every field that does not say the same in both, in the order of the page."""
    a, b = dict(_fields(theirs)), dict(_fields(yours))
    found = []
    for name in dict.fromkeys([*b, *a]):
        label, lang, _value = b.get(name) or a[name]
        one, other = (side[name].value if name in side else "" for side in (a, b))
        if one != other:
            target = name if name in b else "rows"
            found.append(Difference(target, label, lang, one, other))
    return tuple(found)


def _fields(draft: Draft) -> Iterator[tuple[str, _Field]]:
    yield from _text("stem", _("Question text"), draft.stem)
    yield from _text("material", _("Frame under the question"), draft.material)
    yield from _text("alt", _("Description of the picture"), draft.alt)
    if draft.kind in {"single", "multiple"}:
        kept = _("yes") if draft.fixed_order else _("no")
        yield "fixed_order", _Field(_("Keep the options in this order"), None, kept)
    for index, row in enumerate(draft.rows):
        yield from _row(draft, index, row)
    for index, extra in enumerate(draft.extras):
        label = _("Extra answer %(number)s", number=index + 1)
        yield from _text(f"extras-{index}", label, extra)
    if draft.kind == "short":
        yield from _answer(draft)


def _row(draft: Draft, index: int, row: Row) -> Iterator[tuple[str, _Field]]:
    name = f"rows-{index}"
    label = f"{words.rows(draft.kind).one} {index + 1}"
    if draft.kind == "matching":
        yield from _text(f"{name}-text", f"{label}, {_('Left side')}", row.text)
        yield from _text(f"{name}-right", f"{label}, {_('Right side')}", row.right)
    else:
        yield from _text(f"{name}-text", label, row.text)
    if draft.kind in {"single", "multiple", "hotspot"}:
        right = _("yes") if row.correct else _("no")
        yield f"correct-{index}", _Field(f"{label}, {_('Right answer')}", None, right)
    if draft.kind == "hotspot":
        yield f"{name}-place", _Field(f"{label}, {_('Place in the picture')}", None, row.place)
    reason = _Field(f"{label}, {words.rows(draft.kind).rationale}", "nb", row.rationale.strip())
    yield f"{name}-rationale", reason


def _answer(draft: Draft) -> Iterator[tuple[str, _Field]]:
    kind = words.answer_types()[draft.answer_type]
    yield "answer_type", _Field(_("What the answer is"), None, kind)
    yield "accept", _Field(_("Accepted answers"), None, draft.accept.strip())
    yield "value", _Field(_("The right number"), None, draft.value.strip())
    yield "tolerance", _Field(_("May be off by"), None, draft.tolerance.strip())
    yield "units", _Field(_("Units"), None, draft.units.strip())
    yield "rationale", _Field(_("Why this is right"), "nb", draft.rationale.strip())


def _text(name: str, label: str, draft: TextDraft) -> Iterator[tuple[str, _Field]]:
    text = draft.text()
    for language in LANGUAGES:
        in_words = f"{label}, {OWN_NAMES[language]}"
        yield f"{name}-{language}", _Field(in_words, language, text.in_(language))
