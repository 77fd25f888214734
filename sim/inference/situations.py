"""Coded cases as situations: what the members of that day saw, from the case and from the alliance's file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.alliance.ordered_choice import cost_of_help
from sim.alliance.record_reading import Observation, observed_answers
from sim.alliance.theories import Situation
from sim.alliance.treaty import Ledger, read_treaty
from sim.engine.geometry import great_circle_km
from sim.scenario.alliance import Alliance, HelpLevel
from sim.scenario.errors import ScenarioError, one_problem
from sim.scenario.messages import tell
from sim.scenario.record_shapes import Case, Record
from sim.scenario.tree import Tree
from sim.scenario.yaml_events import read_yaml

#: Judged ties describe the mid-2020s; from this day they apply, before it every tie is 0.
TIES_FROM = date(2020, 1, 1)
#: Ties are judged from -2 to 2 and enter theories from -1 to 1.
TIE_SCALE = 2.0
#: Cost of a mission at an unknown distance (assumed: about that of 1,500 km).
NEUTRAL_COST = 0.5
#: Level at which a request is read when its level is not coded (assumed: the middle of what can be asked).
UNCODED_REQUEST: HelpLevel = "measures"
#: Cases of one host that begin within so many days of each other are taken to be one crisis (assumed).
SAME_CRISIS_DAYS = 45
_ADVERSARIES = {"non-state": "non_state", "state": "state", "member": "member"}
_HANDS = {"certain": "proved", "disputed": "claimed", "none": "absent"}


@dataclass(frozen=True)
class CodedCase:
    """A case as theories see it, with what is known of the answers."""

    case: Case
    situation: Situation
    ledger: Ledger
    #: What each coded ally's position says of its class.
    observed: Mapping[str, Observation]

    @property
    def id(self) -> str:
        """The case's key in its record."""
        return self.case.id


def load_alliance(path: str | os.PathLike[str]) -> Alliance:
    """Return the alliance in the file at *path*.

    Raises:
        ScenarioError: with every problem found.
    """
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        raise one_problem(os.fspath(path), "an alliance is a mapping of keys to values")
    tree = Tree(document.data, document.marks, document.problems)
    try:
        alliance: Alliance = TypeAdapter(Alliance).validate_python(tree.data)
    except ValidationError as error:
        findings: list[Any] = [dict(finding) for finding in error.errors(include_url=False)]
        raise ScenarioError([*tree.problems, *tell(findings, tree, Alliance)]) from None
    if tree.problems:
        raise ScenarioError(tree.problems)
    return alliance


def coded_cases(record: Record, alliance: Alliance, *, use_ties: bool = True) -> tuple[CodedCase, ...]:
    """Return every case of *record* as its members saw it, in the record's order.

    A case that does not say who was a member takes the alliance's members on its day.

    Args:
        record: coded cases.
        alliance: gives ties, dependence, forces, capitals, the treaty, and members where a case names none.
        use_ties: put judged ties in where their date allows; otherwise all are 0.
    """
    return tuple(_coded(seated(case, alliance), alliance, use_ties) for case in record.cases.values())


def seated(case: Case, alliance: Alliance) -> Case:
    """Return *case* with members: its own, else the alliance's on its day, else who has a position."""
    if case.members_at_date:
        return case
    members = tuple(name for name, state in alliance.members.items() if state.is_member(case.day))
    return case.model_copy(update={"members_at_date": members})


def council_notices(record: Record, alliance: Alliance) -> list[str]:
    """Return what was read with a default about the councils of *record*, or passed over."""
    found = []
    for case in record.cases.values():
        council = seated(case, alliance).seats
        if not case.members_at_date:
            told = ", ".join(council)
            found.append(f"case {case.id}: no 'members_at_date'; taken from the alliance's file: {told}")
        for name, coded in case.positions.items():
            if coded.position is not None and case.role_of(name) == "third" and name not in council:
                found.append(
                    f"case {case.id}: '{name}' was no member at that date; its position is passed over "
                    "(if it was one, name it in 'members_at_date')"
                )
    return found


def unknown_states(cases: Iterable[CodedCase], alliance: Alliance) -> dict[str, tuple[str, ...]]:
    """Return allies and adversaries to whom no tie was judged in the alliance's file, with their cases."""
    judged = {name for pair in alliance.ties for name in pair.split("-")} | set(alliance.members)
    found: dict[str, list[str]] = {}
    for coded in cases:
        situation, case = coded.situation, coded.case
        for name in dict.fromkeys((*situation.members, situation.host, *case.adversary.parties)):
            if name and name not in judged:
                found.setdefault(name, []).append(case.id)
    return {name: tuple(ids) for name, ids in sorted(found.items())}


def akin(one: CodedCase, other: CodedCase) -> bool:
    """Tell whether two cases must be left out together: same conflict, same id, or same states at odds.

    One crisis coded in two records under two names is told by its host and its days.
    """
    same = one.case.conflict == other.case.conflict or one.id == other.id
    host = one.situation.host
    days = abs((one.case.start - other.case.start).days)
    twice = bool(host) and host == other.situation.host and days <= SAME_CRISIS_DAYS
    return same or twice or (bool(_states(one)) and _states(one) == _states(other))


def _states(coded: CodedCase) -> frozenset[str]:
    parties = coded.case.adversary.parties if coded.situation.against_state else ()
    return frozenset((coded.situation.host, *parties)) if parties else frozenset()


def facts_of(case: Case) -> dict[str, str]:
    """Return the facts that treaty and theories ask for; what is not coded takes the cautious answer.

    A state among the members of the day is a member whatever the record calls it. A claim of aggression
    counts as such when attribution is not coded, and no mandate of the United Nations is taken as given.
    """
    adversary = _ADVERSARIES.get(case.adversary.kind, "none")
    if adversary == "state" and set(case.adversary.parties) & set(case.seats):
        adversary = "member"
    claimed = "claimed" if case.external_aggression_claimed.value else "absent"
    return {
        "type": case.type,
        "territory": case.where.territory,
        "adversary": adversary,
        "external_hand": claimed if case.attribution is None else _HANDS[case.attribution],
        "un_mandate": "yes" if case.un_mandate else "no",
        "request": "yes" if was_asked(case) else "no",
        "host_is_member": "yes" if case.host_is_member else "no",
        "adversary_is_member": "yes" if adversary == "member" else "no",
    }


def was_asked(case: Case) -> bool:
    """Return whether help was formally asked; where that is disputed, whether a level asked is coded."""
    if case.formally_requested.value is None:
        return case.asked_level not in (None, "none")
    return case.formally_requested.value


def host_of(case: Case) -> str:
    """Return who needs help: the host, or out of area the member that asks."""
    roles = {name: case.role_of(name) for name in case.positions}
    askers = [name for name in roles if roles[name] in ("host", "requester")]
    if case.type == "out_of_area" and askers:
        return next((name for name in askers if roles[name] == "requester"), askers[0])
    return case.host or (askers[0] if askers else "")


def _coded(case: Case, alliance: Alliance, use_ties: bool) -> CodedCase:
    facts, host = facts_of(case), host_of(case)
    ledger = read_treaty(alliance.treaty, facts, case.day)
    members = case.allies
    dated = use_ties and case.day >= TIES_FROM
    asked = was_asked(case)
    level = case.asked_level if case.asked_level not in (None, "none") else UNCODED_REQUEST
    situation = Situation(
        host=host,
        lead=alliance.lead,
        members=members,
        facts=facts,
        basis=ledger.basis,
        ties={m: _tie(alliance, m, (host,)) for m in members} if dated else {},
        ties_to_adversary={m: _tie(alliance, m, case.adversary.parties) for m in members} if dated else {},
        dependence=_dependence(alliance, members),
        capabilities=_capabilities(alliance, (*members, host)),
        cost={m: _cost(alliance, m, case) for m in members},
        asked=asked,
        asked_level=(level or UNCODED_REQUEST) if asked else "words",
    )
    return CodedCase(case, situation, ledger, observed_answers(case))


def _tie(alliance: Alliance, member: str, others: tuple[str, ...]) -> float:
    """Return the mean tie to *others* on the theories' scale; 0 to nobody."""
    if not others:
        return 0.0
    return sum(float(alliance.tie(member, other)) for other in others) / len(others) / TIE_SCALE


def _dependence(alliance: Alliance, members: tuple[str, ...]) -> dict[str, float]:
    """Return shares of trade with the lead; who is not in the file takes the mean of those who are."""
    known = {m: float(alliance.members[m].dependence) for m in members if m in alliance.members}
    others = [share for m, share in known.items() if m != alliance.lead]
    mean = sum(others) / len(others) if others else 0.0
    return {m: known.get(m, mean) for m in members}


def _capabilities(alliance: Alliance, names: tuple[str, ...]) -> dict[str, float]:
    """Return armed forces; who is not in the file takes the median of those who are."""
    forces = sorted(float(member.active_military) for member in alliance.members.values())
    middle = forces[len(forces) // 2] if forces else 1.0
    known = {name: float(member.active_military) for name, member in alliance.members.items()}
    return {name: known.get(name, middle) for name in names if name}


def _cost(alliance: Alliance, member: str, case: Case) -> float:
    """Return the cost of sending forces where the case is; what would be sent is not recorded."""
    unrest = case.type == "internal_unrest"
    if member not in alliance.members or case.where.lat is None or case.where.lon is None:
        return NEUTRAL_COST + cost_of_help(0.0, unrest, 0.0)
    home = alliance.members[member].capital
    away = great_circle_km(home.lat, home.lon, float(case.where.lat), float(case.where.lon))
    return cost_of_help(away, unrest, 0.0)
