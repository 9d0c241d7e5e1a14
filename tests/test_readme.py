"""What the README shows, runs; what docs/commands.md lists, is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main

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
    assert documented == set(main.commands)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_each_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3
