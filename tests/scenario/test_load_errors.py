"""Every kind of bad input is told with its file, line, column, path, fault and cure, all at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sim.scenario.load import load_scenario
from tests.scenario.faults import planted, problems_of
from tests.tiny import tiny_yaml

NORTH = "forces: {value: 1000, low: 500, high: 2000, unit: people,"
ONSET = "onset: {earliest: 2022-01-02T06:00+06:00, latest: 2022-01-02T06:00+06:00}"

#: name, text to find, text to plant (the mark says where the problem must point), path, message
FAULTS = [
    (
        "a misspelt key",
        "    growth: 0.08 per h",
        "    §grwth: 0.08 per h\n    growth: 0.08 per h",
        "crisis.unrest.grwth",
        "unknown key 'grwth'; did you mean 'growth'?",
    ),
    (
        "a misspelt key of the scenario itself",
        "title: A tiny crisis",
        "§titel: x\ntitle: A tiny crisis",
        "titel",
        "unknown key 'titel'; did you mean 'title'?",
    ),
    (
        "an unknown annotation",
        "AAA-BBB: {value: 1, low: 0,",
        "AAA-BBB: {value: 1, §lo: 0,",
        "alliance.ties.AAA-BBB.lo",
        "unknown key 'lo'; did you mean 'low'?",
    ),
    (
        "a wrong unit",
        "chair_opens: 0.5 h",
        "chair_opens: §0.5 km",
        "alliance.organs.chair_opens",
        "'km' is no unit of time; write 'h', 'hours', 'hour', 'min', 'days', 'day', 'weeks'",
    ),
    (
        "a wrong unit beside a number",
        NORTH,
        "forces: {value: 1000, low: 500, high: 2000, unit: §tons,",
        "crisis.sites.north.forces.unit",
        "'tons' is no unit of people; write 'people', 'persons', 'troops', 'deputies', 'votes', 'officers'",
    ),
    (
        "a duration without a unit",
        "notice: 1 h",
        "notice: §1",
        "crisis.host_choice.notice",
        "1 needs a unit; write '1 h'",
    ),
    (
        "a negative strength",
        "strength: 3000 troops",
        "strength: §-3000 troops",
        "alliance.members.AAA.units.guards.strength",
        "-3000 is too low; write 0 or more",
    ),
    (
        "a share above one",
        "closure_chance: 0.1",
        "closure_chance: §1.1",
        "alliance.airlift.closure_chance",
        "1.1 is too high; write 1 or less",
    ),
    (
        "half an aircraft",
        "available: 6",
        "available: §6.5",
        "alliance.fleets.AAA.medium.available",
        "6.5 is not whole; write 6 or 7",
    ),
    (
        "a site without coordinates",
        "    south:\n      name: South City\n      lat: 43\n",
        "    §south:\n      name: South City\n",
        "crisis.sites.south",
        "the key 'lat' is missing; add it, with 'approximate: true' if it is a guess",
    ),
    (
        "a member without its code",
        "  BBB:\n      name: Ally",
        "  §Bbb:\n      name: Ally",
        "alliance.members.Bbb",
        "'Bbb' is no key of a member; write its ISO 3166 alpha-3 code in capitals",
    ),
    (
        "an unknown member that offers",
        "    BBB: {troops: 200",
        "    §BBC: {troops: 200",
        "response.offers.BBC",
        "unknown member 'BBC'; did you mean 'BBB'?",
    ),
    (
        "an unknown member in the chair",
        "{member: BBB, start",
        "{member: §XYZ, start",
        "alliance.chairs.0.member",
        "unknown member 'XYZ'; known are AAA, BBB, CCC",
    ),
    (
        "an unknown host",
        "host: CCC",
        "host: §CCD",
        "crisis.host",
        "unknown state 'CCD'; did you mean 'CCC'?",
    ),
    (
        "an unknown member in a tie",
        "AAA-CCC: 1.5",
        "§AAA-QQQ: 1.5",
        "alliance.ties.AAA-QQQ",
        "unknown member 'QQQ'; known are AAA, BBB, CCC",
    ),
    (
        "a tie given twice",
        "AAA-CCC: 1.5",
        "AAA-CCC: 1.5\n    §BBB-AAA: 1",
        "alliance.ties.BBB-AAA",
        "the tie is also given as 'AAA-BBB'; keep one of them",
    ),
    (
        "an unknown owner of a fleet",
        "providers: [AAA]",
        "providers: [§AAB]",
        "alliance.airlift.providers.0",
        "unknown fleet owner 'AAB'; did you mean 'AAA'?",
    ),
    (
        "an airfield without slots",
        "    host_field: {name: Host Field, lat: 44.1, lon: 70, country: CCC, slots: 2}",
        "    §host_field: {name: Host Field, lat: 44.1, lon: 70, country: CCC}",
        "alliance.airfields.host_field",
        "the key 'slots' is missing; add it",
    ),
    (
        "an unknown airfield",
        "airfield: ally_field",
        "airfield: §aly_field",
        "alliance.members.BBB.units.rifles.airfield",
        "unknown airfield 'aly_field'; did you mean 'ally_field'?",
    ),
    (
        "an unknown airfield of arrival",
        "{host_field: 1}",
        "{§hots_field: 1}",
        "response.mission.arrival_airfields.hots_field",
        "unknown airfield 'hots_field'; did you mean 'host_field'?",
    ),
    (
        "an unknown aircraft type",
        "aircraft_type: medium",
        "aircraft_type: §medum",
        "alliance.fleets.AAA.medium.aircraft_type",
        "unknown aircraft type 'medum'; did you mean 'medium'?",
    ),
    (
        "a task at an unknown site",
        "site: north",
        "site: §nort",
        "response.mission.tasks.plant.site",
        "unknown site 'nort'; did you mean 'north'?",
    ),
    (
        "an unknown unit",
        "units: [rifles]",
        "units: [§riffles]",
        "response.offers.BBB.units.0",
        "unknown unit of BBB 'riffles'; did you mean 'rifles'?",
    ),
    (
        "an unknown fact in a provision",
        "fact: territory",
        "fact: §teritory",
        "alliance.treaty.mutual_help.tests.0.fact",
        "unknown fact 'teritory'; did you mean 'territory'?",
    ),
    (
        "crossed bounds of a range",
        NORTH,
        "forces: {value: 1000, low: §2000, high: 500, unit: people,",
        "crisis.sites.north.forces.low",
        "low 2000 is above high 500; swap them",
    ),
    (
        "a value outside its own range",
        NORTH,
        "forces: {value: 100, low: §500, high: 2000, unit: people,",
        "crisis.sites.north.forces.low",
        "value 100 lies outside its own range 500 to 2000; widen the range or mend the value",
    ),
    (
        "a distribution with crossed bounds",
        "repair: 6 h",
        "repair: {§uniform: {low: 9 h, high: 3 h}}",
        "alliance.airlift.repair.uniform",
        "uniform bounds cross: low 9 h is above high 3 h; swap them",
    ),
    (
        "a triangular distribution out of order",
        "repair: 6 h",
        "repair: {§triangular: {low: 9 h, mode: 3 h, high: 12 h}}",
        "alliance.airlift.repair.triangular",
        "triangular bounds cross: low 9 h, mode 3 h, high 12 h; put them in rising order",
    ),
    (
        "a spread below one",
        "repair: 6 h",
        "repair: {§lognormal: {median: 9 h, spread: 0.5}}",
        "alliance.airlift.repair.lognormal",
        "spread 0.5 is below 1; write the 95th percentile over the median",
    ),
    (
        "two distributions at once",
        "    repair: 6 h",
        "    §repair: {exponential: {mean: 2 h}, certain: 3 h}",
        "alliance.airlift.repair",
        "a duration needs exactly one of certain, lognormal, triangular, uniform, exponential; "
        "found certain and exponential",
    ),
    (
        "onset bounds the wrong way round",
        f"      {ONSET}",
        "      §onset: {earliest: 2022-01-03T06:00+06:00, latest: 2022-01-02T06:00+06:00}",
        "crisis.sites.north.onset",
        "onset bounds cross: 'earliest' is after 'latest'; swap them",
    ),
    (
        "an instant without a zone",
        "start: 2022-01-02T00:00+06:00",
        "start: §2022-01-02T00:00",
        "start",
        "'2022-01-02T00:00' is no instant with a zone; write it as in 2022-01-02T00:00+06:00",
    ),
    (
        "a day that is none",
        "in_force: 1994-04-20",
        "in_force: §1994-14-20",
        "alliance.treaty.mutual_help.in_force",
        "'1994-14-20' is no day; write it as in 2022-01-02",
    ),
    (
        "a number where a date belongs",
        "in_force: 1994-04-20",
        "in_force: §1994",
        "alliance.treaty.mutual_help.in_force",
        "1994 is no day; write it as in 2022-01-02",
    ),
    (
        "not a number",
        "lethality: 1\n",
        "lethality: §.nan\n",
        "crisis.sites.north.lethality",
        "'.nan' is not a finite number; write a finite one",
    ),
    (
        "infinity",
        "lat: 45",
        "lat: §-.inf",
        "crisis.sites.north.lat",
        "'-.inf' is not a finite number; write a finite one",
    ),
    (
        "a number too large for any computer",
        "lat: 45",
        "lat: §1e999",
        "crisis.sites.north.lat",
        "'1e999' is not a finite number; write a finite one",
    ),
    (
        "a text that spells nan",
        "lethality: 1\n",
        'lethality: §"nan"\n',
        "crisis.sites.north.lethality",
        "'nan' is not a number with a unit; write 12",
    ),
    (
        "a text that spells infinity where a plain number belongs",
        "lat: 45",
        'lat: §"inf"',
        "crisis.sites.north.lat",
        "'inf' is not a number; write a plain finite number",
    ),
    (
        "a latitude beyond the pole",
        "lat: 45",
        "lat: §95",
        "crisis.sites.north.lat",
        "95 is too high; write 90 or less",
    ),
    (
        "a word outside the list",
        "type: internal_unrest",
        "type: §internal_unrst",
        "crisis.type",
        "'internal_unrst' is not known here; did you mean 'internal_unrest'?",
    ),
    (
        "neither true nor false",
        "weather: false",
        "weather: §perhaps",
        "alliance.airlift.weather",
        "'perhaps' is not true or false; write one of the two",
    ),
    (
        "a list where keys belong",
        "    reserves: {personnel: 3000, order: 6 h, arrival: 12 h, queue: 6 h}".removeprefix("  "),
        "  §reserves: [3000]",
        "crisis.reserves",
        "a list is not a mapping of keys to values; write its keys below it, indented",
    ),
    (
        "an empty value",
        "  supports_needed: 1",
        "  §supports_needed:",
        "alliance.organs.council.supports_needed",
        "an empty value is not a number; write 12",
    ),
    (
        "shares that do not add up",
        "    mission:\n".removeprefix("  ") + "    arrival_airfields: {host_field: 1}",
        "  §mission:\n    arrival_airfields: {host_field: 0.5}",
        "response.mission",
        "the shares in 'arrival_airfields' add up to 0.5, not 1",
    ),
    (
        "a duplicate key",
        "    growth: 0.08 per h",
        "    growth: 0.08 per h\n    §growth: 0.09 per h",
        "crisis.unrest.growth",
        "key 'growth' was already given at line {before}; keep one of them",
    ),
    (
        "a tag",
        "lat: 45",
        "lat: §!!float 45",
        "crisis.sites.north.lat",
        "tag 'tag:yaml.org,2002:float' is not read; remove it",
    ),
    (
        "an uncertain input that is not there",
        "  sites.north.forces: triangular",
        "  §sites.north.force: triangular",
        "uncertain.sites.north.force",
        "there is no 'force' here; did you mean 'forces'?",
    ),
    (
        "an uncertain input that is no number",
        "  sites.north.forces: triangular",
        "  §sites.north.name: triangular",
        "uncertain.sites.north.name",
        "this is no number; name a number of the scenario",
    ),
    (
        "a range without low and high",
        "  sites.north.forces: triangular",
        "  §sites.south.forces: triangular",
        "uncertain.sites.south.forces",
        "a triangular range needs the number's own low and high; write it as {value: , low: , high: }",
    ),
    (
        "a lognormal range from zero",
        "  crisis.effects.decision_signal.gain: uniform",
        "  §crisis.effects.decision_signal.gain: lognormal",
        "uncertain.crisis.effects.decision_signal.gain",
        "a lognormal range needs a low above 0; raise it or write triangular",
    ),
    (
        "an unknown family",
        "forces: triangular",
        "forces: §triangula",
        "uncertain.sites.north.forces",
        "'triangula' is not known here; did you mean 'triangular'?",
    ),
    (
        "a misspelt key of a normal input",
        "{mean: 0.5, sd: 0.5}",
        "{mean: 0.5, sd: 0.5, §hig: 1}",
        "uncertain.decision.ordered_choice.weights.lead_line.hig",
        "unknown key 'hig'; did you mean 'high'?",
    ),
    (
        "the same uncertain input under two names",
        "  crisis.effects.decision_signal.gain: uniform",
        "  crisis.effects.decision_signal.gain: uniform\n  §effects.decision_signal.gain: uniform",
        "uncertain.effects.decision_signal.gain",
        "the same input as 'crisis.effects.decision_signal.gain' above; keep one",
    ),
    (
        "a calibration of what is certain",
        "experiment:",
        "calibration: {parameters: [§crisis.unrest.growth], writes: x.yaml, draws: 5, rounds: 1}\n"
        "experiment:",
        "calibration.parameters.0",
        "'crisis.unrest.growth' is not among the inputs of 'uncertain:'; add it there or drop it here",
    ),
    (
        "a variant's path that leads nowhere",
        "set: {response.decision.collective: false",
        "set: {§response.decision.colective: false",
        "variants.no_answer.set.response.decision.colective",
        "there is no 'colective' here; did you mean 'collective'?",
    ),
    (
        "a variant's value that does not fit",
        "set: {response.decision.collective: false",
        "set: {response.decision.collective: §7",
        "variants.no_answer.set.response.decision.collective",
        "response.decision.collective: 7 is not true or false; write one of the two",
    ),
    (
        "a record entry without its value",
        "  decision:\n    response: hours_to_decision",
        "  §decision:\n    response: hours_to_decision\n    note: x".replace("note: x", "who: ''"),
        "record.decision",
        "an instant needs the key 'value'",
    ),
    (
        "an onset before the start",
        ONSET,
        "onset: {earliest: §2022-01-01T06:00+06:00, latest: 2022-01-02T06:00+06:00}",
        "crisis.sites.north.onset.earliest",
        "2022-01-01T06:00+06:00 is 18 h before the start, 2022-01-02T00:00+06:00; put 'start' earlier, or "
        "leave it and move the whole crisis later with 'moved_by', as in 'moved_by: 365 days'",
    ),
    (
        "a range of its own for an uncertain input",
        "  crisis.effects.decision_signal.gain: uniform",
        "  §crisis.effects.decision_signal.gain: {uniform: {low: 0, high: 1}}",
        "uncertain.crisis.effects.decision_signal.gain",
        "a mapping is not known here; write 'triangular', 'uniform' or 'lognormal'",
    ),
    (
        "a value that is no number, told once",
        NORTH,
        "forces: {value: §.nan, low: 500, high: 2000, unit: people,",
        "crisis.sites.north.forces.value",
        "'.nan' is not a finite number; write a finite one",
    ),
    (
        "a value too large, told once",
        NORTH,
        "forces: {value: §1e400, low: 500, high: 2000, unit: people,",
        "crisis.sites.north.forces.value",
        "'1e400' is not a finite number; write a finite one",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "path", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_placed_and_cured(tmp_path: Path, old: str, new: str, path: str, message: str) -> None:
    text, line, column = planted(old, new)
    if path == "record.decision":
        text = text.replace("    value: 3\n", "")
    begun = time.process_time()
    problems = problems_of(tmp_path, text)
    assert time.process_time() - begun < 5  # a hang or an explosion takes far longer
    assert [
        (p.line, p.column, p.path, p.message) for p in problems if (p.line, p.column) == (line, column)
    ] == [(line, column, path, message.replace("{before}", str(line - 1)))]
    assert all(p.file == str(tmp_path / "tiny.yaml") for p in problems)
    assert len(problems) == 1 or path in FOLLOWED


#: Faults that make another part of the scenario wrong as well.
FOLLOWED = {"alliance.members.Bbb"}


def test_the_small_scenario_itself_is_right(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(tiny_yaml())
    assert load_scenario(path).name == "tiny"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("horizon=0 h", "0 h leaves no time to simulate; write more than 0 h"),
        ("horizon=1e9 h", "too long to simulate; write at most 1,000,000 h"),
        ("alliance.exercises.drill={name: D, begins: 2021-01-01, ends: 2021-01-02, place: {lat: 1, lon: 1}, "
         "troops: {AAB: 5}}", "unknown state 'AAB'; did you mean 'AAA'?"),
    ],
)  # fmt: skip
def test_what_would_never_end_or_was_never_read_is_refused(tmp_path, setting, said):
    assert any(said in problem.message for problem in problems_of(tmp_path, tiny_yaml(), setting))


def test_a_crisis_moved_to_another_year_begins_after_its_start(tmp_path: Path) -> None:
    early = tiny_yaml().replace("start: 2022-01-02T00:00+06:00", "start: 2023-01-02T00:00+06:00")
    assert any("'moved_by: 365 days'" in p.message for p in problems_of(tmp_path, early))
    (tmp_path / "moved.yaml").write_text(f"moved_by: 365 days\n{early}")
    assert load_scenario(tmp_path / "moved.yaml").hours(load_scenario(tmp_path / "moved.yaml").start) == 8760
    settings = ("start=2023-01-02T00:00+06:00",)
    assert any("before the start" in p.message for p in problems_of(tmp_path, tiny_yaml(), *settings))


def test_a_calibrations_file_is_called_what_it_is_in_one_sentence(tmp_path: Path) -> None:
    fitted = "crisis.unrest.growth: {fitted_median: 0.1, fitted_spread: 1.5}\n"
    (problem,) = problems_of(tmp_path, fitted)
    assert "what a calibration fitted and is no scenario; name the scenario beside it" in problem.message
