"""Gather the texts users read from code and templates into the nb and nn catalogues.

New texts come in empty, for a translator; texts that are no longer used go out. Line numbers are
left out, so that a catalogue changes only when a text does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEBAPP = Path(__file__).parents[1] / "webapp"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
NAMES = {"nb": "bokmål", "nn": "nynorsk"}

# Written as it stands, without the dates and addresses that Babel would put in.
HEADER = r"""# The texts of Spor in {name}.
msgid ""
msgstr ""
"Project-Id-Version: Spor\n"
"Language: {language}\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def template() -> Catalog:
    """Every message in use, with the file it stands in."""
    catalogue = Catalog(project="Spor", charset="utf-8")
    for file, _, message, comments, context in extract_from_dir(WEBAPP, METHODS, OPTIONS):
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def renew(language: str, texts: Catalog) -> int:
    """Bring one catalogue up to date; how many texts await translation."""
    catalogue = read(language)
    catalogue.update(texts, no_fuzzy_matching=True)
    write(language, catalogue)
    return sum(
        not any(m.string if isinstance(m.string, tuple) else (m.string,)) for m in catalogue if m.id
    )


def read(language: str) -> Catalog:
    file = _file(language)
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def write(language: str, catalogue: Catalog) -> None:
    with _file(language).open("wb") as target:
        target.write(HEADER.format(name=NAMES[language], language=language).encode())
        write_po(
            target,
            catalogue,
            width=100,
            omit_header=True,
            include_lineno=False,
            sort_by_file=True,
            ignore_obsolete=True,
        )


def _file(language: str) -> Path:
    return WEBAPP / "translations" / f"{language}.po"


def main() -> int:
    texts = template()
    for language in NAMES:
        print(f"{language}: {renew(language, texts)} of {len(texts)} texts await translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
