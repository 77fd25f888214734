"""Where the standing of an alliance starts, and what all its values return to."""

from __future__ import annotations

from math import exp
from typing import NamedTuple

from sim.engine.prepared import prepared
from sim.scenario.standing import Standing as Shape


class Outset(NamedTuple):
    """What a scenario says of the standing of its alliance at the start."""

    values: dict[tuple[str, str], float]
    #: Hazard of leaving (per h) at the trust of the start, by member, and without any trust.
    rates: dict[str, float]
    rate: float
    #: Room for what standing adds to a member's willingness to help a host while nothing has moved.
    leanings: dict[tuple[str, str], dict[str, float]]


@prepared
def outset(shape: Shape) -> Outset:
    """Return what *shape* says of the start, from which every value departs and to which it returns."""
    values: dict[tuple[str, str], float] = {
        ("cohesion", ""): float(shape.cohesion),
        ("confidence", ""): float(shape.public_confidence),
    }
    values |= {("trust", m): float(v) for m, v in shape.trust.items()}
    values |= {("patron", m): float(v) for m, v in shape.patron.items()}
    for debtor, debts in shape.owes.items():
        values |= {(f"owes {creditor}", debtor): float(v) for creditor, v in debts.items()}
    rate, power = float(shape.exit.rate), float(shape.exit.trust_power)
    rates = {m: rate * exp(-power * float(v)) for m, v in shape.trust.items()}
    return Outset(values, rates, rate, {})
