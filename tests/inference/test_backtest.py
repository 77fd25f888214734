import json
from math import isfinite

import numpy as np
import pytest

from sim.alliance.theories import THEORIES
from sim.inference.backtest import ORDERED, REFERENCE, Backtest, backtest
from sim.inference.backtest_text import SAMPLE_WORDS, backtest_text, claims, document, misses_first
from sim.inference.board_scores import FEWEST_CONFLICTS, Measure, ranked_probability, scored
from sim.inference.contenders import class_shares, taught
from sim.inference.reading_out import answers, level, shares_of
from tests.inference.records import foreign_cases, shipped_cases


def test_ranked_probability_of_two_classes_is_the_brier_score():
    assert ranked_probability(np.array([0.3, 0.7]), 0) == pytest.approx(0.49)
    assert ranked_probability(np.array([0.0, 1.0, 0.0]), 1) == 0
    assert ranked_probability(np.array([1.0, 0.0, 0.0]), 2) == 1


def test_near_misses_cost_less_than_far_ones():
    forecast = np.array([0.7, 0.2, 0.1])
    costs = [ranked_probability(forecast, k) for k in range(3)]
    assert costs == sorted(costs)


def test_skill_of_the_reference_is_nought_and_perfect_is_one():
    blind, sure = np.array([0.5, 0.5]), np.array([1 - 1e-9, 1e-9])
    rows = [Measure(str(k % 5), 1.0, 0, blind, blind) for k in range(10)]
    assert scored(rows).skill == scored(rows).low == scored(rows).high == 0
    rows = [row._replace(forecast=sure) for row in rows]
    assert scored(rows).skill == pytest.approx(1)


def good_rows(conflicts: int, spread: float = 0.2) -> list[Measure]:
    """Return forecasts that beat the reference everywhere, a little more in every second conflict."""
    return [
        Measure(
            str(k), 1.0, 0, np.array([0.7 + spread * (k % 2), 0.3 - spread * (k % 2)]), np.array([0.5, 0.5])
        )
        for k in range(conflicts)
    ]


@pytest.mark.parametrize("conflicts", [1, 2, FEWEST_CONFLICTS - 1])
def test_too_few_conflicts_claim_nothing_whatever_the_interval(conflicts):
    found = scored(good_rows(conflicts))
    assert found.skill > 0.5
    assert not found.usable
    assert not found.claimed
    assert scored(good_rows(FEWEST_CONFLICTS)).claimed


def test_conflicts_coded_alike_leave_no_interval_and_no_claim():
    found = scored(good_rows(FEWEST_CONFLICTS + 2, spread=0.0))
    assert found.skill > 0.5
    assert found.low == pytest.approx(found.high)
    assert not found.usable
    assert not found.claimed
    worse = scored([m._replace(forecast=m.reference, reference=m.forecast) for m in good_rows(12, 0.0)])
    assert not worse.worse
    assert scored([m._replace(forecast=m.reference, reference=m.forecast) for m in good_rows(12)]).worse


def board_of(conflicts: int) -> Backtest:
    """Return a board without forecasts, on which one theory does well in *conflicts* conflicts."""
    good = dict.fromkeys(SAMPLE_WORDS, scored(good_rows(conflicts)))
    flat = dict.fromkeys(
        SAMPLE_WORDS, scored([m._replace(forecast=m.reference) for m in good_rows(conflicts)])
    )
    return Backtest((), {}, {"lead_nation": good, ORDERED: flat, REFERENCE: flat}, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("conflicts", [1, 2, 9])
def test_the_board_says_that_there_are_too_few_conflicts_and_nothing_else(conflicts):
    (told,) = claims(board_of(conflicts))
    assert f"too few conflicts ({conflicts})" in told
    assert "includes zero" not in told


def test_the_board_claims_from_ten_conflicts_on():
    told = " ".join(claims(board_of(10)))
    assert "lead_nation (answers, all coded)" in told
    assert "no interval with a width" in told  # of the theory that forecasts the reference itself


def test_siblings_in_one_conflict_widen_the_interval():
    rng = np.random.default_rng(3)
    happened = rng.integers(0, 2, 40)
    good = np.array([0.7, 0.3])

    def width(conflict):
        rows = [
            Measure(conflict(k), 1.0, int(h), good, np.array([0.5, 0.5]))
            for k, h in enumerate(sorted(happened))
        ]
        return scored(rows).high - scored(rows).low

    assert width(lambda k: str(k // 10)) > width(str)


def test_every_theory_is_scored_left_out_and_in_sample(board):
    assert set(board.scores) == set(THEORIES)
    for by_sample in board.scores.values():
        for sample in ("all", "own_acts", "weighted", "level", "level_seven", "troops", "backed"):
            for name in (sample, f"{sample}_in_sample"):
                score = by_sample[name]
                assert 0 <= score.rps <= 1
                assert score.low <= score.skill <= score.high
                assert score.n > 0


def test_what_learns_does_better_on_what_it_has_seen(board):
    for theory in ("ordered_choice", "plain_logit", "case_based", REFERENCE):
        scores = board.scores[theory]
        assert scores["weighted_in_sample"].rps < scores["weighted"].rps


def test_wars_and_clashes_stay_below_measures(board):
    against = [c for c in board.cases if c.situation.against_state]
    assert len(against) > 8
    for coded in against:
        for mode in ("left_out", "in_sample"):
            beyond = board.forecasts["ordered_choice"][mode][coded.id].level[2:].sum()
            assert beyond < 0.35, coded.id
        if coded.case.type == "intra_member_clash":
            assert beyond < 0.05


def test_nobody_goes_beyond_words_unasked(board):
    for coded in board.cases:
        if not coded.situation.asked:
            assert board.forecasts["ordered_choice"]["left_out"][coded.id].level[2:].sum() < 0.02


def test_a_left_out_case_does_not_move_its_own_forecast():
    cases = shipped_cases()[:10]
    last = cases[-1]
    flipped = last.case.model_copy(update={"council_decision": "exercises"})
    assert last.case.council_decision != "exercises"
    other = (*cases[:-1], type(last)(flipped, last.situation, last.ledger, last.observed))
    one, two = (backtest(c, structures=False) for c in (cases, other))
    for theory in THEORIES:
        a, b = (x.forecasts[theory]["left_out"][last.id].level for x in (one, two))
        assert (a == b).all(), theory


def test_misses_come_first_and_are_told_with_their_ledger(board):
    surprises = [surprise for surprise, *_ in misses_first(board)]
    assert surprises == sorted(surprises, reverse=True)
    text = backtest_text(board)
    assert "ledger:" in text
    assert "left out" in text
    assert "in-sample" in text


def test_skill_is_claimed_only_where_the_interval_lies_above_zero(board):
    told = claims(board)[0]
    for theory, by_sample in board.scores.items():
        if theory != REFERENCE and not any(
            score.low > 0 for name, score in by_sample.items() if not name.endswith("_in_sample")
        ):
            assert theory not in told


def test_the_document_is_plain_and_whole(board):
    content = json.loads(json.dumps(document(board), allow_nan=False))
    keys = {"rps", "log_score", "skill", "low", "high", "n"}
    assert all(keys <= set(score) for by in content["scores"].values() for score in by.values())
    assert len(content["cases"]) == len(board.cases)


def test_states_nobody_knows_are_no_obstacle(tmp_path):
    result = backtest(foreign_cases(tmp_path), shipped_cases())
    assert result.borrowed == len(shipped_cases())
    assert all(isfinite(by["all"].rps) for by in result.scores.values())
    alone = backtest(foreign_cases(tmp_path), structures=False)
    text = backtest_text(alone)
    assert "war_a" in text
    assert "too few conflicts (1, 2)" in text or "too few conflicts (2)" in text
    assert "MISS: the decision, or some coded answer, had been given a chance below" in text


def test_the_same_crisis_under_another_name_is_not_learnt_from():
    cases = shipped_cases()
    one = next(c for c in cases if c.case.council_decision == "force_deployment" and c.situation.asked)
    renamed = one.case.model_copy(update={"id": "renamed", "conflict": "renamed"})
    again = type(one)(renamed, one.situation, one.ledger, one.observed)
    others = tuple(c for c in cases if c.id != one.id)
    with_it, without = (backtest((again,), pool, structures=False) for pool in (cases, others))
    for theory in THEORIES:
        a, b = (x.forecasts[theory]["left_out"]["renamed"].level for x in (with_it, without))
        assert a == pytest.approx(b, abs=0.01), theory


def test_chances_read_out_add_up():
    cases = shipped_cases()
    shares = shares_of(cases, "all")
    from sim.inference.contenders import forecaster

    for coded, scene in zip(cases, forecaster("legalist", cases)(cases), strict=True):
        assert level(scene, coded, shares).sum() == pytest.approx(1)
        for chances in answers(scene, coded, shares).values():
            assert chances.sum() == pytest.approx(1)
            assert chances.min() > 0


def test_class_shares_without_observations_are_the_published_ones():
    assert sum(class_shares(())) == pytest.approx(1)
    assert taught("plain_logit", ()).chances(shipped_cases()[0].situation)
