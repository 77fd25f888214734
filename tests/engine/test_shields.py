"""What works in some crises alone: protocols, operations against raids, air defence; and own wars."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.members import Members
from sim.engine.replication import build_world, run_replication
from sim.engine.world import World
from sim.scenario.errors import ScenarioError
from sim.scenario.load import with_settings
from sim.scenario.models import Scenario
from tests.engine.borders import RAID, border
from tests.engine.fights import a_fight, fought
from tests.engine.worlds import K, certain_world

LINK = {"name": "link", "in_force": "2010-01-01", "affects": "planning", "factor": 0.5}


def linked(settings: dict[str, Any] | None = None, **link: Any) -> Scenario:
    return with_settings(certain_world(settings), {"alliance.instruments.link": {**LINK, **link}})


def pace(scenario: Scenario, lever: str = "planning") -> float:
    return World(scenario, 1, 0, 100.0).pace(lever)


def test_an_instrument_works_only_where_the_crisis_is_of_its_kind():
    only = {"territory": "recognised", "host_is_member": "yes"}
    assert pace(linked(only_where=only)) == 0.5
    assert pace(linked({"crisis.facts.territory": "external"}, only_where=only)) == 1
    assert pace(linked({"members.CCC.left": "2021-01-01"}, only_where=only)) == 1


def test_an_instrument_may_change_several_levers_by_one_factor():
    scenario = linked(also=["readiness"])
    assert [pace(scenario, lever) for lever in ("planning", "readiness", "warning")] == [0.5, 0.5, 1]


def test_an_instrument_that_asks_for_a_fact_nobody_knows_is_refused():
    with pytest.raises(ScenarioError, match="unknown fact 'teritory'; did you mean 'territory'"):
        linked(only_where={"teritory": "external"})


@pytest.mark.parametrize(
    ("link", "comes"),
    [
        ({}, True), ({"in_force": "2022-01-05"}, False), ({"enabled": False}, False),
        ({"in_force": None}, False), ({"only_where": {"territory": "external"}}, True),
    ],
)  # fmt: skip
def test_what_is_done_under_an_instrument_waits_for_it(link: dict[str, Any], comes: bool):
    inject = {"label": "a protocol is used", "at": "2022-01-03T00:00+06:00", "instrument": "link"}
    scenario = with_settings(linked(**link), {"crisis.injects": {"used": inject}})
    found = [r.where for r in run_replication(scenario, 1, 0).of(K.INJECT)]
    assert found == (["used"] if comes else [])


def test_a_session_that_was_not_held_adopts_nothing_that_things_could_be_done_under():
    inject = {"label": "a protocol is used", "at": "2022-01-03T00:00+06:00", "instrument": "link"}
    session = {"name": "Session", "on": "2009-01-01", "documents": 1, "adopts": ["link"], "enabled": False}
    scenario = with_settings(
        linked(), {"crisis.injects": {"used": inject}, "alliance.sessions": {"session": session}}
    )
    assert not run_replication(scenario, 1, 0).of(K.INJECT)


def test_an_inject_under_an_instrument_that_there_is_not_is_refused():
    inject = {"label": "a protocol is used", "at": "2022-01-03T00:00+06:00", "instrument": "lnk"}
    with pytest.raises(ScenarioError, match="unknown instrument 'lnk'"):
        with_settings(linked(), {"crisis.injects": {"used": inject}})


# raids


def raided(factor: float, luck: int = 0, **raid: Any) -> EventLog:
    shield = {"name": "operations", "in_force": "2010-01-01", "affects": "raids", "factor": factor}
    scenario = border({"crisis.incursions.raids": {"one": {**RAID, **raid}}, "crisis.incursions.parties": {}})
    return run_replication(with_settings(scenario, {"alliance.instruments.shield": shield}), 1, luck)


def test_operations_prevent_attacks_on_the_hosts_soil_with_their_chance():
    came = sum(bool(raided(0.5, luck).of(K.RAID)) for luck in range(60))
    assert 18 <= came <= 42  # 30 expected, three standard errors of 3.9
    assert all(raided(1, luck).of(K.RAID) for luck in range(5))
    assert not raided(0).of(K.RAID)
    [told] = raided(0).of(K.INJECT)
    assert told.detail["label"] == "prevented: a raid"


def test_operations_do_not_reach_the_far_side():
    assert raided(0, beyond=True).of(K.RAID)


# strikes


def killed(log: EventLog, side: str) -> float:
    return sum(r.amount for r in log.of(K.DEATHS) if r.who == side)


def test_air_defence_spares_the_hosts_side_alone_and_all_of_its_losses_in_proportion():
    shield = {"name": "shield", "in_force": "2010-01-01", "affects": "strikes", "factor": 0.25}
    plain = [fought(None, n) for n in range(20)]
    shielded = [fought({"alliance.instruments.shield": shield}, n) for n in range(20)]
    assert [killed(log, "BBB") for log in shielded] == [killed(log, "BBB") for log in plain]
    before, after = (sum(killed(log, "CCC") for log in logs) for logs in (plain, shielded))
    assert after == pytest.approx(before / 4, rel=0.1)


def test_a_change_of_the_shield_counts_from_its_own_hour():
    # firing that never stops, from 6 h on; the shield goes up at 24 h and leaves nobody to be killed
    shield = {"name": "shield", "in_force": "2022-01-03", "affects": "strikes", "factor": 0}
    log = run_replication(a_fight({"ceasefire": "0 per h", "alliance.instruments.shield": shield}), 1, 0)
    hours = [r.time for r in log.of(K.DEATHS) if r.who == "CCC"]
    assert hours
    assert max(hours) <= 24
    assert max(r.time for r in log.of(K.DEATHS) if r.who == "BBB") > 100


# wars of one's own


def cost(settings: dict[str, Any]) -> dict[str, float]:
    world, _ = build_world(certain_world(settings), 1, 0)
    return {member: f.cost for member, f in Members(world).factors.items()}


def test_forces_committed_elsewhere_make_helping_dearer_for_who_has_them_there():
    plain, busy = cost({}), cost({"members.AAA.engaged": 0.5, "alliance.strain": 2})
    assert busy["AAA"] == pytest.approx(plain["AAA"] + 1)
    assert busy["BBB"] == plain["BBB"]
    assert cost({"members.AAA.engaged": 0.5, "alliance.strain": 0}) == plain
    assert cost({"alliance.strain": 2}) == plain
