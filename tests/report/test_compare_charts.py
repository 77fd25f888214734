"""Charts of comparisons: the same bytes each time, and something to say where little differs."""

from __future__ import annotations

from functools import cache

import pytest

from sim.experiment.comparison import compare_sides
from sim.experiment.sides import side_of_scenario
from sim.report.compare_charts import draw_comparison
from sim.report.compare_text import comparison_text
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
    from dataclasses import replace

    found = comparison("rule")
    worse = [replace(d, variance_reduction=0.7) for d in found.differences[0]]
    text = "\n".join(comparison_text(replace(found, differences=[worse])))
    assert "0.70 !" in text
    assert "pairing widens this interval" in " ".join(text.split())
