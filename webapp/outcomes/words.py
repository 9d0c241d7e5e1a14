"""Tracks and certainty in plain words, in the reader's language: the one place for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.i18n import format_number, gettext
from webapp.outcomes.certainty import Grade

if TYPE_CHECKING:
    from webapp.outcomes.certainty import Certainty

TRACKS = ("long", "medium", "short", "direct")


def track_name(track: str) -> str:
    return {
        "long": gettext("Long course"),
        "medium": gettext("Medium course"),
        "short": gettext("Short course"),
        "direct": gettext("Direct to certification"),
    }[track]


def named_tracks() -> list[tuple[str, str]]:
    return [(track, track_name(track)) for track in TRACKS]


def track_meaning(track: str, hours: float) -> str:
    """What a track holds for the person. A long course is time given, never a verdict."""
    return {
        "long": gettext(
            "A course of about %(hours)s hours. It starts from the beginning and gives you time to "
            "try things out.",
            hours=hours_text(hours),
        ),
        "medium": gettext(
            "A course of about %(hours)s hours. It builds on what you can do today and "
            "adds the rest.",
            hours=hours_text(hours),
        ),
        "short": gettext(
            "A course of about %(hours)s hours. It goes through the last pieces before the "
            "certifying test.",
            hours=hours_text(hours),
        ),
        "direct": gettext("You can take the certifying test right away, without a course first."),
    }[track]


def hours_text(hours: float) -> str:
    return format_number(hours, 0 if hours == int(hours) else 1)


def certainty_sentence(certainty: Certainty) -> str:
    """To the person themselves."""
    if certainty.grade is Grade.SURE:
        return gettext("We are quite sure of this proposal.")
    if certainty.grade is Grade.FAIRLY:
        return gettext("We are fairly sure of this proposal.")
    if certainty.grade is Grade.LIKELY:
        return gettext("This is the most likely place for you to begin, but it is not certain.")
    return gettext(
        "It is close between “%(track)s” and “%(other)s”.",
        track=track_name(certainty.track),
        other=track_name(certainty.other),
    )


def people_out_of_ten(certainty: Certainty) -> str:
    """The chances as people, which most readers judge better than percentages."""
    if certainty.of_ten >= 10:
        return gettext(
            "Of 10 people who answer as you did, nearly all would belong in “%(track)s”.",
            track=track_name(certainty.track),
        )
    if certainty.other_of_ten == 0:
        return gettext(
            "Of 10 people who answer as you did, about %(number)s would belong in “%(track)s”.",
            number=certainty.of_ten,
            track=track_name(certainty.track),
        )
    return gettext(
        "Of 10 people who answer as you did, about %(number)s would belong in “%(track)s” and "
        "about %(other_number)s in “%(other)s”.",
        number=certainty.of_ten,
        track=track_name(certainty.track),
        other_number=certainty.other_of_ten,
        other=track_name(certainty.other),
    )


def certainty_label(certainty: Certainty) -> str:
    """For HR's lists."""
    if certainty.grade is Grade.SURE:
        return gettext("Quite sure")
    if certainty.grade is Grade.FAIRLY:
        return gettext("Fairly sure")
    if certainty.grade is Grade.LIKELY:
        return gettext("Likely, not certain")
    return gettext("Close to “%(track)s”", track=track_name(certainty.other))
