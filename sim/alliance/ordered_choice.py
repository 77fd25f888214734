"""Ordered choice: one willingness per member and crisis, compared with a threshold per help level."""

from __future__ import annotations

from collections.abc import Mapping
from math import erfc, sqrt
from typing import NamedTuple

from sim.alliance.decision_rules import DECISION_RULES, Answer, Council, Position
from sim.scenario.alliance import HelpLevel
from sim.scenario.response import OrderedChoice

#: Distance (km) that counts as one unit of cost, and the cost of a mission against protesters at home:
#: both assumed.
COST_DISTANCE = 3000.0
COST_OF_UNREST_MISSION = 0.5
#: Share of a member's armed forces whose absence counts as one unit of cost (assumed).
COST_STRAIN_SHARE = 0.05
#: Abstention bands below the threshold at which an objector is adamant (assumed).
ADAMANT_BANDS = 2.0
#: The answers of one who does not object: the same each time.
SUPPORTS, ABSTAINS = Answer(Position.SUPPORT), Answer(Position.ABSTAIN)
_LINES = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: -1.0}


class Factors(NamedTuple):
    """What a member sees of a crisis, each on a scale of about one unit.

    *adversary_state* 0 or 1; ties -1 (hostile) to 1 (close); *formal_request* 0 or 1; *cost* 0 and up.
    """

    adversary_state: float
    ties_to_adversary: float
    ties_to_host: float
    formal_request: float
    cost: float


def cost_of_help(distance: float, unrest: bool, sent_share: float) -> float:
    """Return the cost of sending forces, in units of about one (*assumed*).

    Args:
        distance: from the member's capital to where its forces would go, km.
        unrest: whether the mission faces another country's protesters, which is unpopular at home.
        sent_share: share of the member's armed forces that it would send.
    """
    return (
        distance / COST_DISTANCE
        + (COST_OF_UNREST_MISSION if unrest else 0.0)
        + sent_share / COST_STRAIN_SHARE
    )


def terms(model: OrderedChoice, factors: Factors, line: float, carry: float) -> dict[str, float]:
    """Return the systematic terms of willingness by factor, so that an answer can be explained.

    Args:
        line: the lead member's line (-1 against, 0 neutral, 1 for; 0 for the lead itself).
        carry: how strongly the line carries to this member (1 at mean dependence).
    """
    w = model.weights
    return {
        "adversary_state": w.adversary_state * factors.adversary_state,
        "ties_to_adversary": w.ties_to_adversary * factors.ties_to_adversary,
        "ties_to_host": w.ties_to_host * factors.ties_to_host,
        "formal_request": w.formal_request * factors.formal_request,
        "lead_line": w.lead_line * line * carry,
        "cost": w.cost * factors.cost,
    }


def carry_of_line(model: OrderedChoice, dependence: float, mean_dependence: float) -> float:
    """Return how strongly the lead's line carries: (dependence / mean dependence) ** power (*assumed*)."""
    if mean_dependence <= 0:
        return 1.0
    return float((dependence / mean_dependence) ** float(model.dependence_power))


def threshold(model: OrderedChoice, level: HelpLevel, limited: bool = False) -> float:
    """Return the willingness needed to support *level*; cutting the scope of a force lowers it."""
    found = float("-inf") if level == "none" else float(getattr(model, f"threshold_{level}"))
    return found - float(model.dilution) if limited and level == "force" else found


def answer(willingness: float, tau: float, abstention: float) -> Answer:
    """Support at or above *tau*, abstain within *abstention* below it, object further down."""
    if willingness >= tau:
        return SUPPORTS
    if willingness >= tau - abstention:
        return ABSTAINS
    return Answer(Position.OBJECT, adamant=willingness < tau - ADAMANT_BANDS * abstention)


def line_of(willingness: float, tau: float, abstention: float) -> float:
    """Return the lead's line on a motion: 1 for, 0 neutral, -1 against."""
    return _LINES[answer(willingness, tau, abstention).position]


def normal_cdf(z: float) -> float:
    """Return the standard normal distribution function at *z*."""
    return 0.5 * erfc(-z / sqrt(2))


def answer_chances(mean: float, sd: float, tau: float, abstention: float) -> dict[Position, float]:
    """Return the chances of each position when willingness is normal with *mean* and *sd* (> 0)."""
    support = normal_cdf((mean - tau) / sd)
    no_objection = normal_cdf((mean - tau + abstention) / sd)
    return {
        Position.SUPPORT: support,
        Position.ABSTAIN: no_objection - support,
        Position.OBJECT: 1 - no_objection,
    }


def chance_of_adoption(chances: Mapping[str, Mapping[Position, float]], rule: str, council: Council) -> float:
    """Return the chance that independent answers adopt a motion under *rule*.

    Sums over all combinations of answers; the council's rule decides each. Rules know members as host, lead
    and lifters only, so combinations alike in these are one, and their number grows with a power of the
    members'. Adamant objection is left out: under the limited format objectors are taken to step aside.
    """
    lifters = council.lifters or frozenset()
    kinds = {m: (m == council.host, m == council.lead, m in lifters) for m in chances}
    places = {kind: len(Position) * i for i, kind in enumerate(dict.fromkeys(kinds.values()))}
    #: How many of each kind take each position: the chance of it, and one combination of that sort.
    sorts: dict[tuple[int, ...], tuple[float, dict[str, Answer]]] = {
        (0,) * (len(Position) * len(places)): (1.0, {})
    }
    for member, by_position in chances.items():
        found: dict[tuple[int, ...], tuple[float, dict[str, Answer]]] = {}
        for place, position in enumerate(Position, places[kinds[member]]):
            share = by_position.get(position, 0.0)
            if share <= 0:
                continue
            for counts, (weight, answers) in sorts.items():
                more = (*counts[:place], counts[place] + 1, *counts[place + 1 :])
                known = found.get(more)
                if known is None:
                    found[more] = weight * share, {**answers, member: Answer(position)}
                else:
                    found[more] = known[0] + weight * share, known[1]
        sorts = found
    decide = DECISION_RULES[rule]
    return sum((weight for weight, answers in sorts.values() if decide(answers, council)), 0.0)


def chance_of_consensus(chances: Mapping[str, Mapping[Position, float]], council: Council) -> float:
    """Return the chance of consensus in closed form, one support needed and, for lift, a lifter's.

    P(no objection) - P(no objection and no supporter who counts). Equals `chance_of_adoption` under
    consensus with ``supports_needed`` of 1 and is some hundred times faster.
    """
    counted = frozenset(chances) if council.lifters is None else council.lifters
    clear = idle = 1.0
    for member, by_position in chances.items():
        no_objection = by_position[Position.SUPPORT] + by_position[Position.ABSTAIN]
        clear *= no_objection
        idle *= (
            by_position[Position.ABSTAIN] if member in counted and member != council.host else no_objection
        )
    return clear - idle
