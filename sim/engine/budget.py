"""What one replication may spend: a model that never ends is stopped, and the message says where and why.

A simulation loops for ever when events follow each other without time going by, or when there are so many
of them that no one would wait. Events are counted by the batch, which costs an ordinary run nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import URGENT

from sim.engine.clock import Clock

#: Events between two looks at the clock.
BATCH = 10_000


class BudgetError(Exception):
    """A replication that does not come to an end; one sentence."""


class Budget(NamedTuple):
    """The most that one replication may do; *assumed*, fifty times what the largest study needs."""

    #: Events at one instant.
    instant: int = 200_000
    #: Events in all; with all that they leave behind they may take up to a gigabyte.
    events: int = 500_000
    #: Things planned at once, such as flights of one force.
    planned: int = 200_000


BUDGET = Budget()


def run_within(env: simpy.Environment, until: float, budget: Budget = BUDGET) -> None:
    """Run *env* up to *until* as its own `run` does, within a budget.

    Args:
        env: a SimPy environment.
        until: simulated time (h) at which to stop, ahead of what else happens then; later than now.
        budget: the most events, looked at every `BATCH` of them.

    Raises:
        BudgetError: the budget is spent.
        ValueError: *until* is not later than now.
    """
    if not until > env.now:
        raise ValueError(f"until must be later than {env.now} h, not {until!r}")
    stop = simpy.Event(env)
    stop._ok, stop._value = True, None
    env.schedule(stop, URGENT, until - env.now)
    stop.callbacks.append(StopSimulation.callback)
    try:
        _spend(env, budget)
    except (StopSimulation, EmptySchedule):
        return


def _spend(env: simpy.Environment, budget: Budget) -> None:
    """Run until the environment raises that it has come to its stop."""
    size = min(BATCH, budget.instant, budget.events)
    spent, here, since = 0, 0, env.now
    while True:
        if isinstance(env, Clock):
            env.steps(size)
        else:
            for _ in range(size):
                env.step()
        spent += size
        # An instant is as long as the clock stands still at every look.
        here = here + size if env.now == since else 0
        since = env.now
        if here >= budget.instant:
            raise BudgetError(
                f"{here:,} events at one instant, {since:g} h after the start: something repeats without "
                "taking time; look for a delay of 0 there"
            )
        if spent >= budget.events:
            raise BudgetError(
                f"{spent:,} events by {since:g} h after the start, and no end: an interval or a delay is far "
                "too short, or a number far too large"
            )


def affordable(count: float, what: str, budget: Budget = BUDGET) -> None:
    """Check a number of things before they are made.

    Args:
        count: how many.
        what: of what, in the plural.
        budget: the most of them.

    Raises:
        BudgetError: there are too many.
    """
    if not count <= budget.planned:
        raise BudgetError(
            f"{count:,.0f} {what} in one plan, more than the {budget.planned:,} that can be simulated"
        )
