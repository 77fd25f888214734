"""The share of mandates equals the chance of consensus, integrated over the common shock and the lead's line.

Given the common shock u the lead's position is one of three; given that and u, the allies answer
independently. The chance of a mandate is the expectation over u and the lead's position:

    P = E_u [ sum over the lead's positions of P(position | u) P(consensus | u, position, line) ]

The inner chances are normal areas; the outer expectation is a one-dimensional quadrature. Simulated shares
must lie within four standard errors of it.
"""

from __future__ import annotations

from functools import cache
from math import sqrt

import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sim.alliance.decision_rules import DECISION_RULES, Answer, Position
from sim.alliance.ordered_choice import answer_chances, chance_of_consensus, terms, threshold
from sim.engine.members import Members
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.scenario.models import Scenario
from tests.engine.worlds import K, a_member, certain_world
from tests.tiny import tiny_scenario

N, WHOLE = 3000, 500
LINE = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: -1.0}
SETTINGS = {
    "decision.ordered_choice.weights.lead_line": 0.6,
    "decision.ordered_choice.sigma_common": 0.7,
    "decision.ordered_choice.sigma_own": 0.6,
    "decision.ordered_choice.threshold_force": 0.9,
    "decision.ordered_choice.abstention": 0.7,
}
FLEET = {"medium": {"aircraft_type": "medium", "available": 1, "stationed": {"ally_field": 1}}}
CASES = {
    "one lifter": SETTINGS,
    "two lifters": {**SETTINGS, "fleets.BBB": FLEET, "airlift.providers": ["AAA", "BBB"]},
    "strong line": {**SETTINGS, "decision.ordered_choice.weights.lead_line": 1.5},
    "line against": {**SETTINGS, "decision.ordered_choice.weights.lead_line": -0.6},
    "common shock only": {**SETTINGS, "decision.ordered_choice.sigma_own": 0.05},
    "own shocks only": {**SETTINGS, "decision.ordered_choice.sigma_common": 0},
}


@cache
def council(case: str) -> Scenario:
    """Return a council of a host and four allies who differ in dependence."""
    scenario = tiny_scenario(CASES[case])
    dependence = scenario.alliance.members["BBB"].dependence
    for key, share in (("DDD", 0.2), ("EEE", 0.9)):
        scenario = a_member(scenario, key, dependence=dependence.with_value(share))
    return scenario


def members_of(scenario: Scenario, replication: int) -> Members:
    return Members(World(scenario, 1, replication, 480.0))


def expected(scenario: Scenario, limited: bool) -> float:
    """Return the chance of a mandate for force by quadrature."""
    members = members_of(scenario, 0)
    model, lead = members.model, members.lead
    tau, kappa = threshold(model, "force", limited), float(model.abstention)
    own, common = float(model.sigma_own), float(model.sigma_common)
    rules = members.council("force")

    def mean(member: str, line: float) -> float:
        line = 0.0 if member == lead else line
        return sum(terms(model, members.factors[member], line, members.carry[member]).values())

    def given(u: float) -> float:
        chance = 0.0
        for position, share in answer_chances(mean(lead, 0.0) + u, own, tau, kappa).items():
            others = {
                m: answer_chances(mean(m, LINE[position]) + u, own, tau, kappa) if m != lead
                else {p: float(p is position) for p in Position}
                for m in members.allies
            }  # fmt: skip
            chance += share * chance_of_consensus(others, rules)
        return chance

    if common == 0:
        return given(0.0)
    found, _ = quad(lambda u: given(u) * norm.pdf(u, scale=common), -8 * common, 8 * common, limit=300)
    return float(found)


@pytest.mark.parametrize("limited", [False, True], ids=["full", "limited"])
@pytest.mark.parametrize("case", CASES)
def test_the_share_of_consensus_is_its_quadrature(case, limited):
    scenario, adopted = council(case), 0
    for replication in range(N):
        members = members_of(scenario, replication)
        answers = {m: members.verdict(m, "force", limited, accepts=True).answer for m in members.allies} | {
            members.host: Answer(Position.SUPPORT)
        }
        adopted += DECISION_RULES["consensus"](answers, members.council("force"))
    p = expected(scenario, limited)
    assert 0.02 < p < 0.98
    assert abs(adopted / N - p) < 4 * sqrt(p * (1 - p) / N)


def test_whole_replications_adopt_as_often_as_the_quadrature_says():
    """A mandate falls to the full text or to the limited one; who passes the first passes the second."""
    asks = {"crisis.host_choice.value_of_asking": 9, "crisis.host_choice.may_ask_lead_alone": False}
    scenario = certain_world({**SETTINGS, **asks, "decision.gate": False})
    logs = [run_replication(scenario, 1, replication, until=60) for replication in range(WHOLE)]
    assert all(log.of(K.CONSULTATIONS) for log in logs)
    p = expected(scenario, limited=True)
    assert abs(sum(bool(log.of(K.MANDATE)) for log in logs) / WHOLE - p) < 4 * sqrt(p * (1 - p) / WHOLE)


def test_the_line_and_the_common_shock_matter_to_the_quadrature():
    chances = {case: expected(council(case), limited=False) for case in CASES}
    assert chances["line against"] < chances["one lifter"] < chances["strong line"]
    assert chances["one lifter"] < chances["two lifters"]
