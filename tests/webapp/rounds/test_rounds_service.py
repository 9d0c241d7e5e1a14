from __future__ import annotations

from datetime import date

import pytest

from tests.webapp.rounds.scene import Scene
from webapp import clock
from webapp.rounds import service
from webapp.rounds.service import Phase, RoundFilter, Status

EVERYBODY = RoundFilter()


@pytest.fixture
def spring(scene: Scene) -> int:
    """A round with one person at each stage, and what must not count: another round, a leaver."""
    spring, autumn = scene.round(), scene.round(title="Autumn", opens_on=date(2026, 9, 1))
    archive, school = scene.unit("Arkiv"), scene.unit("Ålvik skole")
    waiting = scene.person("Anne Waiting", unit=school)
    scene.invite(waiting, spring)
    scene.attempt(scene.person("Berit Under", unit=school), spring, finished=False)
    done = scene.person("Cato Done", unit=archive, group="leader")
    scene.attempt(done, spring)
    scene.attempt(waiting, autumn)
    scene.invite(done, autumn)
    scene.attempt(scene.person("Dag Left", unit=archive, active=False), spring)
    scene.person("Eli Never-Invited", unit=archive)
    return spring


def _names(overview: service.RoundOverview) -> list[str]:
    return [person.name for person in overview.people]


def test_each_invited_person_stands_at_one_stage(scene, spring):
    overview = service.overview(scene.database, spring, EVERYBODY)
    assert {person.name: person.status for person in overview.people} == {
        "Anne Waiting": Status.NOT_STARTED,
        "Berit Under": Status.UNDER_WAY,
        "Cato Done": Status.DONE,
    }
    assert overview.progress == service.Progress(not_started=1, under_way=1, done=1)


def test_only_the_done_have_a_day_they_were_done(scene, spring):
    people = service.overview(scene.database, spring, EVERYBODY).people
    assert [p.done_on for p in people] == [date(2026, 3, 6), None, None]
    assert people[0].unit == "Arkiv"
    assert people[0].staff_group == "leader"


def test_people_are_listed_by_unit_then_family_name(scene, spring):
    overview = service.overview(scene.database, spring, EVERYBODY)
    assert _names(overview) == ["Cato Done", "Berit Under", "Anne Waiting"]
    assert [unit.name for unit in overview.units] == ["Arkiv", "Ålvik skole"]


def test_a_filter_shortens_the_list_but_not_the_counts(scene, spring):
    school = service.overview(scene.database, spring, EVERYBODY).units[1].id
    by_unit = service.overview(scene.database, spring, RoundFilter(unit_id=school))
    assert _names(by_unit) == ["Berit Under", "Anne Waiting"]
    both = RoundFilter(status=Status.UNDER_WAY, unit_id=school)
    narrowed = service.overview(scene.database, spring, both)
    assert _names(narrowed) == ["Berit Under"]
    assert narrowed.progress.invited == 3


def test_a_unit_outside_the_round_is_no_choice(scene, spring):
    elsewhere = scene.unit("Elsewhere")
    with pytest.raises(service.UnknownChoice):
        service.overview(scene.database, spring, RoundFilter(unit_id=elsewhere))


def test_an_unknown_round_is_said(scene):
    with pytest.raises(service.UnknownRound):
        service.overview(scene.database, 4711, EVERYBODY)


def test_the_list_counts_each_round_by_itself_and_starts_with_the_newest(scene, spring):
    autumn, first = service.rounds(scene.database)
    assert (first.facts.id, first.progress) == (spring, service.Progress(1, 1, 1))
    assert (autumn.facts.title["en"], autumn.progress) == ("Autumn", service.Progress(1, 0, 1))


def test_a_round_without_people_counts_nobody(scene):
    scene.round()
    (only,) = service.rounds(scene.database)
    assert only.progress == service.Progress(0, 0, 0)
    assert only.progress.share(Status.DONE) == 0


@pytest.mark.parametrize(
    ("today", "phase"),
    [
        (date(2026, 2, 28), Phase.PLANNED),
        (date(2026, 3, 1), Phase.OPEN),
        (date(2026, 4, 30), Phase.OPEN),
        (date(2026, 5, 1), Phase.CLOSED),
    ],
)
def test_a_round_is_open_on_its_first_and_its_last_day(scene, monkeypatch, today, phase):
    round_id = scene.round(opens_on=date(2026, 3, 1), closes_on=date(2026, 4, 30))
    monkeypatch.setattr(clock, "today", lambda: today)
    assert service.overview(scene.database, round_id, EVERYBODY).facts.phase is phase


def test_a_pool_is_calibrated_once_any_question_rests_on_answers(scene):
    scene.pool(2, n_responses=40)
    new, measured = scene.round(pool=1), scene.round(pool=2)
    assert not service.overview(scene.database, new, EVERYBODY).calibrated
    assert service.overview(scene.database, measured, EVERYBODY).calibrated


def test_more_people_need_no_more_queries(scene, spring):
    with scene.counted() as few:
        service.overview(scene.database, spring, EVERYBODY)
    unit = scene.unit("Big")
    for number in range(20):
        scene.attempt(scene.person(f"N {number}", unit=unit), spring)
    with scene.counted() as many:
        overview = service.overview(scene.database, spring, EVERYBODY)
    assert overview.progress.invited == 23
    assert len(many) == len(few) <= 4


def test_more_rounds_need_no_more_queries(scene, spring):
    with scene.counted() as few:
        service.rounds(scene.database)
    for _ in range(5):
        scene.round()
    with scene.counted() as many:
        assert len(service.rounds(scene.database)) == 7
    assert len(many) == len(few)
