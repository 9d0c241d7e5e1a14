"""Nordvik's units and people. All of it is made up; any likeness is chance."""

from __future__ import annotations

from typing import NamedTuple


class DemoUnit(NamedTuple):
    code: str
    name: str
    parent: str | None
    leader_number: int


UNITS = (
    DemoUnit("1", "Nordvik kommune", None, 1),
    DemoUnit("11", "Rådhuset", "1", 2),
    DemoUnit("111", "Servicetorget", "11", 3),
    DemoUnit("112", "Lønn og personal", "11", 4),
    DemoUnit("113", "Plan og byggesak", "11", 5),
    DemoUnit("12", "Skole og barnehage", "1", 6),
    DemoUnit("121", "Nordvik skole", "12", 7),
    DemoUnit("122", "Fjellsida skole", "12", 8),
    DemoUnit("13", "Helse og omsorg", "1", 9),
    DemoUnit("131", "Solbakken omsorgssenter", "13", 10),
    DemoUnit("14", "Teknisk drift", "1", 11),
)

GIVEN_NAMES = (
    "Anne", "Arild", "Astrid", "Bente", "Bjørg", "Dag", "Eivind", "Elin", "Frode", "Gunn",
    "Halvor", "Hanne", "Inger", "Ivar", "Jorunn", "Kjell", "Kristin", "Lars", "Liv", "Magnhild",
    "Nils", "Oddvar", "Olaug", "Per", "Ragnhild", "Roar", "Sigrid", "Sverre", "Tone", "Øystein",
)  # fmt: skip
FAMILY_NAMES = (
    "Austvik", "Bakkelund", "Dalsbotn", "Eikeskog", "Fagerli", "Granheim", "Haugsand", "Indrevoll",
    "Klepsvik", "Lindebø", "Moltemyr", "Nesbakk", "Oddeli", "Rognerud", "Skarvnes", "Tangevåg",
    "Ulvestad", "Vassenden", "Ytterdal", "Åsgjerd",
)  # fmt: skip

ROUND_TITLE = {
    "nb": "Kartlegging høsten 2026, ledere og administrasjon",
    "nn": "Kartlegging hausten 2026, leiarar og administrasjon",
    "en": "Mapping, autumn 2026, leaders and administration",
}
ROUND_PURPOSE = {
    "nb": "Nordvik kommune bruker resultatet til å gi deg et kurs som passer, og til å planlegge "
    "hvor mange kurs som trengs. Ikke til noe annet.",
    "nn": "Nordvik kommune bruker resultatet til å gi deg eit kurs som passar, og til å planleggje "
    "kor mange kurs som trengst. Ikkje til noko anna.",
    "en": "Nordvik municipality uses the result to give you a course that suits you, and to plan "
    "how many courses are needed. For nothing else.",
}
CONTACT = ("Personalavdelingen i Nordvik kommune", "personal@nordvik.kommune.example")

STAFF = 48
"""People invited to the round."""
FINISHED = 26
UNDER_WAY = 6
IN_A_HURRY = 4
"""The one of them who clicks through half of the questions."""


def full_name(number: int) -> tuple[str, str]:
    """Person `number`'s made-up name; no two of the demo's people share one."""
    given = GIVEN_NAMES[number * 7 % len(GIVEN_NAMES)]
    return given, FAMILY_NAMES[(number * 3 + number // len(FAMILY_NAMES)) % len(FAMILY_NAMES)]
