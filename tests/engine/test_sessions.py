"""Documents adopted together: without the session none of its instruments works."""

from __future__ import annotations

from datetime import date

from sim.engine.event_log import EventKind as K
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.scenario.alliance import Instrument
from sim.scenario.models import Scenario
from sim.scenario.sessions import Session
from tests.tiny import tiny_scenario


def with_session(**change: object) -> Scenario:
    """Return the tiny scenario with two instruments, one of which a session of its second day adopts."""
    scenario = tiny_scenario()
    start = scenario.start.date()
    told = {"in_force": date(start.year - 1, 1, 1), "affects": "planning", "factor": 0.5}
    instruments = {
        key: Instrument.model_validate({"name": key, **told}) for key in ("adopted_there", "older")
    }
    session = {"name": "A session", "on": date.fromordinal(start.toordinal() + 1), "documents": 14}
    found = Session.model_validate({**session, "adopts": ("adopted_there",), **change})
    alliance = scenario.alliance.model_copy(update={"instruments": instruments, "sessions": {"one": found}})
    return scenario.model_copy(update={"alliance": alliance})


def test_a_session_that_is_not_held_takes_its_instruments_with_it_and_no_other():
    held, dropped = (World(with_session(enabled=on), 1, 0, 100.0) for on in (True, False))
    assert held.levers.value("planning") == 0.25
    assert dropped.levers.value("planning") == 0.5


def test_the_session_is_told_on_its_day():
    scenario = with_session()
    told = [r for r in run_replication(scenario, 1, 0).of(K.INJECT) if r.where == "session one"]
    assert [(r.amount, r.detail["label"]) for r in told] == [(14, "A session: 14 documents adopted together")]
    assert (scenario.start.hour + told[0].time) % 24 == 0
    dropped = run_replication(with_session(enabled=False), 1, 0)
    assert not [r for r in dropped.of(K.INJECT) if r.where == "session one"]
