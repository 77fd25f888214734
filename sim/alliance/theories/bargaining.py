"""Bueno de Mesquita's expected utility model of bargaining over one issue: pure functions.

Source: Bueno de Mesquita 1985, 1994, 1997, in the form in which its worked example on emission standards
can be computed again: positions on a scale of length 1, and a status-quo weight Q of 1. The published text
gives Q = T = 0.5, with which its own table does not come out; with 1 all of it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import NamedTuple

#: Weight of the status quo with which the published table comes out.
STATUS_QUO_WEIGHT = 1.0


class Actor(NamedTuple):
    """A party to the issue: capability (any unit), position in 0 ... 1, salience in 0 ... 1."""

    capability: float
    position: float
    salience: float

    @property
    def clout(self) -> float:
        """Capability brought to bear: capability x salience."""
        return self.capability * self.salience


Actors = Mapping[str, Actor]


def support(actors: Actors, j: str, k: str) -> tuple[float, float]:
    """Return the clout behind *j*'s position and behind *k*'s in a contest of the two.

    Each h throws c s (|x_h - x_k| - |x_h - x_j|); positive sums stand with j, negative ones with k.
    """
    x_j, x_k = actors[j].position, actors[k].position
    votes = [h.clout * (abs(h.position - x_k) - abs(h.position - x_j)) for h in actors.values()]
    return fsum(v for v in votes if v > 0), -fsum(v for v in votes if v < 0)


def chance_of_success(actors: Actors, j: str, k: str) -> float:
    """Return *j*'s chance in a contest with *k*: its share of the clout thrown; 1/2 if nobody takes sides."""
    ours, theirs = support(actors, j, k)
    return ours / (ours + theirs) if ours + theirs > 0 else 0.5


def expected_utility(actors: Actors, i: str, j: str, risk: float) -> float:
    """Return what *i* expects of challenging *j*'s position; 0 if the two hold the same.

    With d = |x_i - x_j| and exponent *risk*: success 2 - 4 (.5 - .5 d)^r, failure 2 - 4 (.5 + .5 d)^r, status
    quo 2 - 4 (.5)^r; the value is s_j (P success + (1 - P) failure) + (1 - s_j) success - Q status quo.
    """
    d = abs(actors[i].position - actors[j].position)
    if d == 0:
        return 0.0
    p, s = chance_of_success(actors, i, j), actors[j].salience
    success = 2 - 4 * (0.5 - 0.5 * d) ** risk
    failure = 2 - 4 * (0.5 + 0.5 * d) ** risk
    status_quo = 2 - 4 * 0.5**risk
    value: float = s * (p * success + (1 - p) * failure) + (1 - s) * success - STATUS_QUO_WEIGHT * status_quo
    return value


def risks(actors: Actors) -> dict[str, float]:
    """Return each actor's exponent r = (1 - R/3) / (1 + R/3), from 1/2 (safest) to 2 (most exposed).

    R is what all others expect of challenging the actor at r = 1, summed and rescaled to -1 ... 1 over the
    actors. Everybody is neutral (1) when nobody is more exposed than another.
    """
    exposed = {i: fsum(expected_utility(actors, j, i, 1.0) for j in actors if j != i) for i in actors}
    low, high = min(exposed.values(), default=0.0), max(exposed.values(), default=0.0)
    if high - low <= 1e-12:
        return dict.fromkeys(actors, 1.0)
    scaled = {i: 2 * (e - low) / (high - low) - 1 for i, e in exposed.items()}
    return {i: (1 - r / 3) / (1 + r / 3) for i, r in scaled.items()}


def weighted_median(actors: Actors) -> float:
    """Return the position that the median of clout holds (the lower one at an exact half)."""
    half = fsum(a.clout for a in actors.values()) / 2
    for position in sorted({a.position for a in actors.values()}):
        if fsum(a.clout for a in actors.values() if a.position <= position) >= half:
            return position
    raise ValueError("nobody takes part")


def utilities(actors: Actors) -> dict[tuple[str, str], float]:
    """Return what each actor expects of challenging each other one, at its own risk."""
    risk = risks(actors)
    return {(i, j): expected_utility(actors, i, j, risk[i]) for i in actors for j in actors if i != j}


def offer(actors: Actors, expected: Mapping[tuple[str, str], float], i: str, j: str) -> float | None:
    """Return the position that *i* can make *j* move to, or None.

    If i gains by challenging and j would lose by answering (Bueno de Mesquita 1994; Scholz, Calbert and
    Smith 2011): j comes over wholly when it would lose more than i gains, otherwise by the share that its
    loss is of i's gain. Where both gain (conflict) or neither does (stalemate) nobody moves.
    """
    gain, answer = expected[i, j], expected[j, i]
    if gain <= 0 or answer >= 0:
        return None
    x_i, x_j = actors[i].position, actors[j].position
    return x_j + (x_i - x_j) * min(1.0, -answer / gain)


def bargain(actors: Actors, rounds: int) -> dict[str, Actor]:
    """Return the actors after *rounds* of offers; each takes the one that asks it to move least.

    Of two equally far the lower position is taken, so that no order of the actors matters (*assumed*).
    """
    now = dict(actors)
    for _ in range(rounds):
        expected = utilities(now)
        moved = {}
        for j, actor in now.items():
            offers = [x for i in now if i != j and (x := offer(now, expected, i, j)) is not None]
            here = actor.position
            _, nearest = min(((abs(x - here), x) for x in offers), default=(0.0, here))
            moved[j] = actor._replace(position=nearest)
        if moved == now:
            break
        now = moved
    return now
