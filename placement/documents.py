"""Frozen dataclasses to plain JSON values and back, naming every fault on the way.

A field typed by a Protocol holds a strategy: it is written as an object with its `kind`, which the
caller's mapping (Protocol → kind → class) makes a value again.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from math import isfinite
from typing import Any, get_args, get_origin, get_type_hints

from placement.arrays import LARGEST
from placement.errors import DesignError

Kinds = Mapping[type, Mapping[str, type]]


def to_plain(value: Any, kinds: Kinds) -> Any:
    """Return dicts, lists, strings and numbers that say the same as `value`."""
    if isinstance(value, tuple):
        return [to_plain(part, kinds) for part in value]
    if not is_dataclass(value):
        return value
    named = {f.name: to_plain(getattr(value, f.name), kinds) for f in fields(value)}
    return {**_kind_of(type(value), kinds), **named}


def from_plain(expected: type, document: object, kinds: Kinds) -> Any:
    """Return the value of type `expected`; `DesignError` names all that is wrong, by path."""
    reader = _Reader(kinds)
    value = reader.read(expected, document, "")
    if reader.faults:
        raise DesignError(reader.faults)
    return value


def _kind_of(cls: type, kinds: Kinds) -> dict[str, str]:
    names = [
        kind for known in kinds.values() for kind, known_cls in known.items() if known_cls is cls
    ]
    return {"kind": names[0]} if names else {}


@dataclass
class _Reader:
    """Reads one document; a faulty part is read as None, and never reaches a constructor."""

    kinds: Kinds
    faults: list[str] = field(default_factory=list)

    def fault(self, path: str, text: str) -> None:
        self.faults.append(f"{path}: {text}" if path else text)

    def read(self, expected: Any, document: object, path: str) -> Any:
        if get_origin(expected) is tuple:
            return self._tuple(get_args(expected), document, path)
        if expected in self.kinds:
            return self._strategy(self.kinds[expected], document, path)
        if is_dataclass(expected):
            return self._dataclass(expected, document, path)
        return self._scalar(expected, document, path)

    def _scalar(self, expected: type, document: object, path: str) -> Any:
        accepted = (int, float) if expected is float else expected
        if not isinstance(document, accepted) or isinstance(document, bool):
            return self.fault(path, f"expected {expected.__name__}, found {document!r:.60}")
        if isinstance(document, float) and not isfinite(document):
            return self.fault(path, f"{document} is not a finite number")
        if isinstance(document, int | float) and abs(document) > LARGEST:
            return self.fault(path, f"a number beyond {LARGEST:.0e}")
        return float(document) if isinstance(document, int) and expected is float else document

    def _tuple(self, parts: tuple[Any, ...], document: object, path: str) -> Any:
        if not isinstance(document, list):
            return self.fault(path, f"expected a list, found {document!r:.60}")
        expected = parts[:1] * len(document) if parts[-1] is Ellipsis else parts
        if len(expected) != len(document):
            return self.fault(path, f"expected {len(expected)} entries, found {len(document)}")
        return tuple(
            self.read(part, entry, f"{path}[{i}]")
            for i, (part, entry) in enumerate(zip(expected, document, strict=True))
        )

    def _strategy(self, known: Mapping[str, type], document: object, path: str) -> Any:
        kind = document.get("kind") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(kind, str) or kind not in known:
            return self.fault(path, f"kind {kind!r} is not one of {', '.join(sorted(known))}")
        rest = {name: part for name, part in document.items() if name != "kind"}
        return self._dataclass(known[kind], rest, path)

    def _dataclass(self, expected: Any, document: object, path: str) -> Any:
        if not isinstance(document, dict):
            return self.fault(path, f"expected an object, found {document!r:.60}")
        self._unknown(expected, document, path)
        before = len(self.faults)
        values = self._fields(expected, document, path)
        if len(self.faults) > before:
            return None
        try:
            return expected(**values)
        except DesignError as error:
            for text in error.faults:
                self.fault(path, text.removeprefix(f"{path}: "))
            return None

    def _unknown(self, expected: Any, document: dict[str, object], path: str) -> None:
        for name in sorted(document.keys() - {f.name for f in fields(expected)}):
            self.fault(f"{path}.{name}" if path else name, "is not known here")

    def _fields(self, expected: Any, document: dict[str, object], path: str) -> dict[str, Any]:
        prefix, known = f"{path}." if path else "", {f.name: f for f in fields(expected)}
        for name, part in known.items():
            if name not in document and part.default is MISSING is part.default_factory:
                self.fault(f"{prefix}{name}", "is missing")
        hints = get_type_hints(expected)
        named = {name: part for name, part in document.items() if name in known}
        return {name: self.read(hints[name], p, f"{prefix}{name}") for name, p in named.items()}
