"""The employee's pages: right status, right page, and nothing changed by a bad request."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from item_bank import service as bank
from item_bank.answers import DontKnow, answer_fields
from item_bank.content.model import Matching, Ordering
from placement.simulation import simulate
from tests.world import World, right_form
from webapp import clock
from webapp.rounds.designs import design as stored_design
from webapp.rounds.models import Round
from webapp.taking import service
from webapp.taking.forms import new_key


@pytest.fixture
def employee(client: FlaskClient, world: World) -> FlaskClient:
    world.sign_in(client, world.employee)
    return client


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def page_of(response: object) -> str:
    return response.get_data(as_text=True)


def begin(client: FlaskClient, world: World) -> str:
    start = page_of(client.get("/start"))
    token = hidden(start, "csrf_token")
    sent = client.post(
        f"/invitations/{world.invitations[world.employee]}/attempt", data={"csrf_token": token}
    )
    assert sent.status_code == 303
    return sent.location


def form_of(client: FlaskClient, world: World, address: str) -> dict[str, list[str]]:
    page = page_of(client.get(address))
    question = service.open_question(world.database, address.rsplit("/", 1)[1], world.employee)
    assert question is not None
    own = {name: [hidden(page, name)] for name in ("csrf_token", "position", "key")}
    return own | right_form(question)


def test_the_journey_from_start_to_result(employee: FlaskClient, world: World) -> None:
    address = begin(employee, world)
    begun = 0
    for _ in range(100):
        response = employee.get(address)
        if response.status_code == 303:
            break
        begun += "new-subject" in page_of(response)
        form = form_of(employee, world, address)
        assert employee.post(f"{address}/answers", data=form).status_code == 303
    assert begun == 2  # of three subjects
    assert response.location == f"{address}/result"
    result = page_of(employee.get(response.location))
    assert 'data-page="result"' in result
    assert set(re.findall(r'data-module="(\w+)"', result)) == {"TB", "RA", "IE"}


def test_reading_a_question_changes_nothing(employee: FlaskClient, world: World) -> None:
    address = begin(employee, world)
    before = world.counts()
    pages = {re.sub(r'value="[\w.-]{16,}"', "", page_of(employee.get(address))) for _ in range(3)}
    assert len(pages) == 1
    assert world.counts() == before


def test_an_empty_answer_is_asked_for_again(employee: FlaskClient, world: World) -> None:
    address = begin(employee, world)
    form = form_of(employee, world, address)
    bare = {name: form[name] for name in ("csrf_token", "position", "key")}
    response = employee.post(f"{address}/answers", data=bare)
    assert response.status_code == 422
    assert 'data-page="question"' in page_of(response)
    assert "ds-error-summary" in page_of(response)
    assert world.counts() == (1, 1, 0, 0)


def test_a_restored_tab_comes_back_to_a_question_asked_again(
    employee: FlaskClient, world: World
) -> None:
    address = begin(employee, world)
    response = employee.get(f"{address}/answers")
    assert (response.status_code, response.location) == (303, address)


def test_an_error_leads_to_the_first_line_that_lacks_an_answer(
    employee: FlaskClient, world: World
) -> None:
    address = begin(employee, world)
    public_id = address.rsplit("/", 1)[1]
    while (question := service.open_question(world.database, public_id, world.employee)) and not (
        isinstance(question.content.body, Ordering | Matching)
    ):
        world.send(question, world.employee)
    form = form_of(employee, world, address)
    rows = [name for name in form if name.startswith("row-")]
    page = page_of(employee.get(address))
    shown = sorted(rows, key=lambda name: page.index(f'name="{name}"'))
    del form[shown[1]]
    asked = page_of(employee.post(f"{address}/answers", data=form))
    assert 'href="#answer-2"' in asked
    assert asked.count("aria-invalid") == 1
    form |= dict.fromkeys(shown[:2], form[shown[0]])
    asked = page_of(employee.post(f"{address}/answers", data=form))
    assert 'href="#answer-1"' in asked
    assert asked.count("aria-invalid") == 2


def test_a_change_of_language_leads_back_to_a_question_asked_again(
    employee: FlaskClient, world: World
) -> None:
    address = begin(employee, world)
    form = form_of(employee, world, address)
    bare = {name: form[name] for name in ("csrf_token", "position", "key")}
    asked = page_of(employee.post(f"{address}/answers", data=bare))
    assert hidden(asked, "next") == address
    token = {"csrf_token": form["csrf_token"]}
    assert hidden(page_of(employee.post("/practice", data=token)), "next") == "/practice"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"csrf_token": "stale"}, 400),
        ({"position": "one"}, 400),
        ({"position": "-1"}, 400),
        ({"key": "short"}, 400),
        ({"position": "7"}, 409),
        ({"text": "x" * 300_000}, 413),
    ],
)
def test_a_malformed_request_changes_nothing(
    employee: FlaskClient, world: World, change: dict[str, str], status: int
) -> None:
    address = begin(employee, world)
    form = form_of(employee, world, address) | change
    response = employee.post(f"{address}/answers", data=form)
    assert response.status_code == status
    assert 'data-page="error"' in page_of(response)
    assert world.counts() == (1, 1, 0, 0)


def test_a_second_different_answer_is_refused_with_a_way_on(
    employee: FlaskClient, world: World
) -> None:
    address = begin(employee, world)
    form = form_of(employee, world, address)
    other = {name: form[name] for name in ("csrf_token", "position", "key")}
    other |= {"choice": ["dont_know"], "dont_know": ["1"]}
    assert employee.post(f"{address}/answers", data=form).status_code == 303
    before = world.counts()
    assert employee.post(f"{address}/answers", data=form).status_code == 303
    assert employee.post(f"{address}/answers", data=other).status_code == 422
    stale = employee.post(f"{address}/answers", data=other | {"key": [new_key()]})
    assert stale.status_code == 409
    assert f'href="{address}"' in page_of(stale)
    assert world.counts() == before


def test_another_persons_attempt_is_not_found(employee: FlaskClient, world: World) -> None:
    theirs = world.begin(world.colleague)
    assert employee.get(f"/attempts/{theirs}").status_code == 404
    assert employee.get(f"/attempts/{theirs}/result").status_code == 404
    token = hidden(page_of(employee.get("/start")), "csrf_token")
    foreign = {"csrf_token": token, "position": "1", "key": new_key(), "choice": "dont_know"}
    assert employee.post(f"/attempts/{theirs}/answers", data=foreign).status_code == 404
    invitation = world.invitations[world.colleague]
    begun = employee.post(f"/invitations/{invitation}/attempt", data={"csrf_token": token})
    assert begun.status_code == 404


def test_key_and_difficulty_never_reach_the_browser(employee: FlaskClient, world: World) -> None:
    address = begin(employee, world)
    public_id = address.rsplit("/", 1)[1]
    for _ in range(15):
        page = page_of(employee.get(address))
        question = service.open_question(world.database, public_id, world.employee)
        if question is None:
            break
        for word in ("rationale", "correct", "right-answer", "level", "theta", "difficulty"):
            assert word not in page.split("<main")[1].split("</main>")[0]
        assert not re.search(r'name="choice" value="\d+"', page)
        world.send(question, world.employee)


def test_practice_stores_nothing(employee: FlaskClient, world: World) -> None:
    page = page_of(employee.get("/practice"))
    assert 'data-page="practice"' in page
    form = {"csrf_token": hidden(page, "csrf_token")}
    assert employee.post("/practice", data=form).status_code == 422
    assert employee.post("/practice", data=form | {"choice": "nonsense"}).status_code == 400
    done = employee.post("/practice", data=form | {"choice": "dont_know"})
    assert done.status_code == 200
    assert world.counts() == (0, 0, 0, 0)


def test_practice_leads_through_the_kinds_and_back(employee: FlaskClient, world: World) -> None:
    address, met = "/practice", []
    while address != "/start":
        page = page_of(employee.get(address))
        met.append(re.findall(r'data-kind="(\w+)"', page)[0])
        form = {"csrf_token": hidden(page, "csrf_token")}
        asked = employee.post(address, data=form)
        assert (asked.status_code, hidden(page_of(asked), "next")) == (422, address)
        done = page_of(employee.post(address, data=form | {"choice": "1", "dont_know": "1"}))
        assert 'role="status"' in done
        onwards = re.search(r'<a class="ds-button" href="([^"]+)"', done)
        assert onwards
        address = onwards[1]
    assert met == ["single", "multiple", "hotspot"]
    assert world.counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("question", ["0", "4", "-1", "9" * 20])
def test_there_is_no_other_practice(employee: FlaskClient, question: str) -> None:
    assert employee.get(f"/practice?question={question}").status_code == 404


def test_signing_out_is_confirmed(employee: FlaskClient) -> None:
    token = hidden(page_of(employee.get("/start")), "csrf_token")
    signed_out = employee.post("/sign-out", data={"csrf_token": token}, follow_redirects=True)
    assert "Du er logget ut." in page_of(signed_out)


def test_the_start_page_says_what_it_is_for_before_and_after(
    employee: FlaskClient, world: World
) -> None:
    purpose, consulted = "Hva resultatet brukes til", "drøftet med de tillitsvalgte"
    told = re.search(r"mellom (\d+) og (\d+) spørsmål", page_of(employee.get("/start")))
    assert told
    few, many = map(int, told.groups())
    assert few % 5 == many % 5 == 0
    world.answer_right(world.begin(world.employee), world.employee)
    page = page_of(employee.get("/start"))
    assert purpose in page
    assert consulted in page
    assert "Sett av" not in page


def test_the_start_page_foretells_how_many_questions_people_get(
    employee: FlaskClient, world: World
) -> None:
    """Of 300 whose modules go together as the design believes, and of one who knows nothing."""
    page = page_of(employee.get("/start"))
    told = re.search(r"mellom (\d+) og (\d+) spørsmål.*ned til (\d+):", page, re.DOTALL)
    assert told
    few, many, least = map(int, told.groups())
    with world.database.read() as session:
        pool = bank.pool(session, 1)
        design = stored_design(session, 1)
    covariance = design.correlation
    abilities = np.random.default_rng(1).multivariate_normal(np.zeros(3), covariance, 300)
    lengths = simulate(design, pool, abilities, seed=1).lengths
    assert np.mean((lengths >= few) & (lengths <= many)) >= 0.8
    assert lengths.min() >= least
    public_id, answered = world.begin(world.employee), 0
    while question := service.open_question(world.database, public_id, world.employee):
        form = answer_fields(question.content, DontKnow(), seed=question.option_seed)
        sent = service.Submission(question.position, new_key(), form)
        service.answer(world.database, public_id, world.employee, sent)
        answered += 1
    assert least <= answered < least + 5 < few


def test_a_round_that_is_over_says_when_and_whom_to_ask(
    employee: FlaskClient, world: World
) -> None:
    world.begin(world.employee)
    with world.database.write() as session:
        yesterday = clock.today() - timedelta(days=1)
        session.execute(update(Round).values(closes_on=yesterday))
    page = page_of(employee.get("/start"))
    assert "Siste dag for å svare var" in page
    assert "mailto:" in page
    assert "Det er ingen tidsgrense" not in page
    assert "/attempts/" not in page


def test_the_pages_speak_the_persons_language(employee: FlaskClient, world: World) -> None:
    for language, word in (("nb", "Språk"), ("nn", "Språk"), ("en", "Language")):
        token = hidden(page_of(employee.get("/start")), "csrf_token")
        chosen = employee.post(
            "/language", data={"csrf_token": token, "language": language, "next": "/start"}
        )
        assert (chosen.status_code, chosen.location) == (303, "/start")
        page = page_of(employee.get("/start"))
        assert f'<html lang="{language}"' in page
        assert word in page


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", ""]
)
def test_choosing_a_language_never_leads_off_the_site(
    employee: FlaskClient, elsewhere: str
) -> None:
    token = hidden(page_of(employee.get("/start")), "csrf_token")
    sent = employee.post(
        "/language", data={"csrf_token": token, "language": "nn", "next": elsewhere}
    )
    assert sent.location == "/"
