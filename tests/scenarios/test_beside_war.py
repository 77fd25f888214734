"""What the scenarios of epidemic, pressure and requests out of area show, on a few paired runs each.

Effects are assumptions: these tests show that a switch is wired to what it should move, and to nothing else.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

import pytest

from sim.experiment.responses import responses_of
from sim.experiment.study import Study, run_study
from sim.report.charts import charts_of, draw
from sim.report.story import story
from sim.report.tables import effects_table
from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario, with_settings

FOLDER = Path(__file__).parents[2] / "scenarios"
RUNS = 40


@cache
def study_of(name: str) -> Study:
    return run_study(load_scenario(FOLDER / f"{name}.yaml"), RUNS, jobs=1)


def column(name: str, response: str, variant: str = "") -> list[float]:
    study = study_of(name)
    rows = study.variant_rows[variant] if variant else study.rows
    return [row[response] for row in rows]


def change(name: str, response: str, variant: str) -> tuple[float, float]:
    """Return the mean paired difference (variant less base) and its error, over runs with both."""
    pairs = zip(column(name, response, variant), column(name, response), strict=True)
    found = [a - b for a, b in pairs if a == a and b == b]
    return fmean(found), stdev(found) / sqrt(len(found))


@pytest.mark.parametrize(
    ("name", "variant", "response", "sign"),
    [
        ("covid", "vaccine_in_plenty", "cases.KGZ", -1),
        ("covid", "no_bilateral_help", "worst_day.KGZ", 1),
        ("covid", "borders_open", "worst_day.KGZ", 1),
        ("hybrid", "known_at_once", "basis.force", 1),
        ("hybrid", "never_known", "mandate", -1),
        ("hybrid", "never_known", "help_level", -1),
        ("ukraine", "united_front", "sanctioned", -1),
        ("ukraine", "dialogue_eases", "sanctioned", -1),
        ("syria", "no_volunteers", "volunteers", -1),
        ("un_mission", "no_mandate", "mandate", -1),
        ("un_mission", "no_protocol", "hours_to_deployment_complete", 1),
    ],
)
def test_a_switch_moves_what_it_should(name, variant, response, sign):
    mean, error = change(name, response, variant)
    assert sign * mean >= 2 * error
    assert mean != 0


def test_a_session_in_person_takes_longer_where_the_host_appeals():
    remote, gathered = (column("covid", "hours_to_answer", key) for key in ("asks", "session_in_person"))
    found = [a - b for a, b in zip(gathered, remote, strict=True) if a == a and b == b]
    assert len(found) > RUNS / 2
    assert fmean(found) > 2 * stdev(found) / sqrt(len(found))


def test_a_formal_appeal_is_rare_in_an_epidemic():
    assert fmean(column("covid", "appealed")) < 0.2
    assert fmean(column("covid", "appealed", "asks")) > 0.5


def test_a_mandate_of_the_united_nations_brings_more_volunteers():
    mean, error = change("syria", "volunteers", "un_mandate")
    assert mean > 2 * error


@pytest.mark.parametrize(
    ("name", "variant", "response"),
    [
        ("covid", "no_effect", "lead.vaccine_arm"),
        ("ukraine", "united_without_effect", "siding"),
        ("syria", "no_loyalty", "help_level"),
    ],
)
def test_a_switch_leaves_the_rest_alone(name, variant, response):
    pairs = zip(column(name, response, variant), column(name, response), strict=True)
    assert all(a == b or (a != a and b != b) for a, b in pairs)


def test_without_a_mandate_of_the_united_nations_force_is_barred():
    assert set(column("un_mission", "force_barred", "no_mandate")) == {1.0}
    assert set(column("un_mission", "mandate", "no_mandate")) == {0.0}
    asked = [row for row in study_of("syria").rows if row["appealed"]]
    assert all(row["force_barred"] == 1 for row in asked)


def test_a_claim_without_its_mechanism_prevents_nothing():
    assert change("ukraine", "sanctioned", "united_without_effect")[0] >= 0


def test_the_record_lies_where_the_documents_say():
    for name, missed in (("covid", set()), ("syria", set()), ("ukraine", {"abstaining"})):
        study = run_study(load_scenario(FOLDER / f"{name}.yaml"), 120, jobs=1)
        record = study.summary().record
        assert {k for k, r in record.items() if r.entry.scored and r.inside_band is False} == missed, name


@pytest.mark.parametrize("name", ["hybrid", "un_mission"])
def test_what_never_happened_says_so_and_has_no_score(name):
    study = study_of(name)
    assert story(study)[0].startswith("Hypothetical: none of this has happened.")
    entry = {
        "response": "help_level", "label": "x", "kind": "instant", "unit": "", "value": 1, "scored": True,
    }  # fmt: skip
    with pytest.raises(ScenarioError, match="hypothetical"):
        with_settings(study.scenario, {"record": {"x": entry}})


@pytest.mark.parametrize("name", ["covid", "hybrid", "ukraine", "syria", "un_mission"])
def test_its_charts_are_drawn_with_their_numbers(name):
    study = study_of(name)
    own = [
        c
        for c in charts_of(study.scenario)
        if c in ("epidemic", "aid", "attribution", "sanctions", "answers")
    ]
    assert own
    for chart in own:
        drawn = draw(study, chart)
        assert drawn.rows
        assert all(len(row) == len(drawn.columns) for row in drawn.rows)


def test_the_state_at_blame_is_under_sanctions_within_weeks_and_who_keeps_out_hardly_ever():
    assert all(column("ukraine", "sanctioned.RUS"))
    assert all(value == 1 for value in column("ukraine", "record.sanctioned_march"))
    for member in ("ARM", "KAZ", "KGZ", "TJK"):
        assert fmean(column("ukraine", f"sanctioned.{member}")) <= 0.15
    assert 0.2 < fmean(column("ukraine", "sanctioned.BLR")) < 0.8


def test_what_the_pressure_is_about_is_told_first():
    lines = story(study_of("ukraine"))
    begins = next(n for n, line in enumerate(lines) if "it begins: " in line)
    assert any("Russian forces enter Ukraine" in line for line in lines[:begins])


def test_who_asks_for_something_is_in_no_danger():
    for name in ("syria", "ukraine"):
        text = " ".join(" ".join(story(study_of(name))).split())
        assert "on the scale of danger" not in text
        assert "weighs asking the alliance (need of help" in text
        assert "it is over: asks" not in text


def test_vaccine_is_awaited_once_it_was_offered():
    lines = story(study_of("covid"))
    offer = next(n for n, line in enumerate(lines) if "offers vaccine to all" in line)
    assert any("awaited from Russia" in line for line in lines[offer:])
    assert not any("awaited from Russia" in line for line in lines[:offer])


def test_one_task_is_not_split_at_its_comma():
    mandate = study_of("hybrid").scenario.response.mandate
    assert mandate is not None
    assert mandate.tasks == ("guard power, fuel and communication sites",)


def test_no_two_responses_share_a_label():
    for path in sorted(FOLDER.glob("*.yaml")):
        if "." not in path.stem:
            labels = Counter(r.label for r in responses_of(load_scenario(path)).values())
            assert [label for label, n in labels.items() if n > 1] == [], path.stem


def test_what_a_variant_merely_switches_on_is_no_effect():
    text = " ".join(" ".join(effects_table(study_of("ukraine"))).split())
    assert "All stand together at once" in text
    assert "Start to: all members stand together" not in text
