"""The sequential rule: it stops when it may, and what it says then holds as often as it claims."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from sim.experiment.precision import ERROR, LEAST, Rule, Values, until_precise
from sim.experiment.sweep import run_sweep
from sim.scenario.sweep import Sweep
from tests.tiny import tiny_scenario

TRIALS = 400


def stopped(rule, draw):
    """Return what the rule said where it stopped, on values from *draw*."""
    held = np.empty(0)

    def extend(keys, before, size):
        nonlocal held
        held = np.concatenate([held, draw(size - before)])

    def samples(key):
        return {"x": Values(held, range(len(held)), set(np.unique(held)) <= {0.0, 1.0})}

    return until_precise(["only"], rule, extend, samples)["only"]


def test_looks_grow_to_the_cap_in_whole_draws():
    assert Rule(0.1, 200).sizes() == (30, 45, 68, 102, 152, 200)
    assert Rule(0.1, 100, multiple=8).sizes() == (32, 48, 72, 100)
    assert Rule(0.1, 10).sizes() == (10,)


@pytest.mark.parametrize(
    ("law", "mean", "width"),
    [
        ("bernoulli", 0.1, 0.05),
        ("bernoulli", 0.5, 0.1),
        ("normal", 10.0, 0.05),
        ("exponential", 3.0, 0.1),
    ],
)
def test_the_interval_at_the_stop_holds_as_often_as_it_claims(law, mean, width):
    laws = {
        "bernoulli": lambda rng: lambda n: (rng.random(n) < mean).astype(float),
        "normal": lambda rng: lambda n: rng.normal(mean, 3.0, n),
        "exponential": lambda rng: lambda n: rng.exponential(mean, n),
    }
    rng = np.random.default_rng(5)
    hits = stops = 0
    for _ in range(TRIALS):
        verdict = stopped(Rule(width, 4000), laws[law](rng)).verdicts["x"]
        hits += verdict.low <= mean <= verdict.high
        stops += verdict.enough
    # Four standard errors of a share of trials below what is claimed.
    allowed = (1 - ERROR) - 4 * np.sqrt(ERROR * (1 - ERROR) / TRIALS)
    assert hits / TRIALS >= allowed
    assert stops == TRIALS


def test_a_rule_with_plain_intervals_would_claim_too_much():
    """The same looks with 95 % intervals each, stopped by one of a mean, miss more often than 5 %."""
    rng, misses, trials = np.random.default_rng(7), 0, 1500
    for _ in range(trials):
        held = rng.normal(1.0, 1.0, 1000)
        for n in Rule(0.0, 1000).sizes():
            half = 1.96 * held[:n].std(ddof=1) / np.sqrt(n)
            if abs(held[:n].mean() - 1.0) > half:  # an onlooker who waits for a miss
                misses += 1
                break
    assert misses / trials > 2 * ERROR


#: Standard errors that the interval of looks 1, 2 and 10 reaches: normal quantiles at 1 - 0.15 / (pi k)^2.
REACH = {1: 2.1649, 2: 2.6694, 10: 3.6119}


@pytest.mark.parametrize("look", REACH)
def test_each_look_spends_its_share_of_the_error(look):
    n = 20_000
    x = np.tile([-1.0, 1.0], n // 2) + 3.0
    error = x.std(ddof=1) / np.sqrt(n)
    found = Rule(0.01, n).judge(Values(x, range(n)), look)
    assert found.half_width / error == pytest.approx(REACH[look], rel=2e-3)
    shares = Values(np.tile([0.0, 1.0], n // 2), range(n), proportion=True)
    found = Rule(0.01, n).judge(shares, look)
    assert found.half_width / (0.5 / np.sqrt(n)) == pytest.approx(REACH[look], rel=2e-3)


def test_the_looks_together_spend_no_more_than_the_whole_error():
    spent = [2 * (1 - NormalDist().cdf(reach)) for reach in REACH.values()]
    assert spent == pytest.approx([ERROR * 6 / (np.pi * look) ** 2 for look in REACH], rel=1e-2)
    assert sum(ERROR * 6 / (np.pi * look) ** 2 for look in range(1, 10_000)) < ERROR


def test_it_never_stops_before_thirty_even_if_all_agree():
    found = stopped(Rule(0.5, 500), lambda n: np.ones(n))
    assert (found.n, found.enough) == (LEAST, True)
    few = Rule(0.5, 500).judge(Values([3.0] * 29, range(29)), 1)
    assert not few.enough


def test_runs_of_one_draw_count_as_one():
    rule, x = Rule(0.1, 1000), np.repeat(np.random.default_rng(1).normal(10, 3, 40), 5)
    apart, together = rule.judge(Values(x, range(200)), 1), rule.judge(Values(x, np.arange(200) // 5), 1)
    assert together.half_width > 2 * apart.half_width


def test_with_a_store_each_look_adds_its_own_runs(tmp_path):
    from sim.experiment.sweep import do_sweep
    from sim.experiment.sweep_plan import plan_sweep
    from sim.experiment.sweep_results import sweep_store

    sweep = Sweep(vary={"fleets.AAA.medium.available": [2, 6]}, precision=0.01, responses=("killed",))
    plan = plan_sweep(tiny_scenario(), sweep, 50)
    with sweep_store(plan, tmp_path) as store:
        kept = do_sweep(plan, jobs=1, store=store)
    alone = do_sweep(plan, jobs=1)
    assert [kept.book.count(point) for point in (0, 1)] == [50, 50]
    np.testing.assert_array_equal(kept.book.of(1), alone.book.of(1))


def test_a_sweep_stops_each_point_on_its_own_and_says_where():
    sweep = Sweep(vary={"fleets.AAA.medium.available": [2, 6]}, precision=0.2, responses=("mandate",))
    study = run_sweep(tiny_scenario(), sweep, 400, jobs=1)
    assert {found.enough for found in study.reached.values()} == {True}
    counts = {study.book.count(point.number) for point in study.design.points}
    assert max(counts) < 400
    capped = run_sweep(
        tiny_scenario(), sweep.model_copy(update={"responses": ("killed",)}), 40, jobs=1
    ).reached
    assert {(found.n, found.enough, found.worst) for found in capped.values()} == {(40, False, "killed")}
