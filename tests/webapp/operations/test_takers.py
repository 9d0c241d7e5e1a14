"""Simulated people take human time, and one who clicks through is noticed for it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from item_bank import service as bank
from tests.world import World
from webapp import clock
from webapp.operations.demo.takers import Taker
from webapp.outcomes.models import Placement
from webapp.outcomes.notices import Notice, notices_of
from webapp.taking import service


@pytest.mark.parametrize("hurry", [0.0, 1.0])
def test_only_who_clicks_through_is_noticed_for_pace(
    world: World, hurry: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Which questions come decides how many can be clicked through at all.
    monkeypatch.setattr(service.secrets, "randbelow", lambda _: 3)
    abilities = {"TB": 0.0, "RA": 0.0, "IE": 0.0}
    taker = Taker(abilities, Random(1), Random(2), hurry)
    begun = clock.now() - timedelta(days=1)
    with world.database.read() as session:
        levels = {row.id: row.level for row in bank.items(session)}
    with clock.simulated(begun):
        public_id = world.begin(world.employee)
    taker.answer_all(world.database, public_id, world.employee, begun=begun, levels=levels)
    with world.database.read() as session:
        placements = session.scalars(select(Placement)).all()
    noticed = [Notice.PACE in notices_of(placement, placements) for placement in placements]
    assert any(noticed) == (hurry > 0)
    if not hurry:
        assert [placement.n_rapid for placement in placements] == [0, 0, 0]
