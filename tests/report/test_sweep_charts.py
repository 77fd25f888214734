"""Charts of sweeps: each kind is drawn where it suits, with its numbers, and comes out the same twice."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from math import comb

import pytest

from sim.experiment.sweep import run_sweep
from sim.experiment.sweep_summary import PointSummary
from sim.report.dossier.sweep import sweep_dossier
from sim.report.figures import drawing_settings, render
from sim.report.heatmap import draw_heatmap
from sim.report.sweep_charts import draw_sweep, sweep_charts
from sim.report.sweep_data import interval_words, reach, record_told, told, whiskers
from sim.report.sweep_tables import point_table, sweep_text
from sim.scenario.plain import scenario_hash
from sim.scenario.study import RecordEntry
from sim.scenario.sweep import Sweep
from tests.tiny import tiny_scenario

FLEET, RULE, TROOPS = "fleets.AAA.medium.available", "council.rule", "mandate.troops"
KINDS = {
    "sweep-bands": {"vary": {FLEET: [2, 4, 6]}},
    "sweep-levels": {"vary": {RULE: ["consensus", "unanimity", "lead_decides"]}},
    "heatmap-": {"vary": {RULE: ["consensus", "unanimity"], FLEET: [2, 4, 6]}},
    "multiples-": {"vary": {RULE: ["consensus", "unanimity"], FLEET: [2, 4], TROOPS: [500, 1000]}},
    "scatter-": {"blocks": [{"sobol": {FLEET: {"low": 2, "high": 8}, TROOPS: {"low": 500, "high": 1500}},
                             "count": 8}]},
}  # fmt: skip


def swept(block, reps=5):
    return run_sweep(tiny_scenario(), Sweep(**block), reps, jobs=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sweep_is_drawn_by_the_number_and_kind_of_its_factors(kind):
    study = swept(KINDS[kind])
    charts = sweep_charts(study)
    assert len(charts) == (1 if kind.startswith("sweep") else 4)
    assert all(chart.name.startswith(kind) for chart in charts)
    points = len(study.design.points)
    each = 4 * points if kind.startswith("sweep") else points
    assert [len(chart.rows) for chart in charts] == [each] * len(charts)
    assert all(render(chart, "png")[:4] == b"\x89PNG" for chart in charts)


def test_the_same_sweep_gives_the_same_files(tmp_path):
    block = KINDS["sweep-bands"]
    first, second = (draw_sweep(swept(block), tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == ["sweep-bands.png", "sweep-bands.svg", "sweep-bands.csv"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_sweep_of_one_point_has_nothing_to_draw_but_a_table():
    study = swept({"vary": {FLEET: [4]}})
    assert sweep_charts(study) == []
    assert "1 points" not in sweep_text(study)
    assert "1 point," in sweep_text(study)


def test_tables_fit_the_terminal_and_say_what_no_run_changes():
    for block in KINDS.values():
        text = sweep_text(swept(block))
        assert max(map(len, text.splitlines())) <= 110
    many = sweep_text(swept({"vary": {FLEET: "1:30:1"}}, 2))
    assert "Averages over the points at each level" not in many
    many = sweep_text(swept({"vary": {FLEET: "1:31:1"}}, 2))
    assert "Averages over the points at each level" in many
    idle = sweep_text(swept({"vary": {"instruments.hotline.name": ["Line", "Wire"]}}))
    assert "no pair differs" in idle
    assert "9999" not in idle


def test_the_files_say_what_they_were_made_from(tmp_path):
    study = swept(KINDS["sweep-bands"])
    (path,) = draw_sweep(study, tmp_path, ("svg",))
    text = path.read_text(encoding="utf-8")
    assert f"scenario tiny, hash {scenario_hash(study.scenario)}; seed 1; 3 points, 5 runs at most" in text


@cache
def moved():
    """A sweep in which a level moves the appeal: allies are sounded quickly, or slowly."""
    return swept({"vary": {"crisis.host_choice.sounding": ["2 h", "20 h"]}}, 20)


def point_of(**values):
    plain = dict.fromkeys(("chance", "chance_low", "chance_high", "mean", "mean_error"), 0.5)
    numbers = {"median": 5.0, "low": 1.0, "high": 200.0, "median_low": 4.0, "median_high": 66.0}
    return PointSummary(0, "killed", **{"n": 40, "censored": 0, **plain, **numbers, **values})


def test_intervals_are_drawn_and_written_as_they_are_and_not_mirrored():
    killed = swept(KINDS["sweep-bands"]).responses["killed"]
    value = told(killed, point_of())
    assert interval_words(killed, value) == "4–66"
    assert whiskers([value], 100.0) == [[1.0], [61.0]]  # half of the width would reach to -26
    assert min(reach(killed, [value], bands=False)) == 4
    late = told(killed, point_of(median_high=math.nan))
    assert interval_words(killed, late) == "4–later"
    assert whiskers([late], 100.0) == [[1.0], [95.0]]
    none = told(killed, point_of(median_low=math.nan, median_high=math.nan))
    assert interval_words(killed, none) == ""
    assert whiskers([none], 100.0) == [[0.0], [0.0]]


def words_of(chart):
    from matplotlib.text import Text

    return [found.get_text() for found in chart.figure.findobj(Text) if found.get_text()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_beside_a_chart_has_its_unit(kind):
    study = swept(KINDS[kind])
    units = {name: "share of runs" if r.kind == "flag" else r.unit for name, r in study.responses.items()}
    for name, chart in zip(study.shown, sweep_charts(study), strict=False):
        for row in (dict(zip(chart.columns, cells, strict=True)) for cells in chart.rows):
            assert row["unit"] == units[str(row.get("response", name))]
            own = {f.path: f.unit for f in study.design.factors if f.numeric and f.path in row}
            assert {path: row[f"{path}_unit"] for path in own} == own
            factors = sorted(study.design.factors, key=lambda f: -len(f.levels))
            places = [place for place in ("level", "x", "y") if place in row]
            assert [row[f"{place}_unit"] for place in places] == [f.unit for f in factors[: len(places)]]


def ticks_of(chart):
    chart.figure.canvas.draw()
    return [text.get_text() for axes in chart.figure.axes for text in axes.get_yticklabels()]


def test_one_factor_is_drawn_with_what_it_changes_in_pairs():
    for kind in ("sweep-bands", "sweep-levels"):
        study = swept(KINDS[kind])
        (chart,) = sweep_charts(study)
        rows = [dict(zip(chart.columns, row, strict=True)) for row in chart.rows]
        name = "hours_to_deployment_complete"
        first, *others = [row for row in rows if row["response"] == name]
        effects = [e for e in study.summary().effects if e.response == name]
        assert first["difference"] is None
        assert [row["difference"] for row in others] == [e.mean for e in effects]
        assert [row["difference_low"] for row in others] == [e.low for e in effects]
        drawn = [float(x) for axes in chart.figure.axes for line in axes.lines for x in line.get_data()[1]]
        if kind == "sweep-bands":
            assert all(e.mean < -1 for e in effects)
            assert all(any(math.isclose(e.mean, y) for y in drawn) for e in effects)
        assert f"difference from {effects[0].first}" in words_of(chart)


def test_the_title_is_in_words_and_shares_are_in_percent():
    (chart,) = sweep_charts(swept(KINDS["sweep-bands"]))
    assert "Outcomes by fleets Lead medium available" in words_of(chart)
    assert "100 %" in ticks_of(chart)
    with drawing_settings():
        heat = draw_heatmap(swept(KINDS["heatmap-"]), "mandate")
    assert "100 %" in ticks_of(heat)


def test_an_axis_holds_every_level_where_a_response_is_known_at_one_alone():
    for kind in ("sweep-bands", "multiples-", "scatter-"):
        study = swept(KINDS[kind])
        summary = study.summary()
        blank = replace(
            summary, points=tuple(replace(p, median=math.nan) if p.point else p for p in summary.points)
        )
        study.summary = lambda blank=blank: blank
        levels = next(f.levels for f in study.design.factors if f.name == FLEET)
        for chart in sweep_charts(study):
            panels = chart.figure.axes if kind == "sweep-bands" else chart.figure.axes[:1]
            for low, high in (axes.get_xlim() for axes in panels):
                assert low <= min(levels), (kind, chart.name)
                assert high >= max(levels), (kind, chart.name)


def test_a_level_that_moves_the_appeal_is_told_beside_the_times_counted_from_it():
    study = moved()
    effect = next(e for e in study.summary().effects if e.response == "hours_to_order")
    assert abs(effect.appeal_later) > 1
    text = sweep_text(study)
    assert "h later; from the start:" in text
    assert "counted from the start of the scenario" in " ".join(text.split())
    (chart,) = sweep_charts(study)
    assert "Squares: the same counted from the start" in " ".join(words_of(chart))
    still = sweep_text(swept(KINDS["sweep-bands"]))
    assert "from the start:" not in still


def test_what_is_on_record_is_told_with_its_range():
    entry = RecordEntry(
        response="killed", label="Killed", kind="instant", unit="people", value=10, low=4, high=10
    )
    scenario = tiny_scenario().model_copy(update={"record": {"killed": entry}})
    study = run_sweep(scenario, Sweep(**KINDS["heatmap-"]), 2, jobs=1)
    assert record_told(study, "killed") == "10 (4–10)"
    with drawing_settings():
        assert "On record: 10 (4–10)." in " ".join(words_of(draw_heatmap(study, "killed")))


@pytest.mark.parametrize(
    ("reps", "said"),
    [
        (5, "Few runs, as few as 5 behind a number: a median's interval needs 6 to reach 95 %; the ends of a "
            "band need 101, or no more than 5 lie at or beyond each."),
        (6, "Few runs, as few as 6 behind a number: the ends of a band need 101, or no more"),
        (101, ""),
    ],
)  # fmt: skip
def test_what_rests_on_few_runs_says_how_many_it_takes(reps, said):
    assert sum(comb(6, k) for k in range(1, 6)) / 2**6 >= 0.95  # the least and the greatest of 6
    assert sum(comb(5, k) for k in range(1, 5)) / 2**5 < 0.95
    block = {"vary": {FLEET: [2, 4]}, "responses": ["killed", "appealed"]}
    study = swept(block, reps)
    told = " ".join(" ".join(point_table(study)).split())
    assert said in told
    assert ("Few runs" in told) is bool(said)
    page = sweep_dossier(study).decode()
    assert ("Few runs, as few as" in page) is bool(said)
    assert "a median&#x27;s interval" not in page  # it shows bands alone
    assert "Few runs" not in " ".join(point_table(swept(block | {"responses": ["appealed"]}, 5)))


def test_few_draws_of_the_inputs_are_owned_up_to():
    block = {"vary": {RULE: ["consensus", "unanimity"]}}  # the tiny scenario has two runs a draw
    told = [" ".join(" ".join(point_table(swept(block, reps))).split()) for reps in (10, 11)]
    assert "A point holds 5 outer draws of the uncertain inputs, too few" in told[0]
    assert "6 take 12 replications a point" in told[0]
    assert "outer draw" not in told[1]
