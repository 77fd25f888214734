"""Effects of toy inputs that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from sim.inference.effects import EffectRow, Swing, noise_share, one_at_a_time, paired_effect, ranked
from sim.inference.posterior import luck, normal_scores

SWINGS = [Swing("big", 0, 1, 2), Swing("small", 0, 1, 2), Swing("inert", 0, 1, 2), Swing("chance", 0, 1, 2)]
BASE = {swing.path: swing.base for swing in SWINGS}


def additive(jobs: Sequence[tuple[Mapping[str, float], int]]) -> list[dict[str, float]]:
    """Sum of inputs times 5 and 1 with common noise; *chance* only multiplies noise of its own."""
    out = []
    for values, replication in jobs:
        v = BASE | dict(values)
        common, own = normal_scores(luck(1, "toy", replication).random(2))
        total = 5 * v["big"] + v["small"] + 3 * common + 0.5 * (v["chance"] - 1) * own
        out.append({"sum": float(total), "flag": float(total + v["big"] > 10)})
    return out


def rows_of(response: str, **keys: int) -> dict[str, EffectRow]:
    options = {"reps": 40, "screen": 0, "keep": 40} | keys
    rows = one_at_a_time(SWINGS, ["sum", "flag"], additive, **options)
    return {row.swing.path: row for row in rows if row.response == response}


def test_the_same_luck_on_both_ends_leaves_the_exact_effect():
    rows = rows_of("sum")
    assert rows["big"].effect == pytest.approx(10)
    assert rows["small"].effect == pytest.approx(2)
    assert rows["small"].effect_high - rows["small"].effect_low < 1e-9


def test_an_inert_input_moves_nothing_at_all():
    row = rows_of("sum")["inert"]
    assert (row.effect, row.effect_low, row.effect_high) == (0, 0, 0)
    assert row.inert
    assert isnan(row.noise)


def test_an_input_that_only_stirs_noise_has_an_interval_around_zero_and_is_all_noise():
    row = rows_of("sum")["chance"]
    assert row.effect_low < 0 < row.effect_high
    assert row.noise > 0.1
    assert not row.inert


def test_an_effect_without_noise_has_no_noise_share():
    assert rows_of("sum")["big"].noise == pytest.approx(0, abs=1e-12)


def test_ranks_follow_size_and_overlaps_share_one():
    ranks = {path: (row.rank, row.worst_rank) for path, row in rows_of("sum").items()}
    assert ranks == {"big": (1, 1), "small": (2, 2), "chance": (3, 3), "inert": (0, 0)}


def test_screening_gives_only_the_influential_all_replications():
    rows = rows_of("sum", screen=8, keep=1)
    assert {path: row.pairs for path, row in rows.items()} == {"big": 40, "small": 8, "inert": 8, "chance": 8}
    assert [path for path, row in rows.items() if not row.screened_out] == ["big"]


def test_screening_runs_no_point_twice_and_changes_no_number_of_those_it_keeps():
    seen: list[tuple[str, int]] = []

    def note(jobs: Sequence[tuple[Mapping[str, float], int]]) -> list[dict[str, float]]:
        seen.extend((repr(sorted(values.items())), replication) for values, replication in jobs)
        return additive(jobs)

    rows = one_at_a_time(SWINGS, ["sum"], note, reps=40, screen=8, keep=4)
    assert len(seen) == len(set(seen)) == (1 + 2 * 4) * 40
    assert [(r.swing.path, r.effect) for r in rows] == [(p, r.effect) for p, r in rows_of("sum").items()]


def test_pairs_in_which_it_did_not_happen_at_both_ends_do_not_count():
    low, high = np.array([1.0, nan, 3.0, 4.0]), np.array([2.0, 9.0, nan, 6.0])
    effect, _, _, _, pairs = paired_effect(low, high)
    assert (effect, pairs) == (1.5, 2)


def test_one_pair_or_none_gives_no_interval():
    assert isnan(paired_effect(np.array([1.0]), np.array([2.0]))[1])
    assert isnan(paired_effect(np.array([nan]), np.array([2.0]))[0])


def test_t_interval_covers_a_known_mean_as_often_as_it_says():
    # 2,000 samples of 10: coverage 0.95 with standard error 0.0049.
    draws = normal_scores(luck(1, "t").random((2000, 10))) + 1
    inside = [low <= 1 <= high for low, high in (paired_effect(np.zeros(10), d)[1:3] for d in draws)]
    assert abs(np.mean(inside) - 0.95) < 4 * 0.0049


def test_agreeing_pairs_of_a_flag_leave_room_for_what_was_not_seen():
    # Bonett and Price by hand: no discordant pair in 40, (1/42 + 1/42)/42 under the root.
    effect, low, high, error, _ = paired_effect(np.ones(40), np.ones(40))
    assert effect == 0
    assert error == pytest.approx((2 / 42 / 42) ** 0.5)
    assert (low, high) == pytest.approx((-1.959964 * error, 1.959964 * error))


def test_a_flag_turned_everywhere_stays_below_certainty():
    effect, low, high, _, _ = paired_effect(np.zeros(40), np.ones(40))
    assert (effect, high) == (1, 1)
    assert 0.85 < low < 1


def a_row(path: str, low: float, high: float) -> EffectRow:
    return EffectRow("x", Swing(path, 0, 1, 2), 0, 0, 0, 1, 1, (low + high) / 2, low, high, 0.1, 40, 0.1)


def test_overlap_is_not_ranked_apart_whatever_the_sign():
    ends = {"a": (1, 2), "b": (-6, -5), "c": (1.5, 5.5), "d": (-0.5, 0.5)}
    rows = ranked([a_row(path, low, high) for path, (low, high) in ends.items()])
    found = [(r.swing.path, r.rank, r.worst_rank) for r in rows]
    assert found == [("b", 1, 2), ("c", 1, 3), ("a", 2, 3), ("d", 4, 4)]


def test_what_cannot_be_judged_is_listed_last_and_not_ranked():
    few = replace(a_row("few", 7, 9), pairs=9)
    left = replace(a_row("left", 7, 9), screened_out=True)
    rows = ranked([few, a_row("known", 1, 2), left])
    assert [(r.swing.path, r.rank) for r in rows] == [("known", 1), ("few", 0), ("left", 0)]


@pytest.mark.parametrize(
    ("effects", "errors", "share"),
    [([3.0], [1.0], 1 / 9), ([0.1], [1.0], 1.0), ([3.0, 0.0], [1.0, 2.0], 5 / 9)],
)
def test_the_noise_share_is_noise_over_signal_and_noise(
    effects: list[float], errors: list[float], share: float
):
    assert noise_share(effects, errors) == pytest.approx(share)


def test_nothing_moved_has_no_noise_share():
    assert isnan(noise_share([0.0, nan], [0.0, nan]))


def test_each_end_is_also_compared_with_the_base():
    row = rows_of("sum")["big"]
    assert row.low_from_base == pytest.approx((-5, -5, -5))
    assert row.high_from_base == pytest.approx((5, 5, 5))


def test_after_a_screening_the_ends_are_compared_with_their_own_base_runs():
    row = rows_of("sum", screen=10, keep=1)["small"]
    assert row.screened_out
    assert row.low_from_base == pytest.approx((-1, -1, -1))
