"""A file of answers to calibrate."""

import pytest

from tests.webapp.commands.shell import table, wide


@pytest.fixture
def answers(tmp_path):
    file = tmp_path / "RESPONSES.csv"
    file.write_text(wide(table()), encoding="utf-8")
    return file
