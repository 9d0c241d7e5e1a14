"""Statuses and phases of a round in the reader's language."""

from __future__ import annotations

from webapp.i18n import gettext
from webapp.rounds.service import Phase, Status


def status_name(status: Status) -> str:
    return {
        Status.NOT_STARTED: gettext("Not started"),
        Status.UNDER_WAY: gettext("Under way"),
        Status.DONE: gettext("Done"),
    }[status]


def phase_name(phase: Phase) -> str:
    return {
        Phase.PLANNED: gettext("Not open yet"),
        Phase.OPEN: gettext("Open"),
        Phase.CLOSED: gettext("Closed"),
    }[phase]
