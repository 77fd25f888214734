"""The published worked example on emission standards, and what holds for any bargain."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.alliance.theories.bargaining import (
    Actor,
    bargain,
    chance_of_success,
    expected_utility,
    offer,
    risks,
    support,
    utilities,
    weighted_median,
)

#: Capability, position, salience and published risk.
PUBLISHED = {
    "Netherlands": (0.08, 0, 0.8, 1.12),
    "Belgium": (0.08, 0.5, 0.4, 1.00),
    "Luxembourg": (0.03, 0, 0.2, 0.50),
    "Germany": (0.16, 0, 0.8, 1.12),
    "France": (0.16, 1, 0.6, 1.02),
    "Italy": (0.16, 1, 0.6, 1.02),
    "United Kingdom": (0.16, 1, 0.9, 2.00),
    "Ireland": (0.05, 0.5, 0.1, 0.65),
    "Denmark": (0.05, 0, 1.0, 1.45),
    "Greece": (0.08, 0.5, 0.7, 1.56),
}
ACTORS = {name: Actor(c, x, s) for name, (c, x, s, _) in PUBLISHED.items()}
BELGIUM = {
    "Denmark": 0.27, "France": 0.40, "Germany": 0.41, "Greece": 0, "Ireland": 0, "Italy": 0.40,
    "Luxembourg": 0.85, "Netherlands": 0.41, "United Kingdom": 0.11,
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_ten_published_risks_come_out(name):
    assert round(risks(ACTORS)[name], 2) == PUBLISHED[name][3]


def test_the_published_contest_comes_out():
    ours, theirs = support(ACTORS, "Belgium", "Netherlands")
    assert (round(ours, 4), round(theirs, 4)) == (0.2145, 0.124)
    assert round(chance_of_success(ACTORS, "Belgium", "Netherlands"), 3) == 0.634


@pytest.mark.parametrize("other", BELGIUM)
def test_the_published_row_comes_out(other):
    assert round(utilities(ACTORS)["Belgium", other], 2) == BELGIUM[other]


def test_58_of_90_directed_pairs_are_positive():
    found = utilities(ACTORS)
    assert len(found) == 90
    assert sum(value > 0 for value in found.values()) == 58


def test_the_weighted_median_is_the_published_one():
    assert weighted_median(ACTORS) == 0.5


def test_a_median_needs_somebody():
    with pytest.raises(ValueError, match="nobody"):
        weighted_median({})


def test_alike_actors_are_neutral_and_stay():
    alike = {name: Actor(1, 0.3, 0.5) for name in "abc"}
    assert set(risks(alike).values()) == {1.0}
    assert chance_of_success(alike, "a", "b") == 0.5
    assert expected_utility(alike, "a", "b", 1.0) == 0
    assert bargain(alike, 5) == alike


@pytest.mark.parametrize(
    ("gain", "answer", "lands"),
    [
        (1.0, -2.0, 1.0),  # the weak one would lose more than the strong one gains: all the way
        (1.0, -0.25, 0.25),  # less: part of the way
        (1.0, 0.5, None),  # both gain: conflict
        (-1.0, -1.0, None),  # neither: stalemate
    ],
)
def test_offers_follow_the_two_utilities(gain, answer, lands):
    pair = {"i": Actor(1, 1.0, 1), "j": Actor(1, 0.0, 1)}
    assert offer(pair, {("i", "j"): gain, ("j", "i"): answer}, "i", "j") == lands


actors = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(Actor, st.floats(0.01, 10), st.floats(0, 1), st.floats(0.01, 1)),
    min_size=2,
)


@settings(max_examples=40, deadline=None)
@given(actors, st.randoms(use_true_random=False))
def test_bargains_keep_within_the_range_and_know_no_order(found, luck):
    settled = bargain(found, 3)
    low, high = min(a.position for a in found.values()), max(a.position for a in found.values())
    assert all(low - 1e-12 <= a.position <= high + 1e-12 for a in settled.values())
    names = list(found)
    luck.shuffle(names)
    assert bargain({n: found[n] for n in names}, 3) == settled


@given(actors)
def test_risks_lie_between_a_half_and_two(found):
    assert all(0.5 - 1e-12 <= r <= 2 + 1e-12 for r in risks(found).values())


@given(actors)
def test_chances_of_the_two_sides_add_up(found):
    a, b, *_ = found
    assert isclose(chance_of_success(found, a, b) + chance_of_success(found, b, a), 1)
