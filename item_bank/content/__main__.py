"""`python -m item_bank.content FILE…`: what is wrong with source files, what to look at again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from item_bank.content import SourceError, advice, read_items, read_module


def check(path: Path, out: TextIO) -> bool:
    """Write the verdict on one file to `out`; whether it may be imported."""
    text = path.read_text(encoding="utf-8")
    try:
        if path.name == "module.toml":
            out.write(f"{path}: {len(read_module(text, name=str(path)).categories)} categories, ")
            out.write("no faults\n")
            return True
        items = read_items(text, name=str(path))
    except SourceError as error:
        out.write(f"{error}\n")
        return False
    for item in items:
        out.writelines(
            f"{path}: {item.id}: advice: {found.field}: {found.expected}\n"
            for found in advice(item)
        )
    out.write(f"{path}: {len(items)} items, no faults\n")
    return True


def main() -> None:
    verdicts = [check(Path(name), sys.stdout) for name in sys.argv[1:]]
    sys.exit(0 if all(verdicts) else 1)


if __name__ == "__main__":
    main()
