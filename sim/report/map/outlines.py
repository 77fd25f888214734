"""The outlines of states and disputed areas that maps are drawn on, read from a GeoJSON file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.report.map.projection import Line

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "outlines.geojson"
#: Greatest size of an outlines file (bytes), and of all its points: a map needs no more.
MOST_BYTES = 8_000_000
MOST_POINTS = 400_000
CAPTION = (
    "Outlines: Natural Earth (public domain), simplified; disputed areas hatched. "
    "Lines and hatching are no statement on status."
)
OWN_CAPTION = "Outlines: {name}. Lines and hatching are no statement on status."


class OutlinesError(ValueError):
    """An outlines file that cannot be drawn, in one sentence for its user."""


@dataclass(frozen=True)
class Outline:
    """A state or a disputed area: its code (ISO alpha-3, or empty), name and rings in degrees."""

    code: str
    name: str
    disputed: bool
    rings: tuple[Line, ...]


@dataclass(frozen=True)
class Outlines:
    """All outlines of a file and the caption that every map on them bears."""

    areas: tuple[Outline, ...]
    caption: str


@lru_cache(maxsize=4)
def load_outlines(path: Path | None = None) -> Outlines:
    """Return the outlines in *path* (GeoJSON), or those shipped with the program if none is given.

    Features are polygons with the properties `iso3`, `name` and `disputed`; others are passed over. Raises
    OutlinesError when the file is missing, too large or no GeoJSON.
    """
    place = SHIPPED if path is None else path
    try:
        if place.stat().st_size > MOST_BYTES:
            raise OutlinesError(f"{place}: larger than {MOST_BYTES // 1_000_000} MB; simplify the outlines")
        data = json.loads(place.read_text(encoding="utf-8"))
        areas = tuple(_outline(feature) for feature in data["features"])
    except OSError as error:
        raise OutlinesError(f"{place}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        if isinstance(error, OutlinesError):
            raise
        raise OutlinesError(f"{place}: no GeoJSON of polygons in degrees ({error!r:.80})") from error
    if sum(len(ring) for area in areas for ring in area.rings) > MOST_POINTS:
        raise OutlinesError(f"{place}: more than {MOST_POINTS:,} points; simplify the outlines")
    return Outlines(areas, CAPTION if path is None else OWN_CAPTION.format(name=place.name))


def _outline(feature: dict[str, Any]) -> Outline:
    told, shape = feature.get("properties") or {}, feature.get("geometry") or {}
    polygons = {"Polygon": [shape.get("coordinates")], "MultiPolygon": shape.get("coordinates")}.get(
        shape.get("type", ""), []
    )
    rings = tuple([_point(point) for point in ring] for polygon in polygons or [] for ring in polygon or ())
    return Outline(
        code=str(told.get("iso3") or ""),
        name=str(told.get("name") or ""),
        disputed=told.get("disputed") is True,
        rings=tuple(ring for ring in rings if len(ring) >= 4),
    )


def _point(raw: Any) -> tuple[float, float]:
    longitude, latitude = float(raw[0]), float(raw[1])
    if not (math.isfinite(longitude) and abs(longitude) <= 360 and abs(latitude) <= 90):
        raise ValueError(f"{raw!r} is no longitude and latitude in degrees")
    return longitude, latitude
