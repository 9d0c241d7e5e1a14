from __future__ import annotations

import pytest

from webapp.rounds.order import alphabetical
from webapp.rounds.paging import ROWS_A_PAGE, NoSuchPage, page_of


def test_ae_oe_and_aa_come_last_in_this_order():
    names = ["Århus", "Øie", "Zahl", "Ærø", "abel", "Öberg", "Øye"]
    assert sorted(names, key=alphabetical) == [
        "abel",
        "Zahl",
        "Ærø",
        "Øie",
        "Øye",
        "Öberg",
        "Århus",
    ]


def test_every_row_stands_on_exactly_one_page():
    rows = list(range(2 * ROWS_A_PAGE + 1))
    pages = [page_of(rows, number) for number in (1, 2, 3)]
    assert [row for page in pages for row in page.rows] == rows
    assert [(page.first, page.last) for page in pages] == [(1, 100), (101, 200), (201, 201)]
    assert {page.n_pages for page in pages} == {3}


def test_a_list_that_just_fills_a_page_has_one():
    assert page_of(range(ROWS_A_PAGE), 1).n_pages == 1


@pytest.mark.parametrize("number", [0, -1, 2])
def test_outside_the_list_there_is_no_page(number):
    with pytest.raises(NoSuchPage):
        page_of(["a"], number)


def test_an_empty_list_has_one_empty_page():
    page = page_of([], 1)
    assert (page.rows, page.n_pages, page.n_rows) == ([], 1, 0)
