"""Small studies that the tests of charts, stories and tables look at."""

from __future__ import annotations

from functools import cache
from typing import Any

from sim.experiment.study import Study, run_study
from sim.scenario.models import Scenario
from sim.scenario.study import RecordedEvent, RecordEntry, SeriesPoint
from tests.tiny import tiny_scenario

APPEAL = "2022-01-03T06:00+06:00"


def with_record() -> Scenario:
    """The tiny scenario with a record of every shape: instant, bound, input, dated, of a member, a series."""

    def entry(response: str, kind: str = "instant", unit: str = "h", **rest: Any) -> RecordEntry:
        return RecordEntry(response=response, label=response.replace("_", " "), kind=kind, unit=unit, **rest)

    record = {
        "decision": entry("hours_to_decision", value=3, low=2, high=5, scored=True),
        "complete": entry("hours_to_deployment_complete", value=40, low=30, high=50, scored=True),
        "task": entry("hours_to_first_on_task", "bound", high=20),
        "main": entry("hours_to_main_body", "bound", low=5, high=30),
        "ally": entry("hours_to_approval", value=8, who="BBB"),
        "flights": entry("flights_in", "bound", "flights", low=10),
        "troops": entry("troops_deployed", "input", "troops", value=1000, low=900, high=1200),
        "calm": entry("sites_calm", unit="sites", value=1, at="2022-01-05T00:00+06:00",
                      among=("north", "south")),
        "detained": entry("detained_reported", unit="people", value=100, at="2022-01-06T00:00+06:00"),
        "out": entry("flights_out_between", unit="flights", value=12, since="2022-01-09T00:00+06:00",
                     at="2022-01-11T00:00+06:00"),
    }  # fmt: skip
    events = (
        RecordedEvent(at=APPEAL, label="appeal", kind="appeal", no_later_than=True),
        RecordedEvent(
            at="2022-01-03T20:00+06:00", label="ally lands", kind="landed", who="BBB", no_later_than=True
        ),
    )
    series = {
        "flights_in": (
            SeriesPoint(at="2022-01-03T12:00+06:00"),
            SeriesPoint(at="2022-01-04T12:00+06:00", value=8, low=6, high=9),
        ),
        "flights_out": (SeriesPoint(at="2022-01-10T12:00+06:00", value=99),),
    }
    return tiny_scenario().model_copy(
        update={"record": record, "recorded_events": events, "recorded_series": series}
    )


@cache
def a_study() -> Study:
    """Forty runs of the tiny scenario with its record and variants."""
    return run_study(with_record(), 40, jobs=1)


@cache
def one_run() -> Study:
    return run_study(tiny_scenario(), 1, jobs=1)


@cache
def no_answer() -> Study:
    """Runs in which nobody may answer, so that no force ever goes."""
    settings = {"response.decision.collective": False, "response.decision.bilateral": False}
    return run_study(tiny_scenario(settings), 8, jobs=1)


@cache
def alone() -> Study:
    """Runs in which the council may not act and the lead may, so that every force is the lead's own."""
    settings = {"response.decision.collective": False, "response.decision.bilateral": True}
    return run_study(tiny_scenario(settings), 12, jobs=1)


@cache
def never_asked() -> Study:
    """Runs in which no host appeals: asking costs it too much at home."""
    settings = {"crisis.host_choice.cost_at_home": 9.0}
    return run_study(tiny_scenario(settings), 12, jobs=1)


@cache
def all_failed() -> Study:
    def broken(scenario: Scenario, seed: int, replication: int) -> Any:
        raise ValueError("broken on purpose")

    return run_study(tiny_scenario(), 4, jobs=1, replicate=broken)


@cache
def quiet() -> Study:
    """Runs in which nothing happens at all: the clock stops before the first protest."""
    return run_study(tiny_scenario(), 4, jobs=1, until=1.0)


STUDIES = {"study": a_study, "one": one_run, "no answer": no_answer, "failed": all_failed, "quiet": quiet}
