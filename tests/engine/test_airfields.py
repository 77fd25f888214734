"""Slots booked ahead behave like a queue, and weather closes whole windows."""

from itertools import pairwise
from math import factorial, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.engine.airfields import Closures, ReservationBook
from sim.engine.streams import Streams
from sim.scenario.distributions import Duration

requests = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), max_size=60)  # gap and service, h


def booked(slots: int, asked: list[tuple[float, float]]) -> tuple[ReservationBook, list[float]]:
    """Return the book after *asked* (gap, service) requests, and when each was made."""
    book, now, instants = ReservationBook(slots), 0.0, []
    for gap, service in asked:
        now += gap
        instants.append(now)
        book.reserve(now, service)
    return book, instants


@given(slots=st.integers(1, 5), asked=requests)
def test_no_more_are_served_at_once_than_there_are_slots(slots, asked):
    book, _ = booked(slots, asked)
    for start, _ in book.history:
        assert sum(s <= start < e for s, e in book.history) <= slots


@given(slots=st.integers(1, 5), asked=requests)
def test_starts_keep_the_order_of_the_requests_and_nobody_starts_before_asking(slots, asked):
    book, instants = booked(slots, asked)
    starts = [start for start, _ in book.history]
    assert starts == sorted(starts)
    assert all(start >= now for start, now in zip(starts, instants, strict=True))


@given(slots=st.integers(1, 5), asked=requests)
def test_nobody_waits_while_a_slot_is_free(slots, asked):
    book, instants = booked(slots, asked)
    for place, ((start, _), now) in enumerate(zip(book.history, instants, strict=True)):
        if start > now:  # all slots are busy with earlier requests until just then
            before = book.history[:place]
            assert sum(s <= now < e or now < s < start for s, e in before) >= slots
            assert any(e == start for _, e in before)


@given(asked=requests)
def test_the_history_holds_each_service_in_full(asked):
    book, _ = booked(2, asked)
    assert [end for _, end in book.history] == [
        start + service for (start, _), (_, service) in zip(book.history, asked, strict=True)
    ]


def test_two_slots_serve_three_aircraft():
    book = ReservationBook(2)
    assert [book.reserve(0, 4), book.reserve(1, 1), book.reserve(1, 5), book.reserve(9, 1)] == [0, 1, 2, 9]
    assert book.history == [(0, 4), (1, 2), (2, 7), (9, 10)]
    assert book.slots == 2


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: ReservationBook(0),
        lambda: ReservationBook(1.5),
        lambda: ReservationBook(1).reserve(0, -1),
        lambda: booked(1, [(5, 1), (-1, 1)]),
    ],
)
def test_an_impossible_booking_is_refused(misuse):
    with pytest.raises(ValueError, match=r"slots|last|order"):
        misuse()


def mean_wait(slots: int, load: float, *, fixed: bool) -> tuple[float, float]:
    """Return mean wait and its standard error from 40 batches of 5,000 customers of mean service 1 h.

    The first 5,000 are left out, so that the empty start is forgotten; batches are long against the
    memory of the queue (tens of customers at these loads), so that their means are nearly independent.
    """
    batch, batches = 5_000, 40
    stream = Streams(1, 0).open("queue", f"{slots} {load} {fixed}")
    book, now, waits = ReservationBook(slots), 0.0, []
    for _ in range(batch * (batches + 1)):
        now += stream.exponential() / (load * slots)
        waits.append(book.reserve(now, 1.0 if fixed else stream.exponential()) - now)
    means = np.array(waits[batch:]).reshape(batches, batch).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1)) / sqrt(batches)


def erlang_c_wait(slots: int, load: float) -> float:
    """Return the mean wait of M/M/c in services (Erlang 1917)."""
    offered = load * slots
    queued = offered**slots / factorial(slots) / (1 - load)
    chance = queued / (sum(offered**n / factorial(n) for n in range(slots)) + queued)
    return chance / (slots * (1 - load))


def crommelin_wait(slots: int, load: float) -> float:
    """Return the mean wait of M/D/c in services, exact (Crommelin 1932; a form of Spitzer's identity).

    Every c-th customer gets the same slot, so with A = load c the wait is
    sum over i >= 1 of P(Poisson(iA) >= ic) - P(Poisson(iA) > ic) c/A.
    """
    i = np.arange(1, 2_000)
    offered = load * slots
    at_least = stats.poisson.sf(i * slots - 1, i * offered)
    more = stats.poisson.sf(i * slots, i * offered)
    return float(np.sum(at_least - more / load))


QUEUES = [(1, 0.5), (1, 0.8), (2, 0.7), (4, 0.8), (7, 0.6)]


@pytest.mark.parametrize(("slots", "load"), QUEUES)
def test_exponential_services_wait_as_erlang_c_says(slots, load):
    mean, error = mean_wait(slots, load, fixed=False)
    assert abs(mean - erlang_c_wait(slots, load)) < 4 * error


@pytest.mark.parametrize(("slots", "load"), QUEUES)
def test_fixed_services_wait_as_crommelin_says(slots, load):
    mean, error = mean_wait(slots, load, fixed=True)
    assert abs(mean - crommelin_wait(slots, load)) < 4 * error


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_crommelin_at_one_slot_is_pollaczek_and_khinchine(load):
    assert crommelin_wait(1, load) == pytest.approx(load / (2 * (1 - load)), rel=1e-9)


DAYS = 4_000
LASTING = Duration.model_validate({"triangular": {"low": "2 h", "mode": "6 h", "high": "30 h"}})


def weather(chance: float, *, days: int = DAYS, airfield: str = "field", replication: int = 0) -> Closures:
    return Closures(chance, LASTING, Streams(1, replication).open("weather", airfield), 24.0 * days)


def test_windows_are_apart_in_order_and_never_empty():
    windows = weather(0.5).windows
    assert len(windows) > DAYS / 10
    assert all(start < end for start, end in windows)
    assert all(before.end < after.start for before, after in pairwise(windows))


@given(time=st.floats(-10, 24 * 60))
def test_the_airfield_opens_at_the_end_of_the_window_or_is_open_already(time):
    closures = weather(0.5, days=40)
    closed = [w for w in closures.windows if w.start <= time < w.end]
    assert closures.open_from(time) == (closed[0].end if closed else time)
    assert closures.open_from(closures.open_from(time)) == closures.open_from(time)


@given(times=st.lists(st.floats(-10, 24 * 45), min_size=1, max_size=20))
def test_while_it_is_known_to_be_open_no_closure_lasts(times):
    closures = weather(0.5, days=40)
    assert not closures.since <= times[0] < closures.until
    for time in times:
        is_open = closures.open_from(time) == time
        assert is_open <= (closures.since <= time < closures.until)
        assert all(end <= closures.since or closures.until <= start for start, end in closures.windows)


def test_the_airfield_is_closed_exactly_while_some_closure_lasts():
    days = 400
    luck = np.array(Streams(1, 0).open("weather", "field").uniforms(3 * days)).reshape(days, 3)
    drawn = [
        (24 * (day + instant), 24 * (day + instant) + LASTING.sample(length))
        for day, (closed, instant, length) in enumerate(luck.tolist())
        if closed < 0.5
    ]
    closures = weather(0.5, days=days)
    for time in np.linspace(0, 24 * days, 7_919):
        assert (closures.open_from(time) > time) == any(start <= time < end for start, end in drawn)


def test_an_airfield_is_closed_from_the_first_instant_of_a_window_and_open_from_the_last():
    start, end = weather(0.5).windows[3]
    assert weather(0.5).open_from(start) == end
    assert weather(0.5).open_from(end) == end
    assert weather(0.5).open_from(start - 1e-6) == start - 1e-6


@pytest.mark.parametrize("chance", [0.0, 0.15, 1.0])
def test_days_close_with_the_chance_given(chance):
    brief = Duration.model_validate("0.000001 h")
    closed = len(Closures(chance, brief, Streams(1, 0).open("weather", "a"), 24.0 * DAYS).windows)
    assert abs(closed - DAYS * chance) <= 4 * sqrt(DAYS * chance * (1 - chance))


def test_closures_last_as_long_as_their_distribution_says():
    rare = weather(0.02, days=40_000).windows
    lengths = [end - start for start, end in rare]
    law = stats.triang(4 / 28, 2, 28)
    # One closure in about fifty is merged with a neighbour, which a sample of this size cannot show.
    assert abs(float(np.mean(lengths)) - law.mean()) < 0.02 * law.mean() + 4 * law.std() / sqrt(len(lengths))
    hours = [start % 24 for start, _ in rare]
    assert stats.kstest(hours, stats.uniform(0, 24).cdf).pvalue > 1e-3


def test_a_higher_chance_only_adds_weather_and_a_longer_horizon_only_more_days():
    for time in np.linspace(0, 24 * 40, 400):
        assert weather(0.2, days=40).open_from(time) <= weather(0.4, days=40).open_from(time)
    short, long = weather(0.1, days=40).windows, weather(0.1, days=80).windows
    assert long[: len(short) - 1] == short[:-1]  # the last one may run into the days beyond


def test_every_airfield_and_replication_has_its_own_weather():
    seen = {
        weather(0.3, days=40, airfield=a, replication=r).windows
        for a in ("a", "b")
        for r in (0, 1)
        for _ in "12"
    }
    assert len(seen) == 4


def test_without_a_horizon_there_is_no_weather():
    assert weather(1.0, days=0).windows == ()
    assert weather(1.0, days=0).open_from(5.0) == 5.0
