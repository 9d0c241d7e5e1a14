"""The bank's codes in words that authors use."""

from __future__ import annotations

from webapp.i18n import gettext as _


def kinds() -> dict[str, str]:
    return {
        "single": _("One answer"),
        "multiple": _("Several answers"),
        "ordering": _("Ordering"),
        "matching": _("Matching"),
        "short": _("Short answer"),
        "hotspot": _("Point out in a picture"),
    }


def levels() -> dict[int, str]:
    return {1: _("Easy"), 2: _("Medium"), 3: _("Hard")}


def settings() -> dict[str, str]:
    return {"municipal": _("Municipal work"), "general": _("General")}


def answer_types() -> dict[str, str]:
    return {"formula": _("A formula"), "number": _("A number"), "text": _("A word or phrase")}
