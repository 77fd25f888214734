"""Charts of sweeps: each kind is drawn where it suits, with its numbers, and comes out the same twice."""

from __future__ import annotations

import pytest

from sim.experiment.sweep import run_sweep
from sim.report.figures import render
from sim.report.sweep_charts import draw_sweep, sweep_charts
from sim.report.sweep_tables import sweep_text
from sim.scenario.resolve import scenario_hash
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
    assert "Averages over the points at each level" in many
    idle = sweep_text(swept({"vary": {"instruments.hotline.name": ["Line", "Wire"]}}))
    assert "no pair differs" in idle


def test_the_files_say_what_they_were_made_from(tmp_path):
    study = swept(KINDS["sweep-bands"])
    (path,) = draw_sweep(study, tmp_path, ("svg",))
    text = path.read_text(encoding="utf-8")
    assert f"scenario tiny, hash {scenario_hash(study.scenario)}; seed 1; 3 points, 5 runs at most" in text
