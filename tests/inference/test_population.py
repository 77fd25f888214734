"""Fits of toy models whose parameters are known."""

from __future__ import annotations

from math import exp, nan, sqrt

import numpy as np
import pytest

from sim.inference.likelihood import Target, target_of
from sim.inference.population import Parameter, Population, TooFewCompleteError, each, fit
from sim.inference.posterior import effective_size, interval, luck, normal_scores, uniforms, weighted_mean
from sim.scenario.study import RecordEntry

TRUE_SPREAD = 0.2


def from_one_to_ten(path: str) -> Parameter:
    return Parameter(path, lambda u: 10**u)


PARAMETERS = [from_one_to_ten(path) for path in ("pace", "size", "idle")]


def toy(values: dict[str, float], index: int, seed: int = 0) -> dict[str, float]:
    """Two quantities that tell of two parameters, with noise; nothing tells of the third."""
    noise = normal_scores(luck(seed, "toy", index).random(3))
    return {
        "first": values["pace"] * exp(TRUE_SPREAD * noise[0]),
        "second": values["pace"] * values["size"] * exp(TRUE_SPREAD * noise[1]),
        "noise": exp(float(noise[2])),
    }


def recorded(**values: float) -> list[Target]:
    return [
        target_of(
            key, RecordEntry(response="x", label="x", kind="instant", unit="h", value=value, fitted=True)
        )
        for key, value in values.items()
    ]


def spread_of(population: Population, column: int) -> float:
    z = population.moved[:, column]
    mean = float((population.weights * z).sum())
    return sqrt(float((population.weights * (z - mean) ** 2).sum()))


def test_the_posterior_lies_where_theory_puts_it():
    # On the log scale: a uniform prior over ln 1 ... ln 10, an observation of ln 3 with error
    # sqrt(0.2^2 + ln(1.1)^2) = 0.2216: the posterior is nearly normal around ln 3 with that deviation.
    answer = fit(PARAMETERS, recorded(first=3.0), each(toy), draws=2000, rounds=3, seed=1)[-1]
    pace = np.log(10) * uniforms(answer.moved[:, 0])
    mean = float((answer.weights * pace).sum())
    deviation = sqrt(float((answer.weights * (pace - mean) ** 2).sum()))
    error = 0.2216 / sqrt(answer.effective)
    assert abs(mean - np.log(3)) < 4 * error
    assert deviation == pytest.approx(0.2216, rel=0.2)


def test_intervals_cover_the_truth_as_often_as_they_say():
    # 60 truths from the prior: a 90 % interval misses 6 of them, and more than 14 with chance 0.0003.
    missed = np.zeros(3)
    for case in range(60):
        u = luck(99, "truth", case).random(3)
        truth = {p.path: p.quantile(x) for p, x in zip(PARAMETERS, u, strict=True)}
        answer = fit(
            PARAMETERS, recorded(**toy(truth, case, seed=7)), each(toy), draws=400, rounds=3, seed=case
        )[-1]
        ends = [interval(answer.moved[:, j], answer.weights) for j in range(3)]
        z = normal_scores(u)
        missed += [not low <= value <= high for (low, _, high), value in zip(ends, z, strict=True)]
    assert missed.max() <= 14


def test_what_the_record_tells_narrows_and_what_it_does_not_stays():
    answer = fit(
        PARAMETERS, recorded(first=3.0, second=12.0, noise=1.0), each(toy), draws=1000, rounds=3, seed=2
    )[-1]
    assert spread_of(answer, 0) < 0.5
    assert spread_of(answer, 1) < 0.6
    assert spread_of(answer, 2) == pytest.approx(1, abs=4 / sqrt(2 * answer.effective))


def test_uninformative_data_give_back_the_prior():
    answer = fit(PARAMETERS, recorded(noise=1.0), each(toy), draws=1000, rounds=3, seed=3)[-1]
    mean = weighted_mean(answer.moved, answer.weights)
    assert np.abs(mean).max() < 4 / sqrt(answer.effective)
    for column in range(3):
        assert spread_of(answer, column) == pytest.approx(1, abs=4 / sqrt(2 * answer.effective))


def test_the_same_fit_twice_has_the_same_bytes_and_another_seed_has_others():
    def run(seed: int) -> bytes:
        answer = fit(PARAMETERS, recorded(first=3.0, noise=1.0), each(toy), draws=200, rounds=2, seed=seed)[
            -1
        ]
        return answer.moved.tobytes() + answer.weights.tobytes()

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_no_index_is_used_twice_and_values_fit_their_uniforms():
    seen = []

    def note(values: dict[str, float], index: int) -> dict[str, float]:
        seen.append((index, values["pace"]))
        return toy(values, index)

    fit(PARAMETERS, recorded(first=3.0), each(note), draws=100, rounds=3, seed=1)
    assert [index for index, _ in seen] == list(range(300))
    assert all(1 <= pace <= 10 for _, pace in seen)


def test_each_round_keeps_a_tenth_of_its_draws_effective():
    for population in fit(
        PARAMETERS, recorded(first=3.0, second=6.0), each(toy), draws=500, rounds=3, seed=1
    ):
        assert effective_size(population.weights) >= 0.1 * 500 * 0.999


def test_draws_in_which_the_event_never_happened_weigh_nothing():
    def sometimes(values: dict[str, float], index: int) -> dict[str, float]:
        return {"first": nan if index % 2 else values["pace"]}

    answer = fit(PARAMETERS, recorded(first=3.0), each(sometimes), draws=200, rounds=1, seed=1)[-1]
    assert answer.weights[1::2].sum() == 0
    assert answer.weights[::2].sum() == pytest.approx(1)


def test_a_record_that_hardly_ever_happens_is_refused_by_name():
    def never(values: dict[str, float], index: int) -> dict[str, float]:
        return toy(values, index) | {"second": nan}

    with pytest.raises(TooFewCompleteError, match=r"0 of 100 .* second in 0%"):
        fit(PARAMETERS, recorded(first=3.0, second=6.0), each(never), draws=100, rounds=1, seed=1)
