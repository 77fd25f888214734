"""The published values of five actors on three issues."""

from __future__ import annotations

import pytest

from sim.alliance.theories.spatial import raw_value

POSITIONS = (
    (52.8, 39.8, 39.6), (15.9, 61.4, 72.0), (61.1, 86.5, 44.5), (26.3, 16.5, 15.9), (73.3, 61.1, 26.3),
)  # fmt: skip
SALIENCES = (
    (32.3, 22.4, 13.4), (25.2, 34.5, 26.5), (28.8, 28.6, 18.2), (15.6, 42.0, 14.3), (39.7, 19.9, 15.8),
)  # fmt: skip
PUBLISHED = (
    (1.000, 0.673, 0.739, 0.747, 0.799),
    (0.708, 1.000, 0.681, 0.570, 0.625),
    (0.694, 0.647, 1.000, 0.483, 0.804),
    (0.763, 0.563, 0.358, 1.000, 0.571),
    (0.800, 0.493, 0.839, 0.560, 1.000),
)


@pytest.mark.parametrize("i", range(5))
@pytest.mark.parametrize("j", range(5))
def test_the_25_published_values_come_out(i, j):
    found = raw_value(POSITIONS[i], POSITIONS[j], SALIENCES[i], length=100)
    assert round(found, 3) == PUBLISHED[i][j]


def test_ends_of_every_scale_are_worth_nothing_to_each_other():
    assert raw_value((0, 0), (1, 1), (1, 3)) == pytest.approx(0)


def test_bad_questions_are_refused():
    with pytest.raises(ValueError, match="matter"):
        raw_value((0,), (1,), (0,))
    with pytest.raises(ValueError, match="shorter"):
        raw_value((0, 0), (1,), (1, 1))
