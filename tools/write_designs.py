"""Write the built-in designs into docs/designs.md anew; run it with the project's Python."""

from pathlib import Path

from placement.design_text import to_toml
from placement.designs import BUILT_IN, built_in

FILE = Path(__file__).parents[1] / "docs" / "designs.md"


def section(name: str) -> str:
    purpose = BUILT_IN[name].purpose
    text = to_toml(built_in(name)).strip()
    return f"\n## {name}\n\n{purpose[0].upper()}{purpose[1:]}.\n\n```toml\n{text}\n```\n"


def main() -> None:
    head = FILE.read_text(encoding="utf-8").partition(f"\n## {next(iter(BUILT_IN))}\n")[0]
    FILE.write_text(head + "".join(map(section, BUILT_IN)), encoding="utf-8")


if __name__ == "__main__":
    main()
