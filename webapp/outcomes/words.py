"""Tracks and certainty in plain words, in the reader's language: the one place for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.i18n import format_number, gettext
from webapp.outcomes.certainty import Grade
from webapp.outcomes.notices import Notice

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


def notice_label(notice: Notice) -> str:
    """For HR's lists and files."""
    return {
        Notice.NEAR: gettext("Close to the limit"),
        Notice.DISCORDANT: gettext("Differs from the other modules"),
        Notice.PATTERN: gettext("Unusual pattern of answers"),
        Notice.PACE: gettext("Many very fast answers"),
    }[notice]


def notice_meaning(notice: Notice) -> str:
    """To HR: what is behind it, what it may come of, and how often it means nothing."""
    return {
        Notice.NEAR: gettext("Two placements are nearly equally good, or none of them is likely."),
        Notice.DISCORDANT: gettext(
            "The answers in this module alone point to another placement than all the answers "
            "together. Many people are better at one thing than at another."
        ),
        Notice.PATTERN: gettext(
            "Difficult questions were answered right and easy ones wrong more often than usual, or "
            "one stretch of the module went much better or worse than the rest. It may come of a "
            "technical problem, an interruption, tiredness, guessing or help from someone – or of "
            "chance: about 1 in 50 are marked like this in a module without any reason."
        ),
        Notice.PACE: gettext(
            "At least three questions, and more than one in ten, in this module or in all modules "
            "together, were answered faster than they can be read. It may come of a technical "
            "problem, hurry or guessing, or of questions that the person knew at a glance. “I "
            "don’t know” is never too fast, and pauses do not count."
        ),
    }[notice]


def notice_to_the_person(notice: Notice) -> str:
    """To the person themselves: one of `notices.HOW_THEY_CAME`."""
    return {
        Notice.DISCORDANT: gettext(
            "Your answers in this module alone point to another course than all your answers "
            "together do. Many people are better at one thing than at another."
        ),
        Notice.PATTERN: gettext(
            "Your answers in this module point in different directions more than answers usually "
            "do. It may be chance, an interruption, or questions that were hard to understand. The "
            "proposal may be less certain than it says above."
        ),
        Notice.PACE: gettext(
            "Several questions, in this module or in all modules together, were answered faster "
            "than they usually can be read. Perhaps something went wrong on the screen, or you "
            "knew them at a glance. The proposal may be less certain than it says above."
        ),
    }[notice]
