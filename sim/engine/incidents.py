"""The incidents of sites in unrest: inhomogeneous Poisson processes, drawn by exact inversion.

Unit exponentials are spent on the integral of the level. What they come to depends on a site's own luck and
on the segments of its unrest, and nothing in an ordinary run asks for it: so segments are kept as they end,
and all incidents are drawn in one go when the run is over, with one read of luck a site. They have their true
times; only their numbers in the log are later than those of what happened after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor, log, log1p, sqrt
from typing import NamedTuple

from sim.engine.dynamics import times_of_integrals
from sim.engine.event_log import EventKind
from sim.engine.sites import SiteState
from sim.engine.world import World

_INCIDENT = EventKind.INCIDENT
_AREA = 6  # place in a segment
#: Numbers per incident: two make geometric counts, the third the next unit exponential, all by inversion.
_NUMBERS = 3
#: What a record says of so many wounded, if fewer than this, made once: no reader changes a detail.
_MOST_WOUNDED = 64
_WOUNDED: tuple[Mapping[str, int], ...] = tuple({"wounded": n} for n in range(_MOST_WOUNDED))


class _Columns(NamedTuple):
    """Incidents by column: where, when (h), killed, number of the segment's record, detail."""

    places: list[str]
    times: list[float]
    killed: list[int]
    causes: list[int]
    details: list[Mapping[str, int]]


def log_incidents(world: World, sites: Iterable[SiteState]) -> None:
    """Log the incidents of the segments of *sites* that have ended since they were last logged."""
    found = _Columns([], [], [], [], [])
    for state in sites:
        if state.closed:
            _draw(state, found)
    world.record_each(_INCIDENT, *found)


def _draw(state: SiteState, found: _Columns) -> None:
    """Draw the incidents of the closed segments of *state* and add them to what is *found*."""
    closed, state.closed = state.closed, []
    expected = sum([segment[_AREA] for segment in closed])
    likely = expected + 2 * sqrt(expected)  # more incidents in one case of forty
    numbers, budget = state.incidents.ahead(0), state.budget
    first = place = len(numbers)  # those from *place* to *first* are spent here
    places, times, killed, causes, details = found
    for since, until, level, growth, suppression, ceiling, area, cause in closed:
        if budget > area:
            budget -= area
            continue
        spent, areas = 0.0, []
        while budget <= area - spent:
            spent += budget
            areas.append(spent)
            if place < _NUMBERS:
                known = len(numbers)
                more = len(state.incidents.ahead(known + _NUMBERS * (1 + floor(likely)))) - known
                first, place = first + more, place + more
                likely = sqrt(likely)
            place -= _NUMBERS
            budget = -log1p(-numbers[place])
        budget -= area - spent
        times += times_of_integrals(level, growth, suppression, ceiling, areas, since, until)
        causes += [cause] * len(areas)
    places += [state.key] * ((first - place) // _NUMBERS)
    # The last number is the next: an incident has its killed, its wounded and the budget after it, downwards.
    rate = state.killed_rate
    killed += [floor(-log(u) / rate) for u in numbers[first - 1 : place + 1 : -_NUMBERS]]
    rate = state.wounded_rate
    details += [
        _WOUNDED[n] if (n := floor(-log(u) / rate)) < _MOST_WOUNDED else {"wounded": n}
        for u in numbers[first - 2 : place : -_NUMBERS]
    ]
    del numbers[place:]
    state.budget = budget
