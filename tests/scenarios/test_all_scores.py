"""Every shipped scenario against its record, at the size that the document's table was made with."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from sim.experiment.compare import RecordSummary
from sim.experiment.responses import Response
from sim.experiment.samples import Sample, censored_at
from sim.experiment.spans import record_responses
from sim.scenario.load import load_scenario
from sim.scenario.study import RecordEntry
from tests.scenarios.score_all import (
    BEGIN,
    END,
    README,
    REASONS,
    Scored,
    interval_score,
    overall,
    rate,
    relative_crps,
    relative_interval,
    scored,
    seen_end,
    shipped,
    table,
)


def test_a_band_pays_for_its_width_and_for_what_it_misses():
    assert interval_score(1, 3, 2, 2) == 2
    assert interval_score(1, 3, 4, 4) == pytest.approx(2 + 20)
    assert interval_score(1, 3, 0.5, 0.9) == pytest.approx(2 + 2)
    assert interval_score(1, 3, 0, 5) == 2


def _point(high: float = 40.0, seen: float = 40.0, naive: tuple[float, float] | None = (0, 20)) -> Scored:
    """Return a scored wait of 10 h in a band from 5 h to *high*, of which *seen* was simulated."""
    entry = RecordEntry(
        response="wait", label="Wait", kind="instant", unit="h", value=10, scored=True, naive=naive,
        source="assumption", confidence="low",
    )  # fmt: skip
    summary = RecordSummary(
        key="wait", entry=entry, median=20, low=5, high=high, n=100, percentile=0.2, inside_band=True,
        inside_half=True, meets_band=None, crps=4.0, crps_naive=nan if naive is None else 2.0, agree=nan,
    )  # fmt: skip
    return Scored("syria", summary, 5.0, seen)


def test_a_band_that_ends_later_pays_at_least_for_what_was_simulated():
    point = _point(high=nan, seen=41.0)
    # (41 - 5) over the 18 h of the naive 5-95 % band.
    assert point.interval == pytest.approx(36 / 18)
    assert point.open
    assert point.inside
    assert relative_interval([point, _point(seen=23.0)]) == pytest.approx((2 + 1) / 2)
    assert relative_crps([point]) == 2


def test_a_hidden_end_is_put_where_the_clock_stopped():
    stopped = Sample(np.array([1.0, 2, 50, 60]), np.array([True, True, False, False]), (0, 1, 2, 3))
    assert seen_end(nan, stopped, 0.95) == 60
    assert seen_end(nan, stopped, 0.75) == 50
    assert seen_end(2.0, stopped, 0.5) == 2


def test_what_is_counted_from_a_later_day_is_hidden_sooner():
    lead = Response("lead", "Asked to arrived", "h", None, lambda log, s: nan, "time", "start", starts=30.0)
    assert censored_at(lead, {"hours_simulated": 100.0}) == 70
    assert censored_at(lead._replace(starts=0.0), {"hours_simulated": 100.0}) == 100


def test_a_delivery_of_the_record_is_hidden_from_the_day_it_was_asked_for():
    covid = load_scenario(README.parent / "covid.yaml")
    lead = record_responses(covid)["wait_vaccine_blr"]
    asked = covid.hours(covid.crisis.epidemic.deliveries["vaccine_blr"].asked)
    assert censored_at(lead, {"hours_simulated": 11136.0}) == 11136 - asked


def test_what_no_naive_range_stands_beside_is_counted_in_words():
    points = [_point(), _point(naive=None), _point(high=nan, seen=60.0)]
    assert isnan(points[1].interval)
    assert isnan(points[1].crps)
    told = overall(points)
    assert "3 of 3 in the band" in told
    assert "Beside a naive range stand 2 (without one: 1 in `syria`)" in told
    assert "1 bands end beyond the simulated time" in told
    assert table(points).splitlines()[2].startswith("| `syria` | 3 | 2 | 3 | 1 | ")


def test_every_scenario_with_something_to_score_is_in_the_document():
    document = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    told = [line.split("`")[1] for line in document.splitlines() if line.startswith("| `")]
    assert told == [name for name, _ in shipped()]
    assert "reason to be given" not in document


@pytest.mark.slow
def test_three_quarters_of_the_scored_instants_lie_in_their_band():
    points = scored(jobs=1)
    assert rate(points) >= 0.75
    # The bands are about as wide as naive ones and centred better; the document says so in both scores.
    assert relative_crps(points) < 1
    assert f"{relative_interval(points):.2f} of the naive" in README.read_text(encoding="utf-8")
    missed = {(p.scenario, p.entry.key) for p in points if not p.inside and not p.again}
    assert missed <= set(REASONS), table(points)
