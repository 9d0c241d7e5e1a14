"""Items, revisions, import and export, in a real database with rows of other modules in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from item_bank import service as bank
from item_bank.content import ShortAnswer, SourceError, read_items, read_module
from item_bank.models import Immutable, ItemChange, ItemRevision, Status
from tests.item_bank.contents import (
    FORMULA,
    ITEMS,
    MODULE,
    MULTIPLE,
    NOISE,
    NOW,
    OTHER_MODULE,
    SINGLE,
    content,
    source,
    text,
)

CHANGED = replace(SINGLE, stem=text("Another stem"))
SOURCES = ((MODULE, OTHER_MODULE), (*ITEMS, *NOISE))


@pytest.fixture
def filled(database):
    with database.write() as session:
        bank.import_sources(session, *SOURCES, NOW)
    return database


def save(session, of, *, expected=1, item_id="QA-100"):
    return bank.save_revision(
        session, item_id, of, expected_version=expected, author_id=7, note="why", now=NOW
    )


def test_an_import_reports_and_repeats_without_effect(filled):
    changed = [replace(ITEMS[0], level=3), replace(ITEMS[1], content=replace(
        MULTIPLE, stem=text("New")
    )), *ITEMS[2:]]  # fmt: skip
    with filled.write() as session:
        report = bank.import_sources(session, (MODULE,), changed, NOW)
        assert report.changed == ("QA-100", "QA-101")
        assert report.new == ()
        again = bank.import_sources(session, (MODULE,), changed, NOW)
        assert (again.new, again.changed) == ((), ())
        assert len(again.unchanged) == len(ITEMS)
        assert [row.revision for row in bank.items(session, "QA")[:3]] == [1, 2, 1]
        assert bank.item(session, "QA-100").level == 3
        (told,) = bank.changes(session, "QA-100")
        assert (told.changes, told.author_id) == ({"level": (2, 3)}, None)
        assert [row.revision for row in bank.items(session, "NO")] == [1] * len(NOISE)


def test_export_after_import_gives_the_same_sources(filled):
    with filled.read() as session:
        files = bank.export(session)
        assert set(bank.export(session, {"NO"})) == {"NO/module.toml", "NO/1-noise-nb.toml"}
    modules = [read_module(of, name=n) for n, of in files.items() if n.endswith("module.toml")]
    items = [
        item
        for name, of in files.items()
        if not name.endswith("module.toml")
        for item in read_items(of, name=name)
    ]
    assert sorted(modules, key=lambda m: m.code) == [OTHER_MODULE, MODULE]
    assert sorted(items, key=lambda item: item.id) == [*NOISE, *ITEMS]


def test_the_starter_bank_comes_through_the_database_unchanged(database):
    modules, items = bank.starter_sources()
    with database.write() as session:
        bank.import_sources(session, modules, items, NOW)
        files = bank.export(session)
        again = [
            item
            for name, of in files.items()
            if not name.endswith("module.toml")
            for item in read_items(of, name=name)
        ]
        assert sorted(again, key=lambda i: i.id) == sorted(items, key=lambda i: i.id)
        report = bank.import_sources(session, modules, again, NOW)
        assert len(report.unchanged) == len(items)


def test_an_import_with_a_fault_writes_nothing(filled):
    bad = (
        source("QA-301"),
        source("QA-109", content(ShortAnswer("text", "r", ("a",)))),
        source("QA-109"),
        source("QA-100", FORMULA),
    )
    with filled.write() as session:
        with pytest.raises(SourceError) as caught:
            bank.import_sources(session, (MODULE,), bad, NOW)
        assert [(f.item, f.field) for f in caught.value.faults] == [
            ("QA-301", "category"),
            ("QA-109", "id"),
            ("QA-100", "kind"),
        ]
        assert len(bank.items(session, "QA")) == len(ITEMS)


def test_modules_come_in_their_order_with_their_categories(filled):
    with filled.write() as session:
        bank.import_sources(session, (replace(OTHER_MODULE, position=0),), (), NOW)
    with filled.read() as session:
        modules = bank.modules(session)
    assert [module.code for module in modules] == ["NO", "QA"]
    assert [(c.code, c.weight) for c in modules[1].categories] == [("QA.1", 0.75), ("QA.2", 0.25)]
    assert modules[1].name == {"nb": "Module nb", "nn": "Module nn", "en": "Module en"}


def test_items_are_listed_by_module_and_category(filled):
    with filled.read() as session:
        assert [row.id for row in bank.items(session, "QA")] == [item.id for item in ITEMS]
        assert bank.items(session, category="QA.2") == []
        assert len(bank.items(session)) == len(ITEMS) + len(NOISE)
        row = bank.item(session, "QA-104")
        assert (row.kind, row.status, row.version, row.pool_revision) == (
            "short",
            "approved",
            1,
            None,
        )
        with pytest.raises(bank.NoSuchItem):
            bank.item(session, "QA-199")


def test_a_save_makes_the_next_revision_and_keeps_the_old(filled):
    with filled.write() as session:
        first = bank.latest_revision(session, "QA-100")
        saved = save(session, CHANGED)
        assert (saved.number, saved.author_id, saved.note) == (2, 7, "why")
    with filled.read() as session:
        assert bank.latest_revision(session, "QA-100") == saved
        assert bank.revision(session, first.id).content == SINGLE
        assert [one.number for one in bank.revisions(session, "QA-100")] == [2, 1]
        assert bank.item(session, "QA-100").version == 2
        assert bank.item(session, "QA-101").version == 1


def test_a_save_of_the_same_content_makes_no_revision(filled):
    with filled.write() as session:
        assert save(session, SINGLE).number == 1
        assert bank.item(session, "QA-100").version == 1


@pytest.mark.parametrize("second", [SINGLE, CHANGED, replace(SINGLE, fixed_order=True)])
def test_whoever_saves_second_is_told(filled, second):
    with filled.write() as session:
        save(session, CHANGED)
    with filled.write() as session:
        with pytest.raises(bank.StaleItem) as caught:
            save(session, second)
        assert (caught.value.expected, caught.value.actual) == (1, 2)
        assert bank.latest_revision(session, "QA-100").number == 2


@pytest.mark.parametrize("of", [replace(SINGLE, stem=text("`")), FORMULA])
def test_content_that_breaks_a_rule_is_not_saved(filled, of):
    with filled.write() as session:
        with pytest.raises(bank.InvalidContent) as caught:
            save(session, of)
        assert caught.value.findings
        assert bank.latest_revision(session, "QA-100").number == 1


def test_an_item_that_is_not_there_cannot_be_saved(filled):
    with filled.write() as session, pytest.raises(bank.NoSuchItem):
        save(session, SINGLE, item_id="QA-199")


def test_a_new_item_is_a_draft(filled):
    with filled.write() as session:
        made = bank.create_item(session, source("QA-201"), now=NOW, author_id=7)
        assert (made.number, made.content) == (1, SINGLE)
        assert bank.item(session, "QA-201").status == "draft"


OTHERWISE = replace(ITEMS[0].description, level=3, program="Word 365", topic="another topic")


def describe(session, description=OTHERWISE, *, expected=1, item_id="QA-100"):
    return bank.describe_item(
        session,
        item_id,
        description,
        expected_version=expected,
        author_id=7,
        note="why",
        now=NOW,
    )


def test_an_item_is_described_anew_and_the_change_is_kept(filled):
    with filled.write() as session:
        assert describe(session) == 2
    with filled.read() as session:
        row = bank.item(session, "QA-100")
        assert (row.description, row.version, row.revision) == (OTHERWISE, 2, 1)
        assert bank.item(session, "QA-101").description == ITEMS[1].description
        (change,) = bank.changes(session, "QA-100")
        assert change.changes == {
            "topic": ("a topic", "another topic"),
            "level": (2, 3),
            "program": (None, "Word 365"),
        }
        assert (change.author_id, change.note, change.created_at) == (7, "why", NOW)
        assert bank.changes(session, "QA-101") == []


def test_the_same_description_changes_nothing(filled):
    with filled.write() as session:
        assert describe(session, ITEMS[0].description) == 1
        assert bank.item(session, "QA-100").version == 1
        assert bank.changes(session, "QA-100") == []


def test_whoever_describes_second_is_told(filled):
    with filled.write() as session:
        save(session, CHANGED)
        for description in (OTHERWISE, ITEMS[0].description):
            with pytest.raises(bank.StaleItem) as caught:
                describe(session, description)
            assert (caught.value.expected, caught.value.actual) == (1, 2)
        assert bank.item(session, "QA-100").level == 2
        with pytest.raises(bank.NoSuchItem):
            describe(session, item_id="QA-199")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"level": 4}, "level"),
        ({"setting": "school"}, "setting"),
        ({"topic": " "}, "topic"),
        ({"topic": "x" * 301}, "topic"),
        ({"ref": ""}, "ref"),
        ({"ref": "x" * 51}, "ref"),
        ({"program": ""}, "program"),
        ({"program": "x" * 101}, "program"),
        ({"digcomp": "9.9"}, "digcomp"),
    ],
)
def test_a_description_that_breaks_a_rule_is_not_taken(filled, wrong, field):
    with filled.write() as session:
        with pytest.raises(bank.InvalidContent) as caught:
            describe(session, replace(OTHERWISE, **wrong))
        assert [finding.field for finding in caught.value.findings] == [field]
        assert bank.item(session, "QA-100").version == 1


def set_status(session, to, *, expected, item_id="QA-100"):
    bank.set_status(session, item_id, to, expected=expected, author_id=7, note="outdated", now=NOW)


def test_a_status_is_set_from_the_one_that_was_seen(filled):
    with filled.write() as session:
        set_status(session, Status.RETIRED, expected=Status.APPROVED)
        assert bank.item(session, "QA-100").status == "retired"
        assert bank.item(session, "QA-101").status == "approved"
        assert bank.item(session, "QA-100").version == 1
        (change,) = bank.changes(session, "QA-100")
        assert change.changes == {"status": ("approved", "retired")}
        assert (change.author_id, change.note) == (7, "outdated")
        with pytest.raises(bank.OtherStatus) as caught:
            set_status(session, Status.PAUSED, expected=Status.APPROVED)
        assert caught.value.actual == "retired"
        assert len(bank.changes(session, "QA-100")) == 1
        with pytest.raises(bank.NoSuchItem):
            set_status(session, Status.PAUSED, expected=Status.APPROVED, item_id="QA-199")


@pytest.mark.parametrize("change", ["update", "delete"])
@pytest.mark.parametrize("table", [ItemRevision, ItemChange])
def test_a_revision_or_a_change_is_written_once(filled, change, table):
    with filled.write() as session:
        describe(session)
        row = session.scalars(select(table).limit(1)).one()
        if change == "update":
            row.note = "another"
        else:
            session.delete(row)
        with pytest.raises(Immutable):
            session.flush()
        session.expunge_all()
