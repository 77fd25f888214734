"""Fights in the small alliance: two sides, one sector, no luck but what a test asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from tests.tiny import ALLIANCE, RESPONSE

FIGHT = """\
title: A fight over a well
type: intra_member_clash
host: CCC
facts: {territory: disputed, adversary: member, external_hand: claimed, un_mandate: "no", adversaries: [BBB]}
fighting:
  earliest: 2022-01-02T06:00+06:00
  latest: 2022-01-02T06:00+06:00
  sides:
    CCC:
      name: Host
      killed: 10 per h
      civilians: 0.5
      wounded: 2
      prevails: 0 per h
      displaced:
        {exposed: 10000, leaving: 0.5, pace: 0.1 per h, returning: 0.8, wait: 10 h, returns: 0.01 per h}
    BBB: {name: Neighbour, killed: 5 per h, civilians: 0, wounded: 1, prevails: 0 per h}
  sectors:
    well: {name: The well, lat: 44.5, lon: 69, weight: 1}
    ford: {name: The ford, lat: 44.6, lon: 69.2, weight: 0}
  threat: 0.2
  unease: 0.1
  ceasefire: 0.1 per h
  relapse: 0.05 per h
  settles: 0.05 per h
  breaks: 0 per h
  renewed: 0.5
  fades: 0 per h
  frailty_shape: 1e10
  pull_back: 24 h
  interposed: 0.25
  peacekeepers: 200
effects:
  interposition: {strength: 1}
  mediation: {strength: 1}
host_choice:
  value_of_help: 1
  value_of_asking: 0
  cost_of_sovereignty: 0.1
  cost_at_home: 0.5
  fear: 0.5
  sounding_noise: 0.2
  notice: 1 h
  sounding: 4 h
  announce: 1 h
"""
STANDOFF = {"label": "a brawl", "people": 30, "threat": 0.1, "escalates": "0.1 per h", "cools": "0 per h"}


def _indented(block: str) -> str:
    return "".join(f"  {line}\n" for line in block.splitlines())


@cache
def _base() -> Scenario:
    text = (
        "format: 1\nname: fight\ntitle: A fight\ndescription: For tests.\n"
        "start: 2022-01-02T00:00+06:00\nhorizon: 40 days\n"
        f"alliance:\n{_indented(ALLIANCE)}crisis:\n{_indented(FIGHT)}response:\n"
        f"{_indented(RESPONSE.replace('site: north', 'site: well'))}"
        "experiment: {replications: 4, per_draw: 2, band: 0.9}\n"
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fight.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(str(path))


def a_fight(settings: Mapping[str, Any] | None = None) -> Scenario:
    """Return the fight with *settings* on top; keys that start with no part are of `crisis.fighting`."""
    full = {
        key if key.split(".")[0] in ("crisis", "response", "alliance") else f"crisis.fighting.{key}": value
        for key, value in (settings or {}).items()
    }
    return with_settings(_base(), full) if full else _base()


def fought(settings: Mapping[str, Any] | None = None, replication: int = 0, seed: int = 1) -> EventLog:
    """Return the log of one run of the fight."""
    return run_replication(a_fight(settings), seed, replication)
