"""A cursor over parsed TOML that notes what is wrong and reads on: all faults come at once."""

from __future__ import annotations

import tomllib
from typing import Any

from item_bank.content.faults import Fault, Finding, SourceError, slip
from item_bank.texts import LANGUAGES, Text


class Table:
    """A TOML table. Reading a field takes it out; `finish` reports what nobody asked for.

    A missing or wrong field is noted in `findings` and read as an empty value of its type.
    """

    def __init__(self, data: dict[str, Any], findings: list[Finding], path: str = "") -> None:
        self._left = dict(data)
        self._path = path
        self.findings = findings

    def has(self, key: str) -> bool:
        return key in self._left

    def note(self, key: str, expected: str) -> None:
        self.findings.append(slip(self._field(key), expected))

    def string(self, key: str) -> str:
        value = self._take(key, str, "a text in quotation marks")
        text = "" if value is None else str(value).strip()
        if value is not None and not text:
            self.note(key, "a text that is not empty")
        return text

    def optional_string(self, key: str) -> str | None:
        return self.string(key) if key in self._left else None

    def strings(self, key: str) -> tuple[str, ...]:
        values = self._left.pop(key, None)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.note(key, "a list of texts in quotation marks")
            return ()
        return tuple(value.strip() for value in values)

    def integer(self, key: str) -> int:
        value = self._take(key, int, "a whole number")
        return 0 if value is None else int(value)

    def number(self, key: str, default: float | None = None) -> float:
        if default is not None and key not in self._left:
            return default
        value = self._take(key, (int, float), "a number")
        return 0.0 if value is None else float(value)

    def flag(self, key: str) -> bool:
        return key in self._left and self._take(key, bool, "true or false") is True

    def table(self, key: str) -> Table:
        """The sub-table; noted and read as empty when it is missing."""
        data = self._take(key, dict, f"a table [{key}]")
        return Table(data or {}, self.findings if data else [], self._field(key))

    def optional_table(self, key: str) -> Table | None:
        return self.table(key) if key in self._left else None

    def rows(self, key: str) -> list[dict[str, Any]]:
        """The plain data of `[[key]]`; none at all is an empty list."""
        values = self._left.pop(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.note(key, f"tables [[{key}]]")
            return []
        return values

    def tables(self, key: str) -> list[Table]:
        return [
            Table(row, self.findings, self._field(f"{key} {number}"))
            for number, row in enumerate(self.rows(key), start=1)
        ]

    def text(self) -> Text:
        """The `nb`, `nn` and `en`, or the `same`, that stand in this very table."""
        if "same" not in self._left:
            return Text(*(self.string(language) for language in LANGUAGES))
        if [self._left.pop(language) for language in LANGUAGES if language in self._left]:
            self.note("same", "either `same` or all of nb, nn, en, never both")
        return Text.same(self.string("same"))

    def finish(self, of: str) -> None:
        """Note every field that is left: a slip of spelling must not pass in silence."""
        for key in self._left:
            self.note(key, f"no such field in {of}")

    def _take(self, key: str, types: Any, expected: str) -> Any:
        value = self._left.pop(key, None)
        # bool is an int to Python, but `level = true` is a mistake.
        wrong_bool = isinstance(value, bool) and types is not bool
        if not isinstance(value, types) or wrong_bool:
            self.note(key, expected)
            return None
        return value

    def _field(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def parse_toml(text: str, *, name: str) -> dict[str, Any]:
    """The file's data; SourceError with the line where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError([Fault(name, None, "", f"valid TOML, but: {error}")]) from error
