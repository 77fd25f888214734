"""The alliance's standing: shocks fade by halves, debts bind or not, and members leave at their hazard."""

from __future__ import annotations

from datetime import date
from math import exp, inf, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.engine.event_log import EventLog
from sim.engine.exits import ExitClock, ein, spent
from sim.engine.replication import build_world, run_replication
from sim.engine.standing import Standing
from sim.engine.world import World
from sim.experiment.dynamics.standing import value_at
from sim.scenario.models import Scenario
from tests.engine.campaigns import quiet, with_beside, with_members, with_standing
from tests.engine.worlds import ALLY_AGAINST, UNWILLING, K, a_member, certain_world

few = settings(max_examples=80, deadline=None, derandomize=True)
HALF = 100.0
N = 2000


def a_standing(horizon: float = 480.0, luck: int = 0, **changes: Any) -> tuple[World, Standing]:
    """Return a world where nothing happens, and its standing."""
    scenario = with_standing(quiet(certain_world()), **changes)
    world = World(scenario, 1, luck, horizon)
    assert scenario.alliance.standing is not None
    world.standing = Standing(world, scenario.alliance.standing)
    return world, world.standing


# values


@few
@given(
    start=st.floats(-1, 1),
    steps=st.lists(st.tuples(st.integers(0, 200), st.floats(-2, 2)), min_size=1, max_size=5),
    after=st.integers(0, 500),
)
def test_after_a_shock_a_value_returns_to_its_start_by_halves(
    start: float, steps: list[tuple[int, float]], after: int
):
    world, standing = a_standing(1e6, trust={"CCC": start})
    value, now = start, 0.0
    for wait, by in steps:
        now += wait
        world.env.run(until=now) if wait > 0 else None
        value = start + (value - start) * 0.5 ** (wait / HALF)
        value = min(1.0, max(-1.0, value + by))
        standing.change("trust", "CCC", by, "a shock", -1, world)
        if by:
            assert standing.value("trust", "CCC") == pytest.approx(value, abs=1e-9)
        assert -1 <= standing.value("trust", "CCC") <= 1
    if after > 0:
        world.env.run(until=now + after)
    expected = start + (value - start) * 0.5 ** (after / HALF)
    assert standing.value("trust", "CCC") == pytest.approx(expected, abs=1e-9)
    assert standing.value("trust", "BBB") == 0


def test_public_confidence_stays_a_share():
    world, standing = a_standing()
    for by, value in ((-5.0, 0.0), (9.0, 1.0)):
        standing.change("confidence", "", by, "a shock", -1, world)
        assert standing.value("confidence") == value


def test_what_is_read_from_the_log_is_what_the_engine_held():
    world, standing = a_standing(trust={"CCC": 0.2})
    held = {}
    for at, by in ((10.0, -0.5), (60.0, 0.3), (150.0, 0.0)):
        world.env.run(until=at)
        held[at - 1e-9] = standing.value("trust", "CCC")  # just before it moves
        standing.change("trust", "CCC", by, "a shock", -1, world)
    log = EventLog(world.records, 480)
    for at, value in held.items():
        assert value_at(log, standing.shape, "trust", "CCC", at) == pytest.approx(value)


# what moves them


def changes(scenario: Scenario) -> dict[tuple[str, str], float]:
    log = run_replication(scenario, 1, 0)
    return {(r.where, r.who): r.detail["change"] for r in log.of(K.STANDING)}


def test_help_is_thanked_and_owed_to_those_who_came():
    assert changes(with_standing(certain_world())) == {
        ("trust", "CCC"): 0.3, ("cohesion", ""): 0.1, ("confidence", ""): 0.05,
        ("owes AAA", "CCC"): 0.5, ("owes BBB", "CCC"): 0.5,
    }  # fmt: skip


def test_nothing_is_owed_to_a_contributor_that_did_not_come():
    scenario = with_standing(certain_world())
    units = scenario.alliance.members["BBB"].units
    nobody = {k: u.model_copy(update={"strength": u.strength.with_value(0)}) for k, u in units.items()}
    found = changes(with_members(scenario, BBB={"units": nobody}))
    assert ("owes AAA", "CCC") in found
    assert ("owes BBB", "CCC") not in found


def test_refused_it_costs_trust_and_the_lead_alone_is_thanked_as_a_patron():
    assert changes(with_standing(certain_world({**UNWILLING, "crisis.host_choice.value_of_asking": 2}))) == {
        ("trust", "CCC"): -0.3, ("cohesion", ""): -0.1, ("confidence", ""): -0.05,
    }  # fmt: skip
    refused = {
        **ALLY_AGAINST,
        "crisis.host_choice.may_ask_lead_alone": False,
        "crisis.host_choice.value_of_asking": 2,
    }
    alone = changes(with_standing(certain_world(refused)))
    assert alone[("patron", "CCC")] == 0.2
    assert ("owes AAA", "CCC") in alone
    assert ("owes BBB", "CCC") not in alone


def test_the_alliance_is_not_blamed_for_what_was_asked_of_the_lead_alone():
    settings = {
        **ALLY_AGAINST,
        "crisis.host_choice.may_ask_lead_alone": True,
        "crisis.host_choice.value_of_asking": 0,
    }
    scenario = with_standing(certain_world(settings))
    log = run_replication(scenario, 1, 0)
    assert [r.detail["to"] for r in log.of(K.APPEAL)] == ["lead"]
    assert not [r for r in log.of(K.STANDING) if r.where in ("trust", "cohesion", "confidence")]


def test_trust_and_confidence_count_for_asking_the_alliance_and_not_for_asking_the_lead():
    # An ally would block force, so only the lead's help brings anything.
    settings = {**ALLY_AGAINST, "crisis.host_choice.may_ask_lead_alone": True}

    def asked(settings: dict[str, Any], **changes: Any) -> list[str]:
        scenario = certain_world(settings)
        log = run_replication(with_standing(scenario, **changes) if changes else scenario, 1, 0)
        return [r.detail["to"] for r in log.of(K.PRIVATE_APPEAL)]

    assert asked(settings) == asked(settings, public_confidence=0.05, confidence_weight=1) == ["lead"]
    # The lead's help is worth too little by itself; that the public likes the alliance makes it no dearer.
    dear = {**settings, "crisis.host_choice.cost_at_home": 0.5}
    liked = {"public_confidence": 0.35, "confidence_weight": 1}
    assert asked(dear) == asked(dear, **liked) == []
    # A public that thinks much of the alliance has its host ask that, though no force will come of it.
    assert asked(settings, public_confidence=1, confidence_weight=1) == ["alliance"]


def leaning_of(**changes: Any) -> dict[str, float]:
    world, _ = build_world(with_standing(certain_world(), **changes), 1, 0)
    assert world.standing is not None
    return world.standing.leaning("BBB", "CCC")


def test_debts_enter_willingness_with_their_weights_and_directions():
    owes = {"BBB": {"CCC": 0.4}, "CCC": {"BBB": 0.8}}
    assert leaning_of(owes=owes) == {}
    assert leaning_of(owes=owes, reciprocity=2) == {"reciprocity": pytest.approx(0.8)}
    assert leaning_of(owes=owes, unpaid=-0.5) == {"unpaid debt": pytest.approx(-0.4)}
    assert leaning_of(owes={"BBB": {"AAA": 1}}, reciprocity=2, unpaid=2) == {}

    def terms(**changes: Any) -> dict[str, float]:
        log = run_replication(with_standing(certain_world(), **changes), 1, 0)
        return next(r.detail["terms"] for r in log.of(K.POSITION) if r.who == "BBB")

    without, with_debt = terms(), terms(owes=owes, unpaid=-0.5)
    assert with_debt == {**without, "unpaid debt": pytest.approx(-0.4)}


def test_a_debt_left_unpaid_can_cost_the_answer():
    scenario = certain_world({"crisis.host_choice.value_of_asking": 2})
    willing = run_replication(with_standing(scenario), 1, 0)
    owes = {"CCC": {"AAA": 1, "BBB": 1}}
    against = run_replication(with_standing(scenario, owes=owes, unpaid=-9), 1, 0)
    assert willing.of(K.MANDATE)
    assert not against.of(K.MANDATE)


# exits


@few
@given(st.floats(-40, 40))
def test_the_exponential_integral_is_its_integral(z: float):
    expected = quad(lambda t: (1 - exp(-t)) / t if t else 1.0, 0, z, epsabs=1e-13, epsrel=1e-12, limit=200)[0]
    assert ein(z) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@few
@given(st.floats(-6, 6), st.floats(1e-4, 0.1), st.floats(0, 2000))
def test_cumulative_hazard_is_its_integral(pull: float, decay: float, hours: float):
    expected = quad(lambda t: exp(-pull * exp(-decay * t)), 0, hours, epsabs=1e-10, limit=400)[0]
    assert spent(pull, decay, hours) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@few
@given(
    st.floats(0.01, 5),
    st.lists(st.tuples(st.floats(0, 300), st.floats(1e-4, 0.05), st.floats(-3, 3)), min_size=1, max_size=4),
)
def test_a_clock_rings_when_its_budget_is_spent(budget: float, spells: list[tuple[float, float, float]]):
    clock, now, left = ExitClock(budget, 0.01), 0.0, budget
    for wait, rate, pull in spells:
        clock.run(now, rate, pull)
        at = clock.rings_by(now + wait)
        used = rate * spent(pull, 0.01, wait)
        if used < left * (1 - 1e-9):
            assert at == inf
        elif used > left * (1 + 1e-6):
            assert rate * spent(pull, 0.01, at - now) == pytest.approx(left, rel=1e-5)
            return
        left -= used
        now += wait


@pytest.mark.parametrize("trust", [0.0, -0.8, 0.8])
def test_members_leave_as_often_as_the_integral_of_their_hazard_says(trust: float):
    rate, power, hours = 0.004, 1.5, 200.0
    scenario = with_standing(
        quiet(certain_world()), half_life=f"{HALF} h", exit={"rate": f"{rate} per h", "trust_power": power}
    )
    assert scenario.alliance.standing is not None
    left = 0
    for luck in range(N):
        world = World(scenario, 1, luck, hours)
        world.standing = Standing(world, scenario.alliance.standing)
        world.standing.change("trust", "CCC", trust, "a shock", -1, world)  # at the start, then it fades
        world.env.run(until=hours)
        left += "CCC" in world.standing.left
    total = rate * quad(lambda t: exp(-power * trust * 0.5 ** (t / HALF)), 0, hours)[0]
    chance = 1 - exp(-total)
    assert abs(left / N - chance) < 4 * sqrt(chance * (1 - chance) / N)


def exits(scenario: Scenario, n: int = 40) -> set[str]:
    return {r.who for luck in range(n) for r in run_replication(scenario, 1, luck).of(K.EXIT)}


FLEEING: dict[str, Any] = {"exit": {"rate": "0.05 per h", "trust_power": 0}}


def test_the_lead_never_leaves_and_nobody_does_with_the_switch_off():
    assert exits(with_standing(quiet(certain_world()), **FLEEING)) == {"BBB", "CCC"}
    off = {"exit": {**FLEEING["exit"], "enabled": False}}
    assert exits(with_standing(quiet(certain_world()), **off)) == set()


def test_only_a_member_can_leave():
    scenario = with_standing(quiet(certain_world()), **FLEEING)
    assert exits(with_members(scenario, BBB={"left": date(2021, 1, 1)})) == {"CCC"}
    assert exits(with_members(scenario, BBB={"participates": False})) == {"CCC"}
    late = with_members(scenario, BBB={"joined": date(2022, 1, 12)})  # after 240 h
    times = [
        r.time for luck in range(40) for r in run_replication(late, 1, luck).of(K.EXIT) if r.who == "BBB"
    ]
    assert times
    assert min(times) >= 240


@pytest.mark.parametrize("luck", range(6))
def test_who_has_left_neither_votes_nor_sends(luck: int):
    scenario = with_standing(
        a_member(certain_world({"crisis.host_choice.value_of_asking": 2}), "DDD"),
        exit={"rate": "0.1 per h", "trust_power": 0},
    )
    log = run_replication(scenario, 1, luck)
    gone = {r.who: r.time for r in log.of(K.EXIT)}
    assert gone
    for kind in (K.POSITION, K.CONSULTATIONS, K.ADOPTED, K.WARNING_ORDER):
        assert all(r.time <= gone.get(r.who, inf) for r in log.of(kind)), kind
    sent = {r.who for r in log.of(K.ECHELON_READY)}
    approved = {r.who for r in log.of(K.APPROVED) if r.time <= gone.get(r.who, inf)}
    assert sent <= approved  # who left with its consent still open sends nobody


def test_a_motion_goes_on_without_the_member_that_leaves_amid_it():
    scenario = with_standing(
        certain_world({"council.deliberation_cleared": "50 h"}), exit={"rate": "0 per h", "trust_power": 0}
    )
    world, _ = build_world(scenario, 1, 0)
    assert world.standing is not None
    world.env.run(until=30)  # amid the deliberation
    world.standing.left.add("BBB")
    world.record(K.EXIT, "BBB")
    world.env.run(until=479)
    log = EventLog(world.records, 479)
    assert [r.who for r in log.of(K.POSITION)] == ["AAA"]
    assert [r.detail["contributors"] for r in log.of(K.MANDATE)] == [("AAA",)]


def test_membership_counts_on_the_day():
    scenario = certain_world()
    joins = with_members(scenario, BBB={"joined": date(2022, 1, 2)})
    late = with_members(scenario, BBB={"joined": date(2022, 1, 20)})
    votes = [{r.who for r in run_replication(s, 1, 0).of(K.POSITION)} for s in (joins, late)]
    assert votes == [{"AAA", "BBB"}, {"AAA"}]
    # the crisis of the north begins later than the day of joining, though the clock starts before it
    day = "2022-01-08T06:00+06:00"
    later = certain_world({"sites.north.onset": {"earliest": day, "latest": day}})
    waits = with_members(later, BBB={"joined": date(2022, 1, 5)})
    assert {r.who for r in run_replication(waits, 1, 0).of(K.POSITION)} == {"AAA", "BBB"}
    leaves = with_members(later, BBB={"left": date(2022, 1, 5)})
    assert {r.who for r in run_replication(leaves, 1, 0).of(K.POSITION)} == {"AAA"}


def test_nothing_that_is_not_followed_has_an_effect():
    plain = run_replication(certain_world(), 1, 0)
    followed = run_replication(with_standing(certain_world()), 1, 0)
    kept = [(r.time, r.kind, r.who, r.where, r.amount) for r in followed if r.kind is not K.STANDING]
    assert kept == [(r.time, r.kind, r.who, r.where, r.amount) for r in plain]


def test_another_member_that_comes_on_its_own_is_owed_but_is_no_patron():
    closed = certain_world({"decision.collective": False, "decision.bilateral_margin": 99})
    alone = {"m": {"at": "2022-01-03T00:00+06:00", "by": "BBB", "deploys": True}}
    found = changes(with_beside(with_standing(closed), measures=alone))
    assert ("owes BBB", "CCC") in found
    by = [r.who for r in run_replication(with_beside(closed, measures=alone), 1, 0).of(K.BILATERAL)]
    assert by == ["BBB"]
    assert ("patron", "CCC") not in found
