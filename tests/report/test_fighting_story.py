"""The story and the charts of a fight."""

from __future__ import annotations

import pytest
from matplotlib.text import Text

from sim.experiment.study import run_study
from sim.report.charts import charts_of, draw
from sim.report.dynamics.fighting import span
from sim.report.dynamics.fighting_charts import last_turn
from sim.report.figures import render
from sim.report.story import tell
from tests.engine.fights import STANDOFF, a_fight, fought


def told(settings=None):
    return " ".join(" ".join(tell(fought(settings), a_fight(settings))).split())


def test_a_fight_is_told_from_the_first_shot_to_the_way_home():
    text = told({"relapse": "0 per h"})
    for words in (
        "firing begins at The well; stops after", "Host", "people of the Host side have left",
        "a ceasefire that lasts", "begin to come home", "taken their reinforcements back",
        "In all: 1 round of firing",
    ):  # fmt: skip
        assert words in text
    assert "unrest" not in text


def test_a_stand_off_and_a_broken_ceasefire_are_told():
    assert "a brawl, about 30 people a side; no shot so far" in told({"standoff": STANDOFF})
    assert "the ceasefire breaks: firing again" in told({"relapse": "10 per h"})
    cooled = told({"standoff": {**STANDOFF, "escalates": "0 per h", "cools": "1 per h"}})
    assert "ends without a shot" in cooled
    assert "no shot was fired" in cooled


def test_many_rounds_are_summed_up():
    text = told({"relapse": "10 per h", "ceasefire": "1 per h", "settles": "0.1 per h"})
    assert "more rounds of firing up to" in text


@pytest.mark.parametrize(("hours", "words"), [(0.5, "30 min"), (6, "6 h"), (72, "3.0 days")])
def test_a_length_of_time(hours, words):
    assert span(hours) == words


@pytest.fixture(scope="module")
def study():
    return run_study(a_fight({"standoff": STANDOFF}), reps=6, seed=1, jobs=1)


@pytest.mark.parametrize("name", ["clash", "displaced", "ceasefires"])
def test_a_chart_is_drawn_the_same_every_time_and_carries_its_numbers(study, name):
    assert name in charts_of(study.scenario)
    chart = draw(study, name)
    assert chart.rows
    assert all(len(row) == len(chart.columns) for row in chart.rows)
    assert render(chart, "svg") == render(draw(study, name), "svg")


def test_the_ladder_says_how_many_runs_it_draws_and_what_its_axis_leaves_out():
    study = run_study(a_fight({"relapse": "0.02 per h"}), reps=12, jobs=1)
    for name in ("ceasefires", "clash"):
        found = [text.get_text() for text in draw(study, name).figure.findobj(Text)]
        words = " ".join(" ".join(reversed(found)).split())  # lines of a note stand in their order
        assert "of the runs change their state later" in words
        assert ("a 12 runs, one to a line" in words) is (name == "ceasefires")
    assert last_turn(study) < study.grid[-1]
