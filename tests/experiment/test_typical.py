"""The run that stands for the others is near the middle of the commonest kind."""

from __future__ import annotations

from math import nan

from sim.experiment.typical import typical_run


def a_row(level, *times, failed=0.0):
    return {"failed": failed, "help_level": float(level), "a": times[0], "b": times[-1]}


def test_it_has_the_commonest_help_level():
    rows = [a_row(0, 2), a_row(3, 1), a_row(3, 2), a_row(3, 9), a_row(0, 2)]
    assert typical_run(rows, ("a",)) == 2


def test_it_has_a_mandate_where_enough_runs_have():
    rows = [a_row(0, 5)] * 10 + [a_row(3, time) | {"mandate": 1.0} for time in (1, 4, 2, 3, 9)]
    assert typical_run(rows, ("a",)) == 13
    assert typical_run(rows[:-1], ("a",)) == 0


def test_distances_are_in_standard_deviations():
    # Medians 2 and 200; the second column is wide, so 40 off there is nearer than 1 off in the first.
    rows = [a_row(3, 2, 240), a_row(3, 3, 200), a_row(3, 1, 100), a_row(3, 2, 400), a_row(3, 1, 0)]
    assert typical_run(rows, ("a", "b")) == 0


def test_a_run_that_lacks_what_most_have_is_far():
    rows = [a_row(3, nan), a_row(3, 1), a_row(3, 2), a_row(3, 3)]
    assert typical_run(rows, ("a",)) == 2


def test_a_run_that_has_what_most_lack_is_far():
    rows = [a_row(3, 1), a_row(3, nan), a_row(3, nan)]
    assert typical_run(rows, ("a",)) == 1


def test_the_first_of_equals_is_taken_and_failed_runs_never():
    assert typical_run([a_row(3, 1, failed=1.0), a_row(3, 4), a_row(3, 4)], ("a",)) == 1
    assert typical_run([a_row(nan, nan, failed=1.0)], ("a",)) == -1
