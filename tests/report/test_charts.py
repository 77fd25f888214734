"""Charts are drawn for any study, show the numbers beside them, and are the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import math
import subprocess
import sys

import numpy as np
import pytest

from sim.report import style
from sim.report.bands import bands
from sim.report.charts import CHARTS, draw, draw_charts, names_of
from sim.report.figures import drawing_settings, render, save
from sim.report.fit import board
from sim.report.timeline import timeline_rows
from sim.report.tornado import TornadoRow, draw_tornado
from tests.report.studies import STUDIES, a_study, no_answer


def texts(chart) -> list[str]:
    from matplotlib.text import Text

    return [found.get_text() for found in chart.figure.findobj(Text)]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("study", STUDIES)
def test_every_chart_is_drawn_for_every_study(name, study):
    chart = draw(STUDIES[study](), name)
    assert render(chart, "png").startswith(b"\x89PNG")
    assert all(len(row) == len(chart.columns) for row in chart.rows)


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
@pytest.mark.parametrize("name", CHARTS)
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


def test_files_lie_beside_each_other_and_nothing_else(tmp_path):
    paths = draw_charts(a_study(), tmp_path, "all")
    assert sorted(p.name for p in paths) == sorted(p.name for p in tmp_path.iterdir())
    assert {p.suffix for p in paths} == {".png", ".svg", ".csv"}
    assert {p.stem for p in paths} == set(CHARTS)
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
    expected = np.quantile(study.curves["unrest"][:, place], [0.05, 0.5, 0.95])
    assert [float(kept[5][q]) for q in ("low", "median", "high")] == pytest.approx(expected, rel=1e-4)


def test_what_is_not_recorded_is_said():
    assert any("not recorded" in words for words in texts(draw(a_study(), "unrest")))
    assert any(words == "n/r" for words in texts(draw(a_study(), "flights")))
    assert any("no run ended in a mandate" in words for words in texts(draw(no_answer(), "troops")))


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


def test_positions_add_up_to_all_runs():
    chart = draw(a_study(), "positions")
    for member in ("AAA", "BBB"):
        shares = [row[3] for row in chart.rows if row[:2] == ("answers", member)]
        assert sum(shares) == pytest.approx(1)


def test_bottlenecks_add_up_to_the_whole():
    study = a_study()
    *parts, whole = draw(study, "bottlenecks").rows
    done = [r["hours_to_deployment_complete"] for r in study.rows]
    assert sum(row[1] for row in parts) == pytest.approx(whole[1]) == pytest.approx(np.nanmean(done))


def test_the_record_board_agrees_with_the_summary():
    study = a_study()
    for found, quantiles in board(study):
        assert (found.low, found.median, found.high) == pytest.approx(
            (quantiles.low, quantiles.middle, quantiles.high), nan_ok=True
        )


def test_quantiles_leave_missing_values_out():
    found = bands([math.nan, 1.0, 2.0, 3.0], (0.0, 0.25, 0.5, 0.75, 1.0))
    assert tuple(found) == (1.0, 1.5, 2.0, 2.5, 3.0)
    assert all(np.isnan(v) for v in bands([math.nan], (0.05, 0.25, 0.5, 0.75, 0.95)))


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
