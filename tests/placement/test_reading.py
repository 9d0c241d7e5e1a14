import pytest

from placement.items import ItemParameters
from placement.reading import UnreadableError, read_pool

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
        ",TB,4PL,1,,0,0.9,,,,\n"
        "TB3,TB,2PL,-1,0,0,1,,,,\n"
        "TB1,TB,2PL,1,0,0,1,,,,\n"
        "TB5,TB,2PL,1,0,0,1,,,,,extra\n"
    )
    with pytest.raises(UnreadableError) as caught:
        read_pool(text)
    assert [(error.line, error.column) for error in caught.value.errors] == [
        (2, "a"),
        (3, "item"),
        (3, "model"),
        (3, "b"),
        (3, "d"),
        (4, "item"),
        (5, "item"),
        (6, ""),
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


@pytest.mark.parametrize("number", ["nan", "inf", "1e999"])
def test_numbers_that_are_not_finite_are_refused(number: str) -> None:
    with pytest.raises(UnreadableError, match="finite"):
        read_pool(f"item,module,model,a,b\nx,m,2PL,1,{number}\n")
