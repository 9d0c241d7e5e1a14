from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.webapp.rounds.scene import ANSWERED_ITEM, Scene
from webapp.outcomes import service
from webapp.outcomes.notices import Notice
from webapp.outcomes.service import OutcomeFilter
from webapp.rounds.paging import ROWS_A_PAGE


class Spring:
    """One person with two proposals, one of them close, and one who is still answering."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.id = scene.round()
        self.unit = scene.unit("Arkiv")
        self.anne = scene.person("Anne Ås", unit=self.unit)
        self.attempt = scene.attempt(self.anne, self.id)
        scene.place(self.attempt, "TB", "long")
        scene.place(self.attempt, "RA", "short", near=True)
        self.result = f"/attempts/{self.attempt}/result"
        self.review = f"/attempts/{self.attempt}/review"
        self.outcomes = f"/rounds/{self.id}/outcomes"

    def stored_message(self) -> str | None:
        found = service.result(self.scene.database, self.attempt, self.anne)
        return found.review.message if found.review else None


@pytest.fixture
def spring(scene: Scene) -> Spring:
    return Spring(scene)


@pytest.fixture
def anne(scene: Scene, spring: Spring) -> FlaskClient:
    return scene.browser(spring.anne)


@pytest.fixture
def hr(scene: Scene, spring: Spring) -> FlaskClient:
    return scene.browser(scene.person("Hilde Reader", unit=spring.unit, role="hr"))


def _text(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


# ---- the employee's result


def test_the_result_names_each_module_and_its_track(anne, spring):
    page = _text(anne, spring.result)
    assert 'data-page="result"' in page
    assert 'data-module="TB" data-track="long"' in page
    assert 'data-module="RA" data-track="short"' in page
    assert "A course of about 15 hours." in page
    assert "about 9 would belong in “Long course” and about 1 in “Medium course”" in page
    assert "It is close between “Short course” and “Direct to certification”." in page
    assert "30 April 2026" in page


def test_the_result_shows_no_ability_and_no_score(anne, spring):
    page = _text(anne, spring.result)
    for number in ("-0.43", "0,43", "0.43", "0.35", "0.86", "0.135", "theta", "70 %", "70%"):
        assert number not in page
    assert ANSWERED_ITEM not in page


def test_the_result_says_that_new_questions_are_less_certain(scene, anne, spring):
    scene.pool(2, n_responses=5)
    measured = scene.attempt(spring.anne, scene.round(pool=2), pool=2)
    notice = "The questions are new."
    assert notice in _text(anne, spring.result)
    assert notice not in _text(anne, f"/attempts/{measured}/result")


def test_others_and_unknown_attempts_are_not_found(scene, hr, spring):
    cato = scene.browser(scene.person("Cato Zahl", unit=spring.unit))
    for client in (cato, hr):
        assert client.get(spring.result).status_code == 404
        assert client.post(spring.review, data={"message": "mine"}).status_code == 404
    assert cato.get("/attempts/no-such-attempt/result").status_code == 404
    assert spring.stored_message() is None


def test_a_stranger_is_led_to_the_door(scene, spring):
    stranger = scene.app().test_client()
    response = stranger.get(spring.result)
    assert (response.status_code, response.location) == (303, "/signed-out")
    assert stranger.post(spring.review, data={}).status_code == 403


def test_an_unfinished_attempt_leads_back_to_its_question(scene, spring):
    mona = scene.person("Mona Midway", unit=spring.unit)
    attempt = scene.attempt(mona, spring.id, finished=False)
    client = scene.browser(mona)
    response = client.get(f"/attempts/{attempt}/result")
    assert (response.status_code, response.location) == (303, f"/attempts/{attempt}")
    assert client.post(f"/attempts/{attempt}/review", data={}).status_code == 409


def test_a_wish_for_review_is_stored_once_and_confirmed(anne, spring):
    for message in ("I was interrupted.", "I was interrupted twice.\r\nReally."):
        response = anne.post(spring.review, data={"message": message})
        assert (response.status_code, response.location) == (303, spring.result)
    page = _text(anne, spring.result)
    assert "Your wish for a new review is noted." in page
    assert "I was interrupted twice.\nReally.</textarea>" in page
    assert spring.stored_message() == "I was interrupted twice.\nReally."


def test_a_wish_needs_no_words(anne, spring):
    assert anne.post(spring.review, data={}).status_code == 303
    assert spring.stored_message() == ""


def test_characters_that_no_database_takes_are_left_out(anne, spring):
    anne.post(spring.review, data={"message": "a\x00b\x1bc\td"})
    assert spring.stored_message() == "abc\td"


def test_the_longest_message_counts_a_line_break_as_one(anne, spring):
    longest = "æ" * 1998 + "\r\n" + "b"
    assert anne.post(spring.review, data={"message": longest}).status_code == 303
    assert len(spring.stored_message() or "") == 2000


def test_a_message_too_long_comes_back_with_its_text_and_changes_nothing(anne, spring):
    response = anne.post(spring.review, data={"message": "x" * 2001})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "<title>Error:" in page
    assert "The message is too long." in page
    assert "x" * 2001 in page
    assert spring.stored_message() is None


def test_a_wish_without_the_forms_token_is_refused(scene, spring):
    client = scene.browser(spring.anne, csrf=True)
    assert client.post(spring.review, data={"message": "forged"}).status_code == 400
    assert spring.stored_message() is None


NOTICES = {
    "discordant": {"discordant": True},
    "pattern": {"p_pattern": 0.3, "p_drift": 0.0199},
    "pace": {"n_rapid": 3},
}


@pytest.mark.parametrize(("notice", "manner"), NOTICES.items())
def test_the_person_reads_what_hr_reads_about_how_the_answers_came(
    scene, hr, spring, notice, manner
):
    cato = scene.person("Cato Zahl", unit=spring.unit)
    attempt = scene.attempt(cato, spring.id)
    scene.place(attempt, "TB", "long", **manner)
    scene.place(attempt, "RA", "long", discordant=False, p_pattern=0.02, p_drift=1.0, n_rapid=0)
    theirs = _text(scene.browser(cato), f"/attempts/{attempt}/result")
    assert re.findall(r'data-notice="(\w+)"', theirs) == [notice]
    assert "It changes nothing in the proposals and is not held against you." in theirs
    assert ("may be less certain than it says above" in theirs) == (notice != "discordant")
    page = _text(hr, f"{spring.outcomes}?look=y")
    assert re.findall(r'data-notice="(\w+)"', page) == [notice, "near"]
    assert "0.0199" not in theirs + page


@pytest.mark.parametrize(
    ("tb", "ra", "noticed"),
    [(2, 2, ["TB", "RA"]), (1, 2, ["TB", "RA"]), (3, 0, ["TB"]), (2, 0, []), (1, 1, [])],
)
def test_fast_answers_are_counted_over_the_whole_sitting_as_well(scene, spring, tb, ra, noticed):
    """Of 12 questions in each module; a colleague's fast answers are no one else's."""
    scene.place(scene.attempt(scene.person("Dag Dyr", unit=spring.unit), spring.id), "TB", "long")
    fast = scene.attempt(scene.person("Eva Ek", unit=spring.unit), spring.id)
    scene.place(fast, "TB", "long", n_rapid=12)
    cato = scene.person("Cato Zahl", unit=spring.unit)
    attempt = scene.attempt(cato, spring.id)
    scene.place(attempt, "TB", "long", n_rapid=tb)
    scene.place(attempt, "RA", "long", n_rapid=ra)
    result = service.result(scene.database, attempt, cato)
    assert [p.module for p in result.proposals if Notice.PACE in p.notices] == noticed
    listed = service.round_outcomes(scene.database, spring.id, OutcomeFilter()).outcomes
    marked = [(o.name, o.module) for o in listed if Notice.PACE in o.notices]
    assert marked == [("Eva Ek", "TB"), *(("Cato Zahl", module) for module in noticed)]


def test_what_hr_makes_of_notices_stands_once_in_the_result(scene, spring):
    cato = scene.person("Cato Zahl", unit=spring.unit)
    attempt = scene.attempt(cato, spring.id)
    for module in ("TB", "RA"):
        scene.place(attempt, module, "long", n_rapid=3)
    page = _text(scene.browser(cato), f"/attempts/{attempt}/result")
    assert page.count('data-notice="pace"') == 2
    assert page.count("HR also reads") == 1


def test_that_it_is_close_stands_once_in_the_result(anne, spring):
    page = _text(anne, spring.result)
    assert "data-notice" not in page
    assert "HR also reads" not in page
    assert "It is close between" in page


# ---- HR's page


@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx"])
@pytest.mark.parametrize("role", [None, "author"])
def test_only_hr_may_look(scene, spring, role, ending):
    other = scene.browser(scene.person("Ola Other", unit=spring.unit, role=role))
    assert other.get(spring.outcomes + ending).status_code == 403


@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx"])
def test_an_unknown_round_is_not_found(hr, ending):
    assert hr.get(f"/rounds/4711/outcomes{ending}").status_code == 404


@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx"])
@pytest.mark.parametrize(
    "query",
    ["track=longest", "module=DB", "module='", "unit=x", "unit=99999", "look=perhaps", "page=0"],
)
def test_a_malformed_filter_is_refused(hr, spring, query, ending):
    assert hr.get(f"{spring.outcomes}{ending}?{query}").status_code == 400


def test_empty_filters_ask_for_everything(hr, spring):
    page = _text(hr, f"{spring.outcomes}?module=&track=&unit=")
    assert "2 proposals in the list." in page


def test_hr_reads_track_certainty_and_flag_of_each(hr, spring):
    page = _text(hr, spring.outcomes)
    assert 'data-page="outcomes"' in page
    assert '<tr data-module="TB" data-track="long">' in page
    assert '<tr data-module="RA" data-track="short" data-look>' in page
    for text in ("Quite sure", "90%", "Close to “Direct to certification”", "70%", "Anne Ås"):
        assert text in page
    assert ANSWERED_ITEM not in page


def test_a_message_is_shown_as_text(scene, hr, spring):
    scene.wish(spring.attempt, "<script>alert(1)</script>")
    page = _text(hr, spring.outcomes)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


def test_the_filter_is_kept_in_the_form_and_in_the_downloads(hr, spring):
    page = _text(hr, f"{spring.outcomes}?module=RA&look=y")
    assert "1 proposal in the list." in page
    assert '<option selected value="RA">' in page
    assert "checked" in page
    assert f"{spring.outcomes}.csv?module=RA&amp;look=y" in page
    assert '<tr data-module="TB" data-track' not in page


def test_a_long_list_comes_in_pages(scene, hr, spring):
    for number in range(ROWS_A_PAGE):
        attempt = scene.attempt(scene.person(f"N {number:03}", unit=spring.unit), spring.id)
        scene.place(attempt, "TB", "medium")
    assert "1 to 100 of 101" in _text(hr, f"{spring.outcomes}?module=TB")
    assert "101 to 101 of 101" in _text(hr, f"{spring.outcomes}?module=TB&page=2")
    assert hr.get(f"{spring.outcomes}?module=TB&page=3").status_code == 404


def test_a_round_without_results_says_so(scene, hr):
    assert "Nobody has finished yet." in _text(hr, f"/rounds/{scene.round()}/outcomes")


def test_the_notice_stands_until_the_pool_is_calibrated(scene, hr, spring):
    scene.pool(2, n_responses=1)
    notice = "The questions are not calibrated yet"
    assert notice in _text(hr, spring.outcomes)
    assert notice not in _text(hr, f"/rounds/{scene.round(pool=2)}/outcomes")
