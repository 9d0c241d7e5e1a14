"""A pool is frozen: what a round draws on stays as it was published."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from item_bank import service as bank
from item_bank.models import Item, PoolItem
from tests.item_bank.contents import ITEMS, MODULE, NOISE, NOW, OTHER_MODULE, SINGLE, text


@pytest.fixture
def filled(database):
    with database.write() as session:
        bank.import_sources(session, (MODULE, OTHER_MODULE), (*ITEMS, *NOISE), NOW)
    return database


def publish(session, **others):
    return bank.publish_pool(session, **({"now": NOW, "by": 7, "note": ""} | others))


def change(session, item_id="QA-100", expected=1):
    return bank.save_revision(
        session,
        item_id,
        replace(SINGLE, stem=text("Another stem")),
        expected_version=expected,
        author_id=None,
        note="",
        now=NOW,
    )


def test_a_pool_holds_the_latest_revision_of_each_approved_item(filled):
    with filled.write() as session:
        saved = change(session)
        session.execute(update(Item).where(Item.id == "QA-101").values(status="retired"))
        number = publish(session, modules=["QA"])
        pooled = bank.pool_revision_ids(session, number)
        assert sorted(pooled) == [i.id for i in ITEMS if i.id != "QA-101"]
        assert pooled["QA-100"] == saved.id
        assert bank.item(session, "QA-100").status == "in_use"
        assert bank.item(session, "QA-101").status == "retired"
        assert bank.item(session, "NO-100").status == "approved"


def test_pools_are_numbered_and_an_older_one_stays_as_it_was(filled):
    with filled.write() as session:
        assert bank.latest_pool_number(session) is None
        assert publish(session) == 1
        before = bank.pool_revision_ids(session, 1)
        change(session)
        row = bank.item(session, "QA-100")
        assert (row.pool_revision, row.is_ahead_of_pool) == (1, True)
        assert publish(session) == bank.latest_pool_number(session) == 2
        assert bank.pool_revision_ids(session, 1) == before
        assert bank.pool_revision_ids(session, 2) != before
        row = bank.item(session, "QA-100")
        assert (row.pool_revision, row.is_ahead_of_pool) == (2, False)


def test_the_facts_of_a_pool_are_its_own(filled):
    with filled.write() as session:
        publish(session, modules=["QA"], note="First")
        publish(session, by=None)
        first, second = (bank.pool_facts(session, number) for number in (1, 2))
        assert (first.published_by, first.note, first.n_items) == (7, "First", len(ITEMS))
        assert (second.published_by, second.n_items) == (None, len(ITEMS) + len(NOISE))
        with pytest.raises(bank.NoSuchPool):
            bank.pool_facts(session, 3)


def test_the_engine_gets_the_pool_tabulated_once(filled):
    with filled.write() as session:
        publish(session)
    with filled.read() as session:
        pool = bank.pool(session, 1)
        assert pool.items == tuple(sorted(i.id for i in (*ITEMS, *NOISE)))
        assert set(pool.modules) == {"QA", "NO"}
        assert set(pool.categories) == {"QA.1", "NO.1"}
        assert bank.pool(session, 1) is pool
        with pytest.raises(bank.NoSuchPool):
            bank.pool(session, 2)


def test_a_publication_rolled_back_leaves_no_pool_behind(filled):
    with filled.write() as session:
        publish(session)
        assert len(bank.pool(session, 1)) == len(ITEMS) + len(NOISE)
        session.rollback()
    with filled.write() as session:
        publish(session, modules=["QA"], now=NOW.replace(hour=13))
    with filled.read() as session:
        assert len(bank.pool(session, 1)) == len(ITEMS)


def measure(session, *keys, b=0.3):
    """Take in what 300 answers to each have measured; the calibration's id."""
    lines = [f"{key},QA,2PL,1.4,{b},0.1,0.1,-0.002" for key in keys]
    text = "\n".join(("item,module,model,a,b,se_a,se_b,cov_ab", *lines))
    found = bank.read_adoption(session, text, dict.fromkeys(keys, 300))
    return bank.adopt(session, found, files={}, settings={}, now=NOW, by=7, note="")


def test_a_revision_keeps_its_parameters_and_a_new_one_starts_from_the_prior(filled):
    with filled.write() as session:
        publish(session)
        assert not bank.is_calibrated(session, 1)
        calibration = measure(session, "QA-100@1", "QA-102@1")
        publish(session)
        assert bank.is_calibrated(session, 2)
        assert not bank.is_calibrated(session, 1)
        change(session)
        publish(session)
        kept = session.get(PoolItem, (3, "QA-102"))
        new = session.get(PoolItem, (3, "QA-100"))
    assert (kept.b, kept.cov_ab, kept.n_responses) == (0.3, -0.002, 300)
    assert kept.calibration_id == calibration
    assert (new.b, new.se_b, new.n_responses, new.calibration_id) == (-0.4, 0.6, 0, None)


def test_what_is_measured_outlasts_a_pool_without_the_item(filled):
    with filled.write() as session:
        measure(session, "QA-102@1")
        publish(session, modules=["NO"])
        publish(session)
        assert session.get(PoolItem, (2, "QA-102")).b == 0.3


def relevel(session, item_id, level, expected=1):
    bank.describe_item(
        session,
        item_id,
        replace(bank.item(session, item_id).description, level=level),
        expected_version=expected,
        author_id=None,
        note="",
        now=NOW,
    )


def test_a_new_level_is_a_new_prior_until_answers_know_better(filled):
    with filled.write() as session:
        publish(session)
        assert (bank.item(session, "QA-100").pool_level, bank.item(session, "QA-100").level) == (
            2,
            2,
        )
        relevel(session, "QA-100", 3)
        row = bank.item(session, "QA-100")
        assert (row.level_changed, row.is_ahead_of_pool) == (True, False)
        assert not bank.item(session, "QA-102").level_changed
        publish(session)
        assert session.get(PoolItem, (1, "QA-100")).b == -0.4
        assert session.get(PoolItem, (2, "QA-100")).b == 0.7
        assert not bank.item(session, "QA-100").level_changed


def test_a_new_level_does_not_move_an_item_that_answers_have_measured(filled):
    with filled.write() as session:
        measure(session, "QA-100@1", b=-0.4)
        publish(session)
        relevel(session, "QA-100", 1)
        row = bank.item(session, "QA-100")
        assert (row.pool_level, row.level_changed) == (None, False)
        publish(session)
        assert session.get(PoolItem, (2, "QA-100")).b == -0.4


def test_a_module_with_too_few_items_is_told_of(filled):
    with filled.write() as session:
        session.execute(update(Item).where(Item.id > "NO-103").values(status="draft"))
        with pytest.raises(bank.NothingToPublish) as caught:
            publish(session)
        assert [reason.split()[0] for reason in caught.value.reasons] == ["NO"]
        with pytest.raises(bank.NothingToPublish):
            publish(session, modules=["SA"])
        assert bank.latest_pool_number(session) is None


def test_an_empty_bank_has_nothing_to_publish(database):
    with database.write() as session, pytest.raises(bank.NothingToPublish):
        publish(session)
