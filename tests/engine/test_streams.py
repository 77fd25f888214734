"""Every draw has its own address, and every variate its own law."""

from hashlib import blake2b
from itertools import product
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.engine.philox import AHEAD, FEW_SIZE, PER_STEP, Source, few_of, read_so_far
from sim.engine.streams import TINY, Stream, Streams, uniform_at

N = 20_000


def a_stream(name: str = "readiness", entity: str = "a", *, seed: int = 1, replication: int = 0) -> Stream:
    return Streams(seed, replication).open(name, entity)


def singly(stream: Stream, n: int) -> list[float]:
    return [stream.uniform() for _ in range(n)]


def test_every_address_has_its_own_luck():
    addresses = list(
        product((0, 1, 2**64 - 1), ("x", "y", ""), (0, 1, 2**63), ("", "a", "b"), (0, 1, 4, 8, 999))
    )
    assert len({uniform_at(*address) for address in addresses}) == len(addresses)


def test_the_same_address_has_the_same_luck_whatever_happens_in_between():
    before = singly(a_stream(), 40)
    singly(a_stream("other"), 7)
    singly(a_stream(entity="b", seed=9, replication=3), 11)
    assert singly(a_stream(), 40) == before


def test_name_and_entity_are_not_run_together():
    assert uniform_at(1, "ab", 0, "c") != uniform_at(1, "a", 0, "bc")


@given(takes=st.lists(st.integers(0, 70), max_size=12))
def test_reading_in_blocks_equals_reading_one_by_one(takes):
    blocks, alone = a_stream(), a_stream()
    for n in takes:
        assert blocks.uniforms(n) == singly(alone, n)
    assert blocks.uniform() == alone.uniform()


@given(turns=st.lists(st.sampled_from("abc"), min_size=1, max_size=200))
def test_interleaving_streams_does_not_matter(turns):
    streams = Streams(1, 0)
    opened = {entity: streams.open("readiness", entity) for entity in "abc"}
    drawn: dict[str, list[float]] = {entity: [] for entity in "abc"}
    for entity in turns:
        drawn[entity].append(opened[entity].uniform())
    for entity, numbers in drawn.items():
        assert numbers == singly(a_stream(entity=entity), len(numbers))


def test_adding_an_entity_leaves_everybody_elses_luck_alone():
    def luck(entities: str) -> dict[str, list[float]]:
        streams = Streams(5, 2)
        return {entity: singly(streams.open("readiness", entity), 20) for entity in entities}

    few, more = luck("ac"), luck("abc")
    assert {entity: more[entity] for entity in "ac"} == few


@pytest.mark.parametrize("index", [0, 3, 4, 7, 8, 23, 24, 119, 120, 700])
def test_a_draw_can_be_looked_up_by_its_index(index):
    in_order = a_stream(seed=3, replication=7).uniforms(index + 1)
    assert uniform_at(3, "readiness", 7, "a", index) == in_order[-1]


def test_golden_values_never_change():
    """A change here changes every published run: do it on purpose or not at all."""
    assert uniform_at(1, "readiness", 0, "a", 0) == 0.5496331112428517
    assert uniform_at(20220105, "weather", 12, "field", 9) == 0.6845371044829872
    assert uniform_at(2**64 - 1, "incident", 2**63, "", 1000) == 0.5534730167574542


def test_the_generator_is_numpys_philox_at_the_address_it_claims():
    """Key (seed, hash of the name), counter (0, 0, replication, hash of the entity)."""
    name, entity = (int.from_bytes(blake2b(t.encode(), digest_size=8).digest(), "big") for t in ("x", "y"))
    philox = np.random.Philox(
        key=np.array([11, name], np.uint64), counter=np.array([0, 0, 5, entity], np.uint64)
    )
    expected = np.random.Generator(philox).random(100).tolist()
    assert a_stream("x", "y", seed=11, replication=5).uniforms(100) == expected


# the few numbers of an address, read ahead for several replications


def few(replication: int, entity: str = "a", *, name: str = "readiness", seed: int = 1) -> tuple[float, ...]:
    return Streams(seed, replication).few(name, entity)


def test_few_numbers_are_the_same_whichever_replication_asked_first():
    def found(order: list[int]) -> dict[int, tuple[float, ...]]:
        read_so_far.cache_clear()
        return {r: few(r) for r in order}

    replications = [0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 2**63 - 1, 2**63]
    forward, backward = found(replications), found(replications[::-1])
    read_so_far.cache_clear()
    assert forward == backward == {r: found([r])[r] for r in replications}


def test_few_numbers_are_nobody_elses_and_none_of_the_streams():
    addresses = list(product((0, 1, 2**64 - 1), ("x", "y"), (0, 1, AHEAD - 1, AHEAD, 2**63), ("", "a", "b")))
    drawn = [
        u
        for seed, name, replication, entity in addresses
        for u in (
            *few(replication, entity, name=name, seed=seed),
            *Streams(seed, replication).open(name, entity).uniforms(80),
        )
    ]
    assert len(set(drawn)) == len(drawn) == 84 * len(addresses)


def test_few_numbers_are_philox_at_their_own_counters():
    """Key (seed, hash of the name), counter (replication, 1, 0, hash of the entity)."""
    name, entity = (int.from_bytes(blake2b(t.encode(), digest_size=8).digest(), "big") for t in ("x", "y"))
    for replication in (0, 5, AHEAD - 1, 2 * AHEAD - 1, 2**63):
        philox = np.random.Philox(
            key=np.array([11, name], np.uint64), counter=np.array([replication, 1, 0, entity], np.uint64)
        )
        assert few(replication, "y", name="x", seed=11) == tuple(np.random.Generator(philox).random(4))


def test_few_numbers_lie_strictly_inside_the_unit_interval(monkeypatch):
    monkeypatch.setattr(Source, "_numbers", lambda self, key, count: np.linspace(0, 0.5, count))
    ahead = Source().read_ahead([1, 1], 0, 1)
    assert len(ahead) == AHEAD * FEW_SIZE
    assert few_of(ahead, 0) == (TINY, *np.linspace(0, 0.5, PER_STEP * AHEAD)[1:PER_STEP])


def test_one_number_is_the_first_of_the_few():
    streams = Streams(3, 21)
    alone = [streams.one("readiness", entity) for entity in "abc"]
    assert alone == [streams.few("readiness", entity)[0] for entity in "abc"]


def test_a_short_stream_is_the_few_numbers_and_then_the_stream():
    streams = Streams(3, 21)
    short = singly(streams.short("readiness", "a"), 50)
    assert short == [*streams.few("readiness", "a"), *streams.open("readiness", "a").uniforms(46)]
    assert [*streams.few("readiness", "a")] == short[:4]


@pytest.mark.parametrize("index", range(4))
def test_few_numbers_are_uniform_and_neighbours_know_nothing_of_each_other(index):
    numbers = np.array([few(r)[index] for r in range(N // 4)])
    others = np.array([few(0, str(i))[index] for i in range(N // 4)])
    for sample in (numbers, others):
        assert stats.kstest(sample, "uniform").pvalue > 1e-3
        assert abs(np.corrcoef(sample[1:], sample[:-1])[0, 1]) < 4 / sqrt(len(sample))


def test_numbers_ahead_are_the_next_ones_and_stay_until_taken():
    together, alone = a_stream(), a_stream()
    taken = []
    same = together.ahead(0)
    for n in (1, 3, 40, 3, 90):
        assert together.ahead(n) is same
        assert together.ahead(n)[-1] == together.ahead(n + 3)[-1]
        ahead = together.ahead(n)
        taken += ahead[: -n - 1 : -1]
        del ahead[-n:]
    assert taken == singly(alone, 137)


def test_uniforms_pass_kolmogorov_smirnov_along_a_stream_and_across_addresses():
    along = a_stream().uniforms(N)
    across_entities = [uniform_at(1, "readiness", 0, str(i)) for i in range(N // 4)]
    across_replications = [uniform_at(1, "readiness", i, "a") for i in range(N // 4)]
    for numbers in (along, across_entities, across_replications):
        assert stats.kstest(numbers, "uniform").pvalue > 1e-3


def test_uniforms_lie_strictly_inside_the_unit_interval(monkeypatch):
    stream = a_stream()
    monkeypatch.setattr(Stream, "_read", lambda self, count: [0.0] * count)
    assert stream.uniform() == TINY
    assert stream.uniforms(30) == [TINY] * 30


VARIATES = {
    "exponential": (lambda s: s.exponential(), stats.expon()),
    "normal": (lambda s: s.normal(), stats.norm()),
    "gamma 0.4": (lambda s: s.gamma(0.4), stats.gamma(0.4, scale=1 / 0.4)),
    "gamma 1": (lambda s: s.gamma(1), stats.gamma(1)),
    "gamma 3.5": (lambda s: s.gamma(3.5), stats.gamma(3.5, scale=1 / 3.5)),
    "geometric 0.3": (lambda s: s.geometric(0.3), stats.geom(1 / 1.3, loc=-1)),
    "geometric 4": (lambda s: s.geometric(4), stats.geom(1 / 5, loc=-1)),
    "poisson 0.7": (lambda s: s.poisson(0.7), stats.poisson(0.7)),
    "poisson 30": (lambda s: s.poisson(30), stats.poisson(30)),
    "poisson 31": (lambda s: s.poisson(31), stats.poisson(31)),
    "poisson 900": (lambda s: s.poisson(900), stats.poisson(900)),
    "binomial 9": (lambda s: s.binomial(9, 0.3), stats.binom(9, 0.3)),
    "binomial 130": (lambda s: s.binomial(130, 0.8), stats.binom(130, 0.8)),
}


@pytest.mark.parametrize("name", VARIATES)
def test_mean_and_variance_agree_with_theory_within_four_standard_errors(name):
    draw, law = VARIATES[name]
    stream = a_stream(name)
    observed = np.array([draw(stream) for _ in range(N)], dtype=float)
    mean, variance, kurtosis = (float(m) for m in law.stats("mvk"))
    assert abs(observed.mean() - mean) < 4 * sqrt(variance / N)
    # The standard error of a sample variance: sigma^2 sqrt((kurtosis_excess + 2)/n).
    assert abs(observed.var(ddof=1) - variance) < 4 * variance * sqrt((kurtosis + 2) / N)


@pytest.mark.parametrize("name", [n for n, (_, law) in VARIATES.items() if hasattr(law.dist, "pmf")])
def test_counts_have_the_right_chance_each(name):
    draw, law = VARIATES[name]
    stream = a_stream(name, "counts")
    counts = np.bincount([draw(stream) for _ in range(N)])
    for value, seen in enumerate(counts):
        p = float(law.pmf(value))
        if N * p > 5:
            assert abs(seen - N * p) < 5 * sqrt(N * p * (1 - p))


@pytest.mark.parametrize("name", [n for n, (_, law) in VARIATES.items() if hasattr(law.dist, "pdf")])
def test_continuous_variates_pass_kolmogorov_smirnov(name):
    draw, law = VARIATES[name]
    stream = a_stream(name, "shape")
    assert stats.kstest([draw(stream) for _ in range(N)], law.cdf).pvalue > 1e-3


def test_certain_answers_use_up_their_luck_all_the_same():
    for draw in (lambda s: s.geometric(0), lambda s: s.poisson(0), lambda s: s.binomial(1, 0)):
        stream = a_stream()
        assert draw(stream) == 0
        assert stream.uniform() == uniform_at(1, "readiness", 0, "a", 1)


@given(low=st.floats(0, 30), high=st.floats(0, 30), entity=st.text(max_size=3))
def test_small_counts_rise_with_their_mean_under_the_same_luck(low, high, entity):
    low, high = sorted((low, high))
    assert a_stream(entity=entity).poisson(low) <= a_stream(entity=entity).poisson(high)
    assert a_stream(entity=entity).geometric(low) <= a_stream(entity=entity).geometric(high)


def test_exponential_is_the_inverse_distribution_function():
    assert 1 - exp(-a_stream().exponential()) == pytest.approx(a_stream().uniform(), abs=1e-15)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: Streams(-1, 0),
        lambda: Streams(2**64, 0),
        lambda: Streams(0, -1),
        lambda: Streams(0, 2**63 + 1),
        lambda: uniform_at(0, "x", 0, "", -1),
        lambda: a_stream().gamma(0),
        lambda: a_stream().gamma(float("inf")),
        lambda: a_stream().geometric(-1),
        lambda: a_stream().poisson(float("nan")),
        lambda: a_stream().poisson(float("inf")),
        lambda: a_stream().binomial(-1, 0.5),
        lambda: a_stream().binomial(3, 1.5),
    ],
)
def test_impossible_arguments_are_refused(misuse):
    with pytest.raises(ValueError, match=r"must|needs"):
        misuse()
