"""RESPONSES.parquet says the same as RESPONSES.csv, faults and all."""

import builtins

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from placement.reading import read_pool
from tests.webapp.commands.shell import spor


@pytest.fixture
def columns():
    """Wide: a person, a unit, six items as whole numbers with nulls."""
    rng = np.random.default_rng(1)
    theta = rng.standard_normal((300, 1))
    scores = (rng.random((300, 6)) < 1 / (1 + np.exp(np.linspace(-1, 1, 6) - theta))).astype(int)
    given = rng.random(scores.shape) < 0.8
    items = {
        f"q{j}": pa.array([int(s) if g else None for s, g in zip(column, ok, strict=True)])
        for j, (column, ok) in enumerate(zip(scores.T, given.T, strict=True))
    }
    people = {"person": [f"p{n}" for n in range(300)], "unit": ["a", "b"] * 150}
    return {**people, **items}


def as_csv(table: pa.Table) -> str:
    lines = [",".join(table.column_names)]
    rows = zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
    lines += [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


def both(folder, table: pa.Table, *arguments):
    """The results of a command on the same table as Parquet and as CSV, and their pools."""
    results, pools = [], []
    for suffix in ("parquet", "csv"):
        file, pool = folder / f"R.{suffix}", folder / f"{suffix}-POOL.csv"
        if suffix == "csv":
            file.write_text(as_csv(table), encoding="utf-8")
        else:
            pq.write_table(table, file, row_group_size=70)
        results.append(spor("calibrate", file, *arguments, "--out", pool))
        pools.append(pool)
    return results, pools


def test_wide(columns, tmp_path) -> None:
    results, pools = both(tmp_path, pa.table(columns), "--groups", "unit")
    assert [r.exit_code for r in results] == [0, 0], results[0].output
    assert read_pool(pools[0].read_text()) == read_pool(pools[1].read_text())
    fitted = spor("fit", tmp_path / "R.parquet", "--pool", pools[0])
    assert fitted.exit_code == 0, fitted.output


@pytest.mark.parametrize("kind", [pa.int8(), pa.float64(), pa.string()])
def test_long_of_any_type(columns, tmp_path, kind) -> None:
    people, items, scores = [], [], []
    for name in [f"q{j}" for j in range(6)]:
        for person, score in zip(columns["person"], columns[name].to_pylist(), strict=True):
            if score is not None:
                people.append(person)
                items.append(name)
                scores.append(score)
    values = pa.array([str(s) for s in scores] if kind == pa.string() else scores, kind)
    table = pa.table({"person": people, "item": pa.array(items).dictionary_encode()})
    results, pools = both(tmp_path, table.append_column("score", values))
    assert [r.exit_code for r in results] == [0, 0], results[0].output
    assert read_pool(pools[0].read_text()) == read_pool(pools[1].read_text())


def test_faults_are_the_same_as_those_of_csv(columns, tmp_path) -> None:
    columns["q1"] = pa.array([2.5, float("nan"), *[1.0] * 298])
    columns["q2"] = pa.array(["right", None, "-1", *["0"] * 297])
    columns["person"][4] = "p3"
    results, pools = both(tmp_path, pa.table(columns), "--groups", "unit")
    said = [r.output.replace(".parquet", ".csv") for r in results]
    assert said[0] == said[1]
    for fault in (
        "line 2, column q1: a whole number from 0 to 99, or nothing, not '2.5'",
        "line 3, column q1: a whole number from 0 to 99, or nothing, not 'nan'",
        "line 2, column q2: a whole number from 0 to 99, or nothing, not 'right'",
        "line 6, column person: another name than line 5, not 'p3'",
    ):
        assert fault in said[0]
    assert not any(pool.exists() for pool in pools)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"person,q1\na,1\n", b"PAR1" * 40])
def test_what_is_no_parquet(tmp_path, content) -> None:
    file = tmp_path / "R.parquet"
    file.write_bytes(content)
    result = spor("calibrate", file, "--out", tmp_path / "P.csv")
    assert result.exit_code == 1
    assert f"{file}: no Parquet file that can be read" in result.output


def test_a_file_cut_short(columns, tmp_path) -> None:
    file = tmp_path / "R.parquet"
    pq.write_table(pa.table(columns), file)
    whole = file.read_bytes()
    file.write_bytes(whole[:4] + bytes(400) + whole[404:])
    result = spor("calibrate", file, "--groups", "unit", "--out", tmp_path / "P.csv")
    assert result.exit_code == 1
    assert "no Parquet file that can be read" in result.output


def test_without_the_extra_it_is_named(columns, tmp_path, monkeypatch) -> None:
    plain = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return plain(name, *args, **kwargs)

    file = tmp_path / "R.parquet"
    pq.write_table(pa.table(columns), file)
    monkeypatch.setattr(builtins, "__import__", without)
    result = spor("calibrate", file, "--out", tmp_path / "P.csv")
    assert result.exit_code == 1
    assert "pip install 'spor[parquet]'" in result.output
