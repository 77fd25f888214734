"""Crews: hours served between rests, by a ledger of the tests' own, and the aircraft that comes first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.engine.airlift import Airlift
from sim.engine.replication import run_replication
from sim.engine.sorties import Load
from sim.scenario.load import load_scenario
from tests.engine.test_small_laws import LEAD_ALONE, ONE_ECHELON, later, stationed, takeoffs
from tests.engine.worlds import CERTAIN
from tests.tiny import tiny_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
few = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

# stories: load 2 h, fly 1.966 h, unload 1 h, fly home 1.966 h

#: Two loads on one aircraft; the second is ready long after the first has been unloaded.
TWO_LOADS = {
    "mandate.troops": 100, "fleets.AAA.medium.available": 1,
    "response.vanguard_loads_on_warning": False,
}  # fmt: skip


def home(settings: dict[str, Any]) -> list[tuple[float, float]]:
    """Return when each aircraft comes home, in hours from unloading, and the hours its crew has served."""
    found = []
    with spied() as ledger:
        takeoffs({**LEAD_ALONE, **TWO_LOADS, **settings}, 60)
    for done, back, served in ledger.homes:
        found.append((pytest.approx(back - done, abs=2e-3), pytest.approx(served, abs=2e-3)))
    return found


@pytest.mark.parametrize("rest", [12, 20])
def test_a_crew_rests_where_it_has_unloaded_before_its_way_home_would_exceed_its_duty(rest):
    waits = {"alliance.notice_to_move.battalion": "40 h", "airlift.crew_rest": f"{rest} h"}
    # 3.966 h to the landing, 6.932 h until it would be home: 1.966 h of them after a rest
    assert home({**waits, "airlift.crew_duty": "7 h"})[0] == (1.966, 6.932)
    assert home({**waits, "airlift.crew_duty": "6.9 h"})[0] == (rest + 1.966, 1.966)


def test_the_way_home_counts_in_the_duty_of_a_crew_that_has_rested_before_it():
    # The second load waits for the aircraft: home at 6.932 h of duty, or at 1.966 h after a rest; with the
    # second mission 10.898 h, or 5.932 h.
    soon = {**TWO_LOADS, "alliance.notice_to_move.battalion": "10 h"}
    assert later(soon, {"airlift.crew_duty": "10.9 h"}) == [0, 0]
    assert later(soon, {"airlift.crew_duty": "7 h"}) == [0, 12]  # at home
    assert later(soon, {"airlift.crew_duty": "6 h"}) == [0, 12]  # where it has unloaded
    assert later(soon, {"airlift.crew_duty": "5.9 h"}) == [0, 24]  # both


def test_an_aircraft_that_is_home_where_it_unloads_has_no_way_to_rest_for():
    both = {"fleets.AAA.medium.stationed": {"host_field": 1}, "alliance.notice_to_move.battalion": "40 h"}
    # 1.966 h to the first load and 3.966 h with it, then an hour of unloading
    assert home({**both, "airlift.crew_duty": "6 h"})[0] == (0, 6.932)


def test_a_mission_too_long_for_any_crew_is_cut_in_two_where_the_load_waits():
    # 1.411 h to the load, 3.966 h with it
    far = {**LEAD_ALONE, **stationed(0, 2), **ONE_ECHELON}
    assert later(far, {"airlift.crew_duty": "5.4 h"}) == [0]
    assert later(far, {"airlift.crew_duty": "5.3 h"}) == [12]
    assert later(far, {"airlift.crew_duty": "3.9 h"}) == [12]  # with it alone too long: flown nevertheless


# the laws


class Ledger:
    """What each crew has flown since its last rest, from where its aircraft was when, and nothing else."""

    def __init__(self) -> None:
        """Begin with nobody aloft."""
        #: For each aircraft: where it is, since when free (h), its crew's legs since the last rest (h).
        self.crews: dict[tuple[Airlift, str, int], tuple[str, float, list[float]]] = {}
        #: Unloaded, home (h), hours served: for each return.
        self.homes: list[tuple[float, float, float]] = []
        self.rests_away = self.first_found = 0
        #: When (h) each load's aircraft can be there at the soonest, where one was idle.
        self.soonest: dict[Load, float] = {}

    def asked(self, airlift: Airlift, load: Load) -> None:
        """Note the earliest that any idle aircraft can be where *load* waits, by trying them all."""
        pool = airlift._large if load.outsize else airlift._usual
        work = pool.typical_onload + airlift.block_hours(pool, load.origin, load.destination)
        soonest = inf
        for station, heap in pool.idle.items():
            way = airlift.block_hours(pool, station, load.origin)
            for craft in heap:
                soonest = min(soonest, arrival(airlift, craft, way, work))
        if soonest < inf:
            self.soonest[load] = soonest

    def loads(self, airlift: Airlift, load: Load) -> None:
        """Check the hours of a crew that begins to load, up to its landing as planned."""
        pool, now = load.pool, airlift._env.now - load.lost
        if load in self.soonest:
            assert now == pytest.approx(self.soonest.pop(load), abs=1e-6)
            self.first_found += 1
        crew = (airlift, pool.key, load.number)
        place, since, legs = self.crews.get(crew, (load.station, 0.0, []))
        way = airlift.block_hours(pool, place, load.origin)
        work = pool.typical_onload + load.route.flight
        rests = (now - since - way + 1e-6) // airlift._rest  # for which there was time
        splits = [[[*legs, way, work]]]
        if rests >= 1:
            splits += [[[way, work]], [[*legs, way], [work]]]
        if rests >= 2:
            splits.append([[way], [work]])
        told = [s for s in splits if sum(s[-1]) == pytest.approx(load.duty + work)]
        assert any(all(lawful(airlift, stretch) for stretch in split) for split in told)
        self.crews[crew] = (load.destination, inf, told[0][-1][:-1])

    def unloaded(self, airlift: Airlift, load: Load, at: float, waits: bool) -> None:
        """Check the hours of a crew that goes home, or note that more work waits."""
        pool, crew = load.pool, (airlift, load.pool.key, load.number)
        place, since, legs = self.crews[crew]
        if since == inf:  # not told of this before
            legs = [*legs, at - load.asked]
        if waits:
            self.crews[crew] = (place, at, legs)
            return
        ((back, _, served),) = [c for c in pool.idle[load.station] if c[1] == load.number]
        way = airlift.block_hours(pool, place, load.station)
        if back - at - way > 1e-6:
            assert back - at - way == pytest.approx(airlift._rest)
            assert not lawful(airlift, [*legs, way])  # or it need not have waited
            legs, self.rests_away = [], self.rests_away + 1
        if way:
            legs = [*legs, way]
            assert lawful(airlift, legs)
        assert sum(legs) == pytest.approx(served)
        self.crews[crew] = (load.station, back, legs)
        self.homes.append((at, back, served))


def lawful(airlift: Airlift, legs: list[float]) -> bool:
    """Return whether a crew may serve so long without a rest: within its duty, or one leg on its own."""
    return sum(legs) <= airlift._duty + 1e-6 or sum(hours > 0 for hours in legs) == 1


def arrival(airlift: Airlift, craft: tuple[float, int, float], way: float, work: float) -> float:
    """Return the earliest arrival (h) by any choice of rests: none, at home, at the load or at both."""
    now, rest = airlift._env.now, airlift._rest
    free_at, _, served = craft
    if now >= free_at + rest:
        free_at, served = now, 0.0
    start = max(now, free_at)
    ways = [
        (start + way, [[served, way, work]]),
        (max(now, free_at + rest) + way, [[way, work]]),
        (start + way + rest, [[served, way], [work]]),
        (max(now, free_at + rest) + way + rest, [[way], [work]]),
    ]
    return min(at for at, stretches in ways if all(lawful(airlift, s) for s in stretches))


@contextmanager
def spied() -> Iterator[Ledger]:
    """Keep a ledger of all that flies meanwhile."""
    ledger = Ledger()
    request, take_off, freed = Airlift.request, Load.take_off, Airlift.freed

    def spy_request(self: Airlift, load: Load) -> None:
        ledger.asked(self, load)
        request(self, load)

    def spy_take_off(self: Load, _: object = None) -> None:
        ledger.loads(self.pool.freed.__self__, self)  # type: ignore[attr-defined]
        take_off(self)

    def spy_freed(self: Airlift, load: Load, at: float) -> None:
        waits = bool(load.pool.queue)
        freed(self, load, at)
        ledger.unloaded(self, load, at, waits)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Airlift, "request", spy_request)
        patch.setattr(Load, "take_off", spy_take_off)
        patch.setattr(Airlift, "freed", spy_freed)
        yield ledger


@few
@given(
    troops=st.integers(100, 1200),
    aircraft=st.tuples(*[st.integers(0, 3)] * 3).filter(any),
    duty=st.floats(1, 24),
    rest=st.floats(0.5, 16),
    breakdowns=st.booleans(),
    luck=st.integers(0, 99),
)
@example(troops=600, aircraft=(0, 2, 0), duty=5.0, rest=12.0, breakdowns=False, luck=0)
@example(troops=600, aircraft=(0, 0, 3), duty=6.5, rest=12.0, breakdowns=False, luck=0)
def test_no_crew_of_a_small_world_serves_longer_than_its_duty(troops, aircraft, duty, rest, breakdowns, luck):
    """And each load flies on the aircraft that can be there first, by comparison with all ways of all."""
    fields = dict(zip(("lead_field", "ally_field", "host_field"), aircraft, strict=True))
    stations = {field: count / sum(aircraft) for field, count in fields.items() if count}
    fleet = {"aircraft_type": "medium", "available": sum(aircraft), "stationed": stations}
    world = {
        **CERTAIN, "fleets.AAA.medium": fleet, "mandate.troops": troops, "mandate.duration": "8 days",
        "airlift.crew_duty": f"{duty} h", "airlift.crew_rest": f"{rest} h", "airlift.breakdowns": breakdowns,
    }  # fmt: skip
    with spied() as ledger:
        run_replication(tiny_scenario(world), 1, luck)
    assert ledger.first_found


#: Shipped scenarios in which more than a few loads fly, and the least that must have been seen to rest away.
FLYING = {"kazakhstan": 10, "karabakh": 10, "belarus_force": 10, "years_2020_2022": 10, "un_mission": 0}


@pytest.mark.parametrize("duty", [16, 12])
@pytest.mark.parametrize("name", FLYING)
def test_no_crew_of_a_shipped_scenario_serves_longer_than_its_duty(name, duty):
    scenario = load_scenario(SCENARIOS / f"{name}.yaml", [f"alliance.airlift.crew_duty={duty} h"])
    with spied() as ledger:
        for luck in range(3):
            run_replication(scenario, 1, luck)
    assert ledger.first_found > 50
    assert ledger.rests_away >= FLYING[name]
