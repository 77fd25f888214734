"""What happened over time, read off an event log on a grid of hours."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.experiment.dynamics import measures_of
from sim.experiment.readings import (
    arrivals,
    departures,
    flights_in,
    flights_out,
    out_of_control_steps,
    troops_of,
)
from sim.scenario.models import Scenario

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
else:
    from sim.experiment.late import np

    Floats = Any
#: Hours between two points of the grid, and the most points; a longer horizon is read at multiples.
STEP, POINTS = 3.0, 400


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
        came, went = arrivals(log), departures(log)
        found += [_present(came, went, m, grid) for m in ("", *scenario.alliance.members)]
        found += [counted((r.time for r in some), grid) for some in (flights_in(log), flights_out(log))]
    if scenario.crisis.unrest is not None:
        freed = running_total([(r.time, r.amount) for r in log.of(EventKind.FREED)], grid)
        found += [detained(log, grid), freed]
    for measures in measures_of(scenario):
        found += measures.curves(log, scenario, grid)
    return np.vstack(found) if found else np.empty((0, len(grid)))


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
    decay = np.exp(-np.abs(r) * t)
    # (1 - e^{-|r| t}) / |r| is E e^{-rt} where r > 0 and E where r < 0; it tends to t at r = 0.
    small = np.abs(r) * t < 1e-8
    spread = np.where(small, t, -np.expm1(-np.abs(r) * t) / np.where(r == 0, 1.0, np.abs(r)))
    load = g * x0 / np.where(k > 0, k, np.inf) * spread
    below: Floats = np.where(r > 0, decay, 1.0) + load
    return np.asarray(x0 * np.where(r > 0, 1.0, decay) / below)


def unrest(log: EventLog, grid: Floats) -> Floats:
    """Return the expected incidents a day over all sites; a site that is calm again counts 0."""
    total = np.zeros(len(grid))
    changes: dict[str, list[EventRecord]] = {}
    for record in sorted(log.of(EventKind.UNREST) + log.of(EventKind.CALM), key=lambda r: (r.time, r.id)):
        changes.setdefault(record.where, []).append(record)
    for site in sorted(changes):
        rows = [(0.0, 0.0, 0.0, 0.0, 1.0), *(_segment(record) for record in changes[site])]
        at, x0, g, s, k = np.array(rows).T
        at[0] = -np.inf
        now = np.searchsorted(at, grid, side="right") - 1
        since = np.where(now > 0, grid - np.where(now > 0, at[now], 0.0), 0.0)
        total += level(x0[now], g[now], s[now], k[now], since)
    return 24 * total


def _segment(record: EventRecord) -> tuple[float, float, float, float, float]:
    if record.kind is EventKind.CALM:
        return record.time, 0.0, 0.0, 0.0, 1.0
    d = record.detail
    return record.time, d["level"], d["growth"], d["suppression"], d["ceiling"]


def detained(log: EventLog, grid: Floats) -> Floats:
    """Return the people detained as reported: each sweep's number with an exponential lag of its mean."""
    total = np.zeros(len(grid))
    for sweep in log.of(EventKind.SWEEP):
        lag, waited = float(sweep.detail.get("lag", 0.0)), np.maximum(grid - sweep.time, 0.0)
        share = -np.expm1(-waited / lag) if lag > 0 else (grid >= sweep.time).astype(float)
        total += sweep.amount * share
    return total


def _present(came: list[EventRecord], went: list[EventRecord], member: str, grid: Floats) -> Floats:
    """Return the troops of *member* (of all, if empty) in theatre."""
    steps = [(r.time, troops_of(r)) for r in came if member in ("", r.who)]
    steps += [(r.time, -troops_of(r)) for r in went if member in ("", r.who)]
    return running_total(steps, grid)


def counted(times: Iterable[float], grid: Floats) -> Floats:
    """Return how many of *times* (hours after the start) had passed at each point of *grid*."""
    return running_total([(time, 1.0) for time in times], grid)


def running_total(steps: list[tuple[float, float]], grid: Floats) -> Floats:
    """Return the sum of the steps (hours, change) up to each point of *grid*."""
    if not steps:
        return np.zeros(len(grid))
    at, change = np.array(sorted(steps)).T
    total = np.concatenate([[0.0], np.cumsum(change)])
    return np.asarray(total[np.searchsorted(at, grid, side="right")])


def _levels(steps: list[tuple[float, float]], grid: Floats) -> Floats:
    """Return the last level (hours, level), in order of time, at each point of *grid*; 0 before the first."""
    if not steps:
        return np.zeros(len(grid))
    at, value = np.array(steps).T
    value = np.concatenate([[0.0], value])
    return np.asarray(value[np.searchsorted(at, grid, side="right")])
