"""One input at a time from low to high under the same luck: paired effects, their intervals and ranks.

The core knows nothing of scenarios: it asks for outcomes of points and gives back rows of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

#: Confidence of the intervals.
LEVEL = 0.95
#: Fewer pairs than this give an interval too wide to rank by.
FEWEST_PAIRS = 10


@dataclass(frozen=True)
class Swing:
    """An input and the ends it is moved between, in its base unit."""

    path: str
    low: float
    base: float
    high: float
    source: str = ""
    confidence: str = ""
    #: The base unit, in which the ends are; empty for a number without one.
    unit: str = ""


@dataclass(frozen=True)
class EffectRow:
    """What moving one input from low to high does to one response, over pairs of runs with the same luck."""

    response: str
    swing: Swing
    #: Mean (of a 0/1 response: chance) over the runs in which it happened.
    at_low: float
    at_base: float
    at_high: float
    #: Share of runs in which it happened at all, at either end.
    happened_low: float
    happened_high: float
    #: Mean of high minus low over the *pairs* in which it happened at both ends, with its interval.
    effect: float
    effect_low: float
    effect_high: float
    #: Standard error of the effect.
    error: float
    pairs: int
    #: Share of the squared effect that is noise: squared standard error over squared effect, at most 1.
    noise: float
    #: The best and worst rank it could have by the intervals of all; 0 when it is not ranked.
    rank: int = 0
    worst_rank: int = 0
    #: Every response of every run was the same at low and high.
    inert: bool = False
    #: Left at the few replications of the screening.
    screened_out: bool = False
    #: Mean of each end minus the base over their pairs, with its interval.
    low_from_base: tuple[float, float, float] = (nan, nan, nan)
    high_from_base: tuple[float, float, float] = (nan, nan, nan)


#: Runs (values to set, replication) each once and returns each one's responses, in their order.
PointRunner = Callable[[Sequence[tuple[Mapping[str, float], int]]], Sequence[Mapping[str, float]]]
Outcomes = dict[int, Mapping[str, float]]  # by replication


def one_at_a_time(
    swings: Sequence[Swing],
    responses: Sequence[str],
    run: PointRunner,
    *,
    reps: int,
    screen: int = 0,
    keep: int = 40,
) -> list[EffectRow]:
    """Return a row for each response and input, most influential first within a response.

    Args:
        swings: The inputs and their ends; each end is run with all other inputs as they are.
        responses: Names of the responses in every outcome.
        run: Runs points; called once, or twice when screening.
        reps: Replications at every point, the same ones everywhere.
        screen: Replications that all inputs get first; 0 gives all inputs all replications at once.
        keep: After screening, how many inputs get the remaining replications.
    """
    first = range(screen if 0 < screen < reps else reps)
    base: Outcomes = {}
    ends: list[tuple[Outcomes, Outcomes]] = [({}, {}) for _ in swings]
    every = list(range(len(swings)))
    _run(run, swings, every, first, base, ends)
    kept = every
    if len(first) < reps:
        kept = _most_influential(ends, responses, keep)
        _run(run, swings, kept, range(len(first), reps), base, ends)
    rows = []
    for response in responses:
        found = [_row(response, swings[i], base, *ends[i]) for i in every]
        rows += ranked(
            [
                replace(row, inert=_same_at_ends(*ends[i]), screened_out=i not in kept)
                for i, row in enumerate(found)
            ]
        )
    return rows


def _run(
    run: PointRunner,
    swings: Sequence[Swing],
    which: Sequence[int],
    replications: Iterable[int],
    base: Outcomes,
    ends: Sequence[tuple[Outcomes, Outcomes]],
) -> None:
    """Run the base and both ends of *which* swings, and store each outcome under its replication."""
    jobs: list[tuple[Mapping[str, float], int]] = []
    places: list[Outcomes] = []
    points: list[tuple[Mapping[str, float], Outcomes]] = [({}, base)]
    for swing, (low, high) in ((swings[i], ends[i]) for i in which):
        points += [({swing.path: swing.low}, low), ({swing.path: swing.high}, high)]
    for replication in replications:
        for values, store in points:
            jobs.append((values, replication))
            places.append(store)
    for (_, replication), store, outcome in zip(jobs, places, run(jobs), strict=True):
        store[replication] = outcome


def _column(outcomes: Outcomes, response: str) -> NDArray[np.float64]:
    return np.array([outcomes[replication][response] for replication in sorted(outcomes)])


def _row(response: str, swing: Swing, base: Outcomes, low: Outcomes, high: Outcomes) -> EffectRow:
    at_low, at_high = _column(low, response), _column(high, response)
    effect, bottom, top, error, pairs = paired_effect(at_low, at_high)
    return EffectRow(
        response, swing, _mean(at_low), _mean(_column(base, response)), _mean(at_high),
        float(np.mean(~np.isnan(at_low))), float(np.mean(~np.isnan(at_high))),
        effect, bottom, top, error, pairs, noise_share([effect], [error]),
        low_from_base=_from_base(base, low, response), high_from_base=_from_base(base, high, response),
    )  # fmt: skip


def _from_base(base: Outcomes, end: Outcomes, response: str) -> tuple[float, float, float]:
    shared = {replication: base[replication] for replication in end}
    effect, bottom, top, _, _ = paired_effect(_column(shared, response), _column(end, response))
    return effect, bottom, top


def _mean(values: NDArray[np.float64]) -> float:
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if len(seen) else nan


def paired_effect(
    low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[float, float, float, float, int]:
    """Return the mean of *high* minus *low*, its interval, standard error and number of pairs.

    Only pairs in which both happened count (neither is nan). A t interval, except for 0/1 responses: there
    the adjusted Wald interval for paired shares of Bonett and Price (2012), since a t interval from agreeing
    pairs would be a point.
    """
    both = ~(np.isnan(low) | np.isnan(high))
    low, high = low[both], high[both]
    pairs = len(low)
    if pairs < 2:
        return (float((high - low).mean()) if pairs else nan), nan, nan, nan, pairs
    difference = high - low
    effect = float(difference.mean())
    if np.isin(low, (0, 1)).all() and np.isin(high, (0, 1)).all():
        up = (float((difference > 0).sum()) + 1) / (pairs + 2)
        down = (float((difference < 0).sum()) + 1) / (pairs + 2)
        error = sqrt((up + down - (up - down) ** 2) / (pairs + 2))
        half = float(ndtri(0.5 + LEVEL / 2)) * error
        return effect, max(-1.0, up - down - half), min(1.0, up - down + half), error, pairs
    error = float(difference.std(ddof=1)) / sqrt(pairs)
    half = float(stdtrit(pairs - 1, 0.5 + LEVEL / 2)) * error
    return effect, effect - half, effect + half, error, pairs


def noise_share(effects: Sequence[float], errors: Sequence[float]) -> float:
    """Return the share of the effects' squares that is noise, at most 1; nan where nothing moved.

    The square of an estimated effect is on average the square of the true one plus its squared standard
    error; the share is the second over the sum of both, summed over all effects given.
    """
    known = [(d, e) for d, e in zip(effects, errors, strict=True) if not (isnan(d) or isnan(e))]
    total = sum(d * d for d, _ in known)
    noise = sum(e * e for _, e in known)
    if total == 0:
        return 1.0 if noise > 0 else nan
    return min(1.0, noise / total)


def ranked(rows: Sequence[EffectRow]) -> list[EffectRow]:
    """Return the rows of one response by size of effect, with the ranks that each could have.

    An input's best rank is 1 + the number of inputs whose effect is surely larger, its worst rank leaves out
    those whose effect is surely smaller: overlapping intervals are not ranked apart (Goldstein and
    Spiegelhalter 1996). Not ranked, and listed last: inputs without any effect, those left by the screening,
    and those with fewer than `FEWEST_PAIRS` pairs.
    """
    sizes = [_size(row) for row in rows if _rankable(row)]
    out = []
    for row in rows:
        if _rankable(row):
            bottom, top = _size(row)
            larger = sum(low > top for low, _ in sizes)
            smaller = sum(high < bottom for _, high in sizes)
            out.append(replace(row, rank=1 + larger, worst_rank=len(sizes) - smaller))
        else:
            out.append(row)
    return sorted(out, key=lambda r: (r.rank == 0, isnan(r.effect), -abs(r.effect), r.swing.path))


def _rankable(row: EffectRow) -> bool:
    return row.pairs >= FEWEST_PAIRS and not (row.inert or row.screened_out)


def _size(row: EffectRow) -> tuple[float, float]:
    """The interval of the absolute effect."""
    low, high = row.effect_low, row.effect_high
    if low <= 0 <= high:
        return 0.0, max(-low, high)
    return min(abs(low), abs(high)), max(abs(low), abs(high))


def _most_influential(
    ends: Sequence[tuple[Outcomes, Outcomes]], responses: Sequence[str], keep: int
) -> list[int]:
    """The inputs with the largest effects, each relative to the largest one on the same response."""
    effects = np.array(
        [[paired_effect(_column(low, r), _column(high, r))[0] for r in responses] for low, high in ends]
    ).reshape(len(ends), len(responses))
    sizes = np.nan_to_num(np.abs(effects))
    largest = sizes.max(axis=0, initial=0.0)
    scores = (sizes / np.where(largest > 0, largest, 1.0)).max(axis=1, initial=0.0)
    order = sorted(range(len(ends)), key=lambda i: (-scores[i], i))
    return sorted(order[:keep])


def _same_at_ends(low: Outcomes, high: Outcomes) -> bool:
    """True when no response of any run differs between the ends; nan equals nan."""
    return all(
        value == high[rep][name] or (isnan(value) and isnan(high[rep][name]))
        for rep, outcome in low.items()
        for name, value in outcome.items()
    )
