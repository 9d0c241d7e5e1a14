"""Parquet as a further form of RESPONSES.csv, where the extra `spor[parquet]` is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyarrow.parquet import ParquetFile

SUFFIX = ".parquet"


def rows_of(file: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header of a Parquet file, and each row's cells as a CSV file would have them.

    Rows are numbered as lines are, from 2; a null is an empty cell. `ClickException` says when the
    file is none, and what to install where Parquet cannot be read.
    """
    try:
        from pyarrow import ArrowException  # noqa: PLC0415 - an extra, and slow to import
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ImportError as error:
        text = "Parquet needs the extra: pip install 'spor[parquet]', or write it as CSV"
        raise click.ClickException(f"{file}: {text}") from error
    try:
        table = ParquetFile(file)
        return list(table.schema_arrow.names), _rows(file, table)
    except (ArrowException, OSError) as error:
        raise _unreadable(file, error) from error


def _rows(file: Path, table: ParquetFile) -> Iterator[tuple[int, list[str]]]:
    from pyarrow import ArrowException  # noqa: PLC0415

    line = 1
    try:
        for batch in table.iter_batches():
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                line += 1
                yield line, ["" if cell is None else str(cell) for cell in cells]
    except (ArrowException, OSError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> click.ClickException:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return click.ClickException(f"{file}: no Parquet file that can be read: {reason}")
