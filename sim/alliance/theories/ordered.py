"""Class chances of the ordered choice: its shocks integrated out instead of drawn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import exp, fsum, inf
from typing import NamedTuple

from sim.alliance.ordered_choice import Factors, carry_of_line, line_of, normal_cdf, terms, threshold
from sim.alliance.theories.situation import ClassChances, Forecast, Situation, bounded, from_at_least
from sim.scenario.alliance import HELP_LEVELS, RANK
from sim.scenario.response import OrderedChoice

#: Nodes over the common shock, and how many of its standard deviations they reach to each side. The
#: trapezoid rule on a smooth function times a normal density converges faster than any power of the step.
NODES = 121
REACH = 6.0
LEVELS = HELP_LEVELS[1:]


@lru_cache(maxsize=8)
def normal_nodes(count: int) -> tuple[tuple[float, float], ...]:
    """Return (z, weight) of the trapezoid rule against the standard normal density; weights add up to 1."""
    if count == 1:
        return ((0.0, 1.0),)
    zs = [REACH * (2 * k / (count - 1) - 1) for k in range(count)]
    heights = [exp(-z * z / 2) for z in zs]
    total = fsum(heights)
    return tuple((z, h / total) for z, h in zip(zs, heights, strict=True))


class Band(NamedTuple):
    """A range of the lead's willingness in which its line on every motion stays the same."""

    low: float
    high: float
    lines: tuple[float, ...]  # on words, measures and force
    rank: int  # of the highest level the lead supports


def bands(model: OrderedChoice) -> list[Band]:
    """Return the ranges between the thresholds and the edges of abstention, from the lowest up."""
    kappa = float(model.abstention)
    taus = [threshold(model, level) for level in LEVELS]
    edges = [-inf, *sorted({*taus, *(tau - kappa for tau in taus)}), inf]
    found = []
    for low, high in pairwise(edges):
        at = low if low > -inf else high - 1  # a line holds from its lower edge on
        lines = tuple(line_of(at, tau, kappa) for tau in taus)
        found.append(Band(low, high, lines, sum(at >= tau for tau in taus)))
    return found


class Ordered:
    """The ordered choice of `alliance/ordered_choice.py` as a forecast.

    Source: willingness with a shock common to the case and the lead's line (section 6.4 of the model
    description). The lead's line is simulated, not read: for each value of the common shock, exact normal
    chances of every line the lead may take. When the lead's class is known (`Situation.line`) only the lines
    and shocks that fit it count. Motions are full in scope. Support never falls with the tie to the host
    while that weight and the line's are not negative and the line is not known (a warm lead that held back
    tells of a worse shock).
    """

    def __init__(self, model: OrderedChoice, nodes: int = NODES) -> None:
        """Take the weights, thresholds and spreads, and the number of nodes over the common shock."""
        self.model, self.nodes = model, nodes

    def factors(self, situation: Situation, member: str) -> Factors:
        """Return the factors of *member*'s willingness."""
        return Factors(
            adversary_state=float(situation.against_state),
            ties_to_adversary=situation.tie_to_adversary(member),
            ties_to_host=situation.tie(member),
            formal_request=float(situation.asked),
            cost=situation.cost.get(member, 0.0),
        )

    def carry(self, situation: Situation, member: str) -> float:
        """Return how strongly the lead's line carries to *member*; not at all to the lead itself."""
        if member == situation.lead:
            return 0.0
        allies = [situation.dependence.get(m, 0.0) for m in situation.members if m != situation.lead]
        mean = fsum(allies) / len(allies) if allies else 0.0
        return carry_of_line(self.model, situation.dependence.get(member, 0.0), mean)

    def reasons(self, situation: Situation, member: str, line: float = 0.0) -> dict[str, float]:
        """Return the systematic terms of willingness at the lead's *line* (-1, 0 or 1)."""
        return terms(self.model, self.factors(situation, member), line, self.carry(situation, member))

    def chances(self, situation: Situation) -> Forecast:
        """Return class chances with both kinds of shock integrated out."""
        weighted = list(self._states(situation))
        total = fsum(weight for _, _, weight in weighted)
        found = {m: self._one(situation, m, weighted, total) for m in situation.members}
        return bounded(situation, found)

    def _states(self, situation: Situation) -> Iterator[tuple[float, Band, float]]:
        """Yield common shock, the lead's band and their joint weight; one neutral band without a lead."""
        model = self.model
        common, own = float(model.sigma_common), float(model.sigma_own)
        nodes = [(common * z, w) for z, w in normal_nodes(self.nodes if common > 0 else 1)]
        if situation.lead not in situation.members:
            yield from ((u, Band(-inf, inf, (0.0, 0.0, 0.0), 0), w) for u, w in nodes)
            return
        mean = sum(self.reasons(situation, situation.lead).values())
        known = None if situation.line is None else RANK[situation.line]
        known_bands = [b for b in bands(model) if known in (None, b.rank)]
        for u, w in nodes:
            for band in known_bands:
                share = _below(band.high - mean - u, own) - _below(band.low - mean - u, own)
                if share > 0:
                    yield u, band, w * share

    def _one(
        self, situation: Situation, member: str, weighted: list[tuple[float, Band, float]], total: float
    ) -> ClassChances:
        if total <= 0:  # a class of the lead that the model holds impossible teaches nothing
            return ClassChances(1.0, 0.0, 0.0, 0.0)
        if member == situation.lead:
            return ClassChances(*(fsum(w for _, b, w in weighted if b.rank == k) / total for k in range(4)))
        bars = {lines: self._bars(situation, member, lines) for lines in {b.lines for _, b, _ in weighted}}
        own = float(self.model.sigma_own)
        reaching = [
            fsum(w * (1 - _below(bars[b.lines][k] - u, own)) for u, b, w in weighted) / total
            for k in range(len(LEVELS))
        ]
        return from_at_least(reaching)

    def _bars(self, situation: Situation, member: str, lines: tuple[float, ...]) -> list[float]:
        """Return the sum of shocks at which *member* comes to support each level or a higher one."""
        alone = sum(self.reasons(situation, member).values())
        pull = float(self.model.weights.lead_line) * self.carry(situation, member)
        bars = [
            threshold(self.model, level) - alone - pull * line
            for level, line in zip(LEVELS, lines, strict=True)
        ]
        return [min(bars[k:]) for k in range(len(bars))]


def _below(x: float, sd: float) -> float:
    """Return the chance that a normal of mean 0 and *sd* (0 allowed) lies below *x*."""
    if sd <= 0 or abs(x) == inf:
        return float(x > 0)
    return normal_cdf(x / sd)
