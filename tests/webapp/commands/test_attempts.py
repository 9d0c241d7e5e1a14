"""`spor attempt replay`: an attempt is found by its address, whatever the address is."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from tests.world import World
from webapp.cli import main
from webapp.outcomes.models import Placement


@pytest.fixture
def finished(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    url = world.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SPOR_DATABASE_URL", url)
    public_id = world.begin(world.employee)
    world.answer_right(public_id, world.employee)
    return public_id


def replay(public_id: str) -> Result:
    return CliRunner().invoke(main, ["attempt", "replay", public_id])


def test_a_finished_attempt_is_replayed_exactly(finished: str) -> None:
    result = replay(finished)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Identical: ")
    assert "3 placements" in result.output


def test_what_differs_is_said_and_fails(finished: str, world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Placement).where(Placement.module == "TB").values(track="long"))
    result = replay(finished)
    assert result.exit_code == 1
    assert "placement in TB" in result.output


def test_an_address_never_looks_like_an_option(world: World) -> None:
    assert all(world.begin(person)[0].isalnum() for person in sorted(world.invitations)[:8])
