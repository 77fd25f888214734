"""A fork is the plain run up to its moment, and the changed one in everything that is read after it."""

from __future__ import annotations

import pytest

from sim.engine.event_log import EventKind
from sim.engine.fork import run_forked
from sim.engine.merging import same
from sim.engine.replication import run_replication
from sim.scenario.campaign import Episode
from tests.engine.borders import border
from tests.engine.campaigns import campaign, with_standing
from tests.engine.test_epidemic import world as epidemic
from tests.tiny import tiny_scenario

#: Runs of the small scenario with appeals, mandates and calm among them.
REPLICATIONS = range(6)


def said(log, until=float("inf")):
    return [(r.time, r.kind, r.who, r.where, r.amount, repr(r.detail)) for r in log if r.time < until]


def first(log, kind):
    record = log.first(kind)
    return None if record is None else record.time


@pytest.mark.parametrize("replication", REPLICATIONS)
@pytest.mark.parametrize("at", [0.0, 13.7, 40.0, 96.0, 300.0])
def test_a_fork_without_a_change_is_the_plain_run(replication, at):
    scenario, again = tiny_scenario(), tiny_scenario({"title": "The same in other words"})
    fork = run_forked(scenario, again, 1, replication, at)
    assert said(fork.log) == said(run_replication(scenario, 1, replication))
    assert not fork.kept


@pytest.mark.parametrize("at", [200.0, 1500.0])
@pytest.mark.parametrize("world", [border(), epidemic()], ids=["border", "epidemic"])
def test_what_only_the_host_weighs_leaves_counts_and_their_luck_alone(world, at):
    """Neither is counted at the moment itself, which would be an event that the plain run has not."""
    at = min(at, float(world.horizon) / 2)
    said_otherwise = world.crisis.host_choice.model_copy(update={"note": "in other words"})
    crisis = world.crisis.model_copy(update={"host_choice": said_otherwise})
    plain = said(run_replication(world, 1, 0))
    assert said(run_forked(world, world.model_copy(update={"crisis": crisis}), 1, 0, at).log) == plain
    parts = {name: getattr(world, name) for name in ("title", "start", "horizon", "crisis", "response")}
    several = campaign(world, {"own": Episode.model_construct(**parts)})
    own = several.crises["own"].model_copy(update={"crisis": crisis, "title": "The same in other words"})
    other = several.model_copy(update={"crises": {"own": own}})
    forked = run_forked(several, other, 1, 0, at).log.parts["own"]
    assert said(forked) == said(run_replication(several, 1, 0).parts["own"])


CHANGES = {
    "rule": {"council.rule": "unanimity"},
    "growth": {"crisis.unrest.growth": "0.2 per h"},
    "suppression": {"crisis.unrest.suppression": 2},
    "forces": {"sites.north.forces": 5000},
    "fleet": {"fleets.AAA.medium.available": 1},
    "weights": {"decision.ordered_choice.weights.ties_to_host": 2},
    "posting": {"mission.posting": "30 h"},
    "closed": {"response.decision.collective": False, "response.decision.bilateral": False},
    "mobilisation": {"effects.local_mobilisation.enabled": False},
    "spread": {"crisis.unrest.spread.push": 0.4},
    "ends": {"crisis.unrest.ends.fade": "0.02 per h"},
    "deaths": {"crisis.unrest.killed": 0.9},
    "ceiling": {"sites.north.ceiling": "40 per day"},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("at", [5.0, 30.0, 60.0])
def test_what_lies_before_the_moment_is_that_of_the_plain_run(change, at):
    scenario, changed = tiny_scenario(), tiny_scenario(CHANGES[change])
    for replication in REPLICATIONS:
        plain = said(run_replication(scenario, 1, replication), at)
        forked = said(run_forked(scenario, changed, 1, replication, at).log, at)
        assert [row[1:] for row in forked] == [row[1:] for row in plain]
        assert [row[0] for row in forked] == pytest.approx([row[0] for row in plain])


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_at_the_very_start_is_the_changed_run(change):
    scenario, changed = tiny_scenario(), tiny_scenario(CHANGES[change])
    for replication in REPLICATIONS:
        fork = run_forked(scenario, changed, 1, replication, 0.0)
        if change == "mobilisation":
            assert fork.log.first(EventKind.RESERVES_ORDERED) is None
        else:
            assert said(fork.log) == said(run_replication(changed, 1, replication)), fork


def decided():
    """Return a replication with a mandate, and when it came."""
    for replication in range(40):
        at = first(run_replication(tiny_scenario(), 1, replication), EventKind.MANDATE)
        if at is not None:
            return replication, at
    raise AssertionError("no mandate in forty runs")


def test_the_rule_counts_before_the_decision_and_not_after_it():
    replication, at = decided()
    plain, other = tiny_scenario(), tiny_scenario({"council.rule": "simple_majority"})
    before = run_forked(plain, other, 1, replication, at - 0.1).log
    after = run_forked(plain, other, 1, replication, at + 0.1).log
    assert before.first(EventKind.ADOPTED).detail["rule"] == "simple_majority"
    assert said(after) == said(run_replication(plain, 1, replication))


def test_a_fleet_is_grounded_before_it_flies():
    replication, at = decided()
    plain, grounded = tiny_scenario(), tiny_scenario({"fleets.AAA.medium.available": 1})
    arrived = first(run_replication(plain, 1, replication), EventKind.DEPLOYED)
    later = first(run_forked(plain, grounded, 1, replication, at).log, EventKind.DEPLOYED)
    assert arrived is not None
    assert later is None or later > arrived


def test_what_the_run_has_moved_on_from_is_told():
    replication, _ = decided()
    plain, grounded = tiny_scenario(), tiny_scenario({"fleets.AAA.medium.available": 1})
    flown = first(run_replication(plain, 1, replication), EventKind.TAKEOFF)
    fork = run_forked(plain, grounded, 1, replication, flown + 0.5)
    assert any("pools.medium" in name for name in fork.kept)


def test_growth_takes_hold_at_once():
    scenario, changed = tiny_scenario(), tiny_scenario({"crisis.unrest.growth": "0.3 per h"})
    log = run_forked(scenario, changed, 1, 0, 20.0).log
    opened = [r for r in log.of(EventKind.UNREST) if r.time == 20.0]
    assert opened
    assert max(r.detail["growth"] for r in opened) == 0.3  # a site that burns out has none


@pytest.mark.parametrize("at", [-1.0, 480.0, float("nan")])
def test_a_moment_outside_the_simulated_time_is_refused(at):
    with pytest.raises(ValueError, match="the moment must lie between"):
        run_forked(tiny_scenario(), tiny_scenario(), 1, 0, at)


def test_sameness_looks_inside():
    assert same({"a": [1.0, float("nan")]}, {"a": [1.0, float("nan")]})
    assert not same({"a": [1.0]}, {"a": [2.0]})
    assert not same({"a": [1.0]}, {"a": [1.0, 1.0]})


def test_what_waits_in_the_calendar_is_brought_up_to_date():
    inject = {"label": "Shock", "at": "2022-01-04T00:00+06:00", "levers": {"growth": 2}}
    plain = tiny_scenario({"crisis.injects": {"shock": inject}})
    changed = tiny_scenario({"crisis.injects": {"shock": {**inject, "label": "Another shock"}}})
    log = run_forked(plain, changed, 1, 0, 24.0).log
    assert "Another shock" in repr([record.detail for record in log])
    assert "'Shock'" not in repr([record.detail for record in log])


def test_what_members_have_worked_out_is_worked_out_again():
    replication, _ = decided()
    weight = "decision.ordered_choice.weights.ties_to_host"
    plain, changed = tiny_scenario({weight: 0.5}), tiny_scenario({weight: 0.6})
    before = run_replication(plain, 1, replication)
    at = first(before, EventKind.APPEAL) + 0.01  # the host has sounded them out: their terms are known
    log = run_forked(plain, changed, 1, replication, at).log

    def weighed(one):
        return one.first(EventKind.POSITION).detail["terms"]["ties_to_host"]

    assert weighed(log) == pytest.approx(weighed(before) * 0.6 / 0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"alliance.ties": {"AAA-CCC": -1.5}},
        {"instruments.hotline.factor": 3},
    ],
)
def test_a_fork_leaves_nothing_behind_in_what_other_runs_share(change):
    replication, _ = decided()
    plain = tiny_scenario()
    before = run_replication(plain, 1, replication)
    run_forked(plain, tiny_scenario(change), 1, replication, first(before, EventKind.APPEAL) + 0.01)
    assert run_replication(plain, 1, replication).records == before.records


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("alliance.aircraft_types.medium.cruise", "300 km/h"),
        ("crisis.unrest.detention_lag", "90 h"),
        ("crisis.unrest.killed", 0.9),
    ],
)
def test_what_all_runs_of_a_scenario_share_is_not_changed(path, value):
    plain, changed = tiny_scenario(), tiny_scenario({path: value})
    before = [said(run_replication(plain, 1, replication)) for replication in REPLICATIONS]
    for replication in REPLICATIONS:
        assert run_forked(plain, changed, 1, replication, 13.0).put
    assert [said(run_replication(plain, 1, replication)) for replication in REPLICATIONS] == before


def test_a_fork_leaves_the_standing_of_other_runs_alone():
    replication, _ = decided()
    plain, changed = (with_standing(tiny_scenario(), trust={"CCC": trust}) for trust in (0.2, -0.5))
    before = run_replication(plain, 1, replication)
    assert before.of(EventKind.STANDING)
    run_forked(plain, changed, 1, replication, first(before, EventKind.APPEAL) + 0.01)
    assert run_replication(plain, 1, replication).records == before.records
