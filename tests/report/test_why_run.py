"""The reasons beside the story name the motion they are reasons for, and agree with what the story tells."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest

from sim.experiment.study import Study, run_study
from sim.report.story import story, tell
from sim.report.telling import Teller
from sim.report.why_run import explanation_of, why_lines
from sim.scenario.study import NormalDraw
from tests.engine.campaigns import campaign, episode
from tests.engine.worlds import ALLY_AGAINST, UNWILLING, K, certain_world

ASKS = {"crisis.host_choice.value_of_asking": 2, "crisis.host_choice.may_ask_lead_alone": False}
PLAIN: dict[str, Any] = {"variants": {}, "uncertain": {}, "record": {}}


def a_study(settings: dict[str, Any]) -> Study:
    return run_study(certain_world({**ASKS, **settings}).model_copy(update=PLAIN), 2, jobs=1)


def one_line(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize(
    ("settings", "level", "said"),
    [
        ({}, "force", "On force, full scope: Lead supports"),
        # the last motion put decides: the lead supports words, whatever it thinks of force
        ({**ALLY_AGAINST, "decision.ordered_choice.threshold_words": -1.1, "decision.bilateral": False},
         "words", "On words: Lead supports"),
        ({**UNWILLING, "decision.gate": False}, "words", "On words: Lead objects"),
        (UNWILLING, "force", "On force, full scope, had it been put: Lead objects"),
    ],
)  # fmt: skip
def test_the_reasons_are_those_for_the_motion_that_decided(settings, level, said):
    study = a_study(settings)
    found = explanation_of(study)
    assert found.question.level == level
    assert said in one_line(why_lines(study))


def test_the_story_gives_the_leads_line_on_the_motion_it_stands_with():
    torn = {"decision.ordered_choice.weights.formal_request": -1, "decision.ordered_choice.weights.cost": 0}
    study = a_study({**torn, "decision.gate": False, "decision.bilateral": False})
    told = one_line(tell(study.typical_log, study.scenario))
    assert "for force, full scope; Lead, the lead member, is against it" in told
    assert "for force, limited scope; Lead, the lead member, takes no line on it" in told
    assert "for measures, full scope; Lead, the lead member, favours it" in told


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "chance of force, as it sees it, 100 %"),
        (
            {"treaty.mutual_help.tests": [{"fact": "territory", "met_by": ["external"]}]},
            "chance of words, as it sees it, 100 %",
        ),
    ],
)
def test_the_story_names_the_help_whose_chance_the_host_saw(settings, said):
    study = a_study(settings)
    assert said in one_line(tell(study.typical_log, study.scenario))


def test_hours_of_a_campaign_count_from_its_start_whoever_appeals():
    world = certain_world(ASKS)
    study = run_study(campaign(world, {"one": episode(world, 0)}).model_copy(update=PLAIN), 1, jobs=1)
    assert "hours count from the campaign's start" in one_line(tell(study.typical_log, study.scenario))
    alone = a_study({})
    appeal = alone.typical_log.first(K.APPEAL).time
    assert (Teller(alone.typical_log, alone.scenario).zero, appeal) == (appeal, 12)
    assert Teller(alone.typical_log, study.scenario).zero == 0
    assert "hours count from the public appeal" in one_line(tell(alone.typical_log, alone.scenario))


def test_an_explanation_is_worked_out_once_and_does_not_keep_its_study():
    study, other = a_study({}), a_study(UNWILLING)
    found = explanation_of(study)
    assert explanation_of(other) is not found
    assert explanation_of(study) is found
    kept = ref(study)
    del study
    gc.collect()
    assert kept() is None


def test_the_story_and_its_reasons_own_up_to_a_sign_that_the_draw_turned():
    path = "response.decision.ordered_choice.weights.formal_request"
    base = certain_world({**ASKS, "decision.gate": False, "decision.bilateral": False})
    drawn = base.model_copy(update=PLAIN | {"uncertain": {path: NormalDraw(mean=-3.0, sd=0.01)}})
    study = run_study(drawn, 2, jobs=1)
    note = "In this draw the weight of formal request (-3, expected "
    told, why = one_line(story(study)), one_line(why_lines(study))
    assert "chiefly formal request -3.0" in told
    assert note in told
    assert "against it formal request* -3.00" in why
    assert f"* {note}" in why
    assert not any("In this draw" in line for line in (*story(a_study({})), *why_lines(a_study({}))))
