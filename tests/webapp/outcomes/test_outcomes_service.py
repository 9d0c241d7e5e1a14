from __future__ import annotations

import pytest

from tests.webapp.rounds.scene import Scene
from webapp.outcomes import service
from webapp.outcomes.certainty import Grade
from webapp.outcomes.service import OutcomeFilter
from webapp.rounds.service import UnknownChoice, UnknownRound

EVERYTHING = OutcomeFilter()


class Spring:
    """Two people with results, among rows that must not show."""

    def __init__(self, scene: Scene) -> None:
        self.id = scene.round()
        self.archive, self.school = scene.unit("Arkiv"), scene.unit("Ålvik skole")
        self.anne = scene.person("Anne Ås", unit=self.school, number="0042")
        self.cato = scene.person("Cato Zahl", unit=self.school, group="leader")
        self.attempt = scene.attempt(self.anne, self.id)
        scene.place(self.attempt, "RA", "short", near=True)
        scene.place(self.attempt, "TB", "direct")
        other = scene.attempt(self.cato, self.id)
        scene.place(other, "TB", "long")
        scene.place(other, "RA", "long")

    def add_noise(self, scene: Scene) -> None:
        autumn = scene.round(title="Autumn")
        elsewhere = scene.attempt(self.cato, autumn)
        scene.place(elsewhere, "TB", "medium", near=True)
        scene.wish(elsewhere, "from another round")
        unfinished = scene.attempt(
            scene.person("Una Under-Way", unit=self.archive), self.id, finished=False
        )
        scene.place(unfinished, "TB", "medium")
        left = scene.attempt(scene.person("Lars Left", unit=self.archive, active=False), self.id)
        scene.place(left, "TB", "medium")


@pytest.fixture
def spring(scene: Scene) -> Spring:
    spring = Spring(scene)
    spring.add_noise(scene)
    return spring


def _listed(found: service.RoundOutcomes) -> list[tuple[str, str, str]]:
    return [(outcome.name, outcome.module, outcome.track) for outcome in found.outcomes]


def test_hr_sees_each_finished_person_and_module_once_in_a_fixed_order(scene, spring):
    found = service.round_outcomes(scene.database, spring.id, EVERYTHING)
    assert _listed(found) == [
        ("Cato Zahl", "TB", "long"),
        ("Cato Zahl", "RA", "long"),
        ("Anne Ås", "TB", "direct"),
        ("Anne Ås", "RA", "short"),
    ]
    assert found.n_all == 4
    assert [unit.name for unit in found.units] == ["Ålvik skole"]


def test_modules_are_counted_over_the_whole_round_with_hours(scene, spring):
    narrowed = OutcomeFilter(module="RA", track="short")
    found = service.round_outcomes(scene.database, spring.id, narrowed)
    assert [
        (m.module, dict(m.counts), m.hours, m.n_people, m.n_to_look_at) for m in found.modules
    ] == [
        ("TB", {"long": 1, "medium": 0, "short": 0, "direct": 1}, 15, 2, 0),
        ("RA", {"long": 1, "medium": 0, "short": 1, "direct": 0}, 19, 2, 1),
    ]
    assert found.hours == 34
    assert found.modules[1].share("short") == 0.5


def test_a_round_without_results_has_its_modules_with_nobody_in_them(scene):
    found = service.round_outcomes(scene.database, scene.round(), EVERYTHING)
    assert [(module.module, module.n_people, module.hours) for module in found.modules] == [
        ("TB", 0, 0),
        ("RA", 0, 0),
    ]
    assert found.modules[0].share("long") == 0


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"module": "RA"}, [("Cato Zahl", "RA"), ("Anne Ås", "RA")]),
        ({"track": "direct"}, [("Anne Ås", "TB")]),
        ({"only_to_look_at": True}, [("Anne Ås", "RA")]),
        ({"module": "TB", "only_to_look_at": True}, []),
    ],
)
def test_filters_narrow_the_list(scene, spring, wanted, expected):
    found = service.round_outcomes(scene.database, spring.id, OutcomeFilter(**wanted))
    assert [(outcome.name, outcome.module) for outcome in found.outcomes] == expected


def test_a_filter_by_unit_leaves_out_the_other_units(scene, spring):
    attempt = scene.attempt(scene.person("Abel Arkivar", unit=spring.archive), spring.id)
    scene.place(attempt, "TB", "short")
    found = service.round_outcomes(scene.database, spring.id, OutcomeFilter(unit_id=spring.archive))
    assert _listed(found) == [("Abel Arkivar", "TB", "short")]


def test_a_wish_flags_all_of_the_persons_modules(scene, spring):
    scene.wish(spring.attempt, "I was interrupted.")
    found = service.round_outcomes(scene.database, spring.id, OutcomeFilter(only_to_look_at=True))
    assert [(outcome.name, outcome.module) for outcome in found.outcomes] == [
        ("Anne Ås", "TB"),
        ("Anne Ås", "RA"),
    ]
    assert {o.review.message for o in found.outcomes if o.review} == {"I was interrupted."}


@pytest.mark.parametrize("wanted", [{"module": "DB"}, {"unit_id": 4711}])
def test_what_is_not_in_the_round_is_no_choice(scene, spring, wanted):
    with pytest.raises(UnknownChoice):
        service.round_outcomes(scene.database, spring.id, OutcomeFilter(**wanted))


def test_an_unknown_round_is_said(scene):
    with pytest.raises(UnknownRound):
        service.round_outcomes(scene.database, 4711, EVERYTHING)


def test_hours_are_those_of_the_attempts_own_design(scene, spring):
    scene.design(2, 1, modules=("RA",))
    later = scene.round(design=2)
    attempt = scene.attempt(spring.anne, later, design=1)
    scene.place(attempt, "TB", "medium")
    found = service.round_outcomes(scene.database, later, EVERYTHING)
    assert [(module.module, module.hours) for module in found.modules] == [("RA", 0), ("TB", 8)]


def test_more_people_need_no_more_queries(scene, spring):
    with scene.counted() as few:
        service.round_outcomes(scene.database, spring.id, EVERYTHING)
    for number in range(15):
        attempt = scene.attempt(scene.person(f"N {number}", unit=spring.archive), spring.id)
        scene.place(attempt, "TB", "short")
        scene.wish(attempt, "again")
    with scene.counted() as many:
        found = service.round_outcomes(scene.database, spring.id, EVERYTHING)
    assert len(found.outcomes) == 19
    assert len(many) == len(few) <= 8


def test_a_person_reads_their_own_proposals_in_the_order_they_were_taken(scene, spring):
    result = service.result(scene.database, spring.attempt, spring.anne)
    assert [(p.module, p.track, p.hours, p.certainty.grade) for p in result.proposals] == [
        ("TB", "direct", 0, Grade.SURE),
        ("RA", "short", 4, Grade.CLOSE),
    ]
    assert result.proposals[0].name["en"] == "Word processing"
    assert result.proposals[0].cuts == (-0.75, 0.25, 1.0)
    assert not result.calibrated
    assert result.review is None


def test_another_persons_attempt_and_none_at_all_look_the_same(scene, spring):
    for public_id, person in ((spring.attempt, spring.cato), ("no-such-attempt", spring.anne)):
        with pytest.raises(service.NoSuchAttempt):
            service.result(scene.database, public_id, person)
        with pytest.raises(service.NoSuchAttempt):
            service.ask_for_review(scene.database, public_id, person, "mine")
    assert service.result(scene.database, spring.attempt, spring.anne).review is None


def test_nothing_is_proposed_and_nothing_asked_for_before_the_end(scene, spring):
    person = scene.person("Mona Midway", unit=spring.archive)
    attempt = scene.attempt(person, spring.id, finished=False)
    with pytest.raises(service.Unfinished):
        service.result(scene.database, attempt, person)
    with pytest.raises(service.Unfinished):
        service.ask_for_review(scene.database, attempt, person, "please")


def test_a_wish_sent_twice_is_one_wish_with_the_latest_words(scene, spring):
    service.ask_for_review(scene.database, spring.attempt, spring.anne, "first")
    first = service.result(scene.database, spring.attempt, spring.anne).review
    service.ask_for_review(scene.database, spring.attempt, spring.anne, "second")
    second = service.result(scene.database, spring.attempt, spring.anne).review
    assert first
    assert second
    assert (first.message, second.message) == ("first", "second")
    assert second.requested_at == first.requested_at
