"""What the scenarios of epidemic, pressure and requests out of area show, on a few paired runs each.

Effects are assumptions: these tests show that a switch is wired to what it should move, and to nothing else.
"""

from __future__ import annotations

from functools import cache
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

import pytest

from sim.experiment.study import Study, run_study
from sim.report.charts import charts_of, draw
from sim.report.story import story
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
        ("covid", "session_in_person", "hours_to_answer", 1),
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
