"""Distances that can be looked up."""

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.geometry import EARTH_RADIUS, great_circle_km

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("place", "other", "km"),
    [
        ((55.8783, 38.0617), (43.3521, 77.0405), 3080),  # Chkalovsky to Almaty
        ((51.4700, -0.4543), (40.6413, -73.7781), 5540),  # Heathrow to Kennedy
        ((48.8566, 2.3522), (52.5200, 13.4050), 878),  # Paris to Berlin
        ((-33.9461, 151.1772), (-37.6733, 144.8433), 706),  # Sydney to Melbourne
    ],
)
def test_known_distances(place, other, km):
    assert great_circle_km(*place, *other) == pytest.approx(km, rel=0.003)


def test_parts_of_the_globe():
    quarter = pi * EARTH_RADIUS / 2
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(quarter)
    assert great_circle_km(0, 0, 0, 90) == pytest.approx(quarter)
    assert great_circle_km(0, 179.5, 0, -179.5) == pytest.approx(quarter / 90)
    assert great_circle_km(60, 0, 60, 90) < great_circle_km(0, 0, 0, 90) / 1.9


@given(a=latitudes, b=longitudes)
def test_a_place_is_nowhere_but_where_it_is(a, b):
    assert great_circle_km(a, b, a, b) == 0
    antipode = b - 180 if b > 0 else b + 180
    assert great_circle_km(a, b, -a, antipode) == pytest.approx(pi * EARTH_RADIUS, rel=1e-6)


@given(a=latitudes, b=longitudes, c=latitudes, d=longitudes, e=latitudes, f=longitudes)
def test_distance_is_symmetric_and_detours_are_longer(a, b, c, d, e, f):
    direct = great_circle_km(a, b, c, d)
    assert 0 <= direct <= pi * EARTH_RADIUS * (1 + 1e-12)
    assert great_circle_km(c, d, a, b) == pytest.approx(direct, rel=1e-9, abs=1e-6)
    assert direct <= great_circle_km(a, b, e, f) + great_circle_km(e, f, c, d) + 1e-3
