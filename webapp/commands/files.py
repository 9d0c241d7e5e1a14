"""Texts in and out of files: faults with the file's name, and no file half written."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from placement.reading import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

INPUT = click.Path(path_type=Path, exists=True, dir_okay=False)
OUTPUT = click.Path(path_type=Path, dir_okay=False)
# A column that is no item has a fault on each line; beyond so many the first are out of sight.
MOST_FAULTS = 100


def text_of(file: Path) -> str:
    """Return a file's text; a `ClickException` says what it is when it is none."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"found byte 0x{error.object[error.start]:02x}"
        hint = '; a spreadsheet saves it as "CSV UTF-8"' if file.suffix == ".csv" else ""
        raise click.ClickException(
            f"{file}: line {line}: expected text in UTF-8, {found}{hint}"
        ) from error


def trace_of(file: Path) -> dict[str, str]:
    """Return a file's name and SHA-256, by which it can be known again."""
    return {"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


@contextmanager
def faults_of(file: Path) -> Iterator[None]:
    """Name `file` in every fault of what is read from it."""
    try:
        yield
    except UnreadableError as error:
        raise click.ClickException(listed(file, error.errors)) from error


def listed(file: Path, faults: Sequence[object]) -> str:
    """Return the first faults of a file, one a line, and how many there are further."""
    shown = [f"{file}: {fault}" for fault in faults[:MOST_FAULTS]]
    further = len(faults) - len(shown)
    return "\n".join([*shown, f"{file}: and {further} more"] if further else shown)


def expect_writable(*files: Path | None) -> None:
    """Refuse files whose folder is none, before time is spent on what they should hold."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise click.ClickException(f"{file}: cannot be written: no such folder")


def write(texts: Mapping[Path | None, str]) -> None:
    """Write each text to its file, whole or not at all; what has no file is passed over.

    A link stays one. What is no file on a disk, as /dev/stdout, is written to as it is.
    """
    named = {file: text for file, text in texts.items() if file is not None}
    with ExitStack() as undo:
        ready = []
        for file, text in named.items():
            if not _special(file):
                with _told(file):
                    ready.append((_beside(file.resolve(), text, undo), file))
        for file in filter(_special, named):
            with _told(file):
                file.write_text(named[file], encoding="utf-8")
        for temporary, file in ready:
            with _told(file):
                temporary.replace(file.resolve())


def _special(file: Path) -> bool:
    return file.exists() and not file.is_file()


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error


def _beside(file: Path, text: str, undo: ExitStack) -> Path:
    """Write `text` to a new file in the same folder, removed again if it is not renamed."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    undo.callback(temporary.unlink, missing_ok=True)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.chmod(0o644)
    return temporary
