import re
from dataclasses import replace

import pytest

from placement.items import ItemParameters
from placement.reading import UnreadableError, read_histogram, read_pool, write_pool
from tests.placement.examples import authored_items
from tests.placement.test_curves import MIXED, UNSURE

HEADER = "item,module,model,a,b,c,d,category,se_a,se_b,cov_ab\n"


def test_a_pool_is_read() -> None:
    text = HEADER + "TB1,TB,2PL,1.5,-0.2,0,1,tables,0.3,0.6,0.01\nTB2,TB,3PL,1,0,.2,,,,,\n"
    assert read_pool(text) == [
        ItemParameters("TB1", "TB", "tables", "2PL", 1.5, -0.2, 0, 0.3, 0.6, 0.01),
        ItemParameters("TB2", "TB", "", "3PL", 1, 0, 0.2),
    ]


def test_only_the_required_columns_are_required() -> None:
    assert read_pool("\ufeffb,a,item,module,model\r\n-1,2,x,m,2PL\r\n") == [
        ItemParameters("x", "m", "", "2PL", 2, -1)
    ]


def test_every_error_is_named_by_line_and_column() -> None:
    text = HEADER + (
        "TB1,TB,2PL,steep,-0.2,0,1,,,,\n"
        ",TB,9PL,1,,0,high,,,,\n"
        "TB3,TB,2PL,-1,0,0,1,,,,\n"
        "TB1,TB,2PL,1,0,0,1,,,,\n"
        "TB5,TB,2PL,1,0,0,1,,,,,extra\n"
        "TB6,TB,2PL,1\n"
    )
    with pytest.raises(UnreadableError) as caught:
        read_pool(text)
    assert [(error.line, error.column) for error in caught.value.errors] == [
        (2, "a"),
        (3, "item"),
        (3, "model"),
        (3, "b"),
        (3, "d"),
        (4, "a"),
        (5, "item"),
        (6, ""),
        (7, ""),
        (7, "b"),
    ]
    assert "line 2, column a: a number, not 'steep'" in str(caught.value)
    assert "a = -1.0 is not above 0" in str(caught.value)
    assert "another name than line 2" in str(caught.value)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("item,module,model,a\n", "b"),
        ("item,module,model,a,b,colour\n", "colour"),
        ("item,item,module,model,a,b\n", "item"),
        ("", "item"),
    ],
)
def test_a_wrong_header_is_refused_by_column(header: str, column: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_pool(header)
    assert column in {error.column for error in caught.value.errors}
    assert {error.line for error in caught.value.errors} == {1}


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("x,m,2PL,0,0,,,,,,,", ["a"]),
        ("x,m,3PL,1,0,1,,,,,,", ["c", "d"]),
        ("x,m,2PL,1,0,0.2,0.9,,,,,", ["c", "d"]),
        ("x,m,4PL,nan,0,0.5,0.4,,,,,", ["a", "d"]),
        ("x,m,2PL,1,0,,,-1,0.2,0.3,,", ["se_a", "cov_ab"]),
        ("x,m,2PL,1,0,,,,-1,,,", ["se_b"]),
        ("x,m,GRM,1,,,,,,,1,0", ["b2"]),
        ("x,m,PCM,2,,,,,,,1,0", ["a"]),
        ("x,m,GPCM,1,,,,,,,1,inf", ["b2"]),
    ],
)
def test_a_value_out_of_range_is_named_by_its_own_column(row: str, columns: list[str]) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_pool(f"item,module,model,a,b,c,d,se_a,se_b,cov_ab,b1,b2\n{row}\n")
    assert [error.column for error in caught.value.errors] == columns


def test_spaces_around_a_cell_are_no_part_of_it() -> None:
    assert read_pool("item, module, model, a, b\n x , m , 2PL , 1 , 0 \n") == [
        ItemParameters("x", "m", "", "2PL", 1, 0)
    ]


@pytest.mark.parametrize(
    "number", ["1_0", "１", "١", "1,0,0", "1.000,5", "−1", "0x1", "1 0", "--1"]
)
def test_only_plain_digits_make_a_number(number: str) -> None:
    expected = f"line 3, column b: a number, not '{number}'"
    with pytest.raises(UnreadableError, match=re.escape(expected)):
        read_pool(f'item,module,model,a,b\nx,m,2PL,1,0\ny,m,2PL,1,"{number}"\n')
    with pytest.raises(UnreadableError, match="line 2, column theta: a number, not"):
        read_histogram(f'theta,weight\n"{number}",1\n1,1\n')


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x,m,2PL,1e300,0,,,,", "a"),
        ("x,m,2PL,1e-320,0,,,,", "a"),
        ("x,m,2PL,1,-1e300,,,,", "b"),
        ("x,m,2PL,1,0,1e300,,,", "se_a"),
        ("x,m,2PL,1,0,,1e300,,", "se_b"),
        ("x,m,GRM,1,,,,0,1e300", "b2"),
        ("x,m,GPCM,1,,,,-1e300,0", "b1"),
    ],
)
def test_a_number_beyond_all_use_is_refused_by_its_column(row: str, column: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_pool(f"item,module,model,a,b,se_a,se_b,b1,b2\n{row}\n")
    [error] = caught.value.errors
    assert (error.line, error.column) == (2, column)
    assert "1e+09" in error.expected or "1e-09" in error.expected


@pytest.mark.parametrize("number", ["nan", "inf", "1e999"])
def test_numbers_that_are_not_finite_are_refused(number: str) -> None:
    with pytest.raises(UnreadableError, match="finite"):
        read_pool(f"item,module,model,a,b\nx,m,2PL,1,{number}\n")


STEPS = "item,module,model,a,b,c,d,b1,b2,b3,a1,a2,d1,d2,enemy\n"


def test_items_of_several_categories_are_read() -> None:
    text = STEPS + (
        "g,m,GRM,1.5,,,,-1,0,1,,,,,e\n"
        "p,m,PCM,,,,,0.5,-0.5,,,,,,\n"
        "n,m,NRM,,,,,,,,0.5,-1,0.1,0.2,\n"
        "f,m,4PL,1.1,0.2,0.1,0.95,,,,,,,,\n"
    )
    assert read_pool(text) == [
        ItemParameters("g", "m", "", "GRM", 1.5, 0, b_steps=(-1, 0, 1), enemy="e"),
        ItemParameters("p", "m", "", "PCM", 1, 0, b_steps=(0.5, -0.5)),
        ItemParameters("n", "m", "", "NRM", 1, 0, a_steps=(0.5, -1), d_steps=(0.1, 0.2)),
        ItemParameters("f", "m", "", "4PL", 1.1, 0.2, 0.1, d=0.95),
    ]


def test_steps_out_of_place_are_named_by_column() -> None:
    text = STEPS + (
        "g,m,GRM,1.5,,,,-1,,1,,,,,\n"
        "h,m,GPCM,1.5,,,,,,,,,,,\n"
        "i,m,2PL,1.5,0,,,1,,,,,,,\n"
        "j,m,GRM,1.5,,,,1,0,,,,,,\n"
        "k,m,GRM,,,,,x,,,,,,,\n"
        "l,m,NRM,,,,,,,,1,2,1,,\n"
    )
    with pytest.raises(UnreadableError) as caught:
        read_pool(text)
    assert [(error.line, error.column) for error in caught.value.errors] == [
        (2, "b2"),
        (3, "b1"),
        (4, "b1"),
        (5, "b2"),
        (6, "a"),
        (6, "b1"),
        (7, "d2"),
    ]


def test_a_pool_written_is_read_back_to_the_last_digit() -> None:
    unsure = [replace(item, item=f"{item.item}?", enemy="x") for item in UNSURE]
    for items in (MIXED + unsure, authored_items(seed=1), []):
        assert read_pool(write_pool(items)) == items


def test_a_spreadsheet_s_semicolons_and_decimal_commas_are_read() -> None:
    rows = ("item;module;model;a;b;b1;b2", "x;m;2PL;1,25;-0,5;;", "y;m;GRM;1;;-0,75;0,5", ";;;;;;")
    text = "\ufeff" + "\r\n".join(rows)
    assert read_pool(text) == [
        ItemParameters("x", "m", "", "2PL", 1.25, -0.5),
        ItemParameters("y", "m", "", "GRM", 1, 0, b_steps=(-0.75, 0.5)),
    ]
    assert read_pool(text.replace(";", "\t")) == read_pool(text)
    assert read_pool("sep=;\r\n" + text.removeprefix("\ufeff")) == read_pool(text)
    with pytest.raises(UnreadableError, match="line 3, column b: a number, not 'x'"):
        read_pool("sep=;\r\n" + text.removeprefix("\ufeff").replace("-0,5", "x"))
    prior = read_histogram("theta;weight\n-0,5;1,5\n0,5;1\n")
    assert (prior.nodes, prior.weights) == ((-0.5, 0.5), (1.5, 1.0))


def test_what_is_no_csv_is_refused_by_its_line() -> None:
    with pytest.raises(UnreadableError, match="line 2: fields of a CSV file"):
        read_pool(HEADER + "x" * 200_000)
