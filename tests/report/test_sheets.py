"""What a reader sees of a chart: all of it on its sheet, axes that say what they cut, levels in place."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from sim.experiment.study import run_study
from sim.report.bands import FEW
from sim.report.charts import draw, names_of
from sim.report.compare_charts import comparison_charts, draw_differences
from sim.report.compare_time import draw_timelines
from sim.report.figures import Chart, drawing_settings
from sim.report.sweep_charts import sweep_charts
from sim.scenario.load import load_scenario
from sim.scenario.study import RecordEntry, Variant
from tests.report.studies import STUDIES, a_study
from tests.report.test_charts import texts
from tests.report.test_compare_charts import CASES, comparison
from tests.report.test_sweep_charts import FLEET, KINDS, TROOPS, swept
from tests.tiny import tiny_scenario

COVID = Path(__file__).resolve().parents[2] / "scenarios" / "covid.yaml"


def beyond(chart: Chart) -> list[float]:
    """Return how far what is drawn reaches beyond the four edges of its sheet, in inches."""
    wide, tall = chart.figure.get_size_inches()
    with drawing_settings():
        chart.figure.draw_without_rendering()
        box = chart.figure.get_tightbbox()
    return [max(float(v), 0.0) for v in (-box.x0, -box.y0, box.x1 - wide, box.y1 - tall)]


LONG = {"vary": {f"alliance.{FLEET}": [2, 4], TROOPS: [500, 1000, 1500]}}
SHEETS = {
    **{f"sweep {kind}": lambda kind=kind: sweep_charts(swept(KINDS[kind])) for kind in KINDS},
    "sweep of long names": lambda: sweep_charts(swept(LONG)),
    **{f"comparison {case}": lambda case=case: list(comparison_charts(CASES[case]())) for case in CASES},
    **{f"study {name}": lambda make=make: [draw(make(), n) for n in names_of("all", make())]
       for name, make in STUDIES.items()},
}  # fmt: skip


@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_of_a_chart_lies_beyond_its_sheet(sheet):
    found = {chart.name: beyond(chart) for chart in SHEETS[sheet]()}
    assert found
    assert {name: edges for name, edges in found.items() if any(edges)} == {}


@pytest.mark.parametrize("kind", ["sweep-bands", "multiples-"])
def test_few_levels_have_ticks_of_their_own(kind):
    for chart in sweep_charts(swept(KINDS[kind])):
        study = swept(KINDS[kind])
        levels = sorted(next(f for f in study.design.factors if f.numeric).levels)
        first = chart.figure.axes[0]
        assert [float(tick) for tick in first.get_xticks()] in (levels, [500.0, 1000.0])


def test_thousands_of_a_level_stand_apart():
    (chart, *_) = sweep_charts(swept({"vary": {TROOPS: [500, 1500], FLEET: [2, 4, 6]}}))
    assert "1,500" in texts(chart)


def test_a_band_that_an_axis_cuts_ends_in_an_arrow():
    found = comparison("rule", reps=FEW)
    study = found.sides[1].study()
    whole = study.events["onset|"]
    study.events["onset|"] = [*whole[:-1], 1e5]
    with drawing_settings():
        chart = draw_timelines(found)
    study.events["onset|"] = whole
    (axes,) = chart.figure.axes
    arrows = [line for line in axes.lines if line.get_marker() == ">"]
    rows = [dict(zip(chart.columns, row, strict=True)) for row in chart.rows]
    cut = [row for row in rows if row["high"] > axes.get_xlim()[1]]
    assert len(arrows) == len(cut) > 0


def test_only_sides_that_are_drawn_are_in_the_legend_of_differences():
    with drawing_settings():
        chart = draw_differences(comparison("rule"))
    (legend,) = chart.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["B  side 1"]
    assert "What differs from A (side 0), the largest effect on top" in texts(chart)


def test_a_recorded_time_that_few_runs_reach_has_a_simulated_middle_called_later():
    entry = RecordEntry(response="hours_to_order", label="order", kind="instant", unit="h", value=10)
    scenario = tiny_scenario().model_copy(update={"record": {"order": entry}})
    study = run_study(scenario, 20, jobs=1, until=40.0)
    (found,) = study.summary().record.values()
    assert math.isnan(found.median)
    assert "later" in texts(draw(study, "record"))


def test_chances_change_by_percentage_points():
    lone = Variant(title="No council", set={"response.decision.collective": False})
    scenario = tiny_scenario().model_copy(update={"variants": {"no_council": lone}})
    study = run_study(scenario, 20, jobs=1)
    summary = study.summary()
    (variant,) = summary.variants.values()
    only = {"mandate": variant.differences["mandate"]}
    study.summary = lambda: replace(summary, variants={"no_council": variant._replace(differences=only)})
    chart = draw(study, "effects")
    (row,) = (dict(zip(chart.columns, row, strict=True)) for row in chart.rows)
    assert row["unit"] == "share of runs"
    assert any("(% points)" in words.replace("\n", " ") for words in texts(chart))
    assert f"{100 * row['difference']:+,.0f}" in texts(chart)


def test_a_circle_at_the_end_of_the_timeline_is_whole():
    chart = draw(run_study(a_study().scenario, FEW - 1, jobs=1), "timeline")
    axes = chart.figure.axes[0]
    low, high = axes.get_xlim()
    assert low < 0
    assert high > 1


def test_an_arrow_of_the_aid_is_explained_where_there_is_one():
    scenario = load_scenario(COVID)
    study = run_study(scenario, 2, jobs=1, variants=())
    assert "An arrow: no earlier than that." in " ".join(texts(draw(study, "aid")))
    known = {k: e for k, e in scenario.record.items() if not (e.kind == "bound" and e.high is None)}
    study.scenario = scenario.model_copy(update={"record": known})
    assert "An arrow" not in " ".join(texts(draw(study, "aid")))
