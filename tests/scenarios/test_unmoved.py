"""No shipped scenario states an input that its crisis never uses, but for what is shared or listed here."""

from __future__ import annotations

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.uncertain import assumptions
from tests.scenarios.unmoved import FILES, own, unmoved
from tests.tiny import tiny_scenario

#: Paths begin so, and why they may change nothing in the runs looked at.
KNOWN: dict[str, dict[str, str]] = {
    "belarus": {
        "crisis.unrest.spread.chance": "of parts/unrest.yaml; every city has an onset of its own",
        "crisis.unrest.ends.fall_power": "of parts/unrest.yaml; the government seldom comes near to falling",
        "crisis.unrest.clearing_killed": "of parts/unrest.yaml; a lost city is seldom cleared by force",
    },
    "belarus_force": {
        "crisis.unrest.spread.chance": "of parts/unrest.yaml; every city has an onset of its own",
        "crisis.unrest.ends.fall_power": "of parts/unrest.yaml; the government seldom comes near to falling",
        "crisis.host_choice.share_of_measures": "of the shared parts; force is open, and it hopes for that",
        "response.mission.local_drive": "the one facility stands where soldiers land",
    },
    "hybrid": {
        "response.mission.local_drive": "one facility stands beside an airfield, the other beyond any drive"
    },
    "un_mission": {"response.mission.local_drive": "nobody is posted: the United Nations take them on"},
    "kyrgyzstan_unrest": {
        "crisis.unrest.spread.": "of parts/unrest.yaml; there is one city and nowhere to spread to",
        "crisis.unrest.ends.fall_power": "of parts/unrest.yaml; the one city is out of control or it is not",
    },
    "syria": {
        "crisis.host_choice.": "of parts/decision.yaml; nobody is sounded, and no clause carries help",
        "response.measures.belarus.": "its measure comes in some 6 % of the runs",
    },
    "intra_member_clash": {"crisis.host_choice.": "of the shared parts; the host hardly ever asks"},
    "intra_member_clash_2022": {"crisis.host_choice.": "of the shared parts; the host hardly ever asks"},
    "neighbours_hairatan": {
        "crisis.incursions.raids.": "memory: any in its range is over by the second attack"
    },
    "karabakh": {
        "crisis.fighting.unease": "felt only where a ceasefire has broken before the host weighs",
        "response.mandate.duration": "the peacekeepers outstay what is simulated; a mission needs it",
        "response.mission.": "the peacekeepers outstay what is simulated; a mission needs it",
    },
    "afghan_border_2018": {
        "crisis.incursions.settles.": "an alarm is rare in an ordinary half-year",
        "crisis.host_choice.": "of the shared parts; the host hardly ever asks",
    },
    "afghan_border_force": {
        "crisis.host_choice.share_of_measures": "of the shared parts; force is open, and it hopes for that",
        "response.measures.programme.delay.lognormal.spread": "inherited; adopted years later, if at all",
    },
    "taliban_takeover": {
        "crisis.branches.afghanistan.outcomes.takeover.chance": "the last outcome has what the others leave"
    },
}
#: Campaigns are made of crises that have files of their own.
ALONE = [path for path in FILES if not load_scenario(path).crises]


@pytest.mark.slow
@pytest.mark.parametrize("path", ALONE, ids=lambda path: path.stem)
def test_every_input_of_a_scenario_changes_something(path):
    known = tuple(KNOWN.get(path.stem, {}))
    idle = unmoved(load_scenario(path), 12)
    assert [found for found in idle if not found.startswith(known)] == []


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_listed_is_there(name):
    paths = [found.path for found in own(load_scenario(next(p for p in FILES if p.stem == name)))]
    assert [known for known in KNOWN[name] if not any(path.startswith(known) for path in paths)] == []


def test_an_input_that_is_never_used_is_found_and_one_that_is_used_is_not():
    scenario = tiny_scenario(
        {
            # nobody is near enough to be reached by what spreads, which never happens here
            "crisis.unrest.spread.enabled": False,
            "crisis.unrest.spread.push": {"value": 0.2, "low": 0, "high": 0.5},
        }
    )
    listed = [found.path for found in own(scenario)]
    assert {"crisis.unrest.spread.push", "crisis.sites.north.forces"} <= set(listed)
    assert not any(path.startswith(("alliance.", "response.decision.")) for path in listed)
    idle = unmoved(scenario, 2)
    assert "crisis.unrest.spread.push" in idle
    assert "crisis.sites.north.forces" not in idle


def test_only_what_is_shared_is_left_out():
    scenario = tiny_scenario()
    left = {found.path for found in assumptions(scenario)} - {found.path for found in own(scenario)}
    assert left == {path for path in left if path.startswith(("alliance.", "response.decision."))}
