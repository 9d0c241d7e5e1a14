"""Find the browser that tests and screenshots drive, and print its path.

Looked for in this order: CHROMIUM in the environment, the PATH, the usual places on macOS. On
Debian, with the right to do so, a missing chromium is installed. Tests never skip for want of one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = (
    "Chromium.app/Contents/MacOS/Chromium",
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WHAT_TO_DO = """\
The browser tests need Chromium or Chrome, and found neither.
  Debian: sudo apt-get install chromium
  macOS:  brew install --cask chromium
  or say where it is: CHROMIUM=/path/to/it make test"""


def find() -> Path | None:
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        for application in MAC_APPLICATIONS:
            if (folder / application).is_file():
                return folder / application
    return None


def install_on_debian() -> None:
    """Install chromium where apt is there and may be used without asking for a password."""
    apt = shutil.which("apt-get")
    if apt is None:
        return
    command = [apt]
    if os.geteuid() != 0:
        command = ["sudo", "-n", apt]
        sudo = shutil.which("sudo")
        if sudo is None or subprocess.run([sudo, "-n", "true"], check=False).returncode:
            return
    print("Installing chromium for the browser tests (once) …", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "chromium"]):
        subprocess.run([*command, *arguments], check=False, env=environment, stdout=sys.stderr)


def main() -> int:
    given = os.environ.get("CHROMIUM")
    if given:
        found = shutil.which(given)
        if found is None:
            print(f"CHROMIUM is {given}, but no program is there.", file=sys.stderr)
            return 1
        print(found)
        return 0
    browser = find()
    if browser is None:
        install_on_debian()
        browser = find()
    if browser is None:
        print(WHAT_TO_DO, file=sys.stderr)
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
