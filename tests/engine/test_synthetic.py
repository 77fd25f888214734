"""What numbers do to consensus: more members never make it easier."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.scenario.alliance import Alliance
from sim.scenario.models import Scenario
from tests.engine.worlds import K
from tests.tiny import tiny_scenario

PLAN: dict[str, Any] = {
    "tie_least": -2, "tie_most": 2, "active_military": 20000, "dependence": 0.35,
    "capital": {"name": "Nowhere", "lat": 48, "lon": 60},
}  # fmt: skip
ASKING = {
    "crisis.host_choice.value_of_asking": 3, "sites.north.initial": "30 per day",
    "decision.ordered_choice.weights.ties_to_host": 1, "decision.ordered_choice.weights.lead_line": 0,
    "decision.bilateral": False, "decision.gate": False, "crisis.host_choice.may_ask_lead_alone": False,
    "horizon": "60 h",
}  # fmt: skip


@cache
def of(count: int, rule: str = "consensus", **plan: Any) -> Scenario:
    scenario = tiny_scenario({**ASKING, "council.rule": rule})
    raw = scenario.alliance.model_dump(mode="json") | {"synthetic": {**PLAN, **plan, "count": count}}
    return scenario.model_copy(update={"alliance": Alliance.model_validate(raw)})


@cache
def logs(count: int, rule: str = "consensus") -> list[EventLog]:
    return [run_replication(of(count, rule), 1, luck) for luck in range(60)]


def adopted(count: int, rule: str = "consensus") -> int:
    return sum(bool(log.of(K.MANDATE)) for log in logs(count, rule))


def test_synthetic_members_vote_on_luck_of_their_own():
    log = next(log for log in logs(3) if log.of(K.POSITION))
    assert {r.who for r in log.of(K.POSITION)} >= {"AAA", "BBB", "XAA", "XAB", "XAC"}
    shocks = {r.who: r.detail["terms"]["own shock"] for r in log.of(K.POSITION)}
    assert len(set(shocks.values())) == len(shocks)


def test_under_consensus_more_members_adopt_less():
    numbers = [adopted(count) for count in (0, 2, 6, 12)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


@pytest.mark.parametrize("more", [2, 6])
def test_a_member_added_leaves_the_shocks_of_the_others_alone(more: int):
    def shocks(log: EventLog) -> dict[str, float]:
        return {r.who: r.detail["terms"]["own shock"] for r in log.of(K.POSITION)}

    for few, many in zip(logs(0), logs(more), strict=True):
        before, after = shocks(few), shocks(many)
        assert all(after[m] == value for m, value in before.items() if m in after)


def test_run_by_run_nothing_fails_with_few_and_passes_with_many():
    # The lead's line weighs nothing here; else more members would also move how far it carries.
    assert not any(
        many.of(K.MANDATE) and few.of(K.APPEAL) and not few.of(K.MANDATE)
        for few, many in zip(logs(0), logs(6), strict=True)
    )
