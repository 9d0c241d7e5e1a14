"""What the README shows, runs; what docs/commands.md lists, is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]


def test_the_readmes_example_runs_to_a_placement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    monkeypatch.setattr("builtins.input", lambda _question: "1")
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("direct (")


def test_every_documented_command_exists_and_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text()
    documented = set(re.findall(r"^\| `spor ([\w-]+)", text, re.MULTILINE))
    assert documented == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


def test_the_command_line_waits_with_what_a_command_needs() -> None:
    heavy = "{'numpy', 'scipy', 'flask', 'sqlalchemy'}"
    program = f"import sys, webapp.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr
