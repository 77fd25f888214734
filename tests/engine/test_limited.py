"""Stories of decisions that are less than whole: texts cut in scope, and what fewer than all decide."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import build_world, gather, run_replication
from tests.engine.campaigns import with_beside
from tests.engine.worlds import ALLY_AGAINST, K, certain_world, history, lived

#: The ally objects to the full text and abstains on the one cut in scope; the lead supports either.
CUT: dict[str, Any] = {
    **ALLY_AGAINST, "alliance.ties": {"AAA-CCC": 1.5, "BBB-CCC": -1.3}, "decision.bilateral": False,
    "crisis.unrest.suppression": 0.5, "mandate.vehicles": 10,
}  # fmt: skip
#: It abstains on any.
ASIDE: dict[str, Any] = {
    **ALLY_AGAINST, "council.rule": "limited_format", "decision.ordered_choice.abstention": 3,
    "decision.gate": False, "crisis.host_choice.value_of_asking": 5,
}  # fmt: skip


def cut(share: float, **more: Any) -> EventLog:
    return lived({**CUT, "decision.limited_share": share, **more})


def stiffened(log: EventLog) -> float:
    """Return by what the decision's signal multiplied the host's resistance."""
    at = log.first(K.MANDATE).time
    before = [r.detail["suppression"] for r in log.of(K.UNREST) if r.time < at]
    after = next(r.detail["suppression"] for r in log.of(K.UNREST) if r.time == at)
    return float(after / before[-1])


@pytest.mark.parametrize(("share", "troops"), [(1, 200), (0.5, 100), (0.25, 50)])
def test_a_mandate_cut_in_scope_brings_its_share_of_the_force(share: float, troops: int):
    log = cut(share)
    mandate = log.first(K.MANDATE)
    assert mandate.detail["scope"] == "limited"
    assert (mandate.amount, mandate.detail["troops"]) == (1500 * share, troops)
    assert mandate.detail["contributors"] == ("AAA",)
    assert sum(r.amount for r in log.of(K.LANDED)) == log.first(K.DEPLOYED).amount == troops
    assert sum(r.detail["vehicles"] for r in log.of(K.ECHELON_READY)) == int(10 * share)
    assert stiffened(log) == pytest.approx(1 + 0.2 * share)


def test_it_may_bring_nobody():
    log = cut(0)
    assert log.of(K.MANDATE)
    assert not log.of(K.ECHELON_READY)
    assert stiffened(log) == 1


def test_a_full_mandate_and_a_lead_that_acts_alone_bring_all_of_it():
    full = {"crisis.unrest.suppression": 0.5}
    alone = {**full, "decision.collective": False, "decision.bilateral_margin": -2}
    for settings in (full, alone):
        assert history(lived({**settings, "decision.limited_share": 0})) == history(lived(settings))


def test_what_a_state_has_sent_before_counts_towards_the_share():
    def sent(share: float) -> float:
        asks = {"decision.bilateral": True, "crisis.host_choice.may_ask_lead_alone": False}
        world = certain_world({**CUT, **asks, "decision.limited_share": share})
        first = {"m": {"at": "2022-01-02T13:00+06:00", "by": "BBB", "deploys": True}}  # 100 of its own
        log = run_replication(with_beside(world, measures=first), 1, 0)
        assert log.first(K.MANDATE).detail["contributors"] == ("AAA",)
        return sum(r.amount for r in log.of(K.ECHELON_READY) if r.who == "AAA")

    assert [sent(share) for share in (1, 0.75, 0.5, 0.25)] == [100, 50, 0, 0]


@pytest.mark.parametrize("model", ["ordered_choice", "lead_nation"])
def test_a_host_expects_less_of_a_text_that_passes_only_when_cut(model: str):
    def seen(share: float) -> tuple[float, float]:
        log = cut(share, **{"decision.model": model, "crisis.host_choice.sounding_noise": 0.5})
        detail = log.first(K.SOUNDED).detail
        return detail["gain"], detail["chance_of_help"]

    world, _ = build_world(certain_world({**CUT, "decision.model": model}), 1, 0)
    members = gather(world)
    gains, chances = zip(*(seen(share) for share in (1, 0.5, 0)), strict=True)
    assert len(set(chances)) == 1
    assert gains[0] - gains[1] == pytest.approx(gains[1] - gains[2])
    # a theory knows no scopes: what passes at all passes in full
    assert (gains[0] > gains[2] + 1e-3) is (model == "ordered_choice")
    assert members.belief(members.sounded(), "force", limited=False) <= members.belief(members.sounded())


def test_a_host_asks_the_lead_alone_where_the_council_would_cut_too_much():
    def asked(share: float) -> list[str]:
        return [r.detail["to"] for r in cut(share, **{"decision.bilateral": True}).of(K.APPEAL)]

    assert (asked(1), asked(0.25)) == (["alliance"], ["lead"])


def test_what_is_decided_in_the_limited_format_is_done_by_those_who_took_part():
    log = lived(ASIDE)
    assert {r.who: r.detail["answer"] for r in log.of(K.POSITION)} == {"AAA": "support", "BBB": "abstain"}
    assert log.first(K.MANDATE).detail["scope"] == "full"
    assert log.first(K.MANDATE).detail["contributors"] == ("AAA",)
    assert sum(r.amount for r in log.of(K.LANDED) if r.who == "AAA") == 200  # all of the force
    assert not [r for r in log if r.who == "BBB" and r.kind in (K.WARNING_ORDER, K.ECHELON_READY)]


@pytest.mark.parametrize(
    ("rule", "troops"), [("limited_format", {"AAA": 10.0}), ("consensus", {"AAA": 10.0, "BBB": 20.0})]
)
def test_a_measure_decided_so_ties_up_nobody_who_stood_aside(rule: str, troops: dict[str, float]):
    joint = {"m": {"level": "force", "troops": {"AAA": 10, "BBB": 20}}}
    world, _ = build_world(with_beside(certain_world({**ASIDE, "council.rule": rule}), measures=joint), 1, 0)
    world.env.run(until=15)
    (begun,) = [r for r in world.records if r.kind is K.MEASURE]
    assert begun.amount == sum(troops.values())
    held = {unit: n for (member, unit), n in world.committed.items() if member == "BBB" and n}
    assert held == ({"rifles": 20.0} if "BBB" in troops else {})


@pytest.mark.parametrize(
    ("when", "troops"),
    [
        ({"after": "adopted"}, 10), ({"after": "mandate"}, 10), ({"after": "appeal"}, 30),
        ({"at": "2022-01-02T15:00+06:00"}, 30),
    ],
)  # fmt: skip
def test_a_measure_that_carries_out_no_such_decision_ties_up_whom_it_names(when: Any, troops: float):
    joint = {"m": {**when, "level": "force", "troops": {"AAA": 10, "BBB": 20}}}
    log = run_replication(with_beside(certain_world(ASIDE), measures=joint), 1, 0)
    assert [r.amount for r in log.of(K.MEASURE)] == [troops]
