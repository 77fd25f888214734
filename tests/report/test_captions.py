"""Captions and legends name what is in the picture and nothing else; marks and names are all seen."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from sim.experiment.study import Study, run_study
from sim.experiment.sweep import run_sweep
from sim.report.bands import APPEAL, FEW
from sim.report.charts import draw
from sim.report.figures import Chart, Sheet, drawing_settings
from sim.report.heatmap import draw_heatmap
from sim.report.map import artists
from sim.report.map.labels import Name, place_labels
from sim.report.map.layout import lay_out
from sim.report.map.outlines import load_outlines
from sim.report.map.scene import at, scene_of
from sim.report.marks import number_events
from sim.report.sweep_changes import appeal_moves
from sim.report.sweep_charts import sweep_charts
from sim.report.words import change
from sim.scenario.load import load_scenario
from sim.scenario.study import Posterior
from sim.scenario.sweep import Sweep
from tests.engine.fights import STANDOFF, a_fight
from tests.report.studies import a_study
from tests.report.test_charts import noted, texts
from tests.report.test_sweep_charts import FLEET, KINDS, RULE, swept

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


@cache
def shipped(name: str) -> Study:
    return run_study(load_scenario(SCENARIOS / f"{name}.yaml"), 2, jobs=1, variants=())


def lines_of(chart: Chart) -> list:
    return [line for axes in chart.figure.axes for line in axes.lines]


def circles(chart: Chart) -> bool:
    """Return whether single runs are drawn as open circles."""
    return any(line.get_marker() == "o" and line.get_markerfacecolor() == "none" for line in lines_of(chart))


@pytest.mark.parametrize(
    ("name", "chart", "drawn"),
    [
        ("covid", "epidemic", False),
        ("years_2020_2022", "standing", False),
        ("ukraine", "sanctions", True),
        ("afghan_border", "border_time", True),
        ("afghan_border", "refugees", True),
    ],
)
def test_the_line_at_the_appeal_is_told_where_it_is_drawn(name, chart, drawn):
    made = draw(shipped(name), chart)
    assert any(line.get_gid() == APPEAL for line in lines_of(made)) is drawn
    assert ("otted line:" in noted(made)) is drawn


@pytest.mark.parametrize("chart", ["timeline", "record"])
def test_circles_are_told_where_there_are_some(chart):
    few = run_study(a_study().scenario, FEW - 2, jobs=1, variants=())
    enough = run_study(load_scenario(SCENARIOS / "karabakh.yaml"), 2 * FEW, jobs=1, variants=())
    drawn = [draw(study, chart) for study in (few, a_study(), enough)]
    assert [circles(made) for made in drawn] == ["Circles: single runs" in noted(made) for made in drawn]
    assert {circles(made) for made in drawn} == {True, False}


def test_the_legend_of_a_fight_names_the_states_that_came():
    made = draw(run_study(a_fight(), 6, jobs=1), "clash")
    came = {
        row[0].removeprefix("share: ") for row in made.rows if row[0].startswith("share: ") and row[5] > 0
    }
    legend = {text.get_text() for text in made.figure.axes[0].get_legend().get_texts()}
    assert legend == came
    assert "stand-off" not in legend
    begun = draw(run_study(a_fight({"standoff": STANDOFF}), 6, jobs=1), "clash")
    assert "stand-off" in texts(begun)


def test_numbers_at_an_edge_are_whole_and_bars_side_by_side_are_apart():
    with drawing_settings():
        sheet = Sheet("events", 2.0)
        axes = sheet.axes(1, 0.5, 6, 1.25)
        axes.set_xlim(0, 2200)
        days = [(0.0, 24.0), (24.0, 48.0), (48.0, 72.0), (500.0, 524.0)]
        number_events(axes, [(a + b) / 2 for a, b in days], spans=days, inside=True, colour="#222222")
        sheet.figure.draw_without_rendering()
    first = axes.texts[0].get_window_extent().x0
    assert first > axes.get_window_extent().x0
    bars = [(*line.get_xdata(), line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "|"]
    assert {bar[:2] for bar in bars} == set(days)
    assert all(a == b or a[2] != b[2] or b[0] > a[1] for a, b in pairwise(sorted(bars)))


def test_standing_calls_episodes_by_their_titles_and_tells_of_its_tints():
    study = shipped("years_2020_2022")
    told = noted(draw(study, "standing"))
    for episode in study.scenario.crises.values():
        assert episode.title in told
    assert "tints, the middle half" in told
    assert "tints" not in noted(draw(study, "standing", "print"))


def test_lines_that_coincide_are_told_and_both_are_seen():
    made = draw(shipped("ukraine"), "sanctions")
    shares = {}
    for member, _, share in made.rows:
        shares.setdefault(member, []).append(share)
    names = shipped("ukraine").scenario.alliance.members
    alike = [names[m].name for m in shares if shares[m] == shares["ARM"]]
    assert len(alike) > 1
    assert f"{', '.join(alike[:-1])} and {alike[-1]} share one line" in noted(made)
    dashed = [line for line in lines_of(made) if line.is_dashed() and len(line.get_xdata()) > 2]
    assert len(dashed) >= len(alike) - 1


def test_the_legend_of_the_map_has_each_members_troops():
    study = a_study()
    scene = scene_of(study.scenario, study.typical_log)
    told = texts(draw(study, "map"))
    for member in {member for _, member in scene.troops}:
        sent = sum(at(steps, scene.peak()) for (_, whose), steps in scene.troops.items() if whose == member)
        name = study.scenario.alliance.members[member].name
        assert f"{member}  {name}, {sent:,.0f}" in told


def test_a_route_too_short_for_a_code_has_it_beside_it():
    study = a_study()
    scene = scene_of(study.scenario, study.typical_log)
    layout = lay_out(scene, load_outlines(None), 500, (230, 400))
    route = layout.routes[0]
    x, y = route.line[len(route.line) // 2]
    layout.routes = [replace(route, line=((x, y), (x + 4, y), (x + 8, y)))]
    axes = Sheet("map", 4.0).axes(0, 0, 7, 4)
    artists.draw_codes(axes, layout)
    (code,) = axes.texts
    assert code.get_text() == route.member
    assert abs(code.get_position()[0] - x) + abs(code.get_position()[1] - y) > 8
    assert len(axes.lines) == 1  # it is tied to the route


def test_a_name_keeps_clear_of_routes_where_another_side_is_free():
    site = Name("a site", (100.0, 100.0), 0.0)
    (right,) = place_labels([site], [], 200.0, 200.0)
    (left,) = place_labels([site], [], 200.0, 200.0, under=[(104.0, 90.0, 200.0, 110.0)])
    assert right.x > 100 > left.x
    (crossed,) = place_labels([site], [], 200.0, 200.0, under=[(0.0, 0.0, 200.0, 200.0)])
    assert crossed.x == right.x  # better crossed than left out


def test_fitted_inputs_have_a_unit_and_one_rounding():
    killed = Posterior(
        fitted_median=1.54,
        fitted_spread=1.2,
        note="prior median 1.29 (5-95 % 0.511 to 3.2), 0.09 nats learnt",
    )
    people = Posterior(
        fitted_median=1754.8,
        fitted_spread=1.2,
        note="prior median 1420 (5-95 % 659 to 2670), 0.1 nats learnt",
    )
    uncertain = {"crisis.unrest.killed": killed, "crisis.reserves.personnel": people}
    scenario = a_study().scenario.model_copy(update={"uncertain": uncertain})
    told = texts(draw(run_study(scenario, 2, jobs=1, variants=()), "fitted"))
    assert any(words.startswith("1.3 to ") and words.endswith(" per incident") for words in told)
    (numbers,) = (words.removesuffix(" people") for words in told if words.endswith(" people"))
    assert all(int(part.replace(",", "")) % 10 == 0 for part in numbers.split(" to ") if len(part) > 3)
    assert "learnt\n(nats)" in told


def test_the_recorded_help_level_stands_beside_the_shares_not_among_them():
    made = draw(a_study(), "positions")
    upper, lower = made.figure.axes
    assert [axes.get_xlabel() for axes in (upper, lower)] == ["share of runs"] * 2
    assert not any(line.get_marker() == "D" for line in lines_of(made))
    words = [text.get_text() for text in lower.texts]
    assert {"recorded", "force"} <= set(words)


def test_small_shares_of_the_decision_are_told_so_that_they_add_up():
    scenario = load_scenario(SCENARIOS / "kazakhstan.yaml")
    made = draw(run_study(scenario, 40, jobs=1, variants=()), "decision")
    shares = [100 * row[4] for row in made.rows if row[0] == "tree"]
    odd = {f"{share:g} %" for share in shares if share < 10 and share != round(share)}
    assert odd  # each run of 40 is 2.5 %
    assert odd <= set(texts(made))


def test_axes_of_a_sweep_are_in_words_and_notes_have_the_paths():
    with drawing_settings():
        heat = draw_heatmap(swept(KINDS["heatmap-"]), "killed")
    assert {"fleets Lead medium available", "council rule", "people"} <= set(texts(heat))
    assert f"Varied: {RULE}, {FLEET}." in noted(heat)
    assert FLEET not in texts(heat)


def test_a_difference_from_the_start_is_written_beside_its_square():
    border = load_scenario(SCENARIOS / "afghan_border.yaml")
    study = run_sweep(border, Sweep(vary={RULE: ["consensus", "simple_majority"]}), 20, jobs=1)
    effect = next(e for e in study.summary().effects if e.response == "hours_to_order")
    assert appeal_moves(effect)
    (made,) = sweep_charts(study)
    told = change(effect.from_start, effect.from_start_low, effect.from_start_high)
    assert made.name == "sweep-levels"
    assert told in texts(made)


@pytest.mark.parametrize(("name", "chart"), [("covid", "aid"), ("hybrid", "answers")])
def test_captions_tell_of_how_many_runs(name, chart):
    assert "All 2 runs" in noted(draw(shipped(name), chart))
