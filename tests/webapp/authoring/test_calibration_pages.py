"""A calibration is looked at before it is taken in, and each question says what it rests on."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from item_bank.content import LANGUAGES
from item_bank.models import Calibration, PoolItem
from tests.webapp.authoring.conftest import sign_in, token_of
from webapp.authoring import adopting, pools, service
from webapp.people import service as people

POOL = """item,module,model,a,b,se_a,se_b,cov_ab
QA-100@1,QA,2PL,1.3,0.25,0.1,0.12,0.001
QA-102@1,QA,2PL,0.8,-0.89,0.1,0.2,-0.001
"""


def report(sd=1.0, converged=True):
    items = [{"item": f"QA-{n}@1", "n_responses": 214, "fixed": False} for n in (100, 102, 103)]
    module = {"module": "QA", "groups": [{"mean": 0.0, "sd": sd}], "items": items}
    figures = dict.fromkeys(("model", "priors", "ability", "se"), "x")
    counts = {"n_persons": 300, "n_responses": 428, "log_likelihood": -9.5, "responses": {}}
    return json.dumps({**figures, **counts, "converged": converged, "modules": [module]})


def send(author, pool=POOL, told=None, **fields):
    token = token_of(author.get("/bank/calibrations/new"))
    files = {
        "pool": (BytesIO(pool if isinstance(pool, bytes) else pool.encode()), "POOL.csv"),
        "report": (BytesIO((told or report()).encode()), "REPORT.json"),
    }
    data = {"csrf_token": token, **files, **fields}
    return author.post("/bank/calibrations/preview", data=data)


def confirmed(author, page, **fields):
    looked_at = re.search(r'name="looked_at" value="([^"]+)"', page.get_data(as_text=True))[1]
    data = {"csrf_token": token_of(page), "looked_at": looked_at, "note": "First", **fields}
    return author.post("/bank/calibrations", data=data)


def calibrations(desk):
    with desk.database.read() as session:
        return session.scalars(select(Calibration).order_by(Calibration.id)).all()


def adopt(desk, pool=POOL):
    files = (adopting.File("POOL.csv", pool.encode()), adopting.File("R", report().encode()))
    return adopting.adopt(desk.database, adopting.read_files(*files), by=desk.other, note="")


def text_of(response):
    return " ".join(response.get_data(as_text=True).split())


def test_what_changes_is_shown_and_kept_only_when_confirmed(desk, author):
    desk.publish()
    page = send(author)
    assert page.status_code == 200
    said = text_of(page)
    assert "2 questions get new parameters." in said
    assert "-0.40 ± 0.60" in said
    assert "0.25 ± 0.12" in said
    assert (
        "QA: +0.08 on average. The questions tell" in said
    )  # both were at -0.4: (0.65 - 0.49) / 2
    assert calibrations(desk) == []
    done = confirmed(author, page)
    assert (done.status_code, done.location) == (303, "/bank/pools/new")
    (kept,) = calibrations(desk)
    assert (kept.adopted_by, kept.note) == (desk.author, "First")
    assert kept.files["pool"]["name"] == "POOL.csv"
    plan = text_of(author.get("/bank/pools/new"))
    assert "2 changed questions" in plan
    assert plan.count("measured anew since the pool") == 2


def test_the_next_pool_of_the_plan_has_what_was_measured(desk):
    desk.publish()
    before = pools.plan_pool(desk.database)
    number = adopt(desk)
    with pytest.raises(pools.PublishedMeanwhile):
        pools.publish(desk.database, mark=before.mark, by=desk.author, note="")
    plan = pools.plan_pool(desk.database)
    assert [row.id for row in plan.changed] == ["QA-100", "QA-102"]
    assert pools.publish(desk.database, mark=plan.mark, by=desk.author, note="") == 2
    assert not pools.plan_pool(desk.database).is_new
    with desk.database.read() as session:
        kept = session.get_one(PoolItem, (2, "QA-100"))
    assert (kept.b, kept.se_b, kept.cov_ab, kept.calibration_id) == (0.25, 0.12, 0.001, number)


def test_a_question_says_what_its_difficulty_rests_on(desk, author):
    assert "In numbers" not in text_of(author.get("/bank/QA-100"))
    desk.publish()
    said = text_of(author.get("/bank/QA-100"))
    assert "-0.40, give or take 0.60" in said
    assert "From the author’s level: no answers have measured it yet." in said
    adopt(desk)
    assert "Answers have measured it anew since" in text_of(author.get("/bank/QA-100"))
    desk.publish()
    said = text_of(author.get("/bank/QA-100"))
    assert "0.25, give or take 0.12" in said
    assert "Measured by 214 answers, taken in" in said
    assert "anew since" not in said
    assert service.item(desk.database, "QA-101").pooled.calibration_id is None


def test_every_fault_is_told_and_nothing_is_kept(desk, author):
    desk.save("QA-103", "New words")
    bad = POOL + "QA-103@1,QA,2PL,1,0,0.1,0.1,0\nXX-1@1,<b>,2PL,1,0,.1,.1,0\n"
    page = send(author, bad)
    assert page.status_code == 422
    said = text_of(page)
    assert "line 4, column item: the newest wording, QA-103@2" in said
    assert "line 5, column item: a question of the bank" in said
    assert "<b>" not in said
    passed = text_of(send(author, bad.rsplit("XX", 1)[0], skip_edited="y"))
    assert "1 has been edited since and is passed over." in passed
    assert calibrations(desk) == []


@pytest.mark.parametrize(
    ("pool", "told", "said"),
    [
        (POOL, "{}", "REPORT.json is no report of spor calibrate."),
        (POOL, "[1", "REPORT.json is no report of spor calibrate."),
        (b"item\xff", None, "POOL.csv is no text in UTF-8."),
        ("", None, "this column is required"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(desk, author, pool, told, said):
    page = send(author, pool, told)
    assert (page.status_code, said in text_of(page)) == (422, True)


def test_both_files_are_asked_for(desk, author):
    token = token_of(author.get("/bank/calibrations/new"))
    data = {"csrf_token": token, "pool": (BytesIO(b""), "")}
    page = author.post("/bank/calibrations/preview", data=data, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "Choose the POOL.csv." in text_of(page)
    assert "Choose the REPORT.json." in text_of(page)


def test_another_scale_is_warned_of(desk, author):
    assert "Placements would be off" not in text_of(send(author))
    said = text_of(send(author, told=report(sd=1.4, converged=False)))
    assert "ability is 0.00 ± 1.40 there" in said
    assert "had not converged" in said


def test_guessing_that_would_be_lost_is_told(desk, author):
    assert "2 questions lose their chance of a right guess" in text_of(send(author))
    header, *rows = POOL.replace("2PL", "3PL").splitlines()
    kept = "\n".join([f"{header},c", *(f"{row},0.2" for row in rows)])
    assert "chance of a right guess" not in text_of(send(author, pool=kept))


def test_a_note_that_is_too_long_is_told_and_kept(desk, author):
    page = confirmed(author, send(author), note="x" * 1001)
    assert (page.status_code, "Shorten the note" in text_of(page)) == (422, True)
    assert 'value="xxx' in page.get_data(as_text=True)
    assert calibrations(desk) == []
    assert confirmed(author, page).status_code == 303


def test_an_edit_while_the_page_is_open_is_told_and_nothing_is_kept(desk, author):
    page = send(author)
    desk.save("QA-100", "New words")
    refused = confirmed(author, page)
    assert (refused.status_code, "edited since" in text_of(refused)) == (409, True)
    assert calibrations(desk) == []


def test_taking_the_same_in_twice_keeps_one(desk, author):
    page = send(author)
    assert confirmed(author, page).status_code == 303
    again = confirmed(author, page)
    assert (again.status_code, again.location) == (303, "/bank")
    assert len(calibrations(desk)) == 1
    assert "There is nothing to take in." in text_of(send(author))


@pytest.mark.parametrize("looked_at", ["", "x", "signed by another"])
def test_what_was_not_shown_cannot_be_taken_in(desk, author, looked_at):
    if looked_at.startswith("signed"):
        looked_at = URLSafeSerializer("another secret", salt="calibration").dumps({"found": {}})
    data = {"csrf_token": token_of(author.get("/bank/calibrations/new")), "looked_at": looked_at}
    assert author.post("/bank/calibrations", data=data).status_code == 400
    assert calibrations(desk) == []


def test_only_authors_may_take_a_calibration_in(desk, hr):
    token = token_of(hr.get("/rounds"))
    assert hr.get("/bank/calibrations/new").status_code == 403
    for address in ("/bank/calibrations/preview", "/bank/calibrations"):
        assert hr.post(address, data={"csrf_token": token}).status_code == 403


def test_files_go_to_the_page_for_files_alone(desk, author):
    token = token_of(author.get("/bank/calibrations/new"))
    for address in ("/bank/pools", "/bank/calibrations"):
        sent = author.post(address, data={"csrf_token": token, "note": (BytesIO(b"x"), "x")})
        assert sent.status_code == 415


@pytest.mark.parametrize(("size", "status"), [(3 * 1024 * 1024, 422), (5 * 1024 * 1024, 413)])
def test_a_large_calibration_is_read_and_a_huge_one_refused(desk, author, size, status):
    token = token_of(author.get("/bank/calibrations/new"))
    fields = (("csrf_token", "", token), ("report", '; filename="R"', "{}"))
    fields += (("pool", '; filename="P"', "#" * size),)
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
        for name, more, value in fields
    )
    sent = author.post(
        "/bank/calibrations/preview",
        data=f"{body}--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert sent.status_code == status


@pytest.mark.parametrize("address", ["/bank/calibrations", "/bank/calibrations/preview"])
def test_reloading_where_a_form_was_sent_leads_to_the_form(author, address):
    sent = author.get(address)
    assert (sent.status_code, sent.location) == (303, "/bank/calibrations/new")


def test_the_pages_stand_in_every_language(desk, visitor):
    sign_in(desk, visitor, desk.author)
    desk.publish()
    for language in LANGUAGES:
        people.choose_language(desk.database, desk.author, language)
        assert f'<html lang="{language}"' in visitor.get("/bank/calibrations/new").text
        assert f'<html lang="{language}"' in send(visitor, told=report(sd=2)).text
