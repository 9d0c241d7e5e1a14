"""Authors' services on a real database: what is shown, what a save does, what a pool would be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from item_bank.content import SingleChoice
from item_bank.models import Status
from tests.item_bank.contents import ITEMS, MODULE, NOISE, NOW, option, source
from tests.webapp.authoring.desk import Desk, with_stem
from webapp.authoring import pools, service
from webapp.authoring.service import Filters
from webapp.authoring.shelves import Standing


def shown(desk: Desk, **filters: object) -> set[str]:
    overview = service.overview(desk.database, Filters(**filters))
    return {
        one.row.id
        for module in overview.modules
        for category in module.categories
        for one in category.shown
    }


def standing(desk: Desk, item_id: str) -> Standing:
    overview = service.overview(desk.database, Filters())
    return next(
        one.standing
        for module in overview.modules
        for category in module.categories
        for one in category.shown
        if one.row.id == item_id
    )


def test_the_overview_counts_each_category_against_its_share(desk):
    modules = service.overview(desk.database, Filters()).modules
    module = next(one for one in modules if one.code == "QA")
    first, second = module.categories
    assert (module.code, module.n_items) == ("QA", len(ITEMS))
    assert (first.n_items, first.planned) == (8, 6)
    assert (second.n_items, second.planned) == (0, 2)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {item.id for item in (*ITEMS, *NOISE)}),
        ({"module": "NO"}, {item.id for item in NOISE}),
        ({"category": "QA.2"}, set()),
        ({"kind": "hotspot"}, {"QA-107"}),
        ({"level": 3}, set()),
        ({"module": "QA", "kind": "single"}, {"QA-100"}),
        ({"text": "qa-103"}, {"QA-103"}),
        ({"text": "nowhere"}, set()),
    ],
)
def test_filters_keep_what_fits_and_nothing_else(desk, filters, expected):
    assert shown(desk, **filters) == expected


def test_words_are_found_in_any_language_of_the_newest_wording_only(desk):
    desk.save("QA-100", "Hvor ligger arkivet")
    assert shown(desk, text="ARKIVET nn") == {"QA-100"}
    assert "QA-100" not in shown(desk, text="stem")


def test_the_queries_of_the_overview_do_not_grow_with_the_bank(desk):
    def count() -> int:
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            statements.append(statement)

        event.listen(desk.database.engine, "before_cursor_execute", note)
        service.overview(desk.database, Filters(text="stem"))
        event.remove(desk.database.engine, "before_cursor_execute", note)
        return len(statements)

    desk.publish()
    before = count()
    with desk.database.write() as session:
        more = [source(f"QA-2{n:02}") for n in range(40)]
        service.bank.import_sources(session, [MODULE], more, now=NOW)
    assert 0 < count() <= before <= 9


def test_an_item_stands_beside_the_pool_as_it_is(desk):
    assert standing(desk, "QA-100") == Standing.COMING
    desk.set_status("QA-105", Status.DRAFT)
    assert standing(desk, "QA-105") == Standing.OUTSIDE
    desk.publish()
    assert standing(desk, "QA-100") == Standing.CURRENT
    assert standing(desk, "QA-105") == Standing.OUTSIDE
    desk.save("QA-100", "Another")
    desk.set_status("QA-101", Status.RETIRED)
    assert standing(desk, "QA-100") == Standing.NEWER
    assert standing(desk, "QA-101") == Standing.LEAVING
    assert service.overview(desk.database, Filters()).n_changed == 2


def test_history_is_newest_first_with_the_authors_names(desk):
    desk.publish()
    desk.save("QA-100", "Second", by=desk.author, note="Clearer")
    desk.save("QA-101", "Noise")
    found = service.item(desk.database, "QA-100")
    assert [(one.number, one.author, one.note, one.in_pool) for one in found.revisions] == [
        (2, "Ada Nordvik", "Clearer", False),
        (1, None, "imported", True),
    ]
    assert found.content.stem.nb == "Second nb"
    assert service.item(desk.database, "QA-100", 1).content == ITEMS[0].content


@pytest.mark.parametrize(("item_id", "revision"), [("QA-999", None), ("QA-100", 2), ("QA-100", 0)])
def test_what_is_not_there_is_unknown(desk, item_id, revision):
    with pytest.raises(service.UnknownItem):
        service.item(desk.database, item_id, revision)


def test_a_save_is_refused_when_somebody_saved_first(desk):
    opened = service.item(desk.database, "QA-100")
    desk.save("QA-100", "Theirs")
    before = desk.counts()
    with pytest.raises(service.SavedMeanwhile):
        service.save(
            desk.database,
            "QA-100",
            with_stem(opened.content, "Mine"),
            expected_version=opened.row.version,
            author_id=desk.author,
            note="",
        )
    assert desk.counts() == before
    assert service.item(desk.database, "QA-100").content.stem.nb == "Theirs nb"


def test_the_same_content_makes_no_revision(desk):
    opened = service.item(desk.database, "QA-100")
    before = desk.counts()
    with pytest.raises(service.NothingNew):
        service.save(
            desk.database,
            "QA-100",
            opened.content,
            expected_version=opened.row.version,
            author_id=desk.author,
            note="just so",
        )
    assert desk.counts() == before


def test_content_that_breaks_a_rule_is_not_saved(desk):
    opened = service.item(desk.database, "QA-100")
    broken = replace(opened.content, body=SingleChoice((option("a", correct=True), option("b"))))
    with pytest.raises(service.Invalid):
        service.save(
            desk.database,
            "QA-100",
            broken,
            expected_version=opened.row.version,
            author_id=desk.author,
            note="",
        )
    assert service.item(desk.database, "QA-100").row.revision == 1


def describe(desk, item_id="QA-100", *, content=None, expected=None, **others):
    opened = service.item(desk.database, item_id)
    return service.save(
        desk.database,
        item_id,
        content or opened.content,
        description=replace(opened.row.description, **others),
        expected_version=opened.row.version if expected is None else expected,
        author_id=desk.author,
        note="Too easy",
    )


def test_a_new_description_alone_makes_no_revision_and_is_told(desk):
    assert describe(desk, level=3).revision is None
    found = service.item(desk.database, "QA-100")
    assert (found.row.level, found.row.revision, found.row.version) == (3, 1, 2)
    (change,) = found.changes
    assert (dict(change.changes), change.author, change.note) == (
        {"level": (2, 3)},
        "Ada Nordvik",
        "Too easy",
    )


def test_content_and_description_are_saved_together(desk):
    changed = with_stem(ITEMS[0].content, "Both")
    assert describe(desk, content=changed, topic="Both").revision == 2
    found = service.item(desk.database, "QA-100")
    assert (found.row.topic, found.content, found.row.version) == ("Both", changed, 3)


def test_neither_is_saved_when_one_is_refused(desk):
    broken = replace(ITEMS[0].content, body=SingleChoice((option("a", correct=True), option("b"))))
    with pytest.raises(service.Invalid):
        describe(desk, content=broken, level=3)
    with pytest.raises(service.Invalid):
        describe(desk, content=with_stem(ITEMS[0].content, "New"), topic="")
    desk.save("QA-100", "Theirs")
    with pytest.raises(service.SavedMeanwhile):
        describe(desk, expected=1, level=3)
    found = service.item(desk.database, "QA-100")
    assert (found.row.level, found.row.revision, found.changes) == (2, 2, ())
    with pytest.raises(service.NothingNew):
        describe(desk)


def act(desk, action, seen, item_id="QA-100"):
    service.change_status(
        desk.database,
        item_id,
        service.StatusAction(action),
        seen=seen,
        author_id=desk.author,
        note="Outdated",
    )


def test_a_question_is_paused_retired_and_brought_back(desk):
    act(desk, "pause", "approved")
    assert standing(desk, "QA-100") == Standing.OUTSIDE
    act(desk, "bring_back", "paused")
    assert service.item(desk.database, "QA-100").row.status == "approved"
    desk.publish()
    act(desk, "retire", "in_use")
    assert standing(desk, "QA-100") == Standing.LEAVING
    act(desk, "bring_back", "retired")
    found = service.item(desk.database, "QA-100")
    assert (found.row.status, standing(desk, "QA-100")) == ("in_use", Standing.CURRENT)
    assert [dict(one.changes)["status"] for one in found.changes] == [
        ("retired", "in_use"),
        ("in_use", "retired"),
        ("paused", "approved"),
        ("approved", "paused"),
    ]
    assert service.item(desk.database, "QA-101").row.status == "in_use"


@pytest.mark.parametrize(
    ("action", "seen"), [("pause", "in_use"), ("bring_back", "approved"), ("pause", "draft")]
)
def test_a_status_that_has_moved_stays(desk, action, seen):
    with pytest.raises(service.MovedMeanwhile):
        act(desk, action, seen)
    assert service.item(desk.database, "QA-100").row.status == "approved"
    with pytest.raises(service.UnknownItem):
        act(desk, "pause", "approved", "QA-999")


# The next pool


def test_what_is_retired_or_paused_is_not_in_the_next_pool(desk):
    desk.publish()
    act(desk, "retire", "in_use")
    act(desk, "pause", "in_use", "QA-101")
    plan = pools.plan_pool(desk.database)
    assert [row.id for row in plan.removed] == ["QA-100", "QA-101"]
    pools.publish(desk.database, mark=plan.mark, by=desk.author, note="")
    with desk.database.read() as session:
        assert not {"QA-100", "QA-101"} & service.bank.pool_revision_ids(session, 2).keys()


def test_a_new_level_is_a_change_of_the_plan(desk):
    desk.publish()
    before = pools.plan_pool(desk.database)
    describe(desk, topic="Another topic, which no test knows of")
    assert pools.plan_pool(desk.database).mark == before.mark
    describe(desk, level=3)
    plan = pools.plan_pool(desk.database)
    assert plan.mark != before.mark
    ((row),) = plan.changed
    assert (row.id, row.level_changed, row.is_ahead_of_pool) == ("QA-100", True, False)
    pools.publish(desk.database, mark=plan.mark, by=desk.author, note="")
    assert not pools.plan_pool(desk.database).is_new


def test_the_plan_says_what_is_new_changed_and_gone(desk):
    desk.set_status("QA-107", Status.DRAFT)
    desk.publish()
    desk.save("QA-100", "Another")
    desk.set_status("QA-101", Status.PAUSED)
    desk.set_status("QA-107", Status.APPROVED)
    plan = pools.plan_pool(desk.database)
    ids = [[row.id for row in rows] for rows in (plan.new, plan.changed, plan.removed)]
    assert ids == [["QA-107"], ["QA-100"], ["QA-101"]]
    assert plan.n_items == len(ITEMS) + len(NOISE) - 1
    assert [(one.code, one.n_items) for one in plan.thin] == [("QA.2", 0)]


def test_publishing_makes_the_pool_of_the_plan(desk):
    plan = pools.plan_pool(desk.database)
    number = pools.publish(desk.database, mark=plan.mark, by=desk.author, note="First")
    pool = service.overview(desk.database, Filters()).pool
    assert (pool.number, pool.published_by, pool.n_items) == (number, "Ada Nordvik", plan.n_items)
    assert not pool.has_design
    after = pools.plan_pool(desk.database)
    assert not after.is_new
    with pytest.raises(pools.NothingNew):
        pools.publish(desk.database, mark=after.mark, by=desk.author, note="")
    assert desk.counts()[1] == 1


def test_a_change_after_the_plan_was_read_stops_the_publication(desk):
    plan = pools.plan_pool(desk.database)
    desk.save("QA-100", "Another")
    with pytest.raises(pools.PublishedMeanwhile):
        pools.publish(desk.database, mark=plan.mark, by=desk.author, note="")
    assert desk.counts()[1] == 0


def test_a_module_with_too_few_questions_cannot_be_published(desk):
    for item in NOISE[:2]:
        desk.set_status(item.id, Status.DRAFT)
    plan = pools.plan_pool(desk.database)
    assert [(one.code, one.n_items) for one in plan.too_thin] == [("NO", 4)]
    with pytest.raises(pools.TooFew):
        pools.publish(desk.database, mark=plan.mark, by=desk.author, note="")
    assert desk.counts()[1] == 0


def test_only_the_newest_pool_is_made_usable(desk):
    with pytest.raises(pools.UnknownPool):
        pools.make_usable(desk.database, 1)
