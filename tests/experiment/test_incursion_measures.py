"""What is measured, told and drawn of a border."""

from __future__ import annotations

from functools import cache
from math import isnan

import numpy as np
import pytest

from sim.experiment.dynamics.incursions import CURVES
from sim.experiment.responses import responses_of
from sim.experiment.study import Study, run_study
from sim.report.charts import charts_of, draw
from sim.report.figures import render
from sim.report.story import tell
from tests.engine.borders import RAID, border

SETTINGS = {
    "crisis.incursions.sectors.west.falls": {"at": "2022-01-06T00:00+06:00"},
    "crisis.incursions.sectors.west.soldiers": 300,
    "crisis.incursions.sectors.west.civilians": 50,
    "crisis.incursions.raids": {"one": RAID},
    "crisis.incursions.reserves": {
        "personnel": 4000, "called_at": 0.4, "order": "2 h", "arrival": "10 h", "reaching": 0.5,
    },
}  # fmt: skip


@cache
def study() -> Study:
    return run_study(border(SETTINGS), 4, jobs=1)


def test_sectors_add_up_to_the_whole_border() -> None:
    for row in study().rows:
        for name in ("crossed", "stopped"):
            whole = row["clashes" if name == "stopped" else name]
            assert row[f"{name}.west"] + row[f"{name}.east"] == whole
        assert row["crossed_by.caravan"] == row["crossed"]
        assert row["share_stopped"] == pytest.approx(row["clashes"] / (row["clashes"] + row["crossed"]))
        assert row["far_bank_lost"] == 100
        assert row["fall_to_reserves"] == pytest.approx(2.0)
        assert row["reserves_on_border"] == pytest.approx(2000)


def test_curves_end_at_the_totals_of_the_row() -> None:
    found = study()
    for place, row in enumerate(found.rows):
        for name in ("clashes", "crossed", "fled_soldiers", "fled_civilians", "far_bank_lost"):
            assert found.curves[name][place][-1] == row[name]
        assert np.all(found.curves["refugees"][place] >= 0)
    assert set(CURVES) <= set(found.curves)


def test_only_what_can_happen_has_a_response() -> None:
    plain = responses_of(border())
    assert "clashes" in plain
    assert not {"raids", "fled_soldiers", "far_bank_lost", "reserves_on_border"} & set(plain)
    bare = responses_of(border({"crisis.incursions.parties": {}, "crisis.incursions.raids": {"one": RAID}}))
    assert "raids" in bare
    assert "clashes" not in bare


def test_the_story_tells_the_fall_the_flight_the_raid_and_the_months() -> None:
    found = study()
    told = "\n".join(tell(found.typical_log, found.scenario))
    for words in (
        "the far side of the border changes hands opposite West: 100 of 200 km so far",
        "flee over the border at West",
        "a raid: 20", "4,000 reservists called to the border", "of the reservists stand on the border",
        "crossed unstopped", "kg seized",
    ):  # fmt: skip
        assert words in " ".join(told.split())


@pytest.mark.parametrize("name", ["border", "border_time", "raids", "refugees"])
def test_charts_are_drawn_the_same_twice_with_their_numbers(name: str) -> None:
    assert name in charts_of(study().scenario)
    chart = draw(study(), name)
    assert chart.rows
    assert all(len(row) == len(chart.columns) for row in chart.rows)
    assert render(chart, "png") == render(draw(study(), name), "png")


def test_charts_that_do_not_suit_are_left_out() -> None:
    names = charts_of(border())
    assert "border" in names
    assert not {"raids", "refugees"} & set(names)


def test_share_stopped_is_missing_where_nobody_came() -> None:
    quiet = run_study(border({"crisis.incursions.parties.caravan.rate": "0 per day"}), 1, jobs=1)
    assert isnan(quiet.rows[0]["share_stopped"])
