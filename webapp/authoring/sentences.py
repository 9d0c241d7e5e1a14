"""The bank's rules and advice as sentences for authors, by the findings' codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from item_bank.content import LANGUAGES, Code
from webapp.i18n import OWN_NAMES
from webapp.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from item_bank.content import Finding, Language


def rule(finding: Finding, names: Sequence[str], language: Language | None) -> str:
    """What must be mended. `names` is the finding's field cut at its dots, the language apart."""
    if finding.code == Code.MISSING:
        return _missing(names, language)
    if finding.code == Code.COUNT:
        return _counted(finding)
    said = _rules().get(finding.code)
    if said is None:
        return _("This breaks a rule of the bank: %(rule)s", rule=finding.expected)
    message = said % {**finding.values, **_what_and_number(names)}
    return f"{_what(names)}: {message}" if _is_in_option(finding) else message


def counsel(finding: Finding, names: Sequence[str]) -> str:
    """What the author may look at again."""
    message = _advice()[finding.code] % {**finding.values, **_what_and_number(names)}
    return f"{_what(names)}: {message}" if finding.code == Code.ALL_OR_NONE else message


def with_languages(said: str, languages: Collection[Language]) -> str:
    """The sentence, and of which languages it is true where it is not of all."""
    if not languages or set(languages) == set(LANGUAGES):
        return said
    return f"{said} ({', '.join(OWN_NAMES[language] for language in languages)})"


def _rules() -> dict[Code, str]:
    places = _("Give each option a place of its own in the picture.")
    return {
        Code.ONE_LINE: _("%(what)s must stand on one line."),
        Code.BACKTICKS: _("Code stands between two backticks (`). One of them is missing."),
        Code.TOO_MANY_WORDS: _("Shorten the question to %(most)s words. It has %(now)s."),
        Code.TOO_LONG: _("Shorten this to %(most)s characters."),
        Code.FIXED_ORDER: _("Only options can be kept in the same order."),
        Code.MATERIAL_CODE: _("There can be no backticks (`) in the frame under the question."),
        Code.MATERIAL_BARS: _("Put | in every line to make a table, or in none."),
        Code.MATERIAL_CELLS: _("Every line of a table must have as many cells."),
        Code.MATERIAL_ENDS: _("Put | between the cells only, never at the ends of a line."),
        Code.ONE_KEY: _("Mark exactly one option as right."),
        Code.SEVERAL_KEYS: _(
            "Mark two or more options as right, and leave at least one that is not."
        ),
        Code.REPEATED: _("«%(text)s» stands here more than once."),
        Code.RATIONALE: _("Say why this is right, or what makes people choose it."),
        Code.NO_PLACE: places,
        Code.UNKNOWN_PLACE: places,
        Code.SHARED_PLACE: places,
        Code.SCENE: _("There is no such picture."),
        Code.NO_ACCEPT: _("Write at least one accepted answer."),
        Code.FORMULA: _("Line %(number)s is no answer that can be recognised."),
        Code.EMPTY_ACCEPT: _("Line %(number)s is no answer that can be recognised."),
        Code.VALUE: _("Write the number that is right."),
        Code.TOLERANCE: _("Write how much the answer may be off: 0 or more."),
        Code.UNIT: _("Write units as words or signs, with a comma between them."),
        Code.LEVEL: _("Choose a level."),
        Code.SETTING: _("Choose a setting."),
        Code.DIGCOMP: _("Write a DigComp competence by its number, for example 3.1."),
    }


def _advice() -> dict[Code, str]:
    return {
        Code.LONG_STEM: _("The question is long. About %(most)s words are enough"),
        Code.NEGATION: _("Ask without “%(word)s”"),
        Code.QUOTATION_MARKS: _("Quotation marks are «…» in Norwegian"),
        Code.USUAL_COUNT: _("There are %(now)s options. Four are usual, unless there is a reason"),
        Code.UNEVEN_LENGTHS: _("The options differ much in length. Make them more equal"),
        Code.LONGEST_KEY: _("The right answer is the longest one"),
        Code.ALL_OR_NONE: _("Leave out “all of these” and “none of these”"),
        Code.TWO_READINGS: _(
            "Line %(number)s can be read in two ways. Put ; between the arguments"
        ),
        Code.SAME_ANSWER: _("Line %(number)s is the same as one before it"),
    }


def _is_in_option(finding: Finding) -> bool:
    about_option = {Code.RATIONALE, Code.NO_PLACE, Code.UNKNOWN_PLACE, Code.SHARED_PLACE}
    return finding.code in about_option and finding.field.startswith("option ")


def _what_and_number(names: Sequence[str]) -> dict[str, str]:
    return {"what": _what(names), "number": names[-1].partition(" ")[2]}


def _missing(names: Sequence[str], language: Language | None) -> str:
    if language is None:
        return _("%(what)s is missing.", what=_what(names))
    return _(
        "%(what)s is missing in %(language)s.", what=_what(names), language=OWN_NAMES[language]
    )


def _what(names: Sequence[str]) -> str:
    name, _space, number = names[0].partition(" ")
    labels = {
        "option": _("Option %(number)s", number=number),
        "step": _("Step %(number)s", number=number),
        "extra": _("Extra answer %(number)s", number=number),
        "material": _("The frame under the question"),
        "picture": _("The description of the picture"),
        "topic": _("The topic"),
        "ref": _("The syllabus reference"),
        "program": _("The program"),
    }
    if name != "pair":
        return labels.get(name) or _("The question")
    if names[-1] == "left":
        return _("The left side of pair %(number)s", number=number)
    return _("The right side of pair %(number)s", number=number)


def _counted(finding: Finding) -> str:
    values = finding.values
    if values["part"] == "step":
        return _("There must be %(least)s to %(most)s steps. Now there are %(now)s.", **values)
    if values["part"] == "pair":
        return _("There must be %(least)s to %(most)s pairs. Now there are %(now)s.", **values)
    return _("There must be %(least)s to %(most)s options. Now there are %(now)s.", **values)
