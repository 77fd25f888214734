"""Stories of a government that falls amid a campaign: its other crises hear of it, those of others do not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sim.engine.campaign import Campaign
from sim.engine.event_log import EventLog
from sim.engine.fork import run_forked
from sim.engine.replication import build_world, populate, run_replication
from sim.scenario.models import Scenario
from sim.scenario.occasion import Occasion
from tests.engine.campaigns import campaign, episode, every, quiet
from tests.engine.test_fallen import ENDS, MOVED
from tests.engine.worlds import POLITICS, K, certain_world, told

#: Where no government falls, in a crisis that the alliance can help in as in any other.
CALM = certain_world()


def two(hour: float, begins: float, settings: dict[str, Any] | None = None, **other: Any) -> Scenario:
    """Return a campaign in which "a" falls at *hour*, and "b", of the same country, begins at *begins*."""

    def made(rate: float) -> Scenario:
        ends = {"crisis.unrest.ends.fall": f"{rate} per h", "crisis.unrest.ends.fall_power": 0}
        falls, goes_on = certain_world({**ends, "decision.collective": False}), certain_world(settings)
        second = episode(goes_on, begins)
        crisis = second.crisis.model_copy(update=other)
        return campaign(
            CALM, {"a": episode(falls, 0), "b": second.model_copy(update={"crisis": crisis})}, 480.0
        )

    known = run_replication(made(0.01), 1, 0).parts["a"].first(K.GOVERNMENT_FELL)
    assert known is not None
    return made(0.01 * (known.time - 6) / (hour - 6))


def both(*args: Any, **other: Any) -> tuple[EventLog, EventLog]:
    """Return the logs of the two crises of a campaign."""
    parts = run_replication(two(*args, **other), 1, 0).parts
    return parts["a"], parts["b"]


def test_an_appeal_in_another_crisis_of_the_country_lapses():
    first, second = both(112.8, 100.0)  # the appeal of "b" at 112 h, answers due at 113.5 h
    fell = second.first(K.GOVERNMENT_FELL)
    assert first.first(K.GOVERNMENT_FELL).time == fell.time == pytest.approx(112.8)
    assert (fell.who, fell.cause, fell.detail) == ("CCC", -1, {"elsewhere": "a"})
    assert not first.first(K.GOVERNMENT_FELL).detail
    assert told(second, *POLITICS)[-1] == (112.8, "appeal cancelled", "CCC")
    assert second.cause_of(second.first(K.APPEAL_CANCELLED)) == fell
    assert not [r for r in second if r.kind in (K.MANDATE, K.ANSWERED, *MOVED)]


def test_a_mission_in_another_crisis_of_the_country_ends():
    log = both(160.0, 100.0)[1]
    assert log.first(K.DEPLOYED).time < 160
    assert told(log, *ENDS)[0] == (160.0, "end announced", "")
    assert log.first(K.END_ANNOUNCED).detail["reason"] == "government fell"
    assert len(log.of(K.END_ANNOUNCED)) == len(log.of(K.GOVERNMENT_FELL)) == 1


def test_by_assumption_it_may_outlast_the_government_there_too():
    log = both(160.0, 100.0, {"mission.ends_with_government": False, "mandate.duration": "5 days"})[1]
    assert log.first(K.END_ANNOUNCED).detail["reason"] == "mandate expired"


def test_what_was_done_against_the_government_is_over_everywhere():
    ends = {"crisis.unrest.ends.fall": "0.02 per h", "crisis.unrest.ends.fall_power": 0}
    alone = both(400.0, 100.0, ends)[1].first(K.GOVERNMENT_FELL)  # "b" by itself
    assert 121 < alone.time < 400
    log = both(120.0, 100.0, ends)[1]
    assert [r.time for r in log.of(K.GOVERNMENT_FELL)] == [pytest.approx(120.0)]
    still = [r.time for r in log.of(K.UNREST) if not r.detail["growth"]]
    assert still[0] == pytest.approx(120.0)


def test_a_crisis_that_begins_later_finds_a_new_government():
    first, second = both(60.0, 100.0)
    assert first.of(K.GOVERNMENT_FELL)
    assert not second.of(K.GOVERNMENT_FELL)
    assert second.of(K.DEPLOYED)


def test_another_country_keeps_its_government():
    first, second = both(160.0, 100.0, host="BBB")
    assert first.of(K.GOVERNMENT_FELL)
    assert not second.of(K.GOVERNMENT_FELL)


def test_the_campaigns_own_crisis_hears_of_it():
    scenario = two(60.0, 200.0)
    log = run_replication(scenario, 1, 0)
    assert quiet(CALM).crisis.host == "CCC"
    assert [(r.who, r.detail) for r in log.of(K.GOVERNMENT_FELL)] == [("CCC", {"elsewhere": "a"})]


@pytest.mark.parametrize("at", [50.0, 112.5, 200.0])
def test_a_fork_without_a_change_hears_of_it_too(at: float):
    scenario = two(112.8, 100.0)
    same = scenario.model_copy(update={"title": "The same in other words"})
    fork = run_forked(scenario, same, 1, 0, at)
    plain = run_replication(scenario, 1, 0)
    assert [repr(r) for r in every(fork.log)] == [repr(r) for r in every(plain)]
    assert not fork.kept


def asks_again(falls: float, *again: float) -> EventLog:
    """Return the log of a crisis with a reason to ask at 110 h and *again*, whose government falls elsewhere.

    It asks in private at 115 h, in public at 116 h, is consulted on at 116.5 h, and answered by 117.5 h.
    """
    at = (CALM.start + timedelta(hours=110)).isoformat()
    reason = {"asked_by": "CCC", "label": "asks", "at": at, "need": 0.5, "lasts": "500 h"}
    keen = certain_world({"crisis.host_choice.value_of_asking": 5})
    crisis = quiet(keen).crisis.model_copy(update={"occasion": Occasion.model_validate(reason)})
    scenario = two(falls, 100.0)
    second = scenario.crises["b"].model_copy(update={"crisis": crisis})
    scenario = scenario.model_copy(update={"crises": {**scenario.crises, "b": second}})
    root, _ = build_world(scenario, 1, 0)
    begun = Campaign(root, populate)
    for alarm in again:
        root.env.run(until=alarm)
        begun.worlds["b"][0].record(K.ALARM, "CCC")
    root.env.run(until=480)
    return EventLog.of_campaign(root.records, 480).parts["b"]


@pytest.mark.parametrize("falls", [108.0, 110.5, 112.0, 115.5, 116.2, 116.8])
def test_the_government_that_follows_may_ask_anew(falls: float):
    log = asks_again(falls, 150.0)
    asked = {108.0: [116.0], 116.2: [116.0, 156.0], 116.8: [116.0, 156.0]}.get(falls, [156.0])
    assert [r.time for r in log.of(K.APPEAL)] == asked
    noticed = {108.0: [111.0], 110.5: [151.0]}.get(falls, [111.0, 151.0])
    assert [r.time for r in log.of(K.DANGER_NOTICED)] == noticed
    assert len(log.of(K.APPEAL_CANCELLED)) == (falls > 115)
    assert [r.who for r in log.of(K.POSITION)] == ["AAA", "BBB"]  # nobody answers what has lapsed
    assert [r.time for r in log.of(K.SECRETARY_GENERAL)] == [asked[-1] + 1]
    assert {r.who for r in log.of(K.LANDED)} == {"AAA", "BBB"}
    assert not log.of(K.END_ANNOUNCED)


def test_what_its_forerunner_had_begun_to_weigh_does_not_disturb_it():
    log = asks_again(115.5, 115.6, 116.2)  # the appeal that is not made was due at 116 h
    assert [r.time for r in log.of(K.DANGER_NOTICED)] == [111.0, 116.6]
    assert len(log.of(K.APPEAL)) == 1


def test_a_force_that_was_sent_is_not_asked_for_anew():
    log = asks_again(140.0, 150.0)
    assert len(log.of(K.APPEAL)) == len(log.of(K.MANDATE)) == len(log.of(K.END_ANNOUNCED)) == 1
