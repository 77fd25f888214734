"""What happened over time, read off an event log on a grid of hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from math import ceil, inf
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sim.engine.event_log import EventKind, EventLog
from sim.experiment.dynamics import measures_of
from sim.experiment.readings import (
    arrivals,
    departures,
    flights_in,
    flights_out,
    out_of_control_steps,
)
from sim.scenario.models import Scenario

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Places: TypeAlias = NDArray[np.intp]
else:
    from sim.experiment.late import np

    Floats = Places = Any
#: Hours between two points of the grid, and the most points; a longer horizon is read at multiples.
STEP, POINTS = 3.0, 400
_BY_SITE = itemgetter(4, 1, 0)  # then by time, then by number
_SEGMENT = itemgetter("level", "growth", "suppression", "ceiling")


def grid_of(scenario: Scenario) -> Floats:
    """Return the hours after the start at which curves are read, up to the horizon."""
    horizon = float(scenario.horizon)
    step = STEP * max(1, ceil(horizon / (STEP * POINTS)))
    return np.arange(0.0, horizon + 1e-9, step)


def curve_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the curves of one run, in the order of `read_curves`."""
    members = tuple(f"troops.{member}" for member in scenario.alliance.members)
    unrest, force = scenario.crisis.unrest is not None, scenario.response.mandate is not None
    extra = (name for measures in measures_of(scenario) for name in measures.curve_names(scenario))
    return (
        *(("unrest", "out_of_control") if unrest else ()),
        *(("troops", *members, "flights_in", "flights_out") if force else ()),
        *(("detained", "freed") if unrest else ()),
        *extra,
    )


def read_curves(log: EventLog, scenario: Scenario, grid: Floats) -> Floats:
    """Return every curve of one run, one row each, on *grid* (hours after the start)."""
    found: list[Floats] = []
    if scenario.crisis.unrest is not None:
        found += [unrest(log, grid), _levels(out_of_control_steps(log, scenario), grid)]
    if scenario.response.mandate is not None:
        found += in_theatre(log, tuple(scenario.alliance.members), grid)
        found += [counted([r.time for r in some], grid) for some in (flights_in(log), flights_out(log))]
    if scenario.crisis.unrest is not None:
        freed = running_total([(r.time, r.amount) for r in log.of(EventKind.FREED)], grid)
        found += [detained(log, grid), freed]
    for measures in measures_of(scenario):
        found += measures.curves(log, scenario, grid)
    return np.array(found) if found else np.empty((0, len(grid)))


class Stretches(NamedTuple):
    """Every point of a grid that lies in one of some stretches of time, stretch by stretch."""

    #: Which stretch, which point of the grid, and the hours since the stretch began.
    which: Places
    point: Places
    since: Floats


def stretches(begin: Floats, end: Floats, grid: Floats) -> Stretches:
    """Return the points of *grid* from each *begin* (hours after the start) on and before its *end*."""
    first = grid.searchsorted(begin)
    many = np.maximum(grid.searchsorted(end) - first, 0)
    past = many.cumsum()
    which = np.arange(len(begin)).repeat(many)
    point = np.arange(len(which)) + (first - past + many)[which]
    return Stretches(which, point, grid[point] - begin[which])


def level(x0: Floats, g: Floats, s: Floats, k: Floats, t: Floats) -> Floats:
    """Return unrest *t* hours after it was *x0*: x0 e^{rt} / (1 + g x0 E/K) with r = g - s, E = (e^{rt}-1)/r.

    The closed form of dx/dt = g x (1 - x/K) - s x (logistic, Verhulst 1838, with removal). Above and below
    the line are divided by e^{rt} where r > 0, so that nothing overflows.

    Args:
        x0: levels at the start, incidents per h.
        g: growth of unresisted unrest, per h.
        s: suppression, per h.
        k: ceilings, incidents per h.
        t: hours since the start.
    """
    r = g - s
    turned = np.abs(r) * t
    decay = np.exp(-turned)
    # (1 - e^{-|r| t}) / |r| is E e^{-rt} where r > 0 and E where r < 0; it tends to t at r = 0.
    spread = np.where(turned < 1e-8, t, -np.expm1(-turned) / np.where(r == 0, 1.0, np.abs(r)))
    load = g * x0 / np.where(k > 0, k, np.inf) * spread
    below: Floats = np.where(r > 0, decay, 1.0) + load
    return np.asarray(x0 * np.where(r > 0, 1.0, decay) / below)


def summed(point: Places, values: Floats, grid: Floats) -> Floats:
    """Return the sum of *values* at each point of *grid*, added in their order."""
    return np.asarray(np.bincount(point, values, len(grid)), float)


def unrest(log: EventLog, grid: Floats) -> Floats:
    """Return the expected incidents a day over all sites; a site that is calm again counts 0."""
    changes = sorted(log.of(EventKind.UNREST) + log.of(EventKind.CALM), key=_BY_SITE)
    if not changes:
        return np.zeros(len(grid))
    ends = [r.time if r.where == before.where else inf for before, r in pairwise(changes)]
    stirred = [
        (r.time, end, *_SEGMENT(r.detail))
        for r, end in zip(changes, [*ends, inf], strict=True)
        if r.kind is EventKind.UNREST
    ]
    begin, end, *segments = columns(stirred, 6)
    which, point, since = stretches(begin, end, grid)
    x0, g, s, k = (values[which] for values in segments)
    return 24 * summed(point, level(x0, g, s, k, since), grid)


def columns(rows: Sequence[tuple[float, ...]], width: int) -> Floats:
    """Return *rows* of *width* numbers each as columns."""
    return np.fromiter(chain.from_iterable(rows), float, len(rows) * width).reshape(-1, width).T.copy()


def detained(log: EventLog, grid: Floats) -> Floats:
    """Return the people detained as reported: each sweep's number with an exponential lag of its mean."""
    found = log.of(EventKind.SWEEP)
    if not found:
        return np.zeros(len(grid))
    begin, many, lag = columns([(r.time, r.amount, r.detail.get("lag", 0.0)) for r in found], 3)
    which, point, since = stretches(begin, np.full(len(begin), inf), grid)
    late = lag > 0
    share = np.where(late[which], -np.expm1(-since / np.where(late, lag, 1.0)[which]), 1.0)
    return summed(point, many[which] * share, grid)


def in_theatre(log: EventLog, members: Sequence[str], grid: Floats) -> list[Floats]:
    """Return the troops in theatre: all of them, then those of each of *members*."""
    came, went = arrivals(log), departures(log)
    if not came and not went:
        return [np.zeros(len(grid))] * (1 + len(members))
    places = {member: place for place, member in enumerate(members)}
    steps = [(r.time, r.amount, places.get(r.who, -1)) for r in came]
    steps += [(r.time, -r.amount, places.get(r.who, -1)) for r in went]
    at, change, whose = columns(sorted(steps), 3)
    own = np.arange(len(members))[:, None] == whose
    totals = np.zeros((1 + len(members), 1 + len(steps)))
    np.cumsum(np.vstack([change, np.where(own, change, 0.0)]), axis=1, out=totals[:, 1:])
    return list(totals[:, at.searchsorted(grid, side="right")])


def counted(times: Iterable[float], grid: Floats) -> Floats:
    """Return how many of *times* (hours after the start) had passed at each point of *grid*."""
    return np.sort(np.fromiter(times, float)).searchsorted(grid, side="right").astype(float)


def running_total(steps: list[tuple[float, float]], grid: Floats) -> Floats:
    """Return the sum of the steps (hours, change) up to each point of *grid*."""
    if not steps:
        return np.zeros(len(grid))
    at, change = columns(sorted(steps), 2)
    total = np.concatenate([[0.0], np.cumsum(change)])
    return np.asarray(total[np.searchsorted(at, grid, side="right")])


def _levels(steps: list[tuple[float, float]], grid: Floats) -> Floats:
    """Return the last level (hours, level), in order of time, at each point of *grid*; 0 before the first."""
    if not steps:
        return np.zeros(len(grid))
    at, value = columns(steps, 2)
    value = np.concatenate([[0.0], value])
    return np.asarray(value[np.searchsorted(at, grid, side="right")])
