"""What must be mended in a draft, in the author's own language, beside the field it is about.

The bank's rules speak to those who write source files; here the same findings are said to people
at a form: the field they are about here, the sentence in `webapp.authoring.sentences`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from item_bank.content.advice import advice
from item_bank.content.rules import broken_rules
from item_bank.texts import LANGUAGES
from webapp.authoring import sentences
from webapp.authoring.drafts import NotANumber, content_of
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from item_bank.content.faults import Finding
    from item_bank.content.model import ItemContent
    from item_bank.texts import Language
    from webapp.authoring.drafts import Draft, TextDraft

LONGEST_TEXT = 2000
LONGEST_NOTE = 300

_PART = re.compile(r"(?P<name>[a-z_]+)(?: (?P<number>\d+))?")


class Problem(NamedTuple):
    """`field` is the id of the field on the page."""

    field: str
    message: str


def judge(draft: Draft) -> tuple[ItemContent | None, tuple[Problem, ...]]:
    """The content the draft says, or None when it says none at all, and what is wrong with it."""
    too_long = tuple(_too_long(draft))
    try:
        content = content_of(draft)
    except NotANumber as error:
        field = str(error.args[0])
        return None, (*too_long, Problem(field, _("Write a number, for example 12,5.")))
    return content, (*too_long, *problems_of(draft, broken_rules(content)))


def problems_of(draft: Draft, findings: Iterator[Finding]) -> tuple[Problem, ...]:
    """The findings as problems, each once: a text that is the same in all three has one field."""
    problems = (_problem(draft, finding) for finding in findings)
    return tuple(dict.fromkeys(problems))


def _too_long(draft: Draft) -> Iterator[Problem]:
    rows = [(f"rows-{index}", row) for index, row in enumerate(draft.rows)]
    texts = [("stem", draft.stem), ("material", draft.material), ("alt", draft.alt)]
    texts += [(f"{name}-text", row.text) for name, row in rows]
    texts += [(f"{name}-right", row.right) for name, row in rows]
    texts += [(f"extras-{index}", extra) for index, extra in enumerate(draft.extras)]
    typed = [(f"{name}-{part}", getattr(text, part)) for name, text in texts for part in LANGUAGES]
    typed += [(f"{name}-rationale", row.rationale) for name, row in rows]
    typed += [("rationale", draft.rationale), ("accept", draft.accept), ("units", draft.units)]
    for field, text in typed:
        if len(text) > LONGEST_TEXT:
            yield Problem(field, _("Shorten this to %(most)s characters.", most=LONGEST_TEXT))


def advice_on(draft: Draft) -> tuple[Problem, ...]:
    """What often makes a question weak, for its author to weigh; nothing of it stops a save.

    The same advice about several languages is given once. None while the draft says no content.
    """
    try:
        content = content_of(draft)
    except NotANumber:
        return ()
    languages: dict[tuple[str, str, str], list[Language]] = {}
    for finding in advice(content):
        field, names, _language = _address(draft, finding)
        about = finding.field.rpartition(".")[2]
        key = (".".join(names), field, sentences.counsel(finding, names))
        languages.setdefault(key, []).extend(one for one in LANGUAGES if one == about)
    return tuple(
        Problem(field, sentences.with_languages(said, found))
        for (_names, field, said), found in languages.items()
    )


# From a finding's own address to the field on the page


def _problem(draft: Draft, finding: Finding) -> Problem:
    field, names, language = _address(draft, finding)
    return Problem(field, sentences.rule(finding, names, language))


def _address(draft: Draft, finding: Finding) -> tuple[str, list[str], Language | None]:
    """The field on the page, the finding's own names, and the language, if the field has one."""
    parts = finding.field.split(".")
    language = next((one for one in LANGUAGES if one == parts[-1]), None)
    names = parts if language is None else parts[:-1]
    field, text = _field(draft, names)
    if language is None or text is None:
        return field, names, None
    if text.same:
        return f"{field}-nb", names, None
    return f"{field}-{language}", names, language


def _field(draft: Draft, names: list[str]) -> tuple[str, TextDraft | None]:
    """The field's id without its language, and what was typed there if it is a text."""
    match = _PART.match(names[0])
    name, number = (match["name"], match["number"]) if match else (names[0], None)
    if name in {"option", "step", "pair"}:
        return _row_field(draft, number, names[1:])
    if name == "extra" and number:
        return f"extras-{int(number) - 1}", draft.extras[int(number) - 1]
    if names == ["picture", "alt"]:
        return "alt", draft.alt
    if name in {"answer", "picture"}:
        field = names[-1].partition(" ")[0]
        return ("answer_type" if field == "type" else field), None
    texts = {"stem": draft.stem, "material": draft.material}
    return name, texts.get(name)


def _row_field(draft: Draft, number: str | None, rest: list[str]) -> tuple[str, TextDraft | None]:
    if number is None:
        return "rows", None
    index = int(number) - 1
    if not rest or rest[0] == "left":
        return f"rows-{index}-text", draft.rows[index].text
    if rest[0] == "right":
        return f"rows-{index}-right", draft.rows[index].right
    return f"rows-{index}-{rest[0]}", None
