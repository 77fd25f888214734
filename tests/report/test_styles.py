"""Print tells without colour what the screen tells with it, and every verb that draws takes a style."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from PIL import Image

from sim.experiment.study import run_study
from sim.report import style
from sim.report.charts import draw
from sim.report.compare_time import draw_curves
from sim.report.figures import Sheet, drawing_settings, render, save
from sim.report.ladder import rungs
from sim.report.map import artists, still
from sim.report.map.layout import lay_out
from sim.report.map.outlines import load_outlines
from sim.report.map.scene import scene_of
from sim.report.marks import End, name_ends, note_events, number_events, recorded_events
from sim.report.styles import STYLES, choosing_style, chosen_style, in_style, style_of
from sim.report.words import signed
from sim.scenario.load import load_scenario
from sim.scenario.study import RecordedEvent, RecordEntry
from tests.engine.fights import STANDOFF, a_fight
from tests.report.studies import a_study, alone
from tests.report.test_compare_charts import comparison

SCENARIOS = Path(__file__).parents[2] / "scenarios"

#: What is told apart by fill and hatch, and the least difference of gray that is seen without one (of 255).
TABLES, SEEN = ("ANSWERS", "PARTS", "FIGHT"), 24


def gray(colour: str) -> float:
    """Return the gray that a printer makes of *colour* (ITU-R BT.601 luma, 0 to 255)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def texts(chart) -> list[str]:
    from matplotlib.text import Text

    return [found.get_text() for found in chart.figure.findobj(Text)]


def test_a_style_sets_what_the_charts_know_and_puts_it_back():
    before = {key: getattr(style, key) for key in style_of("print").ink}
    with in_style("print"):
        assert style.EDGE == "#000000"
        for table in TABLES:
            assert list(getattr(style, table)) == list(before[table])
    assert {key: getattr(style, key) for key in before} == before


@pytest.mark.parametrize("table", TABLES)
def test_in_print_no_two_outcomes_look_alike_without_colour(table):
    with in_style("print"):
        looks = {name: tuple(look)[-2:] for name, look in getattr(style, table).items()}
    for (one, (fill, hatch)), (other, (ground, lines)) in combinations(looks.items(), 2):
        assert hatch != lines or abs(gray(fill) - gray(ground)) >= SEEN, (one, other)


def test_in_print_members_have_lines_and_hatches_of_their_own():
    names = [f"M{n}" for n in range(len(style.PETROFF))]
    assert set(style.member_dashes(names).values()) == {"-"}
    with in_style("print"):
        assert len(set(style.member_dashes(names).values())) == len(names)
        assert len(set(style.member_hatches(names).values())) == len(names)
        land = [gray(c) for c in (artists.LAND, style.LAND_OF_MEMBERS, style.LAND_OF_HOST)]
        assert land == sorted(land, reverse=True)
        assert min(a - b for a, b in pairwise(land)) >= SEEN - 6


def test_the_chosen_style_holds_for_every_chart_that_names_none(tmp_path):
    assert chosen_style() == "screen"
    with choosing_style("print"):
        with drawing_settings():
            chart = draw_curves(comparison("rule"))
        (path,) = save(chart, tmp_path, ["png"])
    assert chart.style == "print"
    with Image.open(path) as picture:
        assert picture.width == round(style.WIDTH * 300)
    assert chosen_style() == "screen"
    with pytest.raises(ValueError, match="'slides'"), choosing_style("slides"):
        pass


def test_names_at_the_ends_of_curves_are_read_and_do_not_overlap():
    with drawing_settings():
        axes = Sheet("ends", 2.0).axes(1, 0.5, 4, 1)
        axes.set_ylim(0, 1)
        name_ends(axes, [End(v, f"name {v}", "#f89c20", "--") for v in (0.5, 0.5, 0.51, 0.9)])
    assert {text.get_color() for text in axes.texts} == {style.TEXT}
    assert {line.get_color() for line in axes.lines} == {"#f89c20"}
    places = sorted(text.get_position()[1] for text in axes.texts)
    assert min(b - a for a, b in pairwise(places)) > 0.13


def test_numbers_of_events_stand_side_by_side():
    with drawing_settings():
        axes = Sheet("events", 2.0).axes(1, 0.5, 4, 1)
        axes.set_xlim(0, 100)
        number_events(axes, [10, 10.5, 60])
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3"]
    assert [text.get_position()[0] for text in axes.texts] == pytest.approx([10, 12.4, 60])


def test_dated_events_of_a_fight_are_numbered_with_a_key():
    scenario = a_fight({"standoff": STANDOFF})
    event = RecordedEvent(at=scenario.start.isoformat(), label="the first word", kind="appeal")
    study = run_study(scenario.model_copy(update={"recorded_events": (event,)}), 6, jobs=1)
    told = texts(draw(study, "clash"))
    assert "1" in told
    assert "1 the first word" in " ".join(told)


def test_a_diamond_is_promised_only_where_one_is_drawn():
    study = run_study(a_fight({"standoff": STANDOFF}), 6, jobs=1)
    assert not any("diamond" in words for words in texts(draw(study, "ceasefires")))
    assert not any("Diamond" in words for words in texts(draw(study, "clash")))


@pytest.mark.parametrize("name", STYLES)
def test_routes_carry_their_members_code(name):
    study = a_study()
    with in_style(name):
        scene = scene_of(study.scenario, study.typical_log)
        layout = lay_out(scene, load_outlines(None), 500, (230, 400))
        axes = Sheet("map", 4.0).axes(0, 0, 7, 4)
        artists.draw_codes(axes, layout)
    long = {route.member for route in layout.routes if len(route.line) > 2}
    codes = [text.get_text() for text in axes.texts]
    assert codes
    assert set(codes) <= long
    assert any(words.startswith("BBB  ") for words in texts(still.draw_still(study)))


@pytest.mark.parametrize("name", ["unrest", "troops", "flights"])
def test_numbers_over_time_carry_their_unit(name):
    chart = draw(a_study(), name)
    assert "unit" in chart.columns
    assert all(row[chart.columns.index("unit")] for row in chart.rows)
    assert all(len(row) == len(chart.columns) for row in chart.rows)


def test_the_mean_stands_beside_the_median_of_troops():
    study = a_study()
    chart = draw(study, "troops")
    assert "mean" in texts(chart)
    from sim.report.runs import curve, with_force

    values = curve(study, "troops", with_force(study))
    means = [row[-1] for row in chart.rows if row[0] == "troops" and row[-1] is not None]
    assert means == pytest.approx(list(values.mean(axis=0)[::2]))


def test_a_comparison_draws_a_force_over_the_runs_that_sent_one():
    from sim.report.runs import bands, curve, levels, with_force

    found = comparison("rule")
    study = found.sides[0].study()
    with drawing_settings():
        chart = draw_curves(found)
    rows = [row for row in chart.rows if row[:2] == ("A", "troops")]
    middle = bands(curve(study, "troops", with_force(study)), levels(study)).middle
    assert [row[5] for row in rows] == pytest.approx(list(middle[::2]))
    assert f"A {int(with_force(study).sum())} of {len(study.rows)}" in " ".join(texts(chart))
    first, second = (chart.figure.axes[0].lines[n].get_linewidth() for n in (2, 5))
    assert first > second  # where the sides agree, the base shows under the other
    assert render(chart, "png")


def test_a_force_on_record_without_a_mandate_is_marked_as_the_leads():
    def marks(level):
        level_entry = RecordEntry(response="help_level", label="level", kind="instant", unit="", value=level)
        came = RecordedEvent(at="2022-01-05T06:00+06:00", label="complete", kind="deployed")
        update = {"record": {"level": level_entry}, "recorded_events": (came,)}
        return [
            rung.recorded for rung in rungs(replace(study, scenario=study.scenario.model_copy(update=update)))
        ]

    study = alone()
    words = [rung.words for rung in rungs(study)]
    assert words[-2:] == ["no mandate: the lead sends a force alone", "allied soldiers in theatre"]
    assert marks(1)[-2:] == [True, True]
    assert marks(3)[-2:] == [False, True]
    bare = replace(study, scenario=study.scenario.model_copy(update={"record": {}, "recorded_events": ()}))
    assert [rung.recorded for rung in rungs(bare)][-2:] == [None, None]


def test_differences_of_shares_are_told_in_percent_points():
    study = a_study()
    chart = draw(study, "effects")
    told = texts(chart)
    shares = {row[1] for row in chart.rows if row[2] == "share"}
    assert shares, "the tiny scenario changes a share"
    assert sum("(% points)" in words.replace("\n", " ") for words in told) == len(shares)
    for row in chart.rows:
        if row[2] == "share":
            assert signed(100 * row[3]) in told


@pytest.mark.parametrize(
    ("precision", "at", "span"),
    [("time", 60.0, (60.0, 60.0)), ("day", 60.0, (48.0, 72.0)), ("month", 60.0, (0.0, 240.0))],
)
def test_an_event_known_to_a_day_or_month_is_drawn_over_the_whole_of_it(precision, at, span):
    scenario = a_fight({"standoff": STANDOFF})
    instant = scenario.start + timedelta(hours=at)
    event = RecordedEvent(at=instant.isoformat(), precision=precision, label="word", kind="appeal")
    study = run_study(scenario.model_copy(update={"recorded_events": (event,)}), 6, jobs=1)
    found = recorded_events(study, 240.0)
    assert [(e.low, e.high, e.hour) for e in found] == [(*span, sum(span) / 2)]
    with drawing_settings():
        axes = Sheet("events", 2.0).axes(1, 0.5, 4, 1)
        axes.set_xlim(0, 240)
        note_events(axes, found)
    drawn = [patch.get_x() for patch in axes.patches], [patch.get_width() for patch in axes.patches]
    assert drawn == (([], []) if precision == "time" else ([span[0]], [span[1] - span[0]]))
    assert [text.get_position()[0] for text in axes.texts] == [sum(span) / 2]
    key = " ".join(texts(draw(study, "clash")))
    assert ("(bars: known to the day" in " ".join(key.split())) is (precision != "time")
    chart = draw(study, "clash")
    upper = chart.figure.axes[0].lines
    bars = [
        tuple(line.get_xdata()) for line in upper if line.get_marker() == "|" and len(line.get_xdata()) == 2
    ]
    end = min(span[1], chart.figure.axes[0].get_xlim()[1])
    assert set(bars) == (set() if precision == "time" else {(span[0], end)})


def test_the_border_over_time_shades_the_days_of_recorded_events():
    scenario = load_scenario(SCENARIOS / "afghan_border.yaml")
    study = run_study(scenario, 2, jobs=1, variants=())
    days = [e for e in recorded_events(study, float(study.grid[-1])) if e.high > e.low]
    assert len(days) == sum(e.precision == "day" for e in scenario.recorded_events) > 4
    assert {e.high - e.low for e in days} == {24}
    chart = draw(study, "border_time")
    upper = chart.figure.axes[0]
    shaded = {(patch.get_x(), patch.get_width()) for patch in upper.patches}
    assert {(e.low, 24) for e in days} <= shaded
    assert "(gray: known to the day" in " ".join(" ".join(texts(chart)).split())
