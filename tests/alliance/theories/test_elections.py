"""Published figures of victory laws and elections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.alliance.theories.elections import (
    LAWS,
    conditional,
    markov_by_prospects,
    markov_uniform,
    pairwise,
    stationary,
    victory,
)

STRENGTHS = ((0, 12.099, 54.921), (10.333, 0, 27.079), (5.007, 55.047, 0))
WINS = pairwise(STRENGTHS, "square")


@pytest.mark.parametrize(
    ("ours", "theirs", "chances"),
    [
        (2, 1, (2 / 3, 4 / 5, 16 / 17, 256 / 257)),
        (3, 1, (0.75, 0.9, 81 / 82, 6561 / 6562)),
    ],
)
def test_victory_laws(ours, theirs, chances):
    assert [victory(ours, theirs, law) for law in LAWS] == pytest.approx(chances)


def test_a_small_edge_counts_more_under_a_steeper_law():
    assert [round(100 * victory(11, 10, law), 1) for law in LAWS] == [52.4, 54.8, 59.4, 68.2]


def test_pairwise_wins():
    assert [round(x, 4) for x in (WINS[0][1], WINS[0][2], WINS[1][2])] == [0.5782, 0.9918, 0.1948]


@pytest.mark.parametrize(
    ("found", "published"),
    [
        (conditional(WINS), (0.8659, 0.1241, 0.0100)),
        (markov_uniform(WINS), (0.6351, 0.2148, 0.1501)),
        (markov_by_prospects(STRENGTHS, WINS), (0.5094, 0.2796, 0.2110)),
    ],
)
def test_elections(found, published):
    assert [round(x, 4) for x in found] == list(published)
    assert sum(found) == pytest.approx(1)


def test_nobody_strong_is_a_toss():
    assert victory(0, 0) == 0.5
    assert conditional([[0, 0], [0, 0]]) == [0.5, 0.5]
    nothing = [[0.0, 0.0], [0.0, 0.0]]
    assert markov_by_prospects(nothing, nothing) == [0.5, 0.5]


def test_bad_questions_are_refused():
    with pytest.raises(ValueError, match="negative"):
        victory(-1, 1)
    with pytest.raises(KeyError):
        victory(1, 1, "cubic")


def test_a_chain_that_does_not_settle_stops():
    assert stationary([[0, 1], [1, 0]], rounds=3) == [0.5, 0.5]


@given(st.floats(0, 1e300), st.floats(0, 1e300), st.sampled_from(sorted(LAWS)))
def test_somebody_wins(ours, theirs, law):
    assert victory(ours, theirs, law) + victory(theirs, ours, law) == pytest.approx(1)
    assert victory(ours, theirs, law) >= 0.5 or ours <= theirs
