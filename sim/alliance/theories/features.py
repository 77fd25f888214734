"""Coded facts of a member in a situation, each within about -1 ... 1, for theories that learn from cases."""

from __future__ import annotations

from sim.alliance.theories.situation import Situation
from sim.scenario.alliance import RANK

#: Names of all features, in the order in which `features` returns them.
FEATURES = (
    "tie_to_host",
    "tie_to_adversary",
    "adversary_state",
    "adversary_member",
    "unrest",
    "epidemic",
    "recognised",
    "external_hand",
    "un_mandate",
    "asked",
    "asked_rank",
    "lawful_force",
    "is_lead",
    "lead_is_host",
    "dependence",
    "cost",
)
_BASIS = {"met": 1.0, "contested": 0.5, "unmet": 0.0}
_HAND = {"proved": 1.0, "claimed": 0.5}
_TERRITORY = {"recognised": 1.0, "partially_recognised": 0.5}


def features(situation: Situation, member: str) -> dict[str, float]:
    """Return the coded facts (codes *assumed*: yes 1, half 0.5, no 0; ties as they are).

    *adversary_state* counts states outside the alliance only. *asked_rank* is the level asked for, 0 to 1,
    and 0 when nobody asked. *cost* is in the units of `ordered_choice.cost_of_help`.
    """
    facts, seen = situation.facts, situation.facts.get
    values = (
        situation.tie(member),
        situation.tie_to_adversary(member),
        float(seen("adversary") == "state"),
        float(seen("adversary") == "member"),
        float(seen("type") == "internal_unrest"),
        float(seen("type") == "epidemic"),
        _TERRITORY.get(facts.get("territory", ""), 0.0),
        _HAND.get(facts.get("external_hand", ""), 0.0),
        float(seen("un_mandate") == "yes"),
        float(situation.asked),
        RANK[situation.asked_level] / 3 if situation.asked else 0.0,
        _BASIS[situation.basis.get("force", "unmet")],
        float(member == situation.lead),
        float(situation.lead == situation.host),
        situation.dependence.get(member, 0.0),
        situation.cost.get(member, 0.0),
    )
    return dict(zip(FEATURES, values, strict=True))
