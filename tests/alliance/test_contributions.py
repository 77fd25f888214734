"""The force shaped from offers, and its chalks: nobody is lost, no load is exceeded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.alliance.contributions import apportion, loads_of, make_chalks, shape_force, split_whole
from sim.scenario.alliance import Unit
from sim.scenario.response import Mandate, Offer
from sim.scenario.transport import AircraftType, Airlift

TYPES = {
    "usual": AircraftType(
        name="usual", cruise="750 km/h", troops=145, vehicles=3, troops_with_vehicles=21,
        onload="3 h", offload="2 h",
    ),
    "large": AircraftType(
        name="large", cruise="800 km/h", troops=88, vehicles=7, troops_with_vehicles=50,
        onload="5 h", offload="3 h",
    ),
}  # fmt: skip


def an_airlift(load_share=1.0, outsize_share=0.0):
    return Airlift(
        providers=("a",), chalk_interval="1 h", block_speed_share=0.9, taxi="0.4 h", load_share=load_share,
        outsize_share=outsize_share, usual_type="usual", outsize_type="large", dispatch_reliability=1,
        repair="1 h", closure_chance=0, closure="1 h", crew_duty="16 h", crew_rest="12 h",
    )  # fmt: skip


@given(total=st.integers(0, 10_000), shares=st.lists(st.floats(0.01, 10), min_size=1, max_size=8))
def test_whole_parts_add_up_and_stay_near_their_share(total, shares):
    parts = split_whole(total, shares)
    assert sum(parts) == total
    assert all(abs(p - total * s / sum(shares)) <= 1 + 1e-6 for p, s in zip(parts, shares, strict=True))


@given(
    total=st.integers(0, 120),
    shares=st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0]), min_size=1, max_size=6),
)
def test_one_more_aircraft_takes_none_from_any_station(total, shares):
    before, after = apportion(total, tuple(shares)), apportion(total + 1, tuple(shares))
    assert (sum(before), sum(after)) == (total, total + 1)
    assert all(b >= a for a, b in zip(before, after, strict=True))


def test_a_fleet_is_stationed_by_the_highest_averages():
    # 0.3, 0.2, 0.2, 0.2, 0.1: the seventh goes to the first (0.3 / 3 before 0.2 / 3)
    assert apportion(7, (0.3, 0.2, 0.2, 0.2, 0.1)) == (2, 2, 1, 1, 1)
    assert apportion(8, (0.3, 0.2, 0.2, 0.2, 0.1)) == (2, 2, 2, 1, 1)


@given(
    troops=st.integers(0, 3000),
    vehicles=st.integers(0, 400),
    load=st.floats(0.4, 1.0),
    outsize=st.floats(0, 1),
)
def test_chalks_conserve_troops_and_vehicles_within_each_load(troops, vehicles, load, outsize):
    chalks = make_chalks(troops, vehicles, loads_of(TYPES, an_airlift(load, outsize)))
    assert sum(c.troops for c in chalks) == troops
    assert sum(c.vehicles for c in chalks) == vehicles
    for c in chalks:
        kind = TYPES["large" if c.outsize else "usual"]
        assert c.vehicles <= kind.vehicles
        assert c.troops <= (kind.troops_with_vehicles if c.vehicles else kind.troops)


def a_unit(strength):
    return Unit(
        name="u", base={"name": "base", "lat": 0, "lon": 0}, airfield="f", strength=strength,
        echelons={"main": {"share": 1, "readiness": "ready"}},
    )  # fmt: skip


def a_mandate(troops=1000, ceiling=1200, vehicles=100):
    return Mandate(ceiling=ceiling, duration="30 days", tasks=("guard",), troops=troops, vehicles=vehicles)


def test_the_lead_fills_what_allies_leave():
    offers = {"a": Offer(units=("u",)), "b": Offer(troops=300, vehicles=10, units=("u",))}
    units = {"a": {"u": a_unit(5000)}, "b": {"u": a_unit(400)}}
    force = shape_force(a_mandate(), offers, units, ["a", "b"], lead="a")
    assert [(p.member, p.troops, p.vehicles) for p in force] == [("b", 300, 10), ("a", 700, 90)]


def test_without_the_ally_the_lead_brings_all_up_to_its_strength():
    offers = {"a": Offer(units=("u",))}
    assert shape_force(a_mandate(), offers, {"a": {"u": a_unit(5000)}}, ["a"], "a")[0].troops == 1000
    assert shape_force(a_mandate(), offers, {"a": {"u": a_unit(600)}}, ["a"], "a")[0].troops == 600


@pytest.mark.parametrize(("troops", "ceiling", "sent"), [(1000, 800, 800), (500, 800, 500)])
def test_the_force_never_exceeds_the_ceiling(troops, ceiling, sent):
    offers = {"a": Offer(units=("u",))}
    force = shape_force(a_mandate(troops, ceiling), offers, {"a": {"u": a_unit(9000)}}, ["a"], "a")
    assert sum(p.troops for p in force) == sent
