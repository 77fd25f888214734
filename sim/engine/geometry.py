"""Distances on the globe."""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

#: Mean radius of the Earth, km (IUGG, (2a + b)/3 of WGS 84).
EARTH_RADIUS = 6371.0088


@lru_cache(maxsize=16_384)
def great_circle_km(latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> float:
    """Return the great-circle distance (km) between places *a* and *b* given in degrees.

    Haversine formula on a sphere (Sinnott 1984, "Virtues of the haversine"); a sphere is within 0.6 % of
    the ellipsoid.
    """
    phi_a, phi_b = radians(latitude_a), radians(latitude_b)
    half_phi, half_lambda = (phi_b - phi_a) / 2, radians(longitude_b - longitude_a) / 2
    haversine = sin(half_phi) ** 2 + cos(phi_a) * cos(phi_b) * sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(min(1.0, haversine)))  # rounding can pass 1 at the antipode
