"""Charts of comparisons: the same bytes each time, and something to say where little differs."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest

from sim.experiment.comparison import compare_sides
from sim.experiment.sides import side_of_scenario
from sim.report.bands import FEW
from sim.report.compare_charts import (
    MOST,
    comparison_charts,
    draw_comparison,
    draw_differences,
    draw_distributions,
)
from sim.report.compare_clock import from_start
from sim.report.compare_text import comparison_text
from sim.report.compare_time import draw_timelines
from sim.report.figures import drawing_settings
from tests.tiny import tiny_scenario

RULE = {"council.rule": "simple_majority", "crisis.unrest.growth": "0.12 per h"}


@cache
def comparison(*settings, reps=10, paired=True, until=None):
    changes = [{}, *(RULE if one == "rule" else {one: "12 days"} for one in settings)]
    sides = [
        side_of_scenario(tiny_scenario(change), f"side {place}", reps, 1, 1)
        for place, change in enumerate(changes)
    ]
    return compare_sides(sides, paired)


CASES = {
    "two": lambda: comparison("rule"),
    "three": lambda: comparison("rule", "horizon"),
    "the same": lambda: comparison("title"),
    "one run": lambda: comparison("rule", reps=1),
    "unpaired": lambda: comparison("rule", paired=False),
}


@pytest.mark.parametrize("case", CASES)
def test_every_chart_is_drawn_and_its_numbers_lie_beside_it(case, tmp_path):
    written = draw_comparison(CASES[case](), tmp_path)
    assert {path.suffix for path in written} == {".png", ".svg", ".csv"}
    assert len(written) == 12
    assert all(path.stat().st_size > 0 for path in written)


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    first, second = (draw_comparison(comparison("rule"), tmp_path / place) for place in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


@pytest.mark.parametrize("case", CASES)
def test_no_line_of_the_text_is_too_long(case):
    lines = comparison_text(CASES[case]())
    assert max(map(len, lines)) <= 110


def test_a_factor_below_one_is_flagged_and_explained():
    found = comparison("rule")
    worse = [replace(d, variance_reduction=0.7) for d in found.differences[0]]
    text = "\n".join(comparison_text(replace(found, differences=[worse])))
    assert "0.70 !" in text
    assert "pairing widens this interval" in " ".join(text.split())


def words_of(chart):
    from matplotlib.text import Text

    return [found.get_text() for found in chart.figure.findobj(Text) if found.get_text()]


def test_every_number_beside_a_chart_has_its_unit():
    found = comparison("rule")
    units = {d.name: "share of runs" if d.kind == "flag" else d.unit for d in found.found()}
    charts = {chart.name: chart for chart in comparison_charts(found)}
    assert list(charts) == ["differences", "distributions", "curves", "timelines"]
    for chart in charts.values():
        for row in (dict(zip(chart.columns, cells, strict=True)) for cells in chart.rows):
            assert row["unit"] == units[row["response"]] if "response" in row else row["unit"]
    assert {row[2] for row in charts["timelines"].rows} == {"h"}


def drawn(draw, found):
    with drawing_settings():
        return draw(found)


def many(clear_from, count=40):
    """A comparison of *count* made-up differences, the smallest effects from *clear_from* on clear."""
    found = comparison("rule")
    plain = found.differences[0][0]
    rows = [
        replace(plain, name=f"number_{n}", label=f"Number {n}", unit="sites", kind="count", both=n + 1,
                changed=3.0, mean=1.0, effect=2.0 - n / count, low=0.5 if n >= clear_from else -0.5, high=1.5)
        for n in range(count)
    ]  # fmt: skip
    return replace(found, differences=[rows])


def test_no_clear_difference_is_cut_and_what_is_cut_is_counted():
    chart = drawn(draw_differences, many(clear_from=30))
    names = [row[1] for row in chart.rows]
    assert names == [f"number_{n}" for n in (*range(MOST), *range(30, 40))]
    words = " ".join(words_of(chart))
    assert "Shown are 24 of the 40 outcomes that differ" in words
    assert "31" in words_of(chart)  # pairs of the row
    whole = drawn(draw_differences, many(clear_from=0, count=5))
    assert "Shown are" not in " ".join(words_of(whole))


def test_a_difference_without_spread_is_drawn_as_an_arrow():
    found = many(clear_from=0, count=3)
    rows = [replace(found.differences[0][0], effect=math.inf, low=1.0, high=1.0), *found.differences[0][1:]]
    chart = drawn(draw_differences, replace(found, differences=[rows]))
    assert chart.rows[0][1] == "number_0"
    assert ">" in {line.get_marker() for line in chart.figure.axes[0].lines}


@cache
def sounded():
    """Two sides that appeal at other instants: allies are sounded quickly, or slowly."""
    changes = [{"crisis.host_choice.sounding": "2 h"}, {"crisis.host_choice.sounding": "20 h"}]
    sides = [side_of_scenario(tiny_scenario(one), f"side {n}", 20, 1, 1) for n, one in enumerate(changes)]
    return compare_sides(sides)


def test_times_counted_from_the_appeal_are_also_told_from_the_start():
    found = sounded()
    fixed = from_start(found, 1)
    rows = {d.name: d for d in found.differences[0]}
    assert "hours_to_order" in fixed
    first, second = (side.rows for side in found.sides)
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a["appealed"] == b["appealed"] == 1]
    whole = [
        sum(b[n] - a[n] for n in ("hours_to_order", "hours_to_appeal")) for a, b in pairs
        if a["hours_to_order"] == a["hours_to_order"] and b["hours_to_order"] == b["hours_to_order"]
    ]  # fmt: skip
    assert fixed["hours_to_order"].mean == pytest.approx(sum(whole) / len(whole))
    assert fixed["hours_to_order"].mean > rows["hours_to_order"].mean + 5
    text = " ".join(" ".join(comparison_text(found)).split())
    assert "The appeal itself does not come at the same instant on both sides" in text
    assert "Squares: the same counted from the start" in " ".join(words_of(drawn(draw_differences, found)))
    assert from_start(comparison("title"), 1) == {}


def test_shares_of_runs_are_in_percent_and_a_few_runs_are_points():
    chart = drawn(draw_distributions, comparison("rule"))
    chart.figure.canvas.draw()
    assert "100 %" in [text.get_text() for text in chart.figure.axes[0].get_yticklabels()]
    few = drawn(draw_timelines, comparison("rule", reps=FEW - 1))
    assert not few.figure.axes[0].patches
    assert any(line.get_marker() == "o" for line in few.figure.axes[0].lines)
