"""Small borders for tests: a tiny world with sectors in place of cities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from tests.tiny import tiny_yaml

SECTOR = {"lat": 43, "lon": 70, "length": "100 km", "terrain": "flat", "guards": 500}
PARTY = {
    "name": "caravans", "rate": "10 per day", "size": 4, "interdiction": 0.5, "killed": 0.5, "held": 0.7,
    "seized_kg": 40, "lost": 0.1,
}  # fmt: skip
RAID = {
    "label": "a raid", "sector": "west", "at": "2022-01-05T00:00+06:00", "attackers": 20, "delay": "24 h",
    "killed": 0.5, "lost": 0.1, "worry": 0.1, "memory": "48 h",
}  # fmt: skip
BORDER: dict[str, Any] = {
    "sectors": {
        "west": {"name": "West", **SECTOR},
        "east": {"name": "East", **SECTOR, "terrain": "hills", "guards": 200},
    },
    "terrains": {"flat": {"detection": 1}, "hills": {"detection": 0.5}},
    "watch": {"effort": 0.1},
    "parties": {"caravan": PARTY},
    "flight": {"shape": 4, "delay": "2 h", "stay_soldiers": "48 h", "stay_civilians": "96 h"},
    "worry_far_bank": 0.5,
    "alarm_step": 0.1,
    "settles": "72 h",
}


@cache
def base() -> Scenario:
    """Return the tiny scenario with a border where its cities were."""
    raw = yaml.safe_load(tiny_yaml())
    crisis = raw["crisis"]
    for key in ("unrest", "sites", "reserves"):
        del crisis[key]
    crisis["type"] = "cross_border_incursion"
    crisis["incursions"] = BORDER
    crisis["effects"] = {"border_reinforcement": {"strength": 1}, "deterrence": {"strength": 1}}
    raw["response"]["mission"]["tasks"] = {
        "guard": {"name": "Guard", "site": "west", "soldiers": 1000},
    }
    for key in ("uncertain", "variants", "record"):
        del raw[key]
    with TemporaryDirectory() as folder:
        path = f"{folder}/border.yaml"
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(raw, file, sort_keys=False)
        return load_scenario(path)


def border(settings: Mapping[str, Any] | None = None) -> Scenario:
    """Return the small border with some paths set otherwise."""
    return with_settings(base(), dict(settings)) if settings else base()
