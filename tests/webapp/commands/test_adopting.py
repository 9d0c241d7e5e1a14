"""The whole way round: answers out, calibrated, in again, published, and asked with."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import secrets
from datetime import timedelta
from math import exp
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from item_bank import service as bank
from item_bank.models import Calibration, PoolItem, RevisionParameters
from placement.reading import read_pool
from tests.world import World
from webapp import clock
from webapp.cli import main
from webapp.operations import responses
from webapp.operations.models import AnswerExport
from webapp.people.models import Person
from webapp.rounds.models import DesignVersion, Invitation, Round
from webapp.taking import service as taking
from webapp.taking.models import Answer, Attempt, Presentation

PEOPLE = 45


def spor(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> str:
    result = spor(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def here(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    url = world.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SPOR_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    return world


def sit(world: World, people: int, *, finished: bool = True) -> None:
    """Let the next people answer thirty questions each, a little harder than authors thought."""
    chance = random.Random(people)
    with world.database.write() as session:
        revisions = bank.pool_revision_ids(session, 1)
        rows = {row.id: row for row in bank.items(session)}
        taken = set(session.scalars(select(Attempt.invitation_id)))
        waiting = [one for one in sorted(world.invitations.values()) if one not in taken]
        for invitation_id in waiting[:people]:
            moment = clock.now()
            attempt = Attempt(
                public_id=secrets.token_hex(12), invitation_id=invitation_id, pool_number=1,
                design_number=1, seed=1, started_at=moment,
                finished_at=moment if finished else None,
            )  # fmt: skip
            session.add(attempt)
            session.flush()
            ability = chance.gauss(0, 1)
            for position, item in enumerate(chance.sample(sorted(rows), 30), start=1):
                difficulty = 1.1 * (rows[item].level - 2) + 0.6
                shown = Presentation(
                    attempt_id=attempt.id, position=position, item_id=item,
                    revision_id=revisions[item], module=rows[item].module, remaining_low=0,
                    remaining_high=0, presented_at=moment,
                )  # fmt: skip
                shown.answer = Answer(
                    attempt_id=attempt.id, position=position, raw={"kind": "unknown"},
                    category=int(chance.random() < 1 / (1 + exp(difficulty - ability))),
                    idempotency_key=f"{position:016}", answered_at=moment,
                )  # fmt: skip
                session.add(shown)


def new_round(world: World, pool_number: int, person_id: int) -> int:
    """Ask one person again, now from another pool; the invitation."""
    with world.database.write() as session:
        before = session.scalars(select(Round)).one()
        design = session.scalars(
            select(DesignVersion.number).where(DesignVersion.pool_number == pool_number)
        ).one()
        names = ("title", "purpose", "contact_name", "contact_email", "consulted_on")
        round_ = Round(
            **{name: getattr(before, name) for name in names},
            opens_on=clock.today() - timedelta(days=1),
            closes_on=clock.today() + timedelta(days=9),
            pool_number=pool_number,
            design_number=design,
        )
        session.add(round_)
        session.flush()
        invitation = Invitation(round_id=round_.id, person_id=person_id, invited_at=clock.now())
        session.add(invitation)
        session.flush()
        return invitation.id


@pytest.mark.slow
def test_answers_go_out_are_calibrated_come_back_and_are_asked_with(here: World) -> None:
    running = here.begin(here.employee)
    here.answer_right(running, here.employee, questions=2)
    sit(here, PEOPLE)
    out = ("bank", "responses", "--out", "RESPONSES.csv", "--items", "META.csv")
    assert f"of {PEOPLE} finished tests." in done(*out)
    done(
        "calibrate", "RESPONSES.csv", "--items", "META.csv", "--priors", "author",
        "--out", "POOL.csv", "--json", "REPORT.json",
    )  # fmt: skip
    done("bank", "adopt", "POOL.csv", "--report", "REPORT.json", "--note", "First round")
    assert "Pool 2 is published" in done("bank", "publish")
    found = {item.item: item for item in read_pool(Path("POOL.csv").read_text())}
    assert len(found) > 100
    with here.database.read() as session:
        pool = {item.item: item for item in bank.pool_parameters(session, 2)}
    assert all(pool[key] == item for key, item in found.items())
    assert_traced(here)

    # Who had begun goes on with the pool they began with; a new attempt has the new parameters.
    here.answer_right(running, here.employee)
    again = taking.begin(here.database, new_round(here, 2, here.employee), here.employee)
    here.answer_right(again, here.employee)
    for public_id in (running, again):
        assert "Identical" in done("attempt", "replay", public_id)
    with here.database.read() as session:
        numbers = dict(session.execute(select(Attempt.public_id, Attempt.pool_number)).all())
        assert (numbers[running], numbers[again]) == (1, 2)
        before, live = bank.pool(session, 1), bank.pool(session, 2)
    at = live.items.index(next(iter(found)).split("@")[0])
    assert not (live.probabilities[at] == before.probabilities[at]).all()


def assert_traced(world: World) -> None:
    """Who, when, and from which files: the export's and the calibration's."""
    with world.database.read() as session:
        trace = session.scalars(select(Calibration)).one()
        export = session.scalars(select(AnswerExport)).one()
    digest = {
        name: hashlib.sha256(Path(name).read_bytes()).hexdigest()
        for name in ("RESPONSES.csv", "POOL.csv", "REPORT.json")
    }
    assert export.sha256 == digest["RESPONSES.csv"]
    assert (export.n_attempts, export.n_answers) == (PEOPLE, 30 * PEOPLE)
    assert trace.files == {
        "pool": {"name": "POOL.csv", "sha256": digest["POOL.csv"]},
        "report": {"name": "REPORT.json", "sha256": digest["REPORT.json"]},
    }
    assert trace.settings["responses"] == {"name": "RESPONSES.csv", "sha256": export.sha256}
    assert (trace.settings["n_persons"], trace.note) == (PEOPLE, "First round")


@pytest.mark.slow
def test_new_questions_land_on_the_scale_in_use(here: World) -> None:
    """What is fixed keeps its origin; only the question that was left open is measured."""
    sit(here, PEOPLE)
    done("bank", "responses", "--out", "RESPONSES.csv", "--items", "META.csv")
    command = ("calibrate", "RESPONSES.csv", "--items", "META.csv", "--priors", "author")
    done(*command, "--out", "POOL.csv", "--json", "REPORT.json")
    done("bank", "adopt", "POOL.csv", "--report", "REPORT.json")
    with here.database.write() as session:
        bank.publish_pool(session, now=clock.now(), by=None, note="")
    said = done("bank", "pool", "--measured", "--out", "FIX.csv")
    n_found = len(read_pool(Path("POOL.csv").read_text()))
    assert said == f"{n_found} questions of pool 2.\n"
    lines = Path("FIX.csv").read_text().splitlines(keepends=True)
    new = lines.pop(7).split(",")[0]
    Path("FIX.csv").write_text("".join(lines))
    done(*command, "--fix", "FIX.csv", "--out", "NEXT.csv", "--json", "NEXT.json")
    said = done("bank", "adopt", "NEXT.csv", "--report", "NEXT.json")
    assert said.startswith(f"{new} ")
    assert f"{n_found - 1} rows are as the bank has them." in said
    with here.database.read() as session:
        newest = session.scalars(
            select(RevisionParameters).where(RevisionParameters.calibration_id == 2)
        ).all()
        assert len(newest) == 1


def test_only_whole_tests_go_out_under_names_that_say_nothing(here: World) -> None:
    sit(here, 2)
    sit(here, 1, finished=False)
    done("bank", "responses", "--out", "WIDE.csv", "--items", "META.csv")
    done("bank", "responses", "--long", "--with", "round", "--out", "LONG.csv")
    wide, long = rows_of(Path("WIDE.csv")), rows_of(Path("LONG.csv"))
    facts = {row["item"]: row for row in rows_of(Path("META.csv"))}
    assert len(wide) == len({row["person"] for row in long}) == 2
    assert {row["person"] for row in wide}.isdisjoint(row["person"] for row in long)
    assert set(facts) == set(wide[0]) - {"person"}
    answers = sorted(sorted((key, row[key]) for key in facts if row[key]) for row in wide)
    by_person: dict[str, list[tuple[str, str]]] = {}
    for row in long:
        by_person.setdefault(row["person"], []).append((row["item"], row["score"]))
    assert sorted(sorted(one) for one in by_person.values()) == answers
    assert {row["round"] for row in long} == {"1"}
    with here.database.read() as session:
        items = {row.id: row for row in bank.items(session)}
    for key, row in facts.items():
        item = items[key.removesuffix("@1")]
        assert (row["module"], row["category"]) == (item.module, item.category)
        assert float(row["level"]) == {1: -1.5, 2: -0.4, 3: 0.7}[item.level]


def test_what_is_told_of_people_is_told_of_many(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit(here, 3)
    with here.database.write() as session:
        people = session.scalars(
            select(Person).join(Invitation).join(Attempt).where(Attempt.finished_at.is_not(None))
        ).all()
        assert len(people) == 3
        for person, language in zip(people, ("nn", "nn", "en"), strict=True):
            person.language, person.staff_group = language, "Lærere"
    command = ("bank", "responses", "--with", "language", "--with", "round", "--out", "WITH.csv")
    done(*command)
    assert {(row["language"], row["round"]) for row in rows_of(Path("WITH.csv"))} == {("", "1")}
    monkeypatch.setattr(responses, "FEWEST", 2)
    done(*command)
    assert sorted(row["language"] for row in rows_of(Path("WITH.csv"))) == ["", "nn", "nn"]
    done("bank", "responses", "--long", "--with", "staff_group", "--out", "WITH.csv")
    assert {row["staff_group"] for row in rows_of(Path("WITH.csv"))} == {"Lærere"}
    refused = spor("bank", "responses", "--with", "name", "--out", "NAMES.csv")
    assert (refused.exit_code, Path("NAMES.csv").exists()) == (2, False)


def test_without_a_finished_test_there_is_nothing_to_hand_out(here: World) -> None:
    refused = spor("bank", "responses", "--out", "RESPONSES.csv")
    assert (refused.exit_code, "nobody has finished" in refused.output) == (1, True)
    assert not Path("RESPONSES.csv").exists()
    with here.database.read() as session:
        assert session.scalars(select(AnswerExport)).all() == []


def test_an_export_that_cannot_be_written_leaves_no_trace(here: World) -> None:
    sit(here, 1)
    refused = spor("bank", "responses", "--out", "no/such/folder/RESPONSES.csv")
    assert (refused.exit_code, "cannot be written" in refused.output) == (1, True)
    with here.database.read() as session:
        assert session.scalars(select(AnswerExport)).all() == []


def module_of(name: str, item: str, sd: float = 1.0) -> dict[str, object]:
    items = [{"item": item, "n_responses": 300, "fixed": False}]
    return {"module": name, "groups": [{"mean": 0.0, "sd": sd}], "items": items}


REPORT = {
    "model": "2pl", "priors": "none", "ability": "normal", "se": "oakes", "n_persons": 300,
    "n_responses": 600, "log_likelihood": -1.5, "converged": True,
    "responses": {"name": "RESPONSES.csv", "sha256": "9f86"},
    "modules": [module_of("TB", "TB-101@1"), module_of("RA", "RA-101@1")],
}  # fmt: skip
POOL = (
    "item,module,model,a,b,se_a,se_b,cov_ab\n"
    "TB-101@1,TB,2PL,1.3,0.2,0.1,0.1,0.001\n"
    "RA-101@1,RA,2PL,0.8,-0.9,0.1,0.2,-0.001\n"
)


def write(pool: str = POOL, report: object = REPORT) -> tuple[str, ...]:
    Path("POOL.csv").write_text(pool, encoding="utf-8")
    Path("REPORT.json").write_text(json.dumps(report), encoding="utf-8")
    return ("bank", "adopt", "POOL.csv", "--report", "REPORT.json")


def test_what_changes_is_shown_and_nothing_written_on_a_dry_run(here: World) -> None:
    said = done(*write(), "--dry-run")
    assert "TB-101@1" in said
    assert "→ +0.20 ± 0.10  slope 1.00 → 1.30  300 answers" in said
    assert "logits on average" in said
    with here.database.read() as session:
        assert session.scalars(select(Calibration)).all() == []


def test_what_may_be_wrong_with_a_scale_is_told(here: World) -> None:
    assert "note:" not in done(*write(guessing(POOL)), "--dry-run")
    modules = [module_of("TB", "TB-101@1", sd=1.4), module_of("RA", "RA-101@1")]
    said = done(*write(report={**REPORT, "modules": modules, "converged": False}), "--dry-run")
    assert "note: the calibration had not converged" in said
    assert "note: TB: ability is 0.00 ± 1.40 on this scale" in said
    assert "note: RA" not in said


def test_guessing_that_would_be_lost_is_told(here: World) -> None:
    assert "note: 2 questions lose their chance of a right guess" in done(*write(), "--dry-run")


def guessing(pool: str) -> str:
    header, *rows = pool.replace("2PL", "3PL").splitlines()
    return "\n".join([f"{header},c", *(f"{row},0.2" for row in rows)])


def test_taking_in_the_same_again_is_refused(here: World) -> None:
    assert "Taken in as calibration 1." in done(*write())
    refused = spor(*write())
    assert (refused.exit_code, "nothing new" in refused.output) == (1, True)
    with here.database.write() as session:
        bank.publish_pool(session, now=clock.now(), by=None, note="")
        rows = session.scalars(select(PoolItem).where(PoolItem.n_responses > 0)).all()
        assert sorted((row.item_id, row.b) for row in rows) == [("RA-101", -0.9), ("TB-101", 0.2)]


def test_every_fault_is_told_with_file_line_and_column(here: World) -> None:
    bad = POOL.replace("TB-101@1,TB", "TB-101@3,TB").replace("RA,2PL,0.8", "IE,2PL,0.8")
    refused = spor(*write(bad))
    assert refused.exit_code == 1
    assert "POOL.csv: line 2, column item:" in refused.output
    assert "POOL.csv: line 3, column module: RA, not 'IE'" in refused.output
    with here.database.read() as session:
        assert session.scalars(select(Calibration)).all() == []


@pytest.mark.parametrize("report", ["[]", "{", '{"modules": 3}', '{"modules": [{"items": [1]}]}'])
def test_a_report_that_is_none_is_refused(here: World, report: str) -> None:
    command = write()
    Path("REPORT.json").write_text(report, encoding="utf-8")
    refused = spor(*command)
    assert (refused.exit_code, "REPORT.json: expected" in refused.output) == (1, True)


def test_a_pool_is_written_as_it_is_or_refused(here: World) -> None:
    assert "120 questions of pool 1." in done("bank", "pool", "--out", "POOL.csv")
    assert len(read_pool(Path("POOL.csv").read_text())) == 120
    assert "measured nothing" in spor("bank", "pool", "--measured", "--out", "X.csv").output
    assert "no pool 7" in spor("bank", "pool", "--number", "7", "--out", "X.csv").output
