"""What a side loses in one round of firing: Poisson counts over integrals of a rate that fades."""

from __future__ import annotations

from math import exp, expm1
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.streams import Stream

if TYPE_CHECKING:
    from sim.scenario.fighting import Side


def fading_integral(rate: float, fades: float, begin: float, end: float) -> float:
    """Return the integral of rate e^(-fades t) from *begin* to *end* (hours since the round began).

    Args:
        rate: per h at t = 0.
        fades: decay, per h; 0 for none.
        begin: h.
        end: h, not before *begin*.
    """
    if fades <= 0:
        return rate * (end - begin)
    return rate * exp(-fades * begin) * -expm1(-fades * (end - begin)) / fades


class Losses(NamedTuple):
    """A side in the running round: who, how many per hour at its start (frailty included), on which luck."""

    side: Side
    rate: float
    luck: Stream

    def drawn(self, expected: float) -> tuple[int, int, int]:
        """Return civilians killed, soldiers killed and wounded where *expected* people are to be killed.

        Counts of a non-homogeneous Poisson process over disjoint spans are independent Poisson variates of
        the integrals of its rate, and so are those of its parts.
        """
        civilians = float(self.side.civilians)
        return (
            self.luck.poisson(expected * civilians),
            self.luck.poisson(expected * (1 - civilians)),
            self.luck.poisson(expected * float(self.side.wounded)),
        )
