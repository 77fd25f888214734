"""Stories of a government that falls: nobody asks for it or comes to it any more, and who came goes home."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from tests.engine.worlds import POLITICS, K, lived, told

#: A settlement waits: nothing but the fall ends it. The tiny country is overwhelmed for ever at 6 h.
MOVED = (K.ECHELON_READY, K.TAKEOFF, K.LANDED, K.ON_TASK, K.DEPLOYED)
ENDS = (K.END_ANNOUNCED, K.END_REQUESTED, K.WITHDRAWAL_ORDERED, K.WITHDRAWAL_BEGAN)


def falling(hour: float, settings: dict[str, Any] | None = None) -> EventLog:
    """Return the log of a certain world whose government falls at *hour*."""
    rate = 0.01  # the hazard that the luck of this world lets ring at a known hour
    known = lived({"crisis.unrest.ends.fall": f"{rate} per h", "crisis.unrest.ends.fall_power": 0}, until=475)
    rings = known.first(K.GOVERNMENT_FELL).time
    rate *= (rings - 6) / (hour - 6)
    paths = {"crisis.unrest.ends.fall": f"{rate} per h", "crisis.unrest.ends.fall_power": 0}
    log = lived({**paths, **(settings or {})})
    assert log.first(K.GOVERNMENT_FELL).time == pytest.approx(hour)
    return log


def test_an_appeal_made_in_private_is_never_made_in_public():
    log = falling(11.5)
    assert told(log, *POLITICS)[-1] == (11.5, "appeal cancelled", "CCC")
    assert not log.of(K.APPEAL)
    assert log.cause_of(log.first(K.APPEAL_CANCELLED)).kind is K.GOVERNMENT_FELL


@pytest.mark.parametrize("hour", [12.3, 12.8])
def test_an_appeal_not_answered_yet_lapses(hour):
    log = falling(hour)  # the appeal at 12 h, consultations at 12.5 h, answers due at 13.5 h
    assert told(log, *POLITICS)[-1] == (hour, "appeal cancelled", "CCC")
    assert log.of(K.APPEAL)
    assert not [r for r in log if r.kind in (K.POSITION, K.MANDATE, K.ANSWERED, *MOVED)]
    assert log.first(K.APPEAL_CANCELLED).detail["made"]


def test_nobody_is_sent_to_a_government_that_has_fallen_and_those_who_came_go_home():
    log = falling(18.0)  # the advance party took off at 17 h; the rest would be ready at 21 and 23 h
    assert [r.detail["echelon"] for r in log.of(K.ECHELON_READY)] == ["advance"]
    assert {r.who for r in log.of(K.LANDED)} == {"AAA"}
    assert not log.of(K.DEPLOYED)  # what came is not the whole force
    posted = log.first(K.ON_TASK).time
    assert told(log, *ENDS) == [
        (round(posted, 3), "end announced", ""),  # by the alliance, once those under way have taken post
        (round(posted + 24, 3), "withdrawal ordered", "defence ministers"),
        (round(posted + 48, 3), "withdrawal began", ""),
    ]
    assert log.first(K.END_ANNOUNCED).detail["reason"] == "government fell"
    assert log.cause_of(log.first(K.END_ANNOUNCED)).kind is K.GOVERNMENT_FELL
    assert sum(r.amount for r in log.of(K.CONTINGENT_HOME)) == sum(r.amount for r in log.of(K.ON_TASK)) == 20


def test_a_parliament_does_not_go_on_voting_about_it():
    log = falling(18.0, {"members.BBB.approval.delay": "100 h"})
    assert {r.who for r in log.of(K.APPROVED)} == {"AAA"}
    assert log.of(K.WITHDRAWN)


def test_a_mission_on_post_ends_when_the_government_falls():
    log = falling(60.0)
    assert log.first(K.DEPLOYED).time < 60
    assert told(log, *ENDS)[0] == (60.0, "end announced", "")
    assert len(log.of(K.END_ANNOUNCED)) == len(log.of(K.DEPLOYED)) == 1


def test_by_assumption_a_mission_may_outlast_the_government():
    log = falling(18.0, {"mission.ends_with_government": False, "mandate.duration": "5 days"})
    assert log.of(K.DEPLOYED)
    assert log.first(K.END_ANNOUNCED).time == 133.5
    assert log.first(K.END_ANNOUNCED).who == "CCC"
