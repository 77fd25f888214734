"""Charts are drawn for any study, show the numbers beside them, and are the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from sim.engine.event_log import EventKind
from sim.experiment.estimates import KaplanMeier
from sim.experiment.responses import RESPONSES
from sim.experiment.study import run_study
from sim.report import style
from sim.report.bands import FEW
from sim.report.charts import CHARTS, draw, draw_charts, names_of
from sim.report.decision_tree import tree_of, votes
from sim.report.effects import shown
from sim.report.figures import drawing_settings, render, save
from sim.report.fit import board
from sim.report.flights import counted, daily
from sim.report.ladder import rungs
from sim.report.outcomes import outcome_table
from sim.report.record_marks import record_words
from sim.report.runs import bands, deployed_words, levels, part_hours, sample_bands, with_force, with_mandate
from sim.report.styles import STYLES
from sim.report.tables import parts_table
from sim.report.timeline import Stretch
from sim.report.timeline_rows import Row, timeline_rows, words_of
from sim.report.times import clock_ticks, origin
from sim.report.tornado import TornadoRow, draw_tornado
from sim.scenario.study import RecordedEvent, RecordEntry, SeriesPoint
from tests.report.studies import STUDIES, a_study, alone, never_asked, no_answer, with_record
from tests.tiny import tiny_scenario


def texts(chart) -> list[str]:
    from matplotlib.text import Text

    return [found.get_text() for found in chart.figure.findobj(Text)]


def noted(chart) -> str:
    """Return the words of a chart, the last first: so lines of a note stand in their order."""
    return " ".join(" ".join(reversed(texts(chart))).split())


#: Charts that suit the tiny scenario, which has no fitted inputs.
SUITED = [name for name in CHARTS if name != "fitted"]


@pytest.mark.parametrize("name", SUITED)
@pytest.mark.parametrize("study", STUDIES)
def test_every_chart_is_drawn_for_every_study(name, study):
    chart = draw(STUDIES[study](), name)
    assert render(chart, "png").startswith(b"\x89PNG")
    assert all(len(row) == len(chart.columns) for row in chart.rows)


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
@pytest.mark.parametrize("name", SUITED)
def test_the_same_study_gives_the_same_bytes(name, kind):
    assert render(draw(a_study(), name), kind) == render(draw(a_study(), name), kind)


def test_bytes_depend_on_no_hash_seed_nor_locale_nor_configuration(tmp_path):
    code = (
        "import hashlib; from sim.report.charts import draw; from sim.report.figures import render;"
        "from tests.report.studies import a_study; chart = draw(a_study(), 'timeline');"
        "print(hashlib.sha256(render(chart, 'svg') + render(chart, 'png')).hexdigest())"
    )
    (tmp_path / "matplotlibrc").write_text("font.size: 17\nsvg.hashsalt: other\nsavefig.dpi: 50\n")
    import os

    environment = {**os.environ, "PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo", "MATPLOTLIBRC": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    chart = draw(a_study(), "timeline")
    here = hashlib.sha256(render(chart, "svg") + render(chart, "png")).hexdigest()
    assert told.stdout.strip() == here


def test_no_date_and_no_version_is_written():
    svg = render(draw(a_study(), "positions"), "svg").decode()
    assert "dc:date" not in svg
    assert "Matplotlib v" not in svg
    assert b"Software" not in render(draw(a_study(), "positions"), "png")


def test_files_say_what_they_were_made_from_and_nothing_of_the_day():
    from sim import __version__
    from sim.scenario.plain import scenario_hash

    study = a_study()
    chart = draw(study, "ladder")
    made = f"sim {__version__}; scenario tiny, hash {scenario_hash(study.scenario)}; seed 1; 40 runs"
    assert chart.made == made
    for kind in ("png", "svg"):
        assert made in render(chart, kind).decode("latin-1")


def test_print_has_more_dots_and_leaves_the_screens_ink_in_place(tmp_path):
    from PIL import Image

    study = a_study()
    sizes = {}
    for name in STYLES:
        (path,) = draw_charts(study, tmp_path / name, "ladder", ("png",), style=name)
        with Image.open(path) as picture:
            sizes[name] = picture.size
    assert sizes["print"][0] / sizes["screen"][0] == pytest.approx(300 / 160, abs=0.01)
    assert style.TEXT == "#222222"  # the screen's ink is back in place
    with pytest.raises(ValueError, match="'slides'"):
        draw(study, "ladder", "slides")


def test_charts_with_nothing_to_show_are_left_out():
    names = names_of("all", no_answer())
    assert not {"troops", "flights", "bottlenecks", "positions"} & set(names)
    assert {"timeline", "decision", "ladder", "unrest"} <= set(names)
    assert "troops" not in names_of("main", no_answer())


def test_a_force_that_the_lead_sends_alone_is_drawn():
    study = alone()
    assert not with_mandate(study).any()
    assert with_force(study).any()
    assert "troops" in names_of("all", study)
    told = " ".join(texts(draw(study, "troops")))
    assert "by the lead member alone" in told
    assert draw(study, "troops").rows


def test_where_few_appeal_the_clock_starts_with_the_scenario():
    study = never_asked()
    assert origin(study) == (0.0, "start")
    rows = {row.label: row for row in timeline_rows(study)}
    np.testing.assert_array_equal(rows["unrest begins"].hours, study.events["onset|"])
    assert "from the start" in " ".join(texts(draw(study, "timeline")))


def test_each_kind_of_crisis_has_its_own_words():
    from sim.api import load
    from sim.report.timeline_rows import words_of

    words = {name: words_of(load(f"scenarios/{name}.yaml")) for name in ("covid", "karabakh", "kazakhstan")}
    assert words["covid"][EventKind.ONSET] == "the epidemic breaks out"
    assert words["karabakh"][EventKind.ORDER_RESTORED] == "no firing any more"
    assert words["kazakhstan"][EventKind.ORDER_RESTORED] == "every site calm again"


@pytest.mark.parametrize("last", [30.0, 300.0, 3000.0, 30000.0])
@pytest.mark.parametrize("broken", [True, False])
def test_ticks_of_the_timeline_never_touch(last, broken):
    rows = [
        Row("a", EventKind.ONSET, "", np.array([-0.1 * last, 0.0])),
        Row("b", EventKind.CALM, "", np.array([last])),
    ]
    scale = Stretch(rows, [bands(row.hours, (0.05, 0.25, 0.5, 0.75, 0.95)) for row in rows], broken=broken)
    places = sorted(scale(hour) for hour, _ in scale.ticks())
    assert 2 <= len(places) <= 16
    assert min(np.diff(places)) * 4.5 >= 0.4


@pytest.mark.parametrize("days", [3, 28, 100, 1000, 3000])
def test_ticks_of_a_clock_stay_few(days):
    ticks, unit = clock_ticks(-24.0, 24.0 * days)
    assert 2 <= len(ticks) <= 11
    assert unit == ("hours" if days < 30 else "days")
    assert ticks[[hour for hour, _ in ticks].index(0.0)] == (0.0, "0")


def test_the_tree_loses_no_run():
    def ends(node):
        return sum(map(ends, node.children)) if node.children else node.runs

    for make in (a_study, no_answer, alone, never_asked):
        root = tree_of(make())
        assert ends(root) == root.runs == len(make().rows)


def test_sole_objectors_are_among_the_objectors():
    for given in votes(a_study()).values():
        assert all(objected or not sole for objected, sole in zip(given.objected, given.alone, strict=True))
        assert len(given.rows) == len(given.objected)


def test_each_rung_holds_those_above_it():
    reached = [rung.reached for rung in rungs(a_study())[:4]]
    assert reached == sorted(reached, reverse=True)
    summary = a_study().summary()
    assert reached[3] / summary.n == pytest.approx(summary.help_levels.get("force", 0.0))


def test_charts_and_tables_give_a_share_the_same_interval():
    """Forty runs over five draws of the inputs, on which the appeal hangs, tell little more than five."""
    rows = [{**row, "draw": float(n // 8), "appealed": float(n < 24)} for n, row in enumerate(a_study().rows)]
    study = replace(a_study(), rows=tuple(rows))
    known = study.summary().responses["appealed"]
    rung = next(row for row in draw(study, "ladder").rows if row[0] == "the host appeals in public")
    box = next(row for row in draw(study, "decision").rows if row[2] == "host appeals")
    assert rung[4:6] == box[5:7] == pytest.approx((known.chance_low, known.chance_high))
    assert known.chance_high - known.chance_low > 0.5


def test_fitted_inputs_are_drawn_before_and_after():
    from sim.experiment.study import run_study
    from sim.scenario.study import Posterior

    name = "crisis.unrest.suppression"
    form = Posterior(
        fitted_median=1.5,
        fitted_spread=1.2,
        note="prior median 1.49 (5-95 % 0.823 to 2.62), 0.28 nats learnt",
    )
    scenario = a_study().scenario.model_copy(update={"uncertain": {name: form}})
    personnel = "crisis.reserves.personnel"
    both = scenario.model_copy(update={"uncertain": {name: form, personnel: form}})
    chart = draw(run_study(both, 2, jobs=1, variants=()), "fitted")
    row, other = (dict(zip(chart.columns, row, strict=True)) for row in chart.rows)
    assert (row["input"], other["input"]) == (name, personnel)
    assert [row[f"prior_{end}"] for end in ("median", "low", "high")] == [1.49, 0.823, 2.62]
    assert row["nats_learnt"] == 0.28
    assert (row["unit"], other["unit"]) == ("", "people")
    assert any(words.endswith(" people") for words in texts(chart))


def test_effects_show_what_changes():
    summary = a_study().summary()
    variants = list(summary.variants.values())
    for name in shown(summary, variants):
        assert any(abs(v.differences[name].mean) > 1e-9 for v in variants if name in v.differences)


def test_files_lie_beside_each_other_and_nothing_else(tmp_path):
    paths = draw_charts(a_study(), tmp_path, "all")
    assert sorted(p.name for p in paths) == sorted(p.name for p in tmp_path.iterdir())
    assert {p.suffix for p in paths} == {".png", ".svg", ".csv"}
    assert {p.stem for p in paths} == set(SUITED)
    assert {p.name for p in draw_charts(a_study(), tmp_path / "main")} == {
        f"{name}.{kind}" for name in ("timeline", "troops") for kind in ("png", "csv")
    }
    assert draw_charts(a_study(), tmp_path / "none", "none") == []
    assert not (tmp_path / "none").exists()


def test_an_unknown_chart_is_named():
    with pytest.raises(ValueError, match=r"'pie'.*timeline"):
        names_of("pie", a_study())


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(draw(a_study(), "positions"), tmp_path, ["png"])
    assert list(tmp_path.iterdir()) == []


def test_the_csv_holds_the_plotted_quantiles():
    study = a_study()
    rows = list(csv.DictReader(render(draw(study, "unrest"), "csv").decode().splitlines()))
    kept = [row for row in rows if row["panel"] == "incidents a day"]
    place = int(np.flatnonzero(study.grid == float(kept[5]["hours_after_start"]))[0])
    values = np.sort(study.curves["unrest"][:, place])
    expected = values[[1, 19, 37]]  # of forty runs: the second, the twentieth, the thirty-eighth
    assert [float(kept[5][q]) for q in ("low", "median", "high")] == pytest.approx(expected, rel=1e-4)


def test_what_is_not_recorded_is_said():
    assert any("not recorded" in words for words in texts(draw(a_study(), "unrest")))
    assert any(words == "n/r" for words in texts(draw(a_study(), "flights")))
    assert any("no force was sent in any run" in words for words in texts(draw(no_answer(), "troops")))


def test_charts_of_troops_and_flights_are_over_runs_in_which_a_force_was_decided_on():
    """None need have been sent: it may be decided on so late that none has come by the end."""
    for words in map(" ".join, map(texts, (draw(no_answer(), name) for name in ("troops", "flights")))):
        assert f"a force was decided on: 0 of {len(no_answer().rows)}" in " ".join(words.split())


def test_a_total_over_days_hides_the_days_it_covers():
    rows = [row for row in draw(a_study(), "flights").rows if row[0].startswith("flights out, in")]
    recorded = [row[-3] for row in rows if row[-3] is not None]
    assert recorded == [6.0]  # 12 flights in two days; the 99 of one of these days is not drawn


def test_timeline_rows_count_from_the_appeal_of_the_same_run():
    study = a_study()
    rows = {row.label: row for row in timeline_rows(study)}
    mandate = rows["decision (mandate)"]
    expected = [row["hours_to_decision"] for row in study.rows]
    np.testing.assert_allclose(mandate.hours, expected)
    assert [(m.value, m.low, m.high) for m in mandate.marks] == [(3, 2, 5)]
    assert rows["Ally: first landing"].marks[0].no_later
    assert rows["Ally: first landing"].marks[0].value == pytest.approx(14)
    assert rows["first units on task"].marks[0].no_later
    assert rows["Lead: main body lands"].marks[0].low == 5


def told_of(*events):
    """The marks of the ally's first landing where *events* are recorded of it."""
    scenario = with_record()
    recorded = tuple(
        RecordedEvent(label=label, at=f"2022-01-{at}+06:00", kind="landed", who="BBB", note=note, **rest)
        for label, at, note, rest in events
    )
    kept = (scenario.recorded_events[0], *recorded)
    study = replace(a_study(), scenario=scenario.model_copy(update={"recorded_events": kept}))
    rows = {row.label: row for row in timeline_rows(study)}
    return study, [(m.value, m.low, m.high, m.no_later) for m in rows["Ally: first landing"].marks]


@pytest.mark.parametrize("label", ["Main body lands", "Contingent complete", "The last aircraft lands"])
def test_a_later_event_of_a_kind_is_no_mark_of_the_first(label):
    assert told_of((label, "03T20:00", None, {}))[1] == []


@pytest.mark.parametrize(("label", "marked"), [("Contingent leaves", False), ("Contingent home", True)])
def test_a_contingent_that_leaves_is_not_home_yet(label, marked):
    event = RecordedEvent(label=label, at="2022-01-12T12:00+06:00", kind="contingent home", who="BBB")
    appeal = with_record().recorded_events[0]
    scenario = with_record().model_copy(update={"recorded_events": (appeal, event)})
    rows = {row.label: row for row in timeline_rows(replace(a_study(), scenario=scenario))}
    assert ("Ally: contingent home" in rows) is marked


def test_flights_are_over_the_runs_of_the_table():
    study = a_study()
    force, mandate = with_force(study), with_mandate(study)
    assert force.sum() > mandate.sum()  # else nothing is tested
    assert counted(study).tolist() == mandate.tolist()
    at = study.scenario.record["out"]
    days = [study.scenario.hours(at.since), study.scenario.hours(at.at)]
    found, told = daily(study, "flights_out", days), study.summary().record["out"]
    assert told.n == mandate.sum()
    assert float(found.middle[0]) == told.median
    assert "Given a mandate, as in the outcome table" in noted(draw(study, "flights"))
    assert counted(alone()).tolist() == with_force(alone()).tolist()


def test_recorded_series_are_drawn_or_said_not_to_be_simulated():
    scenario, known = with_record(), with_record().record["detained"]
    points = tuple(
        SeriesPoint(at=at, value=value)
        for at, value in (("2022-01-04T00:00+06:00", None), ("2022-01-05T00:00+06:00", 40), (known.at, 77))
    )
    series = {"detained_cumulative": points, "participants": points}
    study = replace(a_study(), scenario=scenario.model_copy(update={"recorded_series": series}))
    chart = draw(study, "unrest")
    told = [row[-3] for row in chart.rows if row[0] == "detained as reported" and row[3] is None]
    assert told == [100, None, 40]  # the record's own entry stands for the point of its instant
    assert "not simulated and so not drawn: participants." in noted(chart)
    assert "n/r" in texts(chart)
    assert "so not drawn" not in noted(draw(a_study(), "unrest"))


def test_flights_by_day_are_named_a_prediction_where_others_are_fitted():
    scenario = with_record()
    record = scenario.record | {"decision": scenario.record["decision"].model_copy(update={"fitted": True})}
    study = replace(a_study(), scenario=scenario.model_copy(update={"record": record}))
    told = "Flights out by day: predicted, not fitted."
    assert told in noted(draw(study, "flights"))
    assert "predicted" not in noted(draw(a_study(), "flights"))


def test_what_is_known_to_a_day_is_drawn_over_the_day():
    study, marks = told_of(("Ally lands", "04T12:00", "drawn at noon", {"precision": "day"}))
    assert marks == [(None, 18.0, 42.0, False)]  # the appeal is at 06:00 of the day before
    assert "a bar over the whole of it" in noted(draw(study, "timeline"))
    assert "a bar over the whole of it" not in noted(draw(a_study(), "timeline"))
    month = ("Ally lands", "04T12:00", None, {"precision": "month"})
    assert told_of(month)[1] == [(None, -54.0, 690.0, False)]
    # What a note says is for the reader: the field alone tells how exactly the instant is known.
    assert told_of(("Ally lands", "04T12:00", "day only", {}))[1] == [(30.0, None, None, False)]
    late = ("Ally lands", "04T12:00", None, {"precision": "day", "no_later_than": True})
    assert told_of(late)[1] == [(42.0, None, None, True)]


def test_positions_add_up_to_all_runs():
    chart = draw(a_study(), "positions")
    for member in ("AAA", "BBB"):
        shares = [row[3] for row in chart.rows if row[:2] == ("answers", member)]
        assert sum(shares) == pytest.approx(1)


def test_bottlenecks_add_up_to_the_whole():
    study = a_study()
    *parts, whole = draw(study, "bottlenecks").rows
    done = [r["hours_to_deployment_complete"] for r in study.rows if r["mandate"] == 1]
    assert sum(row[2] for row in parts) == pytest.approx(whole[2]) == pytest.approx(np.nanmean(done))


@pytest.mark.parametrize("name", ["timeline", "bottlenecks"])
def test_times_have_their_unit_beside_them(name):
    chart = draw(a_study(), name)
    assert {dict(zip(chart.columns, row, strict=True))["unit"] for row in chart.rows} == {"h"}


def test_table_and_chart_of_the_hours_are_over_the_same_runs():
    study = a_study()
    summary, hours = study.summary(), part_hours(study)
    assert {len(values) for values in hours.values()} == {summary.parts_n}
    assert sum(1 for r in study.rows if r["hours_to_deployment_complete"] > 0) > summary.parts_n
    assert f"completed under a mandate: {summary.parts_n} of 40" in deployed_words(study)
    assert "in which the lead member helped alone" in deployed_words(study)
    assert f"(n = {summary.parts_n})" in parts_table(study)[0]
    lone = len(next(iter(part_hours(alone()).values())))
    assert lone > 0
    assert f"(n = {lone})" in parts_table(alone())[0]
    assert "under a mandate" not in deployed_words(alone())


def test_the_record_board_agrees_with_the_summary():
    study = a_study()
    for found, sample in board(study):
        quantiles = sample_bands(sample, levels(study))
        assert (found.low, found.median, found.high) == pytest.approx(
            (quantiles.low, quantiles.middle, quantiles.high), nan_ok=True
        )


def test_quantiles_leave_missing_values_out():
    found = bands([math.nan, 1.0, 2.0, 3.0], (0.0, 0.25, 0.5, 0.75, 1.0))
    assert tuple(found) == (1.0, 1.0, 2.0, 3.0, 3.0)
    assert all(np.isnan(v) for v in bands([math.nan], (0.05, 0.25, 0.5, 0.75, 0.95)))
    curves = np.array([[1.0, math.nan], [3.0, math.nan], [2.0, 5.0]])
    np.testing.assert_array_equal(bands(curves, (0.0, 0.25, 0.5, 0.75, 1.0)).middle, [2.0, 5.0])


@pytest.mark.parametrize("n", [1, 2, 19, 20, 40, 53, 100])
def test_one_rule_of_quantiles_stands_behind_charts_and_tables(n):
    at = (0.05, 0.25, 0.5, 0.75, 0.95)
    values = np.random.default_rng(n).normal(size=n)
    curve = KaplanMeier(values)
    assert tuple(bands(values, at)) == tuple(curve.quantile(p) for p in at)


def test_the_timeline_has_the_quantiles_of_the_outcome_table():
    study = a_study()
    chart = draw(study, "timeline")
    told = {row[0]: row for row in chart.rows}
    names = {"decision (mandate)": "hours_to_decision", "deployment complete": "hours_to_deployment_complete",
             "every site calm again": "hours_to_order", "Ally: approval": "approval.BBB"}  # fmt: skip
    for label, name in names.items():
        found = study.summary().responses[name]
        row = dict(zip(chart.columns, told[label], strict=True))
        low, median, high = row["low"], row["median"], row["high"]
        assert (low, median, high) == pytest.approx((found.low, found.median, found.high), nan_ok=True)


def circles(chart):
    return [line for axes in chart.figure.axes for line in axes.lines
            if line.get_marker() == "o" and line.get_markerfacecolor() == "none"]  # fmt: skip


@pytest.mark.parametrize("name", ["timeline", "bottlenecks", "record"])
def test_a_few_runs_are_drawn_one_by_one_and_not_as_a_box(name):
    few = run_study(with_record(), FEW - 1, jobs=1)
    chart = draw(few, name)
    assert circles(chart)
    assert not [
        patch for axes in chart.figure.axes[-1:] for patch in axes.patches if patch.get_width() > 0.05
    ]
    assert len(circles(draw(a_study(), name))) < len(circles(chart))


def test_what_is_recorded_is_shown_with_its_range_even_at_its_end():
    def entry(kind="instant", **values):
        return RecordEntry(response="killed", label="Killed", kind=kind, unit="people", **values)

    assert record_words(entry(value=10, low=4, high=10)) == "10 (4–10)"
    assert record_words(entry(value=4, low=4, high=10)) == "4 (4–10)"
    assert record_words(entry(value=10)) == "10"
    assert record_words(entry("bound", low=4, high=10)) == "4–10"
    assert record_words(entry("bound", high=10)) == "≤ 10"
    scenario = tiny_scenario().model_copy(update={"record": {"killed": entry(value=10, low=4, high=10)}})
    study = run_study(scenario, 12, jobs=1)
    assert "10 (4–10)" in texts(draw(study, "record"))
    assert any("10 (4–10)" in line for line in outcome_table(study))


def test_a_tornado_puts_the_greatest_effect_first():
    small = TornadoRow("a.small", 0, 1, -1, 1, (-2, 0), (0, 2), 0.3, "h")
    great = TornadoRow("a.great", 0, 1, 4, -6, (3, 5), (-7, -5), 0.1)
    unknown = TornadoRow("a.unknown", 0, 1, math.nan, math.nan, (math.nan,) * 2, (math.nan,) * 2)
    with drawing_settings():
        chart = draw_tornado([small, unknown, great], "hours", "h", 10.0, n=30)
        empty = draw_tornado([], "hours")
    assert [row[0] for row in chart.rows] == ["a.great", "a.small", "a.unknown"]
    assert render(chart, "png")
    assert render(empty, "svg")


def test_a_tornado_has_its_legend_clear_of_everything_and_no_bar_of_no_length():
    wide = [TornadoRow(f"a.path.of.{n}", 0, 1, -n, n, (-n - 1, 1 - n), (n - 1, n + 1)) for n in range(4)]
    with drawing_settings():
        chart = draw_tornado(wide, "hours", "h", 10.0, n=30)
        chart.figure.draw_without_rendering()
        (axes,) = chart.figure.axes
        legend = axes.get_legend().get_window_extent()
        label = axes.xaxis.label.get_window_extent()
        notes = [text.get_window_extent() for text in chart.figure.texts[1:]]
    assert max(box.y1 for box in notes) < legend.y0 < legend.y1 < label.y0
    assert len(axes.get_yticklabels()) == 3
    assert [row[0] for row in chart.rows][-1] == "a.path.of.0"
    with drawing_settings():
        still = draw_tornado([wide[0]], "hours")
    assert "no assumption moves it" in texts(still)


def test_a_long_path_of_a_tornado_is_cut_at_a_point():
    row = TornadoRow(f"{'first' * 8}.second.third", 0, 1, -1, 1, (-2, 0), (0, 2))
    with drawing_settings():
        chart = draw_tornado([row], "hours")
    assert any(words.startswith("…second.third\n") for words in texts(chart))


def test_ink_stands_out_on_every_fill():
    assert style.ink_on("#ffffff") == style.ink_on("#F0E442") == "#000000"
    assert style.ink_on("#000000") == style.ink_on("#555555") == "#ffffff"
    assert style.tint("#000000", 0.0) == "#ffffff"
    assert style.tint("#0072B2", 1.0) == "#0072b2"


def test_the_report_floor_imports_no_drawing_library():
    code = (
        "import sys, sim.report.story, sim.report.tables, sim.report.charts, sim.report.timeline;"
        "assert 'matplotlib' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_announced_end_names_nobody_since_the_alliance_may_announce_it():
    """Without a government to ask for it, it is the alliance that announces the end."""
    told = RESPONSES["hours_to_end_announced"].label, words_of(tiny_scenario())[EventKind.END_ANNOUNCED]
    assert told == ("Appeal to announcement of the end", "end announced")
