"""What is well written and means nothing, or would stop the runs, is refused where it stands."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sim.experiment.record_check import record_faults
from sim.scenario.errors import EXCERPT, ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.yaml_events import parse_yaml
from tests.scenario.faults import planted, problems_of
from tests.tiny import tiny_yaml

TEST = "met_by: [recognised]"
CHAIR = "- {member: BBB, start: 2020-01-01}"
VOTES = (
    "{procedure: parliament, parliament: {seats: 90, votes_needed: §161, attendance_first: 1, "
    "attendance_later: 1, attendance_spread: 0, support_first: 1, support_repeated: 1, convene: 1 h, "
    "postponed: 1 h, ballot: 1 h, decree: 1 h, ballots_per_sitting: 1, sittings: 1}}"
)
NORTH = "    north:\n      name: North"
LAST = "experiment:"
CALIBRATION = "calibration: {parameters: [sites.north.forces], writes: x.yaml, draws: 5, rounds: 1}\n"
INJECT = "  injects: {leak: {label: Leak, at: 2022-01-03T00:00+06:00, facts: {territory: disputed}}}\n"
EFFECTS = "  effects:"

#: text to find, text to plant (the mark says where the problem must point), path, message
FAULTS = [
    (
        TEST,
        "met_by: [§recognized]",
        "alliance.treaty.mutual_help.tests.0.met_by.0",
        "'territory' is never 'recognized'; did you mean 'recognised'?",
    ),
    (
        "contested_by: [disputed]",
        "contested_by: [§internal]",
        "alliance.treaty.mutual_help.tests.0.contested_by.0",
        "'territory' is never 'internal'; did you mean 'external'?",
    ),
    (
        "fact: territory, met_by: [recognised], contested_by: [disputed]",
        "fact: type, met_by: [§internal_unrst]",
        "alliance.treaty.mutual_help.tests.0.met_by.0",
        "'type' is never 'internal_unrst'; did you mean 'internal_unrest'?",
    ),
    (
        "fact: territory, met_by: [recognised]",
        "fact: §adversaries, met_by: [recognised]",
        "alliance.treaty.mutual_help.tests.0.fact",
        "unknown fact 'adversaries'; did you mean 'adversary'?",
    ),
    (
        "factor: 0.9}",
        "factor: 0.9, only_where: {request: §maybe}}",
        "alliance.instruments.hotline.only_where.request",
        "'request' is never 'maybe'; it is yes or no",
    ),
    (
        EFFECTS,
        INJECT.replace("disputed", "§dispute") + EFFECTS,
        "crisis.injects.leak.facts.territory",
        "'territory' is never 'dispute'; did you mean 'disputed'?",
    ),
    (
        EFFECTS,
        INJECT.replace("territory", "§teritory") + EFFECTS,
        "crisis.injects.leak.facts.teritory",
        "unknown fact 'teritory'; did you mean 'territory'?",
    ),
    (
        EFFECTS,
        INJECT.replace("facts: {", "chance_given: {territory: {§ours: 0.5}}, facts: {") + EFFECTS,
        "crisis.injects.leak.chance_given.territory.ours",
        "'territory' is never 'ours'; it is recognised or partially_recognised or disputed or external",
    ),
    (
        EFFECTS,
        INJECT.replace("facts", "mechanism: §deterence, facts") + EFFECTS,
        "crisis.injects.leak.mechanism",
        "unknown mechanism 'deterence'; did you mean 'deterrence'?",
    ),
    (
        "    scored: true",
        "    §naive: [10, 2]\n    scored: true",
        "record.decision",
        "the range of 'naive' crosses: 10 is above 2; swap them",
    ),
    ("    value: 3", "    value: 7", "record.decision", "value 7 is above its own high 5; mend one of them"),
    ("    value: 3", "    value: 1", "record.decision", "value 1 is below its own low 2; mend one of them"),
    (
        "{procedure: executive, delay: 6 h}",
        VOTES,
        "alliance.members.BBB.approval.parliament.votes_needed",
        "161 votes are more than the 90 seats; write 90 or less",
    ),
    ("AAA-CCC: 1.5", "AAA-CCC: §3", "alliance.ties.AAA-CCC", "3 is too high; write 2 or less"),
    ("tie_default: 0.5", "tie_default: §-2.5", "alliance.tie_default", "-2.5 is too low; write -2 or more"),
    (
        "AAA-CCC: 1.5",
        "§AAA-AAA: 1.5",
        "alliance.ties.AAA-AAA",
        "'AAA-AAA' is a tie of AAA with itself; name two states or drop it",
    ),
    (
        "BBB: {troops: 200, vehicles: 20,",
        "BBB: {destination: {§rifle: host_field}, troops: 200, vehicles: 20,",
        "response.offers.BBB.destination.rifle",
        "unknown unit of BBB 'rifle'; did you mean 'rifles'?",
    ),
    (
        LAST,
        "recorded_events: [{at: 2022-01-03T00:00+06:00, label: x, who: §secretary genera}]\n" + LAST,
        "recorded_events.0.who",
        "unknown member or organ 'secretary genera'; did you mean 'secretary general'?",
    ),
    (
        LAST,
        "recorded_events: [{at: 2022-01-03T00:00+06:00, precision: §dya, label: x}]\n" + LAST,
        "recorded_events.0.precision",
        "'dya' is not known here; did you mean 'day'?",
    ),
    (
        LAST,
        "recorded_series: {§trops: [{at: 2022-01-03T00:00+06:00, value: 1}]}\n" + LAST,
        "recorded_series.trops",
        "nothing reads a series 'trops'; did you mean 'troops'?",
    ),
    (
        LAST,
        "recorded_series: {troops: [§{at: 2022-01-03T00:00+06:00, low: 3, high: 1}]}\n" + LAST,
        "recorded_series.troops.0",
        "low 3 is above high 1; swap them",
    ),
    (
        CHAIR,
        f"{CHAIR}\n    - {{member: AAA, start: §2021-01-01}}",
        "alliance.chairs.1.start",
        "AAA takes the chair on 2021-01-01 within the term of BBB, which has no end; mend one",
    ),
    (
        CHAIR,
        "- {member: BBB, start: 2020-01-01, end: §2019-01-01}",
        "alliance.chairs.0.end",
        "the term ends on 2019-01-01, not after it begins on 2020-01-01; mend one",
    ),
    (
        LAST,
        CALIBRATION.replace("forces]", "forces, §crisis.sites.north.forces]") + LAST,
        "calibration.parameters.1",
        "the same input as 'sites.north.forces' above; keep one",
    ),
    (
        LAST,
        CALIBRATION.replace("x.yaml", "§../../evil.yaml") + LAST,
        "calibration.writes",
        "'../../evil.yaml' is no plain name of a .yaml file; write one, it is put beside the scenario",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "message"), FAULTS, ids=[f[3][:40] for f in FAULTS])
def test_what_means_nothing_is_refused(tmp_path: Path, old: str, new: str, path: str, message: str) -> None:
    text, line, column = planted(old, new)
    (problem,) = problems_of(tmp_path, text)
    assert (problem.path, problem.message) == (path, message)
    if "§" in new and path != "record.decision":
        assert (problem.line, problem.column) == (line, column)


@pytest.mark.parametrize("zone", ["+26:00", "+14:30", "-13:00", "+05:60"])
def test_no_place_has_such_a_zone(tmp_path: Path, zone: str) -> None:
    (problem,) = problems_of(tmp_path, tiny_yaml().replace('zone: "+05:00"', f'zone: "{zone}"'))
    assert problem.path == "alliance.members.BBB.zone"
    assert zone in problem.message


@pytest.mark.parametrize(
    "setting",
    [
        "crisis.unrest.frailty_shape=0",
        "alliance.airlift.block_speed_share=0",
        "alliance.coordination=0",
        "mission.flights_per_day=0",
    ],
)
def test_nothing_is_divided_by_nought(tmp_path: Path, setting: str) -> None:
    (problem,) = problems_of(tmp_path, tiny_yaml(), setting)
    assert (problem.file, problem.message) == ("--set #1", "0 is too low; write more than 0")


WRONG_NAMES = (
    ("response: hours_to_decision", "response: §hours_to_decison", "record.decision.response"),
    ("    unit: h", "    unit: §days", "record.decision.unit"),
    (
        LAST,
        f"recorded_events: [{{at: 2022-01-03T00:00+06:00, label: x, kind: §on tusk}}]\n{LAST}",
        "recorded_events.0.kind",
    ),
    (
        EFFECTS,
        f"  injects: {{leak: {{label: Leak, after: §apeal, delay: 1 h}}}}\n{EFFECTS}",
        "crisis.injects.leak.after",
    ),
)
#: Other faults, some of which leave no scenario to ask for its responses.
BESIDE = (
    ("sites.north.forces: triangular", "sites.nort.forces: triangular", "uncertain.sites.nort.forces"),
    ("    growth: 0.08 per h", "    growth: 3 km", "crisis.unrest.growth"),
    ("    stay: 0.3\n", "", "crisis.unrest"),
    ("    calm: 0.05", "    calm: 0.05\n    clam: 1", "crisis.unrest.clam"),
    ("session: remote", "session: remot", "alliance.organs.council.session"),
    ("per_draw: 2", "per_draw: none", "experiment.per_draw"),
    ("host: CCC", "host: CCD", "crisis.host"),
)


@pytest.mark.parametrize("wrong", WRONG_NAMES, ids=[w[2] for w in WRONG_NAMES])
@pytest.mark.parametrize("beside", [None, *BESIDE], ids=["alone", *(b[2] for b in BESIDE)])
def test_names_of_a_higher_floor_are_told_at_their_place_with_all_else(
    tmp_path: Path, wrong: tuple[str, ...], beside: tuple[str, ...] | None
) -> None:
    text = tiny_yaml().replace("supports_needed: 1", "session: remote\n      supports_needed: 1")
    if beside is not None:
        assert beside[0] in text
        text = text.replace(beside[0], beside[1], 1)
    text, line, column = planted(wrong[0], wrong[1], text)
    path = tmp_path / "tiny.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, further=record_faults)
    told = {problem.path: problem for problem in caught.value.problems}
    assert set(told) == {wrong[2]} | ({beside[2]} if beside else set())
    found = told[wrong[2]]
    assert (found.file, found.line, found.column) == (str(path), line, column)
    assert found.source_line == text.split("\n")[line - 1]


@pytest.mark.parametrize("code", ["\\0", "\\e", "\\x07", "\\r", "\\x7f", "\\u009b"])
def test_a_control_character_does_not_reach_the_terminal(tmp_path: Path, code: str) -> None:
    text, line, column = planted("title: A tiny crisis", f'title: §"A {code}[31mtiny crisis"')
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.column, problem.path) == (line, column, "title")
    assert "the control character U+00" in problem.message
    (problem,) = problems_of(tmp_path, tiny_yaml(), f'title="A {code} b"')
    assert "the control character U+00" in problem.message
    assert not parse_yaml('title: "a\\tb\\nc"', "x").problems


def test_a_control_character_in_a_setting_or_key_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, tiny_yaml(), "title=A \x1b[31m b")
    assert "the control character U+001B" in problem.message
    (problem,) = parse_yaml('a:\n  - "\\e[2J": 1', "x").problems
    assert str(problem).splitlines()[0].startswith("x:2:5: a.0.<U+001B>[2J: the control character U+001B")


def test_a_very_long_line_is_refused_at_once_and_shown_in_part(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("{format: 1, " + "k" * 900 + ": '" + "q" * 3_600_000 + "', name: 3}")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    begun = time.process_time()
    told = str(caught.value)
    assert time.process_time() - begun < 0.2
    assert len(caught.value.problems) > 5
    assert max(len(line) for line in told.splitlines()[1::3]) <= EXCERPT + 4
    assert f": {'k' * EXCERPT}...: unknown key" in told
    assert len(told) < 10_000
