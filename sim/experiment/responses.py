"""What a replication answers with: each response a short pure function of the event log and the scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import isnan, nan
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from sim.engine.event_log import EventKind, EventLog, once
from sim.engine.prepared import prepared_by_scenario
from sim.experiment.chain import PARTS, parts_of
from sim.experiment.dynamics import measures_of
from sim.experiment.readings import (
    arrivals,
    first_time,
    flights_in,
    flights_out,
    killed,
    order_time,
    peak_out_of_control,
)
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.models import Scenario

#: time: censored when it has not happened; flag: 0 or 1; count, level: numbers; code: a coded answer;
#: part: a share of the hours to full deployment.
ResponseKind = Literal["time", "flag", "count", "level", "code", "part"]
#: The answers of members and the numbers that stand for them in a row.
ANSWERS: dict[str, int] = {"contribute": 3, "support": 2, "abstain": 1, "object": 0}
#: The column of a row that says whether the event of a stratum happened.
STRATUM_COLUMNS: dict[EventKind, str] = {
    EventKind.APPEAL: "appealed", EventKind.MANDATE: "mandate",
    # of fights, which count from these
    EventKind.EXCHANGE: "firing", EventKind.LASTING_CEASEFIRE: "ceasefire_lasted",
}  # fmt: skip


class Response(NamedTuple):
    """A number that a replication answers with, and the runs its distribution is conditional on."""

    name: str
    label: str
    unit: str
    #: The event without which the response has no meaning; none for every run.
    given: EventKind | None
    function: Callable[[EventLog, Scenario], float]
    kind: ResponseKind = "time"
    #: Where a time is counted from.
    clock: Literal["appeal", "start"] = "appeal"
    #: The member that must contribute for the response to have a meaning; empty for none.
    contributor: str = ""
    #: In front of the columns that the stratum is read from (an episode's are its own).
    prefix: str = ""
    #: Where a time is counted from a later instant: that instant at its latest (hours after the start).
    starts: float = 0.0

    def concerns(self, row: Mapping[str, float]) -> bool:
        """Return whether the run behind *row* belongs to the response's stratum."""
        if self.given is not None and row[self.prefix + STRATUM_COLUMNS[self.given]] != 1:
            return False
        if self.contributor:
            return row[f"{self.prefix}position.{self.contributor}"] == ANSWERS["contribute"]
        return True

    @property
    def condition(self) -> str:
        """The stratum in words; empty for every run."""
        said = [f"given {_article(self.given.value)}"] if self.given else []
        if self.contributor:
            said.append(f"{self.contributor} contributes")
        return ", ".join(said)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def from_appeal(log: EventLog, time: float) -> float:
    """Return *time* (hours after the start) as hours after the public appeal; nan without one."""
    return time - first_time(log, EventKind.APPEAL)


def day_of(scenario: Scenario, time: float) -> int:
    """Return the calendar day of *time* (hours), 0 for the day of the start, in the start's zone."""
    start = scenario.start
    return int((start.hour + start.minute / 60 + start.second / 3600 + time) // 24)


def help_level(log: EventLog) -> int:
    """Return the highest rung of help adopted: 0 none, 1 words, 2 measures, 3 force."""
    return max([HELP_LEVELS.index(r.detail["level"]) for r in log.of(EventKind.ADOPTED)], default=0)


def position(log: EventLog, member: str) -> float:
    """Return *member*'s coded answer to the motion on force finally decided; nan without one."""
    return _positions(log).get(member, nan)


@once
def _positions(log: EventLog) -> dict[str, float]:
    """Return every member's last coded answer to a motion on force before the last decision on one."""
    decided = log.of(EventKind.ADOPTED) + log.of(EventKind.REFUSED)
    instants = [(r.time, r.id) for r in decided if r.detail["level"] == "force"]
    if not instants:
        return {}
    last = max(instants)
    answers = {
        r.who: r.detail
        for r in log.of(EventKind.POSITION)
        if r.detail.get("level", "force") == "force" and (r.time, r.id) < last
    }
    return {member: _code(detail) for member, detail in answers.items()}


def _code(position: Mapping[str, Any]) -> float:
    contributes = position["answer"] == "support" and position.get("contribute", False)
    return float(ANSWERS["contribute" if contributes else position["answer"]])


def approval(log: EventLog, member: str) -> float:
    """Return the hours from the appeal to *member*'s authorisation of its own troops."""
    for r in log.of(EventKind.APPROVED):
        if r.who == member:
            return from_appeal(log, r.time)
    return nan


def main_body(log: EventLog, scenario: Scenario) -> float:
    """Return the hours from the appeal to the first landing of the lead member's main echelon."""
    lead = scenario.alliance.lead
    times = (r.time for r in flights_in(log) if r.who == lead and r.detail.get("echelon") == "main")
    return from_appeal(log, next(times, nan))


def flights_per_day(log: EventLog, scenario: Scenario) -> float:
    """Return landings over calendar days, the first and the last landing day included; nan without any."""
    landed = flights_in(log)
    if not landed:
        return nan
    return len(landed) / (day_of(scenario, landed[-1].time) - day_of(scenario, landed[0].time) + 1)


def hours_simulated(log: EventLog, scenario: Scenario) -> float:
    """Return how far the clock ran (hours after the start): where what has not happened is censored."""
    end = first_time(log, EventKind.HORIZON)
    return float(scenario.horizon) if isnan(end) else end


def _hours_to(kind: EventKind) -> Callable[[EventLog, Scenario], float]:
    def hours(log: EventLog, _: Scenario) -> float:
        record, appeal = log.first(kind), log.first(_APPEAL)
        return nan if record is None or appeal is None else record.time - appeal.time

    return hours


def _happened(kind: EventKind) -> Callable[[EventLog, Scenario], float]:
    return lambda log, scenario: float(log.first(kind) is not None)


def _total(kind: EventKind) -> Callable[[EventLog, Scenario], float]:
    return lambda log, scenario: float(sum(map(_amount, log.of(kind))))


_amount = attrgetter("amount")
_MANDATE, _APPEAL, _INCIDENT = EventKind.MANDATE, EventKind.APPEAL, EventKind.INCIDENT
_SCALAR: tuple[Response, ...] = (
    Response("appealed", "Host appealed to the alliance", "", None, _happened(_APPEAL), "flag"),
    Response("mandate", "Mandate adopted", "", _APPEAL, _happened(_MANDATE), "flag"),
    Response("help_level", "Help level (0 none, 1 words, 2 measures, 3 force)", "", None,
             lambda log, s: float(help_level(log)), "level"),
    Response("hours_to_appeal", "Start of the scenario to public appeal", "h", _APPEAL,
             lambda log, s: first_time(log, _APPEAL), "time", "start"),
    Response("hours_to_decision", "Appeal to mandate", "h", _MANDATE, _hours_to(_MANDATE)),
    Response("hours_to_first_on_task", "Appeal to first unit on task", "h", _MANDATE,
             _hours_to(EventKind.ON_TASK)),
    Response("hours_to_main_body", "Appeal to first landing of the main body", "h", _MANDATE, main_body),
    Response("hours_to_deployment_complete", "Appeal to deployment complete", "h", _MANDATE,
             _hours_to(EventKind.DEPLOYED)),
    Response("hours_to_order", "Appeal to calm at every site", "h", _APPEAL,
             lambda log, s: from_appeal(log, order_time(log))),
    Response("hours_to_order_from_start", "Start of the scenario to calm at every site", "h", None,
             lambda log, s: order_time(log), "time", "start"),
    Response("hours_to_end_announced", "Appeal to announcement of the end", "h", _MANDATE,
             _hours_to(EventKind.END_ANNOUNCED)),
    Response("hours_to_withdrawal_start", "Appeal to start of withdrawal", "h", _MANDATE,
             _hours_to(EventKind.WITHDRAWAL_BEGAN)),
    Response("hours_to_withdrawal_complete", "Appeal to last soldier out", "h", _MANDATE,
             _hours_to(EventKind.WITHDRAWN)),
    Response("flights_in", "Flights into the theatre", "flights", _MANDATE,
             lambda log, s: float(len(flights_in(log))), "count"),
    Response("flights_out", "Flights out of the theatre", "flights", _MANDATE,
             lambda log, s: float(len(flights_out(log))), "count"),
    Response("flights_per_day_in", "Flights in per landing day", "flights a day", _MANDATE, flights_per_day,
             "count"),
    Response("troops_deployed", "Troops brought into the theatre", "troops", _MANDATE,
             lambda log, s: float(sum(map(_amount, arrivals(log)))), "count"),
    Response("vehicles_deployed", "Vehicles brought into the theatre", "vehicles", _MANDATE,
             lambda log, s: float(sum([r.detail.get("vehicles", 0) for r in arrivals(log)])), "count"),
    Response("local_freed", "Local personnel freed from guard duty", "people", _MANDATE,
             _total(EventKind.FREED), "count"),
    Response("sites_overwhelmed", "Sites overwhelmed", "sites", None,
             lambda log, s: float(len({r.where for r in log.of(EventKind.OVERWHELMED)})), "count"),
    Response("incidents", "Serious incidents", "incidents", None,
             lambda log, s: float(len(log.of(_INCIDENT))), "count"),
    Response("killed", "Killed", "people", None, lambda log, s: killed(log), "count"),
    Response("wounded", "Wounded", "people", None,
             lambda log, s: float(sum([r.detail.get("wounded", 0) for r in log.of(_INCIDENT)])),
             "count"),
    Response("detained", "Detained", "people", None, _total(EventKind.SWEEP), "count"),
    Response("government_fell", "Government fell", "", None, _happened(EventKind.GOVERNMENT_FELL), "flag"),
    Response("hours_to_government_fall", "Start of the scenario to fall of the government", "h", None,
             lambda log, s: first_time(log, EventKind.GOVERNMENT_FELL), "time", "start"),
    Response("peak_out_of_control", "Greatest share of the country out of control", "share", None,
             peak_out_of_control, "count"),
    Response("hours_simulated", "Hours simulated", "h", None, hours_simulated, "count"),
)  # fmt: skip
#: Those that only unrest can answer.
UNREST_ONLY = (
    "sites_overwhelmed", "incidents", "wounded", "detained", "government_fell", "hours_to_government_fall",
    "peak_out_of_control",
)  # fmt: skip
#: The responses that every scenario has, by name; `responses_of` adds those for its members.
RESPONSES: dict[str, Response] = {response.name: response for response in _SCALAR}


def _position_response(member: str) -> Response:
    label = f"Position of {member} (3 contribute, 2 support, 1 abstain, 0 object)"
    return Response(f"position.{member}", label, "", None, lambda log, s: position(log, member), "code")


def _approval_response(member: str) -> Response:
    return Response(
        f"approval.{member}", f"Appeal to authorisation by {member}", "h", _MANDATE,
        lambda log, s: approval(log, member), contributor=member,
    )  # fmt: skip


def _part_response(part: str) -> Response:
    label = f"Hours of the last load to arrive: {PARTS[part]}"
    return Response(
        f"parts.{part}", label, "h", _MANDATE, lambda log, s: parts_of(log).get(part, nan), "part"
    )


@lru_cache(maxsize=32)
def _responses_of(members: tuple[str, ...], lead: str, unrest: bool, force: bool) -> dict[str, Response]:
    """Return the scalar responses for *members*, positions first since strata lean on them.

    The main body is the lead's: where the lead sends nothing there is none to wait for. Without unrest
    there is nothing of it to count; without a planned force nothing that hangs on a mandate.
    """
    found = {name: r for name, r in RESPONSES.items() if unrest or name not in UNREST_ONLY}
    found |= {r.name: r for r in map(_position_response, members)}
    if not force:
        return {name: r for name, r in found.items() if r.given is not _MANDATE and name != "mandate"}
    found |= {r.name: r for r in map(_approval_response, members)}
    found |= {r.name: r for r in map(_part_response, PARTS)}
    found["hours_to_main_body"] = RESPONSES["hours_to_main_body"]._replace(contributor=lead)
    return found


@prepared_by_scenario
def responses_of(scenario: Scenario) -> dict[str, Response]:
    """Return every scalar response of *scenario* by name: the common ones, its members', its dynamics'."""
    crisis, force = scenario.crisis, scenario.response.mandate is not None
    members = tuple(scenario.alliance.members)
    dynamics = tuple(measures_of(scenario))
    extra = tuple(r for measures in dynamics for r in measures.responses(scenario))
    unrest = crisis.unrest is not None
    end = "" if unrest else " and ".join(measures.ends for measures in dynamics if measures.ends)
    return _with_extra(members, scenario.alliance.lead, unrest, force, extra, end)


@lru_cache(maxsize=32)
def _with_extra(
    members: tuple[str, ...], lead: str, unrest: bool, force: bool, extra: tuple[Response, ...], end: str
) -> dict[str, Response]:
    """Return the scalar responses with those of some dynamics; all draws of a study share theirs."""
    return _responses_of(members, lead, unrest, force) | {r.name: r for r in extra} | _ended(end)


def _ended(end: str) -> dict[str, Response]:
    """Return the times to the end of a crisis that has no sites to be calm, called by what its *end* is."""
    labels = {
        "hours_to_order": f"Appeal to {end}", "hours_to_order_from_start": f"Start of the scenario to {end}",
    }  # fmt: skip
    return {name: RESPONSES[name]._replace(label=label) for name, label in labels.items()} if end else {}
