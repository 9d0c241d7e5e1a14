from __future__ import annotations

import pytest

from tests.webapp.rounds.scene import Scene
from webapp.database import Database


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)
