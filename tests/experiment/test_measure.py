"""A row holds every response as read by itself, whatever of it need not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.event_log import EventLog, EventRecord
from sim.engine.replication import run_replication
from sim.experiment.measure import first_names, read_firsts, read_row
from sim.experiment.readings import flights_in
from sim.experiment.responses import responses_of
from sim.experiment.spans import record_responses
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from tests.experiment.logs import DEPLOYMENT, K, a_load, a_log, at, by
from tests.tiny import tiny_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
#: The lead brings its force on its own, without a mandate.
ALONE = (
    (30.0, K.APPEAL, by("CCC"), {"detail": {"to": "lead"}}),
    (33.0, K.BILATERAL, by("AAA")),
    (42.0, K.LANDED, a_load("AAA", 100, vehicles=3)),
    (43.0, K.ON_TASK, at("north", 100, task="plant")),
    (480.0, K.HORIZON),
)


def one_by_one(log: EventLog, scenario: Scenario) -> list[float]:
    """Return every response of a run, each read by itself."""
    known = (*responses_of(scenario).values(), *record_responses(scenario).values())
    return [response.function(log, scenario) for response in known]


@pytest.mark.parametrize("told", [DEPLOYMENT, ALONE, ((480.0, K.HORIZON),)], ids=["sent", "alone", "nothing"])
def test_a_row_is_every_response_read_by_itself(told):
    scenario, log = tiny_scenario(), a_log(*told)
    assert read_row(log, scenario) == pytest.approx(one_by_one(log, scenario), nan_ok=True, abs=0, rel=0)


@pytest.mark.parametrize("name", ["kazakhstan", "years_2020_2022"])
def test_the_rows_of_runs_are_too(name):
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    for replication in range(8):
        log = run_replication(scenario, 1, replication)
        assert read_row(log, scenario) == pytest.approx(one_by_one(log, scenario), nan_ok=True, abs=0, rel=0)


@pytest.mark.parametrize("asked_before", [False, True])
def test_loads_after_the_end_of_a_log_do_not_count(asked_before):
    loads = [(12.0, 10), (9.0, 20), (30.0, 40)]
    records = [EventRecord(i, time, K.LANDED, **a_load("AAA", n)) for i, (time, n) in enumerate(loads)]
    log = EventLog(records, until=20.0)
    if asked_before:
        assert len(log.of(K.LANDED)) == 2
    assert [r.time for r in flights_in(log)] == [9, 12]
    scenario = tiny_scenario()
    firsts = dict(zip(first_names(scenario), read_firsts(log, scenario), strict=True))
    assert firsts["landed|AAA"] == 9
