"""Levers: what acts is multiplied, a source replaces itself, and what is dropped leaves nothing behind."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.engine.world as world_module
from sim.engine.levers import STEPS
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.scenario.alliance import Instrument
from sim.scenario.levers import LEVERS
from sim.scenario.models import Scenario
from tests.engine.campaigns import with_alliance
from tests.engine.worlds import K, certain_world, history, lived

#: The tiny world starts on 2 January 2022 at +06:00.
START = date(2022, 1, 2)
few = settings(max_examples=60, deadline=None, derandomize=True)
sources = st.sampled_from("abcd")
factors = st.floats(0.01, 100)


def a_world(**instruments: Any) -> World:
    made = {key: Instrument.model_validate({"name": key, **raw}) for key, raw in instruments.items()}
    scenario = with_alliance(certain_world(), instruments=made)
    return World(scenario, 1, 0, float(scenario.horizon))


@few
@given(st.lists(st.tuples(sources, factors), max_size=12))
def test_a_lever_is_the_product_of_what_each_source_did_last(acts: list[tuple[str, float]]):
    levers, last, product = a_world().levers, dict(acts), 1.0
    for source, factor in acts:
        levers.put("growth", source, factor)
    for factor in last.values():
        product *= factor
    assert levers.value("growth") == pytest.approx(product, rel=1e-12)
    assert levers.value("arrivals") == 1


@few
@given(st.dictionaries(sources, factors, min_size=1), st.permutations("abcd"), factors)
def test_what_is_dropped_leaves_the_value_exactly_as_it_was(
    acting: dict[str, float], order: list[str], passing: float
):
    levers = a_world().levers
    for source, factor in acting.items():
        levers.put("growth", source, factor)
    before = levers.value("growth")
    levers.put("growth", "passing", passing)
    for source in order:  # all the others go and come back in another order
        levers.put("growth", source, 1.0)
    for source in order:
        levers.put("growth", source, acting.get(source, 1.0))
    levers.put("growth", "passing", 1.0)
    assert levers.value("growth") == before


def test_whoever_listens_is_told_of_changes_and_of_nothing_else():
    levers, told = a_world().levers, []
    levers.listen("growth", told.append)
    levers.put("growth", "a", 2.0, 7)
    levers.put("growth", "a", 2.0, 8)  # no change
    levers.put("arrivals", "a", 3.0, 9)  # another lever
    levers.put("growth", "a", 1.0, 10)
    levers.put("growth", "b", 1.0, 11)  # nothing it could take away
    assert told == [7, 10]


def test_worlds_of_one_scenario_have_levers_of_their_own():
    link = {"signed": date(2010, 1, 3), "in_force": date(2011, 1, 6), "affects": "planning", "factor": 0.5}
    one = a_world(link=link)
    other = World(one.scenario, 1, 1, one.horizon)
    one.levers.put("planning", "a", 3.0)
    other.levers.put("planning", "b", 1.5)
    assert other.levers.value("planning") == pytest.approx(0.5 * 1.5)
    assert World(one.scenario, 1, 2, one.horizon).levers.value("planning") == 0.5


def test_an_instrument_acts_from_its_entry_into_force_and_not_from_its_signature():
    world = a_world(
        link={"signed": date(2022, 1, 3), "in_force": date(2022, 1, 6), "affects": "planning", "factor": 0.5}
    )
    world.env.run(until=95.9)  # the 6th begins after 96 hours
    assert world.pace("planning") == 1
    world.env.run(until=96.1)
    assert world.pace("planning") == 0.5


def test_an_instrument_that_was_only_signed_does_nothing():
    world = a_world(link={"signed": date(2010, 1, 1), "affects": "planning", "factor": 0.5})
    world.env.run(until=400)
    assert world.pace("planning") == 1


def test_an_instrument_is_phased_in_by_equal_steps():
    world = a_world(
        link={"in_force": date(2022, 1, 3), "phase_in": "100 h", "affects": "planning", "factor": 0.5}
    )
    seen = []
    for hours in (23, 24.5, 34.5, 73, 84.5, 123, 124.5, 300):
        world.env.run(until=hours)
        seen.append(round(world.pace("planning"), 10))
    # in force at 24 h; a tenth of the way after each tenth of 100 h
    assert seen == [1, 1, 0.95, 0.8, 0.7, 0.55, 0.5, 0.5]
    assert STEPS == 10


def test_one_that_came_into_force_in_the_midst_of_its_phase_has_come_that_far():
    # 60 of 100 hours before the start, so that six of the ten steps are behind it
    world = a_world(
        link={"in_force": date(2021, 12, 30), "phase_in": "120 h", "affects": "planning", "factor": 0.5}
    )
    assert world.pace("planning") == pytest.approx(1 - 0.5 * 0.6)  # 72 of 120 hours


def with_hotline(**changes: Any) -> Scenario:
    scenario = certain_world()
    hotline = scenario.alliance.instruments["hotline"]
    return with_alliance(scenario, instruments={"hotline": hotline.model_copy(update=changes)})


def test_an_instrument_switched_off_is_as_one_that_never_was():
    off = run_replication(with_hotline(enabled=False, factor=0.3), 1, 0)
    never = run_replication(with_alliance(certain_world(), instruments={}), 1, 0)
    assert history(off) == history(never)
    assert history(off) != history(run_replication(with_hotline(factor=0.3), 1, 0))


def test_every_delay_lever_changes_the_delay_it_names():
    def first(kind: K, instrument: dict[str, Any] | None) -> float:
        instruments = (
            {"one": Instrument.model_validate({"name": "one", "in_force": date(2000, 1, 1), **instrument})}
            if instrument
            else {}
        )
        log = run_replication(with_alliance(certain_world(), instruments=instruments), 1, 0)
        record = log.first(kind)
        assert record is not None
        return record.time

    for lever, kind in (
        ("warning", K.DANGER_NOTICED), ("consultation", K.CONSULTATIONS), ("readiness", K.ECHELON_READY),
        ("ground_time", K.LANDED),
    ):  # fmt: skip
        slower = first(kind, {"affects": lever, "factor": 3})
        assert slower > first(kind, None), lever


def test_ground_times_follow_a_lever_that_changes_on_the_way():
    # In force from the 25th, when the force has come and not yet gone home.
    plain = lived()
    landings = [r.time for r in plain.of(K.LANDED)]
    late = Instrument.model_validate(
        {"name": "late", "in_force": date(2022, 1, 25), "affects": "ground_time", "factor": 5}
    )
    scenario = with_alliance(
        certain_world({"mandate.duration": "26 days", "horizon": "40 days"}), instruments={"late": late}
    )
    log = run_replication(scenario, 1, 0)
    inward = [r.time for r in log.of(K.LANDED) if r.detail["direction"] == "in"]
    outward = [r.detail["parts"].handling for r in log.of(K.LANDED) if r.detail["direction"] == "out"]
    assert inward == landings[: len(inward)]
    assert outward
    # as loaded at home and unloaded there, but five times as long
    before = [r.detail["parts"].handling for r in log.of(K.LANDED) if r.detail["direction"] == "in"]
    assert max(before) <= 3.0 + 1e-9
    assert min(outward) == pytest.approx(15.0)


def test_every_lever_is_read_by_the_engine():
    """A lever that nothing reads would be a promise that nobody keeps."""
    engine = Path(world_module.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(engine.glob("*.py")))
    assert [name for name in LEVERS if f'"{name}"' not in code] == []
