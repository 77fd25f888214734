"""A small complete scenario with certain durations, for tests that need a world but not a real one."""

from __future__ import annotations

from typing import Any

from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario

ALLIANCE = """\
format: 1
name: A small alliance
lead: AAA
members:
  AAA:
    name: Lead
    capital: {name: Lead City, lat: 50, lon: 60}
    zone: "+03:00"
    active_military: 100000
    dependence: 1
    approval: {procedure: executive, delay: 2 h}
    units:
      guards:
        name: Guards Division
        base: {name: Guards Base, lat: 50, lon: 60.5}
        airfield: lead_field
        strength: 3000 troops
        echelons:
          advance: {share: 0.2, readiness: company}
          main: {share: 0.8, readiness: battalion}
  BBB:
    name: Ally
    capital: {name: Ally City, lat: 46, lon: 66}
    zone: "+05:00"
    active_military: 10000
    dependence: 0.4
    approval: {procedure: executive, delay: 6 h}
    units:
      rifles:
        name: Rifle Brigade
        base: {name: Rifle Base, lat: 46, lon: 66}
        airfield: ally_field
        strength: 800 troops
        echelons:
          main: {share: 1, readiness: ally}
  CCC:
    name: Host
    capital: {name: Host City, lat: 44, lon: 70}
    zone: "+06:00"
    active_military: 20000
    dependence: 0.3
    approval: {procedure: executive, delay: 1 h}
ties:
  AAA-BBB: {value: 1, low: 0, high: 2, source: "assumption: small world"}
  AAA-CCC: 1.5
tie_default: 0.5
chairs:
  - {member: BBB, start: 2020-01-01}
organs:
  council:
    supports_needed: 1
    qualified_share: 0.67
    deliberation_cleared: 1 h
    deliberation_cold: 6 h
    travel: 24 h
    redraft: 3 h
  chair_opens: 0.5 h
  chair_party_factor: 1.5
  secretary_general: 1 h
  vacancy_factor: 2
  joint_staff_plan: 3 h
  defence_ministers: 24 h
treaty:
  mutual_help:
    instrument: Treaty
    title: Help on request
    in_force: 1994-04-20
    tests: [{fact: territory, met_by: [recognised], contested_by: [disputed]}]
    permits: [words, measures, force]
instruments:
  hotline: {name: Hotline, signed: 2010-01-01, in_force: 2011-01-01, affects: consultation, factor: 0.9}
airfields:
  lead_field: {name: Lead Field, lat: 50, lon: 60.2, country: AAA, slots: 4}
  ally_field: {name: Ally Field, lat: 46.1, lon: 66, country: BBB, slots: 2}
  host_field: {name: Host Field, lat: 44.1, lon: 70, country: CCC, slots: 2}
aircraft_types:
  medium:
    name: Medium transport
    cruise: 750 km/h
    troops: 100
    vehicles: 3
    troops_with_vehicles: 20
    onload: 2 h
    offload: 1 h
  heavy:
    name: Heavy transport
    cruise: 750 km/h
    troops: 80
    vehicles: 8
    troops_with_vehicles: 40
    onload: 4 h
    offload: 3 h
fleets:
  AAA:
    medium: {aircraft_type: medium, available: 6, stationed: {lead_field: 1}}
    heavy: {aircraft_type: heavy, available: 2, stationed: {lead_field: 1}}
notice_to_move: {company: 4 h, battalion: 10 h, ally: 12 h}
airlift:
  providers: [AAA]
  chalk_interval: 0.5 h
  block_speed_share: 0.9
  taxi: 0.5 h
  load_share: 1
  outsize_share: 0.1
  usual_type: medium
  outsize_type: heavy
  breakdowns: false
  dispatch_reliability: {value: 0.9, low: 0.8, high: 1, source: "assumption: small world"}
  repair: 6 h
  weather: false
  closure_chance: 0.1
  closure: 6 h
  crew_duty: 16 h
  crew_rest: 12 h
roads: {speed: 40 km/h, detour: 1.3}
coordination: 1
"""

CRISIS = """\
title: Unrest in the host
type: internal_unrest
host: CCC
facts: {territory: recognised, adversary: non_state, external_hand: claimed, un_mandate: "no"}
unrest:
  growth: 0.08 per h
  suppression: 0.5
  frailty_shape: 4
  overwhelm: 10
  stay: 0.3
  calm: 0.05
  spread: {chance: 0.5, delay: 6 h, push: 0.1}
  ends: {fade: 0.001 per h, settle: 0.001 per h, fall: 0.0001 per h, fall_power: 2}
  killed: 0.2
  wounded: 1
  clearing_killed: 1
  detained: 5
  detention_lag: 24 h
sites:
  north:
    name: North City
    lat: 45
    lon: 69
    onset: {earliest: 2022-01-02T06:00+06:00, latest: 2022-01-02T06:00+06:00}
    initial: 4 per day
    ceiling: 60 per day
    forces: {value: 1000, low: 500, high: 2000, unit: people, source: "assumption: small world"}
    guard_share: 0.4
    lethality: 1
    priority: 1
    weight: 0.7
  south:
    name: South City
    lat: 43
    lon: 71
    approximate: true
    initial: 2 per day
    ceiling: 20 per day
    forces: 500
    guard_share: 0.4
    lethality: 0
    priority: 2
    weight: 0.3
reserves: {personnel: 3000, order: 6 h, arrival: 12 h, queue: 6 h}
effects:
  local_mobilisation: {strength: 1}
  decision_signal: {gain: {value: 0.2, low: 0, high: 0.5, source: "assumption: small world"}}
  freed_forces: {ratio: 0.8, delay: 2 h}
host_choice:
  value_of_help: 1
  value_of_asking: 0.1
  cost_of_sovereignty: 0.1
  cost_at_home: 0.05
  fear: 0.5
  sounding_noise: 0.2
  notice: 1 h
  sounding: 4 h
  announce: 1 h
"""

RESPONSE = """\
decision:
  ordered_choice:
    weights:
      adversary_state: -1
      ties_to_adversary: -0.5
      ties_to_host: 0.5
      formal_request: 1
      lead_line: {value: 0.5, low: -0.5, high: 1.5, source: "assumption: small world"}
      cost: -0.3
    threshold_words: -2
    threshold_measures: -1
    threshold_force: 0
    abstention: 0.5
    contribution_margin: 0.2
    sigma_common: 0.5
    sigma_own: 0.5
    dependence_power: 0.5
    dilution: 0.3
  bilateral_margin: -0.5
mandate:
  ceiling: 1500
  duration: 30 days
  tasks: [guard facilities]
  troops: 1000
  vehicles: 100
offers:
  AAA: {units: [guards]}
  BBB: {troops: 200, vehicles: 20, units: [rifles]}
mission:
  arrival_airfields: {host_field: 1}
  posting: 3 h
  tasks:
    plant: {name: Power plant, site: north, soldiers: 200}
  calm_before_end: 24 h
  end_request: 12 h
  handover: 48 h
  flights_per_day: 20
  allies_leave_after: 24 h
"""

STUDY = """\
uncertain:
  sites.north.forces: triangular
  crisis.effects.decision_signal.gain: uniform
  decision.ordered_choice.weights.lead_line: {mean: 0.5, sd: 0.5}
variants:
  no_answer:
    title: No answer
    set: {response.decision.collective: false, response.decision.bilateral: false}
record:
  decision:
    response: hours_to_decision
    label: Appeal to decision
    kind: instant
    unit: h
    value: 3
    low: 2
    high: 5
    scored: true
    source: https://example.org/record
experiment: {replications: 4, per_draw: 2, band: 0.9}
"""


def _indented(block: str) -> str:
    return "".join(f"  {line}\n" for line in block.splitlines())


def tiny_yaml(*, alliance: str | None = None) -> str:
    """Return the text of a whole small scenario; *alliance* names one in place of the inline mapping."""
    head = (
        "format: 1\nname: tiny\ntitle: A tiny crisis\ndescription: For tests.\n"
        "start: 2022-01-02T00:00+06:00\nhorizon: 20 days\n"
    )
    ally = f"alliance: {alliance}\n" if alliance else f"alliance:\n{_indented(ALLIANCE)}"
    return f"{head}{ally}crisis:\n{_indented(CRISIS)}response:\n{_indented(RESPONSE)}{STUDY}"


_BASE: list[Scenario] = []


def tiny_scenario(settings: dict[str, Any] | None = None, /, **overrides: Any) -> Scenario:
    """Return the small scenario with some paths set otherwise.

    Paths are keys of *settings*, or keywords with `__` for a dot:
    `tiny_scenario({"council.rule": "unanimity"})` or `tiny_scenario(council__rule="unanimity")`.
    """
    if not _BASE:
        _BASE.append(_load(tiny_yaml()))
    changes = {**(settings or {}), **{path.replace("__", "."): value for path, value in overrides.items()}}
    return with_settings(_BASE[0], changes) if changes else _BASE[0]


def _load(text: str) -> Scenario:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = f"{folder}/tiny.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return load_scenario(path)
