"""What answers have measured: held against the bank, every fault at once, and kept by revision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from item_bank import service as bank
from item_bank.keys import item_key, parse_key
from item_bank.models import (
    Calibration,
    Immutable,
    Item,
    ItemRevision,
    PoolItem,
    RevisionParameters,
)
from item_bank.service.parameters import from_columns, to_columns
from placement.items import ItemParameters
from placement.reading import UnreadableError, read_pool, write_pool
from tests.item_bank.contents import ITEMS, MODULE, NOISE, NOW, OTHER_MODULE, text

HEADER = "item,module,category,model,a,b,c,se_a,se_b,cov_ab"
LATER = NOW.replace(hour=14)


@pytest.fixture
def filled(database):
    with database.write() as session:
        bank.import_sources(session, (MODULE, OTHER_MODULE), (*ITEMS, *NOISE), NOW)
    return database


def publish(session):
    return bank.publish_pool(session, now=NOW, by=7, note="")


def edit(session, item_id="QA-100"):
    changed = replace(bank.latest_revision(session, item_id).content, stem=text("Another stem"))
    version = bank.item(session, item_id).version
    others = {"expected_version": version, "author_id": None, "note": "", "now": NOW}
    bank.save_revision(session, item_id, changed, **others)


def row(key, **others):
    values = {
        "item": key, "module": key[:2], "category": f"{key[:2]}.1", "model": "2PL", "a": 1.4,
        "b": 0.3, "c": 0, "se_a": 0.1, "se_b": 0.12, "cov_ab": -0.002,
    } | others  # fmt: skip
    return ",".join(str(values[name]) for name in HEADER.split(","))


def pool_text(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def read(session, text, answers=None, **others):
    counts = {line.split(",")[0]: 214 for line in text.splitlines()[1:]}
    return bank.read_adoption(session, text, counts if answers is None else answers, **others)


def adopt(session, adoption, **others):
    values = {"files": {"POOL.csv": "9f86"}, "settings": {"model": "2pl"}, "by": 7, "note": "One"}
    return bank.adopt(session, adoption, **(values | {"now": LATER} | others))


def test_parameters_come_into_the_next_pool_with_their_uncertainty_and_origin(filled):
    with filled.write() as session:
        publish(session)
        found = read(session, pool_text(row("QA-100@1"), row("QA-102@1", model="3PL", c=0.2)))
        assert [one.key for one in found.measured] == ["QA-100@1", "QA-102@1"]
        assert found.measured[0].before.parameters.b == -0.4
        number = adopt(session, found)
        assert publish(session) == 2
        kept = session.get(PoolItem, (2, "QA-102"))
        assert (kept.model, kept.a, kept.b, kept.c) == ("3PL", 1.4, 0.3, 0.2)
        assert (kept.se_a, kept.se_b, kept.cov_ab) == (0.1, 0.12, -0.002)
        assert (kept.n_responses, kept.calibration_id) == (214, number)
        assert session.get(PoolItem, (1, "QA-102")).b == -0.4
        assert session.get(PoolItem, (2, "QA-101")).calibration_id is None
        pool = {item.item: item for item in bank.pool_parameters(session, 2)}
        assert pool["QA-102@1"].cov_ab == -0.002
        measured = bank.pool_parameters(session, 2, measured_only=True)
        assert [item.item for item in measured] == ["QA-100@1", "QA-102@1"]
        known = bank.pooled(session, "QA-102", 2)
        assert (known.n_responses, known.measured_at) == (214, LATER)
        assert bank.pooled(session, "QA-102", 3) is None


def test_who_did_it_when_and_from_what_is_kept(filled):
    with filled.write() as session:
        number = adopt(session, read(session, pool_text(row("QA-100@1"))))
    with filled.read() as session:
        kept = session.get(Calibration, number)
        assert (kept.adopted_at, kept.adopted_by, kept.note) == (LATER, 7, "One")
        assert (kept.files, kept.settings) == ({"POOL.csv": "9f86"}, {"model": "2pl"})


@pytest.mark.parametrize("table", [Calibration, RevisionParameters])
def test_what_was_measured_is_written_once(filled, table):
    with filled.write() as session:
        adopt(session, read(session, pool_text(row("QA-100@1"))))
    with pytest.raises(Immutable), filled.write() as session:
        session.delete(session.scalars(select(table)).one())


def test_every_fault_is_named_at_once_with_line_and_column(filled):
    with filled.write() as session:
        edit(session, "QA-103")
        text = pool_text(
            row("QA-999@1"),
            row("QA-100"),
            row("QA-100@2"),
            row("QA-103@1"),
            row("QA-104@1", module="NO", category="QA.2"),
            row("QA-105@1", b="much"),
            row("QA-106@1", b=-11, a=12, se_b=0, cov_ab=0),
            row("QA-107@1"),
            row("QA-107@1"),
            row("QA-101@1", a=-1),
            row("NO-100@1"),
        )
        answers = {f"QA-{n}@1": 50 for n in range(100, 110)}
        with pytest.raises(UnreadableError) as refused:
            read(session, text, answers)
    found = [(fault.line, fault.column) for fault in refused.value.errors]
    assert found == [
        (2, "item"), (3, "item"), (4, "item"), (5, "item"), (6, "module"), (6, "category"),
        (7, "b"), (8, "b"), (8, "a"), (8, "se_b"), (10, "item"), (11, "a"), (12, "item"),
    ]  # fmt: skip
    said = {fault.line: fault.expected for fault in refused.value.errors}
    assert "not 'QA-999'" in said[2]
    assert "TB-101@2" in said[3]
    assert "which has 1" in said[4]
    assert "QA-103@2: the question has been edited since" in said[5]
    assert "another name than line 9" in said[10]
    assert "it has none to NO-100@1" in said[12]


@pytest.mark.parametrize(
    ("header", "line", "column"),
    [
        ("item,module,model,a,b1,b2,se_b", "QA-100@1,QA,GRM,1.2,-1,1,.1", "model"),
        ("item,module,model,a,a1,a2,d1,d2,se_b", "QA-100@1,QA,NRM,1,1,2,0,0,.1", "model"),
        ("item,module,model,a,b,enemy,se_b", "QA-100@1,QA,2PL,1,0,twin,.1", "enemy"),
        ("item,module,model", "QA-100@1,QA,2PL", "a"),
        ("item,module,model,a,b", '"' + "x" * 140_000 + '",QA,2PL,1,0', ""),
    ],
)
def test_what_does_not_fit_a_question_scored_right_or_wrong_is_refused(
    filled, header, line, column
):
    with filled.read() as session, pytest.raises(UnreadableError) as refused:
        read(session, f"{header}\n{line}\n")
    assert column in [fault.column for fault in refused.value.errors]


@given(
    st.sampled_from(
        [
            ItemParameters("X", "QA", "QA.1", "4PL", 1.2, 0.1, c=0.1, d=0.95, se_b=0.1),
            ItemParameters("X", "QA", "QA.1", "GRM", 1.2, 0.0, b_steps=(-1.0, 0.5), se_b=0.2),
            ItemParameters(
                "X", "QA", "QA.1", "NRM", 1.0, 0.0, a_steps=(0.5, 1.5), d_steps=(-0.2, 0.1)
            ),
        ]
    )
)
def test_columns_give_every_kind_of_parameters_back(parameters):
    row = RevisionParameters(**to_columns(parameters))
    assert from_columns("X", "QA", "QA.1", row) == parameters


def test_steps_and_an_upper_asymptote_come_whole_through_the_database(filled):
    """A graded item of two categories is scored right or wrong like any other."""
    header = "item,module,model,a,b,c,d,b1,se_b"
    text = pool_text(
        "QA-100@1,QA,GRM,1.2,0,,,0.4,0.2", "QA-101@1,QA,4PL,1.1,0.2,0.1,0.96,,0.2", header=header
    )
    with filled.write() as session:
        adopt(session, read(session, text))
        publish(session)
    with filled.read() as session:
        items = {item.item: item for item in bank.pool_parameters(session, 1)}
        assert items["QA-100@1"].b_steps == (0.4,)
        assert items["QA-101@1"].d == 0.96
        assert len(bank.pool(session, 1)) == len(ITEMS) + len(NOISE)


def test_a_row_as_the_bank_has_it_is_no_news(filled):
    """So a fixed question keeps its date, and an author's level is not taken for a measurement."""
    with filled.write() as session:
        adopt(session, read(session, pool_text(row("QA-100@1"))))
        publish(session)
        text = write_pool(bank.pool_parameters(session, 1))
        found = bank.read_adoption(session, text, {})
        assert found.measured == ()
        assert len(found.unchanged) == len(ITEMS) + len(NOISE)
        with pytest.raises(bank.NothingMeasured):
            adopt(session, found)
        assert session.scalar(select(func.count()).select_from(Calibration)) == 1
        assert read_pool(text)[0].item == "NO-100@1"


def test_an_edited_question_may_be_passed_over_and_keeps_its_level(filled):
    with filled.write() as session:
        edit(session)
        text = pool_text(row("QA-100@1"), row("QA-102@1"))
        found = read(session, text, skip_edited=True)
        assert ([one.key for one in found.measured], found.edited) == (["QA-102@1"], ("QA-100@1",))
        adopt(session, found)
        publish(session)
        assert session.get(PoolItem, (1, "QA-100")).calibration_id is None


def test_the_newest_calibration_counts_and_the_list_tells_of_it(filled):
    with filled.write() as session:
        publish(session)
        assert not bank.item(session, "QA-100").is_measured_anew
        for b in (0.3, 0.5):
            adopt(session, read(session, pool_text(row("QA-100@1", b=b))))
        assert bank.item(session, "QA-100").is_measured_anew
        assert not bank.item(session, "QA-101").is_measured_anew
        publish(session)
        assert session.get(PoolItem, (2, "QA-100")).b == 0.5
        assert not bank.item(session, "QA-100").is_measured_anew
        edit(session)
        assert bank.item(session, "QA-100").is_ahead_of_pool


def test_a_resting_question_is_measured_all_the_same(filled):
    with filled.write() as session:
        session.execute(update(Item).where(Item.id == "QA-100").values(status="paused"))
        adopt(session, read(session, pool_text(row("QA-100@1"))))
        publish(session)
        assert session.get(PoolItem, (1, "QA-100")) is None
        session.execute(update(Item).where(Item.id == "QA-100").values(status="approved"))
        publish(session)
        assert session.get(PoolItem, (2, "QA-100")).b == 0.3


def test_each_module_is_told_of_what_it_comes_to(filled):
    with filled.read() as session:
        found = read(session, pool_text(row("QA-100@1", b=0.1), row("NO-100@1", b=-0.4)))
    noise, module = bank.module_changes(found.measured)
    assert (noise.module, noise.n_items, module.module) == ("NO", 1, "QA")
    assert (noise.harder, module.harder) == pytest.approx((0.0, 0.5))


def test_information_is_averaged_over_ability(filled):
    """Known parameters against known ones: Σ a²P(1 - P) under a standard normal law."""

    def told(a, b):
        theta = np.linspace(-8, 8, 4001)
        chance = 1 / (1 + np.exp(-a * (theta - b)))
        weights = np.exp(-(theta**2) / 2)
        return (a**2 * chance * (1 - chance) * weights).sum() / weights.sum()

    with filled.write() as session:
        sure = {"se_a": 0, "se_b": 1e-9, "cov_ab": 0}
        adopt(session, read(session, pool_text(row("QA-100@1", a=1.0, b=0.5, **sure))))
        found = read(session, pool_text(row("QA-100@1", a=1.5, b=-0.5, **sure)))
    (change,) = bank.module_changes(found.measured)
    assert change.information == pytest.approx(told(1.5, -0.5) / told(1.0, 0.5), rel=1e-3)


def test_what_was_asked_has_a_name_for_each_wording(filled):
    with filled.write() as session:
        edit(session)
        asked = bank.asked_revisions(session)
        ids = session.scalars(
            select(ItemRevision.id).where(ItemRevision.item_id == "QA-100").order_by("number")
        ).all()
    assert [asked[one].key for one in ids] == ["QA-100@1", "QA-100@2"]
    assert (asked[ids[0]].module, asked[ids[0]].category, asked[ids[0]].level) == (
        "QA", "QA.1", -0.4,
    )  # fmt: skip


@given(st.text("AB-019", min_size=1), st.integers(1, 10**8))
def test_a_name_is_read_back(item_id, number):
    assert parse_key(item_key(item_id, number)) == (item_id, number)


@pytest.mark.parametrize("name", ["", "QA-100", "QA-100@", "QA-100@0", "@1", "QA-100@-1", "a@1@2"])
def test_any_other_name_is_none(name):
    assert parse_key(name) is None
