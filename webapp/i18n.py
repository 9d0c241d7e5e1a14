"""The three languages of what users read: texts, numbers and dates.

Source strings are English and stand in code and templates; `translations/nb.po` and `nn.po` hold
the Norwegian. The catalogues are read as they are, so nothing needs compiling.
"""

from __future__ import annotations

import gettext as gnu
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, get_args

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, has_request_context, request

from item_bank.content import Language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from flask import Flask

LANGUAGES: tuple[Language, ...] = get_args(Language)
OWN_NAMES: Mapping[Language, str] = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
COOKIE = "spor_language"
DEFAULT: Language = "nb"
TIME_ZONE = "Europe/Oslo"

_ACCEPTED = {"nb": "nb", "no": "nb", "nn": "nn", "en": "en"}
_BABEL_LOCALES: Mapping[Language, str] = {"nb": "nb", "nn": "nn", "en": "en_GB"}


def as_language(text: str | None) -> Language | None:
    """The language with this code, or None."""
    return next((language for language in LANGUAGES if language == text), None)


def current_language() -> Language:
    """The reader's language: their own choice, this browser's choice, what the browser asks for."""
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        g.language = _choose_language()
    language: Language = g.language
    return language


def _choose_language() -> Language:
    person = g.get("person")
    asked = request.accept_languages.best_match(list(_ACCEPTED))
    return (
        as_language(person.language if person else None)
        or as_language(request.cookies.get(COOKIE))
        or as_language(_ACCEPTED.get(asked or ""))
        or DEFAULT
    )


@cache
def catalogue(language: Language) -> gnu.NullTranslations:
    """The texts of one language, read once."""
    if language == "en":
        return gnu.NullTranslations()
    source = files("webapp").joinpath("translations", f"{language}.po")
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def gettext(message: str, **values: object) -> str:
    text = catalogue(current_language()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    text = catalogue(current_language()).ngettext(singular, plural, number)
    return text % {"num": number, **values}


def in_language(texts: Mapping[str, str]) -> str:
    """The reader's text out of a stored {nb, nn, en}."""
    return texts[current_language()]


def format_date(day: date) -> str:
    """A date with the month in letters, as people write it: 5. mars 2026."""
    return dates.format_date(day, format="long", locale=_babel_locale())


def format_moment(moment: datetime) -> str:
    """Date and time of day where the organisation is."""
    return dates.format_datetime(
        moment,
        format="d. MMM y HH:mm" if current_language() != "en" else "d MMM y HH:mm",
        tzinfo=dates.get_timezone(TIME_ZONE),
        locale=_babel_locale(),
    )


def format_number(value: float, decimals: int = 0) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=_babel_locale())


def format_percent(share: float) -> str:
    return numbers.format_percent(share, locale=_babel_locale())


def _babel_locale() -> str:
    return _BABEL_LOCALES[current_language()]


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalogue(current_language()).gettext(text),
        lambda one, many, n: catalogue(current_language()).ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        date=format_date,
        moment=format_moment,
        number=format_number,
        percent=format_percent,
        in_language=in_language,
    )
