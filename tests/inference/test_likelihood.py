"""Distances of simulated quantities to recorded ones."""

from __future__ import annotations

from math import isnan, log, nan
from typing import Any

import numpy as np
import pytest

from sim.inference.likelihood import compare, fitted_targets, target_of
from sim.scenario.study import RecordEntry


def an_entry(kind: str = "instant", **keys: Any) -> RecordEntry:
    return RecordEntry.model_validate({"response": "killed", "label": "x", "kind": kind, "unit": "h", **keys})


def test_inside_the_recorded_range_nothing_is_missed():
    target = target_of("t", an_entry(value=10, low=8, high=12))
    assert [target.miss(x) for x in (8.0, 9.0, 12.0)] == pytest.approx([0, 0, 0])


def test_a_point_is_missed_by_the_log_of_the_ratio_in_tolerances_of_a_tenth():
    target = target_of("t", an_entry(value=10))
    assert target.miss(20.0) == pytest.approx(log(2) / log(1.1))
    assert target.miss(5.0) == pytest.approx(-log(2) / log(1.1))


def test_outside_a_range_the_distance_is_to_its_nearer_end():
    target = target_of("t", an_entry(value=10, low=5, high=20))
    assert target.miss(22.0) == pytest.approx(1)
    assert target.miss(5 / 1.1) == pytest.approx(-1)


def test_a_bound_is_missed_on_one_side_only():
    target = target_of("t", an_entry("bound", high=10))
    assert target.miss(0.001) == 0
    assert target.miss(11.0) == pytest.approx(1)
    floor = target_of("t", an_entry("bound", low=108))
    assert floor.miss(500.0) == 0
    assert floor.miss(54.0) < 0


def test_a_record_of_zero_is_compared_on_the_plain_scale():
    target = target_of("t", an_entry(value=0))
    assert not target.logarithmic
    assert [target.miss(x) for x in (0.0, 2.0)] == [0, 2]


def test_beyond_a_factor_of_ten_far_is_far():
    assert target_of("t", an_entry(value=10)).miss(0.0) == pytest.approx(-log(10) / log(1.1))


@pytest.mark.parametrize("value", [nan, float("inf")])
def test_what_never_happened_has_no_distance(value: float):
    assert isnan(target_of("t", an_entry(value=10)).miss(value))


def test_only_fitted_entries_become_targets():
    record = {"a": an_entry(value=1, fitted=True), "b": an_entry(value=1, scored=True)}
    assert [t.key for t in fitted_targets(record)] == ["a"]


def test_a_draw_in_which_something_never_happened_cannot_have_made_the_record():
    targets = [target_of("a", an_entry(value=10)), target_of("b", an_entry(value=10))]
    seen = compare(targets, [{"a": 10.0, "b": 11.0}, {"a": 10.0, "b": nan}])
    assert seen.complete.tolist() == [True, False]
    assert seen.log_likelihood(np.ones(2)) == pytest.approx([-0.5, -np.inf])
    assert seen.pieces[0] == pytest.approx([0, -0.5])
