"""Every shipped scenario against its record, at the size that the document's table was made with."""

from __future__ import annotations

import pytest

from tests.scenarios.score_all import (
    BEGIN,
    END,
    README,
    REASONS,
    interval_score,
    rate,
    relative_interval,
    scored,
    shipped,
    table,
)


def test_a_band_pays_for_its_width_and_for_what_it_misses():
    assert interval_score(1, 3, 2, 2) == 2
    assert interval_score(1, 3, 4, 4) == pytest.approx(2 + 20)
    assert interval_score(1, 3, 0.5, 0.9) == pytest.approx(2 + 2)
    assert interval_score(1, 3, 0, 5) == 2


def test_every_scenario_with_something_to_score_is_in_the_document():
    document = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    told = [line.split("`")[1] for line in document.splitlines() if line.startswith("| `")]
    assert told == [name for name, _ in shipped()]
    assert "reason to be given" not in document


@pytest.mark.slow
def test_three_quarters_of_the_scored_instants_lie_in_their_band():
    points = scored(jobs=1)
    assert rate(points) >= 0.75
    assert relative_interval(points) < 1
    missed = {(p.scenario, p.entry.key) for p in points if not p.inside and not p.again}
    assert missed <= set(REASONS), table(points)
