"""What members answered, whatever the motion was about: for crises in which nobody plans for force."""

from __future__ import annotations

from functools import partial
from math import nan

from sim.engine.event_log import EventKind, EventLog
from sim.experiment.responses import Response
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.models import Scenario

K = EventKind
CODES = {"object": 0.0, "abstain": 1.0, "support": 2.0}


def last_answer(log: EventLog, member: str) -> float:
    """Return a member's answer to the last motion put: 0 object, 1 abstain, 2 support; nan without one."""
    found = next((r for r in reversed(log.of(K.POSITION)) if r.who == member), None)
    return nan if found is None else CODES[found.detail["answer"]]


def _share(code: str, log: EventLog, scenario: Scenario) -> float:
    """Return how many allies but lead, host and asker gave that answer to the last motion; nan without."""
    last = log.last(K.MOTION)
    if last is None:
        return nan
    answers = [r for r in log.of(K.POSITION) if r.cause == last.id]
    parties = (scenario.alliance.lead, scenario.crisis.host, scenario.crisis.asker)
    others = [r for r in answers if r.who not in parties]
    return float(sum(r.detail["answer"] == code for r in others))


def _lawful(level: str, log: EventLog, _: Scenario) -> float:
    """Return whether the treaty ever carried a motion at *level*: 2 met, 1 contested, 0 not; nan unread."""
    grades = {"met": 2.0, "contested": 1.0, "unmet": 0.0}
    return max((grades[r.detail["basis"][level]] for r in log.of(K.LEDGER)), default=nan)


def _barred(log: EventLog, _: Scenario) -> float:
    refused = (r for r in log.of(K.NO_MOTION) if r.detail.get("level") == "force")
    return float(any(r.detail["reason"] == "barred by the treaty" for r in refused))


def _answered(log: EventLog, _: Scenario) -> float:
    asked, answered = log.first(K.APPEAL), log.first(K.ANSWERED)
    return nan if asked is None or answered is None else answered.time - asked.time


def _levels(log: EventLog, _: Scenario) -> float:
    """Return the level of the last motion put, whether or not it passed; nan without one."""
    last = log.last(K.MOTION)
    return nan if last is None else float(HELP_LEVELS.index(last.detail["level"]))


def answers(scenario: Scenario) -> tuple[Response, ...]:
    """Return the responses about answers that suit any crisis."""
    found = [
        Response("siding", "Allies that were asked and support the last motion", "members", K.APPEAL,
                 partial(_share, "support"), "count"),
        Response("abstaining", "Allies that were asked and abstain on the last motion", "members", K.APPEAL,
                 partial(_share, "abstain"), "count"),
        Response("against", "Allies that were asked and object to the last motion", "members", K.APPEAL,
                 partial(_share, "object"), "count"),
        Response("last_motion", "Level of the last motion (1 words, 2 measures, 3 force)", "", K.APPEAL,
                 _levels, "level"),
        Response("basis.force", "Legal basis of force (2 met, 1 contested, 0 unmet)", "", K.APPEAL,
                 partial(_lawful, "force"), "count"),
        Response("force_barred", "Force barred by the treaty", "", K.APPEAL, _barred, "flag"),
        Response("hours_to_answer", "Appeal to the Council's answer", "h", K.APPEAL, _answered),
        Response("appeals", "Appeals made", "appeals", None, lambda log, s: float(len(log.of(K.APPEAL))),
                 "count"),
    ]  # fmt: skip
    label = "Last answer of {} (2 support, 1 abstain, 0 object)"
    found += [
        Response(f"answer.{m}", label.format(m), "", K.APPEAL, partial(_answer, m), "count")
        for m in scenario.alliance.members
        if m != scenario.crisis.host
    ]
    return tuple(found)


def _answer(member: str, log: EventLog, _: Scenario) -> float:
    return last_answer(log, member)
