"""Who takes part in a crisis and what each member sees of it: all that follows from the scenario alone."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date
from typing import NamedTuple

from sim.alliance.ordered_choice import Factors, carry_of_line, cost_of_help, threshold
from sim.engine.days import day_at, hours_to_day
from sim.engine.geometry import great_circle_km
from sim.engine.observers import weight_on
from sim.engine.prepared import prepared, prepared_by_scenario
from sim.scenario.alliance import HELP_LEVELS, HelpLevel
from sim.scenario.models import Scenario
from sim.scenario.response import Decision, OrderedChoice, Response


class Table(NamedTuple):
    """Who sits at the council's table from some day on."""

    voters: tuple[str, ...]
    #: Voters but for the host.
    allies: tuple[str, ...]
    #: Allies that stand on the other side of the crisis.
    opponents: frozenset[str]
    #: How strongly the lead's line carries to each ally.
    carry: dict[str, float]


class Roll(NamedTuple):
    """The members as they stand when a crisis begins."""

    #: Who takes part now or joins later, and when (h) those do.
    known: tuple[str, ...]
    joining: dict[str, float]
    #: What each of them but the host sees of the crisis.
    factors: dict[str, Factors]
    #: Hours of the days on which one of them joins or leaves.
    turns: tuple[float, ...]
    table: Table


@prepared
def choice_of(decision: Decision) -> OrderedChoice:
    """Return the ordered choice that members decide by."""
    return decision.choice


@prepared
def thresholds_of(model: OrderedChoice) -> dict[tuple[HelpLevel, bool], float]:
    """Return the willingness that motions need of each member, by level and whether they are limited."""
    return {(level, cut): threshold(model, level, cut) for level in HELP_LEVELS for cut in (False, True)}


def roll_of(scenario: Scenario, today: date, now: float, gone: Container[str]) -> Roll:
    """Return the members as they stand at the hour *now* of the day *today*, when *gone* have left."""
    members, joining, known = scenario.alliance.members, {}, []
    for key, state in members.items():
        if not state.takes_part(today):
            joins = None if state.joined is None else hours_to_day(scenario.start, state.joined)
            if not state.participates or joins is None or joins <= now:
                continue
            joining[key] = joins
        known.append(key)
    days = {day for m in known for day in (members[m].joined, members[m].left) if day}
    turns = tuple(at for at in (hours_to_day(scenario.start, day) for day in days) if at > now)
    factors = _factors(scenario, [m for m in known if m != scenario.crisis.host], today, gone)
    return Roll(tuple(known), joining, factors, turns, table_of(scenario, known, today, gone))


@prepared_by_scenario
def roll_at_start(scenario: Scenario) -> Roll:
    """Return the members as they stand at the scenario's start, when nobody has left."""
    return roll_of(scenario, day_at(scenario.start, 0.0), 0.0, ())


def table_of(scenario: Scenario, known: Iterable[str], today: date, gone: Container[str]) -> Table:
    """Return who of the members *known* sits at the table: those who take part today and are not *gone*."""
    alliance, crisis = scenario.alliance, scenario.crisis
    members, model = alliance.members, choice_of(scenario.response.decision)
    voters = tuple(m for m in known if members[m].takes_part(today) and m not in gone)
    allies = tuple(m for m in voters if m != crisis.host)
    dependence = {m: float(members[m].dependence) for m in allies}
    others = [share for m, share in dependence.items() if m != alliance.lead]
    mean = sum(others) / len(others) if others else 0.0
    carry = {m: carry_of_line(model, share, mean) for m, share in dependence.items()}
    return Table(voters, allies, frozenset(allies) & frozenset(crisis.facts.adversaries), carry)


def _factors(
    scenario: Scenario, members: Iterable[str], today: date, gone: Container[str]
) -> dict[str, Factors]:
    """Return what each of *members* sees of the crisis when asked on the day *today*, *gone* having left."""
    alliance, crisis, response = scenario.alliance, scenario.crisis, scenario.response
    way, foes = _destination(scenario), crisis.facts.adversaries
    adversary = float(crisis.facts.adversary in ("state", "member"))
    request = weight_on(alliance, crisis.asker, today, gone)
    unrest, strain = crisis.type == "internal_unrest", float(alliance.strain)
    found = {}
    for member in members:
        state = alliance.members[member]
        home = state.capital
        distance = sum(share * great_circle_km(home.lat, home.lon, lat, lon) for lat, lon, share in way)
        sent = _sent(response, member) / max(1.0, float(state.active_military))
        to_foes = sum(float(alliance.tie(member, foe)) for foe in foes) / len(foes) if foes else 0.0
        found[member] = Factors(
            adversary_state=adversary,
            ties_to_adversary=to_foes / 2,
            ties_to_host=float(alliance.tie(member, crisis.host)) / 2,
            formal_request=request,
            cost=cost_of_help(distance, unrest, sent) + strain * float(state.engaged),
        )
    return found


def _destination(scenario: Scenario) -> list[tuple[float, float, float]]:
    """Return where forces would go, as latitude, longitude and share: the shares come to 1.

    Where a mission is planned, the airfields it lands at, by their shares; else the host's capital
    (*assumed*). The record of past cases knows one place each.
    """
    mission, alliance = scenario.response.mission, scenario.alliance
    if mission is None:
        capital = alliance.state(scenario.crisis.host).capital
        return [(capital.lat, capital.lon, 1.0)]
    shares = mission.arrival_airfields
    whole = sum(map(float, shares.values()))
    fields = ((alliance.airfields[key], float(share) / whole) for key, share in shares.items())
    return [(field.lat, field.lon, share) for field, share in fields]


def _sent(response: Response, member: str) -> float:
    """Return the troops a member would send: its offer, or the planned force if it fills what is left."""
    offer, mandate = response.offers.get(member), response.mandate
    if offer is None:
        return 0.0
    if offer.troops is None:
        return 0.0 if mandate is None else float(mandate.troops)
    return float(offer.troops)
