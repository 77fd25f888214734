"""Campaign files: episodes filled in from files of their own, resolved and read again."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from sim.experiment.record_check import record_faults
from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.plain import scenario_hash
from sim.scenario.resolve import resolve
from tests.scenario.faults import HERE
from tests.tiny import tiny_yaml

CRISES = """\
crises:
  first: {use: other.yaml}
  second: {use: other.yaml, start: 2021-12-01T00:00+06:00, title: Again, enabled: false}
  third:
    use: other.yaml
    crisis: {sites: {north: {weight: 0.1}}}
    response: {mandate: {ceiling: 1400}}
"""


def campaign(folder: Path, crises: str = CRISES, overrides: tuple[str, ...] = ()) -> Scenario:
    (folder / "other.yaml").write_text(tiny_yaml().replace("A tiny crisis", "The other crisis"))
    path = folder / "many.yaml"
    path.write_text(tiny_yaml() + crises)
    return load_scenario(path, overrides)


def test_an_episode_takes_its_crisis_and_its_answer_from_its_file(tmp_path: Path):
    made = campaign(tmp_path)
    other = load_scenario(tmp_path / "other.yaml")
    first = made.crises["first"]
    assert (first.title, first.enabled, first.start) == ("The other crisis", True, other.start)
    assert first.crisis == other.crisis
    assert first.response == other.response
    assert first.horizon == other.horizon


def test_what_the_campaign_says_itself_goes_first(tmp_path: Path):
    made = campaign(tmp_path)
    second, third = made.crises["second"], made.crises["third"]
    assert (second.title, second.enabled, second.start.month) == ("Again", False, 12)
    assert third.crisis.sites["north"].weight == 0.1
    assert third.crisis.sites["north"].forces == made.crises["first"].crisis.sites["north"].forces
    assert third.response.mandate is not None
    assert third.response.mandate.ceiling == 1400


def test_what_is_uncertain_in_an_episode_is_so_in_the_campaign(tmp_path: Path):
    made = campaign(tmp_path)
    paths = {str(path) for path in made.uncertain}
    assert "crises.first.crisis.sites.north.forces" in paths
    assert "crises.third.response.decision.ordered_choice.weights.lead_line" in paths
    assert not any(path.startswith(("crises.first.alliance", "alliance.crises")) for path in paths)


def test_a_resolved_campaign_reads_again_to_the_same_digest_and_bytes(tmp_path: Path):
    made = campaign(tmp_path)
    path = tmp_path / "resolved.yaml"
    path.write_text(resolve(made))
    again = load_scenario(path)
    assert again == made
    assert resolve(again) == resolve(made)
    assert scenario_hash(again) == scenario_hash(made)


def test_an_episode_can_be_set_and_switched(tmp_path: Path):
    off = campaign(tmp_path, overrides=("crises.first.enabled=false",))
    assert not off.crises["first"].enabled
    set_ = campaign(tmp_path, overrides=("crises.first.crisis.sites.north.weight=0.2",))
    assert set_.crises["first"].crisis.sites["north"].weight == 0.2
    assert set_.crises["third"].crisis.sites["north"].weight == 0.1


@pytest.mark.parametrize(
    ("crises", "told"),
    [
        ("crises: {first: {use: nowhere.yaml}}\n", "nowhere.yaml"),
        ("crises: {first: {use: other.yaml, horizn: 3 h}}\n", "horizon"),
        ("crises: {first: {use: other.yaml, start: soon}}\n", "start"),
    ],
)
def test_faults_are_told(tmp_path: Path, crises: str, told: str):
    with pytest.raises(ScenarioError, match=told):
        campaign(tmp_path, crises)


EFFECTS, ONSET = "\n  effects:", "onset: {earliest: "
AID = "  measures: {aid: {label: Aid, level: words, after: §apeal}}\n  offers:"
LEAK = f"\n  injects: {{leak: {{label: Leak, after: appeal, §}}}}{EFFECTS}"
#: text to find in a crisis's own file, text to plant (the mark says where the fault must point), its path
FAULTS = [
    (EFFECTS, LEAK.replace("after: appeal, §", "after: §apeal"), "crisis.injects.leak.after"),
    (EFFECTS, LEAK.replace("§", "unless: §mandat"), "crisis.injects.leak.unless"),
    (EFFECTS, LEAK.replace("§", "mechanism: §luck"), "crisis.injects.leak.mechanism"),
    (EFFECTS, LEAK.replace("§", "facts: {territory: §ours}"), "crisis.injects.leak.facts.territory"),
    (EFFECTS, LEAK.replace("§", "facts: {§ground_of: ours}"), "crisis.injects.leak.facts.ground_of"),
    (EFFECTS, LEAK.replace("§", "instrument: §hotlin"), "crisis.injects.leak.instrument"),
    ("  host: CCC", "  host: §CCD", "crisis.host"),
    ("  offers:", AID, "response.measures.aid.after"),
    (f"{ONSET}2022", f"{ONSET}§2021", "crisis.sites.north.onset.earliest"),
]  # fmt: skip


def inline(text: str, key: str = "next") -> str:
    """Return the small scenario as a campaign that has the crisis of *text* written out in it."""
    named = ("title", "start", "horizon", "crisis", "response")
    parts = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    own = "".join(part for part in parts if part.split(":")[0] in named)
    return f"{tiny_yaml()}\ncrises:\n  {key}:\n{indent(own, '    ')}"


@pytest.mark.parametrize(("old", "new", "place"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_a_crisis_written_out_in_a_campaign_is_checked_as_a_scenarios_own(
    tmp_path: Path, old: str, new: str, place: str
):
    marked = inline(planted_with_mark(old, new))
    before, _, after = marked.partition(HERE)
    path = tmp_path / "many.yaml"
    path.write_text(before + after)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, further=record_faults)
    (found,) = caught.value.problems
    assert found.path == f"crises.next.{place}"
    assert (found.line, found.column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)


@pytest.mark.parametrize(("old", "new", "place"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_the_same_is_told_of_a_file_that_is_used(tmp_path: Path, old: str, new: str, place: str):
    (tmp_path / "many.yaml").write_text(f"{tiny_yaml()}\ncrises: {{next: {{use: other.yaml}}}}\n")
    before, _, after = planted_with_mark(old, new).partition(HERE)
    (tmp_path / "other.yaml").write_text(before + after)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "many.yaml", further=record_faults)
    (found,) = caught.value.problems
    assert (found.file, found.path) == (str(tmp_path / "other.yaml"), f"crises.next.{place}")
    assert found.line == before.count("\n") + 1


def planted_with_mark(old: str, new: str) -> str:
    """Return the small scenario with *old* made *new*, the mark still in it."""
    assert old in tiny_yaml()
    return tiny_yaml().replace(old, new, 1)


def test_what_a_crisis_names_may_stand_in_the_campaigns_own_alliance(tmp_path: Path):
    inject = "\n  injects: {leak: {label: Leak, after: appeal, instrument: hotline}}"
    path = tmp_path / "many.yaml"
    path.write_text(inline(tiny_yaml().replace(EFFECTS, inject + EFFECTS)))
    assert load_scenario(path, further=record_faults).crises["next"].crisis.injects["leak"].instrument


def test_a_tie_to_the_adversary_of_a_later_crisis_alone_is_no_slip(tmp_path: Path):
    later = tiny_yaml().replace("adversary: non_state", "adversary: non_state, adversaries: [XXX]")
    text = inline(later).replace("  ties:\n", "  ties:\n    AAA-XXX: 1\n", 1)
    path = tmp_path / "many.yaml"
    path.write_text(text)
    assert "AAA-XXX" in load_scenario(path).alliance.ties


def test_a_variant_that_brings_a_fault_into_a_crisis_of_a_campaign_is_refused(tmp_path: Path):
    variant = "variants: {gone: {title: Gone, set: {crises.next.crisis.host: CCD}}}\n"
    path = tmp_path / "many.yaml"
    path.write_text(re.sub(r"(?m)^variants:(\n .*|\n$)*\n", "", inline(tiny_yaml())) + variant)
    with pytest.raises(ScenarioError, match="unknown state 'CCD'"):
        load_scenario(path)
