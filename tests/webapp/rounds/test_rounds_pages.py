from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.webapp.rounds.scene import Scene
from webapp.rounds.paging import ROWS_A_PAGE


@pytest.fixture
def unit(scene: Scene) -> int:
    return scene.unit("Arkiv & <minne>")


@pytest.fixture
def spring(scene: Scene, unit: int) -> int:
    spring = scene.round()
    scene.invite(scene.person("Anne <b>Waiting</b>", unit=unit), spring)
    scene.attempt(scene.person("Cato Done", unit=unit), spring)
    return spring


@pytest.fixture
def hr(scene: Scene, unit: int) -> FlaskClient:
    return scene.browser(scene.person("Hilde Reader", unit=unit, role="hr"))


def _text(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/rounds", "/rounds/{round}"])
@pytest.mark.parametrize("role", [None, "author"])
def test_only_hr_may_look(scene, unit, spring, role, address):
    other = scene.browser(scene.person("Ola Other", unit=unit, role=role))
    assert other.get(address.format(round=spring)).status_code == 403


def test_the_list_leads_to_each_round(hr, spring):
    page = _text(hr, "/rounds")
    assert 'data-page="rounds"' in page
    assert f'href="/rounds/{spring}"' in page


def test_a_list_without_rounds_says_so(hr):
    assert "There is no round yet." in _text(hr, "/rounds")


def test_a_round_tells_its_dates_purpose_and_who_was_consulted(hr, spring):
    page = _text(hr, f"/rounds/{spring}")
    assert 'data-page="round"' in page
    for text in ("To plan courses.", "1 March 2026", "30 April 2026", "12 February 2026"):
        assert text in page
    assert f'href="/rounds/{spring}/outcomes"' in page


def test_names_are_shown_as_text(hr, spring):
    page = _text(hr, f"/rounds/{spring}")
    assert "Anne &lt;b&gt;Waiting&lt;/b&gt;" in page
    assert "Arkiv &amp; &lt;minne&gt;" in page


def test_the_notice_stands_until_the_pool_is_calibrated(scene, hr, spring):
    scene.pool(2, n_responses=1)
    measured = scene.round(pool=2)
    notice = "The questions are not calibrated yet"
    assert notice in _text(hr, f"/rounds/{spring}")
    assert notice not in _text(hr, f"/rounds/{measured}")


def test_the_list_of_people_follows_the_filter(hr, spring):
    page = _text(hr, f"/rounds/{spring}?status=done&unit=")
    assert "Cato Done" in page
    assert "Waiting" not in page
    assert '<option selected value="done">' in page
    assert "1 person in the list." in page


@pytest.mark.parametrize(
    "query",
    ["status=finished", "unit=x", "unit=-1", "unit=99999", "unit=1e3", "page=0", "page=x"],
)
def test_a_malformed_filter_is_refused(hr, spring, query):
    assert hr.get(f"/rounds/{spring}?{query}").status_code == 400


@pytest.mark.parametrize("address", ["/rounds/4711", "/rounds/x", "/rounds/{round}?page=2"])
def test_what_is_not_there_is_not_found(hr, spring, address):
    assert hr.get(address.format(round=spring)).status_code == 404


def test_a_long_list_keeps_its_filter_from_page_to_page(scene, hr, unit, spring):
    for number in range(ROWS_A_PAGE + 1):
        scene.invite(scene.person(f"N {number:03}", unit=unit), spring)
    first = _text(hr, f"/rounds/{spring}?status=not_started")
    assert "1 to 100 of 102" in first
    assert f"/rounds/{spring}?page=2&amp;status=not_started" in first
    second = _text(hr, f"/rounds/{spring}?page=2&status=not_started")
    assert "101 to 102 of 102" in second
    assert "N 000" not in second


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_is_in_the_reader_s_language(hr, spring, language):
    hr.post("/language", data={"language": language, "next": "/rounds"})
    page = _text(hr, f"/rounds/{spring}")
    assert f'<html lang="{language}"' in page
    assert {"en": "<h1", "nb": "Spring nb", "nn": "Spring nn"}[language] in page
