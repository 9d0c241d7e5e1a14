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


def template() -> Catalog:
    """Every message in use, with the file it stands in."""
    catalogue = Catalog(project="Spor", charset="utf-8")
    for file, _, message, comments, context in extract_from_dir(WEBAPP, METHODS, OPTIONS):
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def renew(language: str, texts: Catalog) -> int:
    """Bring one catalogue up to date; how many texts await translation."""
    file = WEBAPP / "translations" / f"{language}.po"
    if file.exists():
        with file.open("rb") as source:
            catalogue = read_po(source, locale=language)
    else:
        catalogue = Catalog(locale=language, project="Spor", charset="utf-8")
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with file.open("wb") as target:
        write_po(
            target,
            catalogue,
            width=100,
            omit_header=False,
            include_lineno=False,
            sort_by_file=True,
            ignore_obsolete=True,
        )
    return sum(
        not any(m.string if isinstance(m.string, tuple) else (m.string,)) for m in catalogue if m.id
    )


def main() -> int:
    texts = template()
    for language in ("nb", "nn"):
        print(f"{language}: {renew(language, texts)} of {len(texts)} texts await translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
